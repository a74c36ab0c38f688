"""The client's octets, kept in bounded memory, cut into lines at once and read as commands when their turn comes."""

from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conformance.wire import Command, InvalidCommand, Line, parse_command

__all__ = ["CommandReader"]

_COMMON: Final[Mapping[bytes, Command | InvalidCommand]] = MappingProxyType(
    {
        line: parse_command(Line(line + b"\n"))
        for verb in (b"NOOP", b"STAT", b"LIST", b"UIDL", b"RSET", b"QUIT", b"CAPA")
        for line in (verb + b"\r", verb.lower() + b"\r")
    }
)
"""Lines that need no parsing; the LF is cut off, here and wherever lines wait."""


class CommandReader:
    """Cuts lines; of an unfinished one no more is kept than a limit, and the rest forgotten."""

    def __init__(self, limit: int) -> None:
        self.waiting: deque[bytes] = deque()
        """Whole lines without their LF, to be taken from the left."""
        self._limit = limit
        self._unfinished = b""

    def feed(self, octets: bytes) -> bool:
        """Take what came; whether it ended a line."""
        if b"\n" not in octets:
            self._unfinished = (self._unfinished + octets)[: self._limit]
            return False
        lines = octets.split(b"\n")
        if self._unfinished:
            lines[0] = self._unfinished + lines[0]
        self._unfinished = lines.pop()[: self._limit]  # cut there, it is too long with any line end
        self.waiting.extend(lines)
        return True

    def read(self, line: bytes) -> Command | InvalidCommand:
        """What a line says; one beyond the limit is no command, as a whole."""
        if (command := _COMMON.get(line)) is not None:
            return command
        raw = line + b"\n"
        return parse_command(Line(raw[: self._limit], length=len(raw)))

    def clear(self) -> None:
        """Forget everything."""
        self.waiting.clear()
        self._unfinished = b""
