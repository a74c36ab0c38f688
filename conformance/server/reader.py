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
    """Cuts lines; of an unfinished one no more is kept than a limit, and the rest forgotten.

    Responses within a SASL exchange may be longer than commands (RFC 5034 §4).
    """

    def __init__(self, limit: int, response_limit: int = 0) -> None:
        self.waiting: deque[bytes] = deque()
        """Whole lines without their LF, to be taken from the left."""
        self._limit, self._response_limit = limit, max(limit, response_limit)
        self._unfinished = bytearray()

    def feed(self, octets: bytes) -> bool:
        """Take what came; whether it ended a line."""
        if b"\n" not in octets:
            self._keep(octets)
            return False
        lines = octets.split(b"\n")
        if self._unfinished:
            lines[0] = bytes(self._unfinished) + lines[0]
            self._unfinished.clear()
        self._keep(lines.pop())
        self.waiting.extend(lines)
        return True

    def read(self, line: bytes) -> Command | InvalidCommand:
        """What a line says; one beyond the limit is no command, as a whole."""
        if (command := _COMMON.get(line)) is not None:
            return command
        raw = line + b"\n"
        return parse_command(Line(raw[: self._limit], length=len(raw)))

    def response(self, line: bytes) -> bytes | None:
        """What a line says within a SASL exchange; None where it is too long, or does not end in CRLF."""
        return line[:-1] if line.endswith(b"\r") and len(line) < self._response_limit else None

    def take(self) -> bytes:
        """Forget everything, and give it back as it came."""
        octets = b"".join(line + b"\n" for line in self.waiting) + self._unfinished
        self.clear()
        return octets

    def clear(self) -> None:
        """Forget everything."""
        self.waiting.clear()
        self._unfinished.clear()

    def _keep(self, octets: bytes) -> None:
        """Cut at the limit, it is too long with any line end."""
        self._unfinished += octets[: self._response_limit - len(self._unfinished)]
