"""One line as it is shown: secrets masked, octets escaped, a long line cut, the offending octets still marked.

Everything is reckoned in the line's own octets: which parts of a long line are shown, what in them is hidden, which
octets are marked. A line of any length is read only where it is shown, and a little beyond, so that a secret at the
edge of a part is recognised as well.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from conformance.transcript.escape import escape, unescape
from conformance.transcript.ranges import Ranges, clipped, united
from conformance.transcript.secrets import MASK, Secrets

__all__ = ["LINE_WIDTH", "Read", "display_line", "octets_of"]

LINE_WIDTH: Final = 300
"""Characters of a line beyond which it is cut."""
_HEAD: Final = 100
_TAIL: Final = 40
_AROUND: Final = 20
_MARKED: Final = 30
_MARKS: Final = 2
"""Marks of one line that stay in sight when it is cut, of a long mark its beginning and its end."""

_LEFT_OUT: Final = re.compile(" … ([0-9,]+) octets left out … ")

Read = Callable[[int, int], bytes]
"""Gives octets of the line."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text and the octets of the line that it stands for."""

    start: int
    end: int
    text: str
    octets: bytes | None = None
    """None where the text is a mask or a note."""

    def column(self, at: int, *, leftmost: bool) -> int:
        """Where in the text the octet at an offset is; one that is not shown is as wide as what stands for it."""
        if self.octets is not None:
            return len(escape(self.octets[: at - self.start]))
        return 0 if leftmost else len(self.text)


def display_line(
    read: Read, length: int, secrets: Secrets, marks: Iterable[tuple[int, int]] = (), hidden: Ranges | None = None
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text of a line of `length` octets, its line end not counted, and where in the text the marks lie.

    `hidden` is what must not be seen besides the passwords that are known. A mark behind the line's last octet is empty
    and lies at the end of the text.
    """
    marks = [(max(0, start), min(length, end)) for start, end in marks]
    if length <= LINE_WIDTH and not marks and not hidden:  # as most lines are
        octets = read(0, length)
        text = escape(octets)
        if len(text) <= LINE_WIDTH and not secrets.hidden(octets):
            return text, ()
    pieces: list[_Piece] = []
    last = 0
    for start, end in _parts(read, length, marks):
        if start > last:
            pieces.append(_Piece(last, start, f" … {start - last:,} octets left out … "))
        pieces += _pieces(read, start, end, united([*_known(read, start, end, length, secrets), *(hidden or [])]))
        last = end
    columns = tuple((_column(pieces, a, leftmost=True), _column(pieces, b, leftmost=False)) for a, b in marks)
    return "".join(piece.text for piece in pieces), columns


def octets_of(text: str) -> int | None:
    """How many octets a line has that is shown so; None where some of them are hidden, or where it is no such text."""
    shown, left_out = _LEFT_OUT.split(text)[::2], _LEFT_OUT.findall(text)
    if MASK.decode() in text:
        return None
    try:
        return sum(len(unescape(part)) for part in shown) + sum(int(number.replace(",", "")) for number in left_out)
    except ValueError:
        return None


def _parts(read: Read, length: int, marks: Ranges) -> Ranges:
    """Which parts of the line are shown: all of it, or its beginning, its end, and what is around the marks."""
    sample = read(0, min(length, LINE_WIDTH))
    width = len(escape(sample))
    if length <= LINE_WIDTH >= width:
        return [(0, length)]
    head, tail, around, marked = (int(size * len(sample) / width) for size in (_HEAD, _TAIL, _AROUND, _MARKED))
    wanted = [(0, head), (length - tail, length)]
    for start, end in marks[:_MARKS]:
        if end - start <= 2 * marked:
            wanted.append((start - around, end + around))
        else:
            wanted += [(start - around, start + marked), (end - marked, end + around)]
    return clipped(united(wanted, gap=tail), 0, length)  # a note is longer than a small gap


def _known(read: Read, start: int, end: int, length: int, secrets: Secrets) -> Ranges:
    begin = max(0, start - secrets.reach)
    octets = read(begin, min(length, end + secrets.reach))
    return [(begin + a, begin + b) for a, b in secrets.hidden(octets)]


def _pieces(read: Read, start: int, end: int, hidden: Ranges) -> Iterable[_Piece]:
    at = start
    for hidden_start, hidden_end in clipped(hidden, start, end):
        yield from _plain(read, at, hidden_start)
        yield _Piece(hidden_start, hidden_end, MASK.decode())
        at = hidden_end
    yield from _plain(read, at, end)


def _plain(read: Read, start: int, end: int) -> Iterable[_Piece]:
    if end > start:
        octets = read(start, end)
        yield _Piece(start, end, escape(octets), octets)


def _column(pieces: list[_Piece], at: int, *, leftmost: bool) -> int:
    before = 0
    for piece in pieces:
        if at < piece.end or (at == piece.end and not leftmost):
            return before + (piece.column(at, leftmost=leftmost) if at > piece.start else 0)
        before += len(piece.text)
    return before
