"""Lines: octets up to a line end, with whatever is wrong with them named and nothing lost."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["LINE_LIMIT", "Defect", "Line", "LineBuffer"]

LINE_LIMIT: Final = 65_536
"""Octets of a line that are kept; a longer one is cut there and marked, so that an endless line costs no memory."""

_USUAL: Final = re.compile(rb"[ -~]*\r\n")
_NOT_PRINTABLE: Final = re.compile(rb"[^ -~]")


class Defect(StrEnum):
    """What is wrong with a line or a multi-line body, seen from its octets alone."""

    BARE_LF = "a line ends in LF without CR"
    BARE_CR = "a CR is not followed by LF"
    NO_LINE_END = "the connection ended in mid-line"
    CUT = "the line is longer than what is kept of it"
    NUL = "a NUL octet"
    NOT_ASCII = "an octet above 0x7E or a control character"
    NOT_STUFFED = "a line starts with a single full stop"
    GLUED_TERMINATOR = "the terminating line does not begin at a line start"
    BAD_TERMINATOR = "the terminating line is not a full stop and CRLF"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came, line end included."""

    raw: bytes
    """The octets, with CRLF, LF or nothing at their end."""
    start: int = 0
    """Where in its direction's octets the line begins."""
    length: int = -1
    """Octets on the wire; more than ``len(raw)`` when the line was cut."""

    def __post_init__(self) -> None:
        if self.length < 0:
            object.__setattr__(self, "length", len(self.raw))

    @property
    def content(self) -> bytes:
        """The octets without the line end."""
        if self.raw.endswith(b"\r\n"):
            return self.raw[:-2]
        return self.raw[:-1] if self.raw.endswith(b"\n") else self.raw

    @property
    def end(self) -> int:
        """Where in its direction's octets the next line begins."""
        return self.start + self.length

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What is wrong with the octets, in the order of `Defect`."""
        if _USUAL.fullmatch(self.raw) and self.length == len(self.raw):
            return ()  # at the price of one look
        return tuple(defect for defect in Defect if _has(self, defect))


def _has(line: Line, defect: Defect) -> bool:
    raw, content = line.raw, line.content
    match defect:
        case Defect.BARE_LF:
            return raw.endswith(b"\n") and not raw.endswith(b"\r\n")
        case Defect.BARE_CR:
            return b"\r" in (content[:-1] if line.length > len(raw) else content)  # the LF may be cut from its CR
        case Defect.NO_LINE_END:
            return not raw.endswith(b"\n") and not _has(line, Defect.CUT)
        case Defect.CUT:
            return line.length > len(raw)
        case Defect.NUL:
            return b"\0" in content
        case Defect.NOT_ASCII:
            return _NOT_PRINTABLE.search(content) is not None
        case _:
            return False  # defects of a multi-line body


class LineBuffer:
    """Cuts octets into lines at LF, however they were split, in bounded memory."""

    __slots__ = ("_dropped", "_held", "_start", "limit")

    def __init__(self, start: int = 0, limit: int = LINE_LIMIT) -> None:
        self.limit = limit
        self._held = bytearray()
        self._dropped = 0
        self._start = start

    def __len__(self) -> int:
        """Octets of the line that is not finished yet."""
        return len(self._held) + self._dropped

    @property
    def position(self) -> int:
        """Where in the direction's octets the unfinished line begins."""
        return self._start

    @property
    def held(self) -> bytes:
        """What is kept of the unfinished line."""
        return bytes(self._held)

    def feed(self, octets: bytes) -> Line | None:
        """Take octets up to and including the first LF; the line, if that finished it.

        The caller learns from ``Line.length`` how many octets it is and feeds the rest: see `take`.
        """
        return self.read(octets, 0)[0]

    def take(self, octets: bytes) -> tuple[Line | None, bytes]:
        """The next line, if the octets finish it, and the octets behind it."""
        line, end = self.read(octets, 0)
        return line, octets[end:]

    def read(self, octets: bytes, at: int) -> tuple[Line | None, int]:
        """The next line, if the octets from `at` on finish it, and where behind it to go on."""
        end = octets.find(b"\n", at) + 1
        length = end - at
        if 0 < length <= self.limit and not self._held:  # a whole line in one piece, as nearly all come
            line = Line(octets[at:end], self._start, length)
            self._start += length
            return line, end
        part = octets[at:end] if end else octets[at:]
        room = self.limit - len(self._held)
        self._held += part[:room]
        self._dropped += max(0, len(part) - room)
        return (self.flush(), end) if end else (None, len(octets))

    def flush(self) -> Line | None:
        """The line held so far, finished or not."""
        if not self._held and not self._dropped:
            return None
        line = Line(bytes(self._held), self._start, len(self))
        self._start = line.end
        self._held.clear()
        self._dropped = 0
        return line
