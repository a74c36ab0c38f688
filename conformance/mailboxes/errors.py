"""What can go wrong while a maildrop is filled: where, what happened, and what to do next.

    FillError            the environment says no: a folder, a lock, a server, a program
    ├── SpecError        the spec cannot be read
    └── Unsupported      this kind of provisioner can never do what was asked

No text of these errors holds a password.
"""

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

__all__ = ["FillError", "SpecError", "Unsupported", "reporting"]

_ADVICE: Final = MappingProxyType(
    {
        errno.ENOENT: "create it, or correct the path in --fill",
        errno.ENOTDIR: "correct the path in --fill: a part of it is not a folder",
        errno.EISDIR: "correct the path in --fill: a file is wanted there",
        errno.EACCES: "run as its owner or as root, or permit this account to write there",
        errno.EPERM: "run as its owner or as root",
        errno.EROFS: "choose a file system that can be written to",
        errno.ENOSPC: "make room on that file system",
        errno.EDQUOT: "make room: the quota is used up",
        errno.ECONNREFUSED: "start the server, or correct host and port in --fill",
        errno.EHOSTUNREACH: "correct the host in --fill, or see to the network",
        errno.ENETUNREACH: "correct the host in --fill, or see to the network",
    }
)


class FillError(Exception):
    """Messages cannot be put into a maildrop, counted there, or taken away again."""

    def __init__(self, where: str, what: str, advice: str) -> None:
        super().__init__(where, what, advice)
        self.where = where
        """The folder, file, server or program."""
        self.what = what
        """What happened there, with the peer's own words where it had any."""
        self.advice = advice
        """What to do next."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.advice}"


class SpecError(FillError):
    """The spec of a provisioner cannot be read."""


class Unsupported(FillError):
    """This kind of provisioner can never do what was asked of it."""


@contextmanager
def reporting(where: str) -> Iterator[None]:
    """Turn the operating system's errors into FillError."""
    try:
        yield
    except OSError as error:
        what = error.strerror or str(error) or type(error).__name__
        if error.filename is not None and str(error.filename) != where:
            what = f"{what} ({error.filename})"
        raise FillError(where, what, _advice(error)) from error


def _advice(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):  # its numbers are not the operating system's
        return "name the server's CA with ?ca=FILE, or take any certificate with ?verify=no"
    if isinstance(error, socket.gaierror):
        return "correct the host in --fill"
    if isinstance(error, TimeoutError):
        return "see whether the server is overloaded or waits for something"
    if isinstance(error, ConnectionError) and error.errno not in _ADVICE:
        return "see the server's log for why it closed the connection"
    return _ADVICE.get(error.errno or 0, "see to that, then try again")
