"""Delivery into an mbox, the single file of a maildrop, in its oldest dialect (mboxo).

Lines that begin with "From " get a ">" in front, and servers may take one off lines that came with it; so who compares
messages has to overlook every ">" before "From ". The file is changed in place, so that owner, mode and links stay.
Servers rewrite it and add fields (X-UIDL, Status), so `clear` knows our messages by their Message-ID or by the sender
in the separator line, never by their octets.
"""

import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, ClassVar, Final

from conformance.mailboxes.errors import FillError, reporting
from conformance.mailboxes.files import LOCAL_LINE_ENDS, demand_access, local_form, owner_for_new, write_at
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.locking import locked
from conformance.mailboxes.ownership import FIXTURE_DOMAIN, is_ours
from conformance.mailboxes.placeholders import as_path, check_placeholders

__all__ = ["Mbox"]

_FROM: Final = b"From "
_SENDER: Final = f"pop3spec@{FIXTURE_DOMAIN}".encode("ascii")
_UNQUOTED: Final = re.compile(rb"^From ", re.MULTILINE)
_PIECE: Final = 1 << 20
"""Octets that are moved at a time."""
_LONGEST: Final = 1 << 16
"""Octets of a line that are read at a time."""
_HEADER_LIMIT: Final = 1 << 20
"""Octets of a header section that are searched for a Message-ID."""


class Mbox(Provisioner):
    """Puts messages at the end of the mbox of an account."""

    can_clear = True
    knows_order = True
    alters: ClassVar = MappingProxyType(
        {
            **LOCAL_LINE_ENDS,
            "no-body": "an mbox has an empty line after every message, which would end its header",
            "final-empty-lines": "empty lines at the end of a message run into the one that an mbox puts behind it",
            "rewritten-fields": "an mbox keeps the server's own notes in fields of that name",
        }
    )

    def __init__(self, spec: str, template: str, *, timeout: float, clock: Callable[[], float] = time.time) -> None:
        super().__init__(spec)
        check_placeholders(spec, template)
        self._template = template
        self._timeout = timeout
        self._clock = clock

    def check(self, mailbox: Mailbox) -> None:
        """See that the mbox, or the folder that it would be made in, is there and can be written to."""
        path = as_path(self._template, mailbox.user)
        with reporting(str(path)):
            if _is_there(path):
                demand_access(path, os.R_OK | os.W_OK)
            elif path.parent.is_dir():
                demand_access(path.parent, os.W_OK | os.X_OK)
            else:
                what = f"{path.parent} is not a folder"
                raise FillError(str(path), what, "create that folder, or correct the path in --fill")

    def count(self, mailbox: Mailbox) -> int:
        """The separator lines in the file; none where there is no file yet."""
        path = as_path(self._template, mailbox.user)
        with reporting(str(path)):
            if not _is_there(path):
                return 0
            try:
                with path.open("rb") as file:  # without a lock: a session that is open must not hold up a look
                    return sum(stretch.is_message for stretch in _stretches(file))
            except FileNotFoundError:  # a server may remove what became empty
                return 0

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Append the messages under one lock, creating the file where only its folder exists."""
        path = as_path(self._template, mailbox.user)
        with locked(path, timeout=self._timeout, make=lambda: _create(path, mailbox.user)) as file:
            with reporting(str(path)):
                end = _end_last_message(file)
            for message in messages:
                with reporting(str(path)):
                    end = self._append(file.fileno(), end, message)

    def clear(self, mailbox: Mailbox) -> None:
        """Cut our messages out and close the gaps; a file that has no others stays, empty."""
        path = as_path(self._template, mailbox.user)
        with reporting(str(path)):
            if not _is_there(path):
                return
        # What a server removes meanwhile is made anew, empty: that is simpler than not to.
        with (
            locked(path, timeout=self._timeout, make=lambda: _create(path, mailbox.user)) as file,
            reporting(str(path)),
        ):
            _keep(file, [stretch for stretch in _stretches(file) if not stretch.ours])

    def _append(self, descriptor: int, end: int, message: bytes) -> int:
        """Write one message at the end of the file; the new end."""
        text = local_form(message)
        if _FROM in text:
            text = _UNQUOTED.sub(b">From ", text)
        separator = b"From %b %b\n" % (_SENDER, time.asctime(time.gmtime(self._clock())).encode("ascii"))
        try:
            at = write_at(descriptor, separator, end)
            at = write_at(descriptor, text, at)
            return write_at(descriptor, b"\n" if text.endswith(b"\n") else b"\n\n", at)
        except BaseException:
            os.ftruncate(descriptor, end)  # half a message would spoil the next one
            raise


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One message with its separator line and the empty line behind it, or what stands before the first one."""

    start: int
    end: int
    is_message: bool
    ours: bool


def _stretches(file: BinaryIO) -> Iterator[_Stretch]:
    """The whole file, cut before every line that begins with "From ".

    Such a line is always taken for a separator, even where a cautious reader would not: a message of others can so be
    counted twice, but never be taken for the rest of one of ours.
    """
    file.seek(0)
    start, at, header, in_header = 0, 0, bytearray(), True
    fresh = True
    while line := file.readline(_LONGEST):
        if fresh and line.startswith(_FROM):
            if at:
                yield _stretch(start, at, header)
            start, header, in_header = at, bytearray(), True
        elif fresh and not line.strip(b"\r\n"):
            in_header = False
        if in_header and len(header) < _HEADER_LIMIT:
            header += line
        at += len(line)
        fresh = line.endswith(b"\n")
    if at:
        yield _stretch(start, at, header)


def _stretch(start: int, end: int, header: bytearray) -> _Stretch:
    first, _, fields = bytes(header).partition(b"\n")
    is_message = first.startswith(_FROM)
    ours = is_message and (first.split(b" ")[1] == _SENDER or is_ours(fields))
    return _Stretch(start, end, is_message, ours)


def _keep(file: BinaryIO, kept: list[_Stretch]) -> None:
    """Move these stretches together, in order, and end the file after the last."""
    descriptor, at = file.fileno(), 0
    for stretch in kept:
        if at == stretch.start:
            at = stretch.end
            continue
        for start in range(stretch.start, stretch.end, _PIECE):
            piece = os.pread(descriptor, min(_PIECE, stretch.end - start), start)
            at = write_at(descriptor, piece, at)
    os.ftruncate(descriptor, at)


def _end_last_message(file: BinaryIO) -> int:
    """Let what is there end in an empty line, without which no separator counts; the end of the file."""
    descriptor = file.fileno()
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 2, max(0, size - 2))
    if not size or tail == b"\n\n":
        return size
    return write_at(descriptor, b"\n" if tail.endswith(b"\n") else b"\n\n", size)


def _create(path: Path, user: str) -> None:
    """Make the file for this user unless it is there, by now perhaps made by the server."""
    if _is_there(path):
        return
    owner = owner_for_new(path.parent, user)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    try:
        owner.take(descriptor)
    finally:
        os.close(descriptor)


def _is_there(path: Path) -> bool:
    """Whether there is something; raises FillError for what is no plain file, such as a Maildir or a pipe."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(mode):
        raise FillError(str(path), "that is not a file", "correct the path in --fill, or use maildir:PATH")
    return True
