"""The locks on an mbox that servers and delivery agents agree on: PATH.lock, fcntl and flock, all three."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from conformance.mailboxes.errors import FillError, reporting
from conformance.mailboxes.files import permitted

__all__ = ["locked"]

_PAUSE: Final = 0.02
"""Seconds between two attempts."""


@contextmanager
def locked(path: Path, *, timeout: float, make: Callable[[], None] | None = None) -> Iterator[BinaryIO]:
    """Open an mbox for reading and writing, and keep all others out meanwhile.

    A server may put another file into its place, or remove it, until the locks are held: then they are taken anew, on
    the file that is there. Where there is none it is first made by `make`. Where the folder cannot be written to there
    is no PATH.lock, as with other delivery agents. Raises FillError when somebody else holds a lock, or the file does
    not stay, for `timeout` seconds.
    """
    attempt = _Attempt(path, timeout)
    with _dot_lock(attempt):
        while (file := _opened(path, make)) is None or _is_replaced(_all_locks(attempt, file), path):
            if file is not None:
                file.close()
            attempt.go_on("the file does not stay")
        with file:  # to close it lets go of both locks
            yield file


def _opened(path: Path, make: Callable[[], None] | None) -> BinaryIO | None:
    """The file, made where there is none; None when it was removed at once."""
    with reporting(str(path)):
        if make is None:
            return path.open("r+b")
        make()
        try:
            return path.open("r+b")
        except FileNotFoundError:
            return None


def _all_locks(attempt: "_Attempt", file: BinaryIO) -> BinaryIO:
    try:
        attempt.until(lambda: _kernel_lock(file, fcntl.lockf), "its fcntl lock is held by another program")
        attempt.until(lambda: _kernel_lock(file, fcntl.flock), "its flock lock is held by another program")
    except BaseException:
        file.close()
        raise
    return file


def _is_replaced(file: BinaryIO, path: Path) -> bool:
    """Whether the path leads to another file by now, or to none."""
    try:
        return not os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return True


class _Attempt:
    """Tries again until the time is over."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout

    def until(self, succeeds: Callable[[], bool], reason: str) -> bool:
        """True once it succeeds; raises FillError with the reason when it does not in time."""
        while not succeeds():
            self.go_on(reason)
        return True

    def go_on(self, reason: str) -> None:
        """Pause; raises FillError with the reason when the time is over."""
        if time.monotonic() > self._deadline:
            what = f"{reason}; {self._timeout:g} seconds were not enough"
            advice = "close the POP3 sessions of this account, and remove a lock that a dead program left"
            raise FillError(str(self.path), what, advice)
        time.sleep(_PAUSE)


@contextmanager
def _dot_lock(attempt: _Attempt) -> Iterator[None]:
    lock = attempt.path.with_name(f"{attempt.path.name}.lock")
    with reporting(str(lock)):
        ours = permitted(lock.parent, os.W_OK | os.X_OK) and attempt.until(lambda: _create(lock), f"{lock} exists")
    try:
        yield
    finally:
        if ours:
            lock.unlink(missing_ok=True)


def _create(lock: Path) -> bool:
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except FileExistsError:
        return False
    return True


def _kernel_lock(file: BinaryIO, lock: Callable[[BinaryIO, int], object]) -> bool:
    try:
        lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX lets fcntl say EACCES as well
        return False
    return True
