"""Multi-line replies: byte-stuffing and its end, read in blocks so that a message of any size takes no memory.

RFC 1939 §3: each line ends in CRLF, a line that begins with a full stop gets one more in front, and a line that is only
a full stop ends the reply. The reader keeps accounts (octets with the stuffing removed, lines, a digest) and notes what
was wrong and where; the octets themselves stay where they were recorded.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.wire.lines import Defect

__all__ = ["Body", "BodyReader", "Flaw", "stuff", "unstuff"]

_DOT_LINE: Final = re.compile(rb"^\.(?P<stuffing>\.?)", re.MULTILINE)
_BOTCHED_END: Final = re.compile(rb"(?:^|\n)(?P<end>\.[ \t\r]*\n?)$")
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
_LONG: Final = 65_536
_FLAWS_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Flaw:
    """A defect of a body and where it is."""

    defect: Defect
    start: int
    """Offset in the server's octets."""
    end: int


@dataclass(frozen=True, slots=True)
class Body:
    """The accounts of one multi-line body; its octets are in the transcript from `start` to `end`."""

    start: int
    """Offset of the first octet behind the status line, in the server's octets."""
    end: int
    """Offset of the first octet behind the terminating line, or behind what came."""
    content_end: int
    """Offset of the terminating line."""
    octets: int
    """Octets of the content, line ends included, stuffing and terminating line not (RFC 1939 §11)."""
    lines: int
    """Lines of the content."""
    stuffed: int
    """Lines from which a stuffed full stop was removed."""
    digest: bytes
    """SHA-256 of the content with the stuffing removed."""
    terminated: bool
    """Whether a terminating line came."""
    flaws: tuple[Flaw, ...]
    """What is wrong, the first few of each kind."""

    def has(self, *defects: Defect) -> Flaw | None:
        """The first flaw of one of these kinds."""
        return next((flaw for flaw in self.flaws if flaw.defect in defects), None)


class BodyReader:
    """Reads one body from octets that come in any pieces."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._position = start  # of the first octet in _held
        self._held = b""
        self._mid_line = False
        self._octets = self._lines = self._stuffed = 0
        self._digest = hashlib.sha256()
        self._flaws: list[Flaw] = []
        self._tail = b""  # the last octets, to see what was meant for an end

    def feed(self, octets: bytes) -> tuple[Body | None, bytes]:
        """Take octets; the body, once its terminating line came, and the octets behind it."""
        data = self._held + octets if self._held else octets
        ready = data.rfind(b"\n") + 1
        if ready and (found := self._end_line(data[:ready])):
            return self._finish(data, *found)
        if ready:
            self._take(data[:ready], whole_lines=True)
        elif len(data) >= _LONG:  # a part of a long line; a CR at its end waits for what follows
            ready = len(data) - 1 - data.endswith(b"\r")
            self._take(data[:ready], whole_lines=False)
        self._held = data[ready:]
        return None, b""

    def cut(self) -> Body:
        """What there is when no more will come."""
        self._take(self._held, whole_lines=False)
        end = self._position
        if botched := _BOTCHED_END.search(self._tail):
            meant = end - len(botched["end"])
            self._flaws = [flaw for flaw in self._flaws if flaw.start < meant]  # it is an end, not content
            self._note(Defect.BAD_TERMINATOR, meant, end)
        elif self._tail.endswith(b".\r\n"):
            self._note(Defect.GLUED_TERMINATOR, end - 3, end)
        return self._body(content_end=end, end=end, terminated=False)

    @property
    def received(self) -> int:
        """Octets read so far, those of an unfinished line included."""
        return self._position + len(self._held) - self._start

    def _take(self, block: bytes, *, whole_lines: bool) -> None:
        if block:
            self._account(block, self._position)
            self._tail = (self._tail + block)[-8:]
            self._mid_line = not whole_lines
            self._position += len(block)

    def _end_line(self, block: bytes) -> tuple[int, int] | None:
        """Where the terminating line is in a block of whole lines; LF alone is taken for its end, and noted."""
        if not self._mid_line and block.startswith((b".\r\n", b".\n")):
            return 0, block.index(b"\n") + 1
        ends = [at for at in (block.find(b"\n.\r\n"), block.find(b"\n.\n")) if at >= 0]
        return (min(ends) + 1, block.index(b"\n", min(ends) + 1) + 1) if ends else None

    def _finish(self, data: bytes, dot: int, end: int) -> tuple[Body, bytes]:
        self._take(data[:dot], whole_lines=True)
        at = self._position
        if data[dot:end] != b".\r\n":
            self._note(Defect.BAD_TERMINATOR, at, at + end - dot)
        return self._body(content_end=at, end=at + end - dot, terminated=True), data[end:]

    def _account(self, block: bytes, position: int) -> None:
        if not block:
            return
        content = block
        if block.startswith(b".") or b"\n." in block:
            content = self._unstuff(block, position)
        self._octets += len(content)
        self._lines += content.count(b"\n")
        self._digest.update(content)
        crlf = block.count(b"\r\n")
        if block.count(b"\n") != crlf:
            self._note_all(Defect.BARE_LF, _BARE_LF, block, position)
        if block.count(b"\r") != crlf:
            self._note_all(Defect.BARE_CR, _BARE_CR, block, position)
        if b"\0" in block:
            nul = position + block.index(b"\0")
            self._note(Defect.NUL, nul, nul + 1)

    def _unstuff(self, block: bytes, position: int) -> bytes:
        pieces, last = [], 0
        for dot in _DOT_LINE.finditer(block):
            if dot.start() == 0 and self._mid_line:
                continue
            pieces.append(block[last : dot.start()])
            last = dot.start() + 1
            self._stuffed += 1
            if not dot["stuffing"]:
                self._note(Defect.NOT_STUFFED, position + dot.start(), position + dot.start() + 1)
        pieces.append(block[last:])
        return b"".join(pieces)

    def _note(self, defect: Defect, start: int, end: int) -> None:
        if sum(flaw.defect is defect for flaw in self._flaws) < _FLAWS_KEPT:
            self._flaws.append(Flaw(defect, start, end))

    def _note_all(self, defect: Defect, pattern: re.Pattern[bytes], block: bytes, position: int) -> None:
        for number, found in enumerate(pattern.finditer(block)):
            if number == _FLAWS_KEPT:
                return
            self._note(defect, position + found.start(), position + found.end())

    def _body(self, *, content_end: int, end: int, terminated: bool) -> Body:
        return Body(
            start=self._start,
            end=end,
            content_end=content_end,
            octets=self._octets,
            lines=self._lines,
            stuffed=self._stuffed,
            digest=self._digest.digest(),
            terminated=terminated,
            flaws=tuple(self._flaws),
        )


def stuff(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks of a message in wire form, byte-stuffed; a missing final line end is added and the end line is not.

    A line start is found across the blocks' edges (RFC 1939 §3).
    """
    at_start, last = True, b""
    for block in blocks:
        if not block:
            continue
        stuffed = block.replace(b"\n.", b"\n..")
        yield b"." + stuffed if at_start and block.startswith(b".") else stuffed
        at_start = block.endswith(b"\n")
        last = (last + block)[-2:]
    if last and last != b"\r\n":
        yield b"\n" if last.endswith(b"\r") else b"\r\n"


def unstuff(octets: bytes) -> bytes:
    """The content of a body's octets: one leading full stop taken from each line that has one."""
    return re.sub(rb"(?m)^\.", b"", octets) if b"\n." in octets or octets.startswith(b".") else octets
