"""A tape: octets that are only ever added, in memory while they are few and in an unnamed file when they are many."""

import tempfile
from collections.abc import Iterator
from typing import IO, Final

__all__ = ["Tape"]

_IN_MEMORY: Final = 1 << 20
_BLOCK: Final = 1 << 16


class Tape:
    """Append-only octets, addressed by offset; a recording of any length takes about a megabyte of memory."""

    __slots__ = ("_file", "_flushed", "_recent")

    def __init__(self) -> None:
        self._recent = bytearray()
        self._flushed = 0
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return self._flushed + len(self._recent)

    def append(self, octets: bytes) -> None:
        """Add octets at the end."""
        self._recent += octets
        if len(self._recent) >= _IN_MEMORY:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="pop3spec-")  # noqa: SIM115 - lives as long as the tape
            self._file.seek(self._flushed)
            self._file.write(self._recent)
            self._flushed += len(self._recent)
            self._recent.clear()

    def read(self, start: int, end: int) -> bytes:
        """The octets from `start` up to `end`, as far as there are."""
        flushed = self._flushed
        if start >= flushed:
            return bytes(self._recent[start - flushed : end - flushed if end > flushed else 0])
        assert self._file is not None  # noqa: S101 - flushed octets are in the file
        self._file.seek(start)
        old = self._file.read(max(0, min(end, self._flushed) - start))
        return old + self._recent[: max(0, end - self._flushed)]

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """The same, in blocks."""
        for at in range(start, end, _BLOCK):
            yield self.read(at, min(end, at + _BLOCK))

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        """The file goes with the tape, whoever forgot it."""
        self.close()
