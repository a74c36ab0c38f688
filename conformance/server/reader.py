"""The client's octets, kept in bounded memory and cut into commands when their turn comes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conformance.wire import Command, InvalidCommand, Line, parse_command

__all__ = ["CommandReader"]

_COMMON: Final[Mapping[bytes, Command | InvalidCommand]] = MappingProxyType(
    {
        line: parse_command(Line(line))
        for verb in (b"NOOP", b"STAT", b"LIST", b"UIDL", b"RSET", b"QUIT", b"CAPA")
        for line in (verb + b"\r\n", verb.lower() + b"\r\n")
    }
)
"""Commands that need no parsing."""


class CommandReader:
    """Whole lines wait to be taken; of an unfinished one no more is kept than the limit, the rest is forgotten."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = b""
        self._at = 0
        """Where in what is kept the next line begins."""
        self._end = 0
        """Where the whole lines end."""

    @property
    def pending(self) -> bool:
        """Whether a command can be taken."""
        return self._at < self._end

    def feed(self, octets: bytes) -> bool:
        """Take what came; whether it ended a line."""
        ended = b"\n" in octets
        self._kept = self._kept[self._at :] + octets if self._at < len(self._kept) else octets
        self._at = 0
        self._end = self._kept.rfind(b"\n") + 1
        if len(self._kept) - self._end > self._limit:
            self._kept = self._kept[: self._end + self._limit]  # too long already: any line end makes it one octet more
        return ended

    def take(self) -> Command | InvalidCommand | None:
        """The next command, if there is a whole line."""
        if self._at >= self._end:
            return None
        start, self._at = self._at, self._kept.index(b"\n", self._at) + 1
        raw = self._kept[start : self._at]
        return _COMMON.get(raw) or parse_command(Line(raw[: self._limit], length=len(raw)))

    def clear(self) -> None:
        """Forget everything."""
        self._kept, self._at, self._end = b"", 0, 0
