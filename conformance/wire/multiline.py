"""Multi-line replies: byte-stuffing and its end, read in blocks so that a message of any size takes no memory.

RFC 1939 §3: each line ends in CRLF, a line that begins with a full stop gets one more in front, and a line that is only
a full stop ends the reply. The reader keeps accounts (octets with the stuffing removed, lines, a digest) and notes what
was wrong and where; the octets themselves stay where they were recorded.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from conformance.wire.lines import LINE_LIMIT, Defect

__all__ = ["Body", "BodyReader", "Flaw", "stuff", "unstuff"]

_END: Final = re.compile(rb"\n(?P<line>\.\r?\n)")
_ENDS: Final = (b".\r\n", b".\n")
_DOT_LINE: Final = re.compile(rb"\n\.")
_NOT_STUFFED: Final = re.compile(rb"\.(?<=\n\.)(?!\.)")
_BOTCHED_END: Final = re.compile(rb"\n(?P<line>\.[ \t\r]*\n?)\Z")
_GLUED_END: Final = re.compile(rb"(?<!\n\.)\.\r\n\Z")  # the line "..": a full stop, stuffed, and no more came
_TAIL: Final = 64

_FLAWED: Final = (
    (Defect.BARE_LF, re.compile(rb"\n(?<!\r\n)")),
    (Defect.BARE_CR, re.compile(rb"\r(?!\n)")),
    (Defect.NUL, re.compile(rb"\0")),
)
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
    """Offset of the terminating line; `end`, where none came."""
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
    """What is wrong, the first few of each kind, in the order of the octets."""

    def has(self, *defects: Defect) -> Flaw | None:
        """The first flaw of one of these kinds."""
        return next((flaw for flaw in self.flaws if flaw.defect in defects), None)


class BodyReader:
    """Reads one body from octets that come in any pieces."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._position = start  # of the first octet in _held
        self._held = bytearray()  # what has no line end yet
        self._mid_line = False  # whether _held goes on with a line of which a part was taken
        self._octets = self._lines = self._stuffed = 0
        self._digest = hashlib.sha256()
        self._flaws: list[Flaw] = []
        self._tail = b"\n"  # the last octets that were taken, to see what was meant for an end

    def feed(self, octets: bytes) -> tuple[Body | None, bytes]:
        """Take octets; the body, once its terminating line came, and the octets behind it."""
        whole = octets.rfind(b"\n") + 1
        if whole:
            held = len(self._held)
            block = b"".join((self._held, octets[:whole]))
            self._held.clear()
            if span := self._terminator(block):
                return self._finish(block, *span), octets[span[1] - held :]
            self._take(block)
        self._held += octets[whole:]
        if len(self._held) >= LINE_LIMIT:  # a part of a long line; a CR at its end waits for what follows
            part = len(self._held) - self._held.endswith(b"\r")
            self._take(bytes(self._held[:part]))
            del self._held[:part]
        return None, b""

    def cut(self) -> Body:
        """What there is when no more will come."""
        self._take(bytes(self._held))
        self._held.clear()
        end = self._position
        if botched := _BOTCHED_END.search(self._tail):
            meant = end - len(botched["line"])
            self._flaws = [flaw for flaw in self._flaws if flaw.start < meant]  # it is an end, not content
            self._note(Defect.BAD_TERMINATOR, meant, end)
        elif _GLUED_END.search(self._tail):
            self._note(Defect.GLUED_TERMINATOR, end - 3, end)
        return self._body(content_end=end, end=end, terminated=False)

    @property
    def received(self) -> int:
        """Octets read so far, those of an unfinished line included."""
        return self._position + len(self._held) - self._start

    def _terminator(self, block: bytes) -> tuple[int, int] | None:
        """Where the terminating line is in a block of whole lines; LF alone is taken for its end, and noted."""
        if not self._mid_line and block.startswith(_ENDS):
            return 0, block.index(b"\n") + 1
        found = _END.search(block)
        return found.span("line") if found else None

    def _finish(self, block: bytes, dot: int, end: int) -> Body:
        self._take(block[:dot])
        at = self._position
        if block[dot:end] != b".\r\n":
            self._note(Defect.BAD_TERMINATOR, at, at + end - dot)
        return self._body(content_end=at, end=at + end - dot, terminated=True)

    def _take(self, block: bytes) -> None:
        """Enter a block in the accounts; it is whole lines, or a part of one."""
        if not block:
            return
        content = self._unstuff(block)
        self._octets += len(content)
        self._lines += content.count(b"\n")
        self._digest.update(content)
        for defect, pattern in _FLAWED:
            self._note_all(defect, pattern, block, self._position)
        self._tail = (self._tail + block[-_TAIL:])[-_TAIL:]
        self._mid_line = not block.endswith(b"\n")
        self._position += len(block)

    def _unstuff(self, block: bytes) -> bytes:
        before = b"" if self._mid_line else b"\n"  # so that each line start is behind an LF
        if not (block.startswith(b".") or _DOT_LINE.search(block)):
            return block
        lines = before + block
        content = lines.replace(b"\n.", b"\n")
        self._stuffed += len(lines) - len(content)
        self._note_all(Defect.NOT_STUFFED, _NOT_STUFFED, lines, self._position - len(before))
        return content[len(before) :]

    def _note(self, defect: Defect, start: int, end: int) -> None:
        if sum(flaw.defect is defect for flaw in self._flaws) < _FLAWS_KEPT:
            self._flaws.append(Flaw(defect, start, end))

    def _note_all(self, defect: Defect, pattern: re.Pattern[bytes], block: bytes, position: int) -> None:
        for found in islice(pattern.finditer(block), _FLAWS_KEPT):
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
            flaws=tuple(sorted(self._flaws, key=lambda flaw: flaw.start)),
        )


def stuff(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks of a message in wire form, byte-stuffed; a missing final line end is added and the end line is not.

    A line start is found across the blocks' edges (RFC 1939 §3). A message that ends in CR gets the LF, one that ends
    in anything else but CRLF gets CRLF, LF alone included: the terminating line has to stand behind CRLF.
    """
    at_start, last = True, b""
    for block in blocks:
        if not block:
            continue
        # the pattern is three times as fast as bytes.replace, where such lines are few; Base64 has no full stop at all
        stuffed = _DOT_LINE.sub(b"\n..", block) if b"." in block else block
        yield b"." + stuffed if at_start and block.startswith(b".") else stuffed
        at_start = block.endswith(b"\n")
        last = (last + block[-2:])[-2:]
    if last and last != b"\r\n":
        yield b"\n" if last.endswith(b"\r") else b"\r\n"


def unstuff(octets: bytes) -> bytes:
    """The content of a body's octets: one leading full stop taken from each line that has one."""
    return re.sub(rb"(?m)^\.", b"", octets) if b"\n." in octets or octets.startswith(b".") else octets
