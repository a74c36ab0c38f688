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
def locked(path: Path, *, timeout: float) -> Iterator[BinaryIO]:
    """Open an mbox that exists for reading and writing, and keep all others out meanwhile.

    Where the folder cannot be written to there is no PATH.lock, as with other delivery agents. Raises FillError when
    somebody else holds a lock for `timeout` seconds.
    """
    attempt = _Attempt(path, timeout)
    with _dot_lock(attempt):
        with reporting(str(path)):
            file = path.open("r+b")
        with file:  # to close it lets go of both locks
            attempt.until(lambda: _kernel_lock(file, fcntl.lockf), "its fcntl lock is held by another program")
            attempt.until(lambda: _kernel_lock(file, fcntl.flock), "its flock lock is held by another program")
            yield file


class _Attempt:
    """Tries again until the time is over."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout

    def until(self, succeeds: Callable[[], bool], reason: str) -> bool:
        """True once it succeeds; raises FillError with the reason when it does not in time."""
        while not succeeds():
            if time.monotonic() > self._deadline:
                what = f"{reason}; {self._timeout:g} seconds were not enough"
                advice = "close the POP3 sessions of this account, and remove a lock that a dead program left"
                raise FillError(str(self.path), what, advice)
            time.sleep(_PAUSE)
        return True


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
