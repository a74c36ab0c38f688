"""Delivery into a Maildir: a file a message, written in tmp/ and moved to new/.

Names and times are made for the servers that number messages by them. Dovecot sorts what is new to it by the seconds
and the M part of the name, qmail and Twisted by the time of last change, others by the whole name; so each message gets
a second of its own, in the name and as its time, after that of the newest message that lies there. A burst of messages
is therefore dated some seconds ahead. Our names end in `.pop3spec`; servers append flags (`:2,S`) and sizes (`,S=123`)
to a name, but keep it, and so `clear` finds the messages again in cur/.
"""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from conformance.mailboxes.errors import FillError, reporting
from conformance.mailboxes.files import LOCAL_LINE_ENDS, Owner, demand_access, local_form, owner_for_new
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.placeholders import as_path, check_placeholders

__all__ = ["Maildir"]

_FOLDERS: Final = ("tmp", "new", "cur")
_OURS: Final = re.compile(r"\d+\.M\d+P\d+Q\d+R[0-9a-f]+\.pop3spec(?:[,:;!].*)?")
_SECONDS: Final = re.compile(r"\d{1,11}(?=\.)")
_FAR_AHEAD: Final = 30 * 24 * 3600
"""A name dated later than this is not taken for a time."""
_PASSES: Final = 10
"""How often `clear` looks again while a server moves files from new/ to cur/ under its hands."""


class Maildir(Provisioner):
    """Puts messages into the Maildir of an account."""

    can_clear = True
    knows_order = True
    alters = LOCAL_LINE_ENDS

    def __init__(self, spec: str, template: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(spec)
        check_placeholders(spec, template)
        self._template = template
        self._clock = clock
        self._numbers = count(1)
        self._token = secrets.token_hex(4)

    def check(self, mailbox: Mailbox) -> None:
        """See that the Maildir, or the folder that it would be made in, is there and can be written to."""
        folder = as_path(self._template, mailbox.user)
        with reporting(str(folder)):
            present = folder if folder.exists() else folder.parent
            if not present.is_dir():
                what = "that is not a folder" if present.exists() else f"{present} does not exist"
                raise FillError(str(folder), what, "create the account's mail folder, or correct --fill")
            for path in (present, *(folder / name for name in _FOLDERS)):
                if path.exists():
                    demand_access(path, os.R_OK | os.W_OK | os.X_OK)

    def count(self, mailbox: Mailbox) -> int:
        """The files in new/ and cur/; none where there is no Maildir yet."""
        folder = as_path(self._template, mailbox.user)
        return sum(1 for _ in _files(folder, "new", "cur"))

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Write each message to tmp/ and move it to new/, making the Maildir where only its parent exists."""
        folder = as_path(self._template, mailbox.user)
        with reporting(str(folder)):
            owner = _prepare(folder, mailbox.user)
        seconds = self._seconds(folder)
        for message in messages:
            with reporting(str(folder)):
                self._put(folder, owner, next(seconds), message)

    def clear(self, mailbox: Mailbox) -> None:
        """Remove the files with our names from new/ and cur/, and from tmp/ what a broken run left there."""
        folder = as_path(self._template, mailbox.user)
        for _ in range(_PASSES):
            ours = [path for path in _files(folder, *_FOLDERS) if _OURS.fullmatch(path.name)]
            if not ours:
                return
            with reporting(str(folder)):
                for path in ours:
                    path.unlink(missing_ok=True)  # it may have moved to cur/ meanwhile
        raise FillError(
            str(folder), "messages keep moving while they are removed", "close the POP3 sessions of this account"
        )

    def _seconds(self, folder: Path) -> Iterator[int]:
        now = int(self._clock())
        dated = (int(found[0]) for path in _files(folder, "new", "cur") if (found := _SECONDS.match(path.name)))
        newest = max((second for second in dated if second < now + _FAR_AHEAD), default=0)
        return count(max(now, newest + 1))

    def _put(self, folder: Path, owner: Owner, second: int, message: bytes) -> None:
        micro = int(self._clock() * 1e6) % 1_000_000
        name = f"{second}.M{micro:06d}P{os.getpid()}Q{next(self._numbers)}R{self._token}.pop3spec"
        draft = folder / "tmp" / name
        try:
            with open(draft, "xb", opener=_private) as file:
                owner.take(file.fileno())
                file.write(local_form(message))
                file.flush()  # before the time is set, not after
                os.utime(file.fileno(), (second, second))
            draft.rename(folder / "new" / name)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def _files(folder: Path, *names: str) -> Iterator[Path]:
    """The message files in these parts of a Maildir; a part that does not exist has none."""
    for part in (folder / name for name in names):
        with reporting(str(part)):
            found = list(part.iterdir()) if part.is_dir() else []
        yield from (path for path in found if not path.name.startswith("."))


def _prepare(folder: Path, user: str) -> Owner:
    """Make what is missing of the Maildir, and tell whom its files belong to."""
    if not folder.is_dir():
        owner = owner_for_new(folder.parent, user)
        folder.mkdir(mode=0o700)
        owner.take(folder)
    owner = Owner.of(folder.stat())
    for part in (folder / name for name in _FOLDERS):
        if not part.is_dir():
            part.mkdir(mode=0o700)
            owner.take(part)
    return owner


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
