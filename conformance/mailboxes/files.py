"""What Maildir and mbox have in common: local line ends, and files that the server's own account can read."""

import os
import pwd
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from conformance.mailboxes.errors import FillError

__all__ = ["LOCAL_LINE_ENDS", "Owner", "demand_access", "local_form", "owner_for_new", "permitted", "write_at"]

LOCAL_LINE_ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bare-lf": "LF stands for every line end in a file, so a lone one cannot be told from them",
        "bare-cr": "a CR that stands before a line end in a file may be taken for a part of it, as Dovecot does",
    }
)
"""The traits that do not survive local line ends, each with the reason."""

_ROOT: Final = 0
_ACCESS_BY_EFFECTIVE_ID: Final = os.access in os.supports_effective_ids


def local_form(message: bytes) -> bytes:
    """The message with LF for every CRLF, as files on this system have it; a lone CR or LF stays what it is."""
    return message.replace(b"\r\n", b"\n")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom new files are for."""

    uid: int
    gid: int
    shared: int
    """The mode of a file that somebody else's server has to read: what the folder permits, to files."""

    @classmethod
    def of(cls, status: os.stat_result) -> "Owner":
        """The owner of a file or folder."""
        return cls(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode) & 0o666 | 0o600)

    def take(self, target: int | Path) -> None:
        """Give a new file of mode 0600, or folder of mode 0700, to this owner.

        Only root can. Another account that works in somebody else's folder opens its files as far as the folder is
        open; in its own folder it has nothing to do.
        """
        if os.geteuid() == _ROOT:
            os.chown(target, self.uid, self.gid)
        elif os.geteuid() != self.uid and isinstance(target, int):
            os.fchmod(target, self.shared)


def owner_for_new(parent: Path, user: str) -> Owner:
    """Whom a maildrop that does not exist yet should belong to.

    To the owner of the folder it is made in; where that is root, as in /var/mail, to the system account of that name.
    """
    owner = Owner.of(parent.stat())
    if owner.uid != _ROOT:
        return owner
    try:
        account = pwd.getpwnam(user.partition("@")[0])
    except KeyError:
        return owner
    return Owner(account.pw_uid, account.pw_gid, owner.shared)


def permitted(path: Path, mode: int) -> bool:
    """Whether this process may read, write or enter the path, as `mode` says (`os.R_OK` and so on)."""
    return os.access(path, mode, effective_ids=_ACCESS_BY_EFFECTIVE_ID)


def demand_access(path: Path, mode: int) -> None:
    """Raise FillError unless it is permitted."""
    if not permitted(path, mode):
        raise FillError(
            str(path),
            "this account may not read and write there",
            "run as its owner or as root, or permit this account to write there",
        )


def write_at(descriptor: int, octets: bytes, offset: int) -> int:
    """Write all the octets at an offset, though one call may write less; the offset behind them."""
    rest = memoryview(octets)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written
    return offset
