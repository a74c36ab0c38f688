"""A store of Maildirs on disk, `FOLDER/USER/{cur,new,tmp}`, which other programs may deliver into and read.

Nothing is lost when the server is killed, between whichever two steps. A message moves by one rename and goes by one
unlink, and all that is known of it is in its file name from delivery on. So nothing is written down, and nothing is out
of step after a crash.

The unique-id is the base name, the part before the colon, which a Maildir never gives twice; where that cannot be one
(RFC 1939 §7: 70 octets, 0x21 to 0x7E), a digest of it stands in. A message is read and removed under whatever flags it
bears by then, and one that was delivered during the session is neither shown nor touched.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Final

from conformance.model import Maildrop, Message
from conformance.server.canonical import size_of, wire_form
from conformance.server.names import NameMaker, base_of, place_of, unique_id_of
from conformance.server.stores import MaildropBusyError, MaildropError

__all__ = ["HeldMaildir", "MaildirStore"]

_BLOCK: Final = 1 << 16
_LOCK: Final = "pop3spec.lock"
_PARTS: Final = ("tmp", "new", "cur")


@dataclass(frozen=True, slots=True)
class _Noted:
    """A message file, as it was found."""

    name: str
    version: tuple[int, int, int]
    """Inode, size and time of change: while these stay, so does what was counted."""
    octets: int
    unique_id: bytes
    place: str


class MaildirStore:
    """Maildirs below one folder, one for each account; what is missing is made."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)
        self._names = NameMaker()
        self._noted: dict[str, dict[str, _Noted]] = {}
        """By account and base name: no message is counted twice."""

    def open(self, user: str) -> "HeldMaildir":
        """Take exclusive hold of a Maildir and note what is in it; what is new is moved to `cur`."""
        try:
            folder = self._maildir(user)
            lock = _lock(folder / _LOCK)
            try:
                self._take_in(folder)
                self._noted[user] = noted = self._note(folder / "cur", self._noted.get(user, {}))
                return HeldMaildir(folder / "cur", noted, lock)
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise MaildropError(str(error)) from error

    def deliver(self, user: str, octets: bytes) -> None:
        """Put a message into `new`, by way of `tmp`, octets as they are; from any thread."""
        try:
            folder = self._maildir(user)
            name = self._names.next()
            draft = folder / "tmp" / name
            draft.write_bytes(octets)
            draft.rename(folder / "new" / name)
        except OSError as error:
            raise MaildropError(str(error)) from error

    def _maildir(self, user: str) -> Path:
        if not user or user.startswith(".") or "/" in user or "\0" in user:
            unsafe = f"{user!r} cannot be the name of a folder"
            raise MaildropError(unsafe)
        folder = self._folder / user
        for part in (folder / name for name in _PARTS):
            if not part.is_dir():
                part.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _take_in(self, folder: Path) -> None:
        """Move what is new to `cur`, never over a message that has the same name."""
        fresh = _messages(folder / "new")
        taken = set(map(base_of, _messages(folder / "cur"))) if fresh else set()
        for name in fresh:
            base, colon, flags = name.partition(":")
            kept = self._names.next() if base in taken else base
            taken.add(kept)
            with suppress(FileNotFoundError):  # another program was faster
                (folder / "new" / name).rename(folder / "cur" / (f"{kept}:{flags}" if colon else f"{kept}:2,"))

    def _note(self, cur: Path, known: dict[str, _Noted]) -> dict[str, _Noted]:
        noted: dict[str, _Noted] = {}
        for name in _messages(cur):
            base = base_of(name)
            with suppress(FileNotFoundError):  # it is gone, or bears other flags by now and is listed under those
                found = os.lstat(f"{cur}/{name}")
                if base in noted:
                    base = self._names.next()
                    name = (cur / name).rename(cur / f"{base}:2,").name
                noted[base] = _look_at(cur, name, found, known.get(base))
        return dict(sorted(noted.items(), key=lambda item: item[1].place))


class HeldMaildir:
    """One session's hold on a Maildir."""

    def __init__(self, cur: Path, noted: dict[str, _Noted], lock: int) -> None:
        self._cur = f"{cur}/"
        self._lock: int | None = lock
        self._names = [message.name for message in noted.values()]
        self.maildrop = Maildrop.of((message.octets, message.unique_id) for message in noted.values())

    def read(self, message: Message) -> Iterator[bytes]:
        """The message in wire form, in blocks. Raises MaildropError when its file cannot be read."""
        try:
            try:
                file = _open(self._path(message.number))
            except FileNotFoundError:
                file = _open(self._path_now(message.number))
            return wire_form(_blocks(file))
        except OSError as error:
            raise MaildropError(str(error)) from error

    def remove(self, numbers: frozenset[int]) -> None:
        """Unlink these messages; a file that is gone already is removed. Raises MaildropError if one is left."""
        failures = []
        for number in sorted(numbers):
            try:
                self._unlink(number)
            except OSError as error:
                failures.append(error)
        if failures:
            raise MaildropError("; ".join(map(str, failures))) from failures[0]

    def close(self) -> None:
        """Let go of the Maildir."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _path(self, number: int) -> str:
        return self._cur + self._names[number - 1]

    def _unlink(self, number: int) -> None:
        try:
            Path(self._path(number)).unlink()
        except FileNotFoundError:
            with suppress(FileNotFoundError):
                Path(self._path_now(number)).unlink()

    def _path_now(self, number: int) -> str:
        """Where the message is when another program has changed its flags. Raises FileNotFoundError."""
        base = base_of(self._names[number - 1])
        for name in _messages(Path(self._cur)):
            if base_of(name) == base:
                self._names[number - 1] = name
                return self._path(number)
        raise FileNotFoundError(base)


def _lock(path: Path) -> int:
    """Take the lock that holds against other servers too; the kernel lets go of it however the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise MaildropBusyError(str(path)) from error
        raise
    return descriptor


def _messages(part: Path) -> list[str]:
    """The names of the message files in a part of a Maildir, in order."""
    with os.scandir(part) as entries:
        return sorted(entry.name for entry in entries if entry.name[0] != "." and entry.is_file(follow_symlinks=False))


def _look_at(cur: Path, name: str, found: os.stat_result, known: _Noted | None) -> _Noted:
    version = (found.st_ino, found.st_size, found.st_mtime_ns)
    if known is not None and known.version == version:
        return known if known.name == name else replace(known, name=name)
    base, octets = base_of(name), size_of(_blocks(_open(f"{cur}/{name}")))
    return _Noted(name, version, octets, unique_id_of(base), place_of(base))


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)


def _blocks(descriptor: int) -> Iterable[bytes]:
    """What is in a file, which is closed behind it. Raises OSError now, or MaildropError later."""
    file = None
    try:
        first = os.read(descriptor, _BLOCK)
        if len(first) == _BLOCK:
            file = FileIO(descriptor)
    finally:
        if file is None:
            os.close(descriptor)
    return _rest(first, file) if file else (first,)


def _rest(block: bytes, file: FileIO) -> Iterator[bytes]:
    try:
        with file:
            while block:
                yield block
                block = file.read(_BLOCK)
    except OSError as error:
        raise MaildropError(str(error)) from error
