"""A message as RETR delivered it, beside the message that was put there, line by line.

Between the two lies a delivery that may lawfully have changed something: header fields are added (trace, status), line
ends are normalised, a last line end is added, a line that begins with "From " is quoted, and a store of the mbox kind
may add or take one empty line at the end. What a delivery cannot have done is the server's doing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Final

from conformance.monitor.header import compare_headers
from conformance.monitor.ledger import Delivered
from conformance.transcript import Exchange
from conformance.wire import Body, Line, unstuff

__all__ = ["Comparison", "Difference", "Kind", "body_lines", "compare", "header_of"]

_HEADER_END: Final = re.compile(rb"\n\r?\n")
_FROM: Final = re.compile(rb">*From ")
_LONGEST_HEADER: Final = 1 << 20
_KEPT: Final = 50


class Kind(StrEnum):
    """What can have become of a line."""

    NOT_STUFFED = "a line that begins with a full stop did not get one more"
    STUFFED = "full stops were added that are no stuffing"
    CHANGED = "something else"
    CUT = "the message ends early"
    EMPTIED = "nothing came of a body that is all empty lines"
    MORE = "the message goes on"
    HEADER = "header fields are missing, changed or out of order"
    NO_FIELD = "a line of the header is no field"


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that is not what it has to be."""

    kind: Kind
    line: Line
    """The line as it came; where something is missing, an empty one at that place."""
    wanted: bytes = b""
    """The line of the message that was put there, without its end."""
    first: bool = False
    """Whether it is the first line of the message."""


@dataclass(slots=True)
class Comparison:
    """What the comparison of one message came to."""

    delivered: Delivered
    differences: list[Difference] = field(default_factory=list)
    stuffed: set[bool] = field(default_factory=set)
    """For lines that were stuffed as they have to be: whether they are but a full stop."""
    notes: list[str] = field(default_factory=list)
    doubtful: bool = False
    """Whether something is different that a delivery may lawfully have changed."""

    @property
    def sound(self) -> bool:
        """Whether it is the message that was put there."""
        return not self.differences and not self.doubtful

    def of(self, *kinds: Kind) -> Difference | None:
        """The first difference of these kinds."""
        return next((difference for difference in self.differences if difference.kind in kinds), None)


def header_of(exchange: Exchange) -> bytes:
    """The beginning of a body, up to the empty line behind the header."""
    header = b""
    for block in exchange.body_blocks():
        from_here = max(0, len(header) - 3)
        header += block
        if header.startswith((b"\r\n", b"\n")):
            return b""
        if (end := _HEADER_END.search(header, from_here)) or len(header) > _LONGEST_HEADER:
            return header[: end.start() + 1] if end else header
    return header


def body_lines(exchange: Exchange, start: int) -> Iterator[Line]:
    """The lines of a body from an offset on, stuffing included, one after the other."""
    body = exchange.reply.body if exchange.reply is not None else None
    if body is None:
        return
    at, rest = start, b""
    for block in exchange.transcript.blocks("S", start, body.content_end):
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            line = Line(piece + b"\n", at)
            at = line.end
            yield line
    if rest:
        yield Line(rest, at)


def compare(exchange: Exchange, body: Body, delivered: Delivered, header: bytes, *, followed: bool) -> Comparison:
    """Hold what came against the message that was put there; `followed` tells whether more came behind its end."""
    comparison = Comparison(delivered)
    if body.digest in delivered.digests and not body.flaws:
        if body.stuffed:
            comparison.stuffed |= delivered.stuffed_forms
        return comparison
    start = body.start + len(header)
    _header(comparison, exchange, body, unstuff(header))
    lines = body_lines(exchange, start)
    first = next(lines, None)
    if first is not None and first.content.rstrip(b"\r"):
        lines = chain([first], lines)  # no empty line behind the header
    _body(comparison, lines, body.content_end, followed=followed)
    if delivered.delicate:
        certain = {Kind.NOT_STUFFED} if b"\0" in delivered.octets else {Kind.NOT_STUFFED, Kind.CUT}
        comparison.doubtful = any(found.kind not in certain for found in comparison.differences)
        comparison.differences = [found for found in comparison.differences if found.kind in certain]
    return comparison


def _header(comparison: Comparison, exchange: Exchange, body: Body, header: bytes) -> None:
    delivered = comparison.delivered
    if body.start == body.content_end:
        return
    here = Line(exchange.transcript.octets("S", body.start, body.start + len(header)), body.start)
    result = compare_headers(header, delivered.header)
    if result.added:
        comparison.notes.append("the server adds header fields: " + ", ".join(sorted(result.added)))
    if result.stray is not None:
        at = body.start + max(0, header.find(result.stray))
        kind = Kind.MORE if delivered.header == delivered.octets and at > body.start else Kind.NO_FIELD
        comparison.differences.append(Difference(kind, Line(result.stray, at), first=at == body.start))
    if result.lost is not None and not _is_dotted(delivered.header):
        kind = Kind.STUFFED if _has_more_full_stops(header, delivered.header) else Kind.HEADER
        comparison.differences.append(Difference(kind, here, result.lost))
    elif _is_dotted(delivered.header):
        _dotted_header(comparison, body, exchange)


def _has_more_full_stops(came: bytes, put: bytes) -> bool:
    """Whether nothing is wrong with a header but full stops that were added."""
    without = compare_headers(came.replace(b".", b""), put.replace(b".", b""))
    return without.lost is None and came.count(b".") > put.count(b".")


def _is_dotted(header: bytes) -> bool:
    return header.startswith(b".") or b"\n." in header


def _dotted_header(comparison: Comparison, body: Body, exchange: Exchange) -> None:
    """A field whose name begins with a full stop: only the stuffing is looked at, at the message's first octet."""
    first = next(body_lines(exchange, body.start), None)
    wanted = comparison.delivered.octets.split(b"\r\n", 1)[0]
    if first is None or not wanted.startswith(b"."):
        return
    content = first.content.rstrip(b"\r")
    if content == wanted:
        comparison.differences.append(Difference(Kind.NOT_STUFFED, first, wanted, first=True))
    elif content == b"." + wanted:
        comparison.stuffed.add(False)


def _body(comparison: Comparison, lines: Iterator[Line], end: int, *, followed: bool) -> None:
    wanted = comparison.delivered.lines
    at = 0
    for line in lines:
        if at == len(wanted):
            _surplus(comparison, line, lines)
            return
        last = line.end >= end
        difference = _line(comparison, line, wanted[at], last=last and at < len(wanted))
        if difference is not None and len(comparison.differences) < _KEPT:
            comparison.differences.append(difference)
        if difference is not None and difference.kind in (Kind.CHANGED, Kind.CUT):
            return
        at += 1
    if at < len(wanted):
        _missing(comparison, wanted[at:], end, followed=followed)


def _line(comparison: Comparison, line: Line, want: bytes, *, last: bool) -> Difference | None:
    content = line.content.rstrip(b"\r")
    dotted = want.startswith(b".")
    if content == (b"." + want if dotted else want):
        if dotted:
            comparison.stuffed.add(want == b".")
        return None
    if dotted and content == want:
        return Difference(Kind.NOT_STUFFED, line, want)
    if len(content) > len(want) and content.replace(b".", b"") == want.replace(b".", b""):
        return Difference(Kind.STUFFED, line, want)
    if _FROM.match(content) and _FROM.match(want) and content.lstrip(b">") == want.lstrip(b">"):
        return None  # quoted by a store of the mbox kind, or unquoted
    if last and want.startswith(unstuff(content)):
        return Difference(Kind.CUT, line, want)
    return Difference(Kind.CHANGED, line, want)


def _surplus(comparison: Comparison, line: Line, lines: Iterator[Line]) -> None:
    if not line.content.strip(b"\r") and next(lines, None) is None:
        comparison.notes.append("the server sends one empty line more at the end of a message")
        return
    if _FROM.match(line.content) and not comparison.delivered.lines:
        comparison.notes.append("a message without a body and the one behind it are sent as one")  # as mbox has it
        return
    comparison.differences.append(Difference(Kind.MORE, line))


def _missing(comparison: Comparison, missing: list[bytes], end: int, *, followed: bool) -> None:
    here = Line(b"", end)
    if missing == [b""]:
        comparison.notes.append("the server leaves out one empty line at the end of a message")
    elif not any(missing) and len(missing) == len(comparison.delivered.lines):
        comparison.differences.append(Difference(Kind.EMPTIED, here))
    elif missing[0] == b"." and followed:
        comparison.differences.append(Difference(Kind.NOT_STUFFED, here, b"."))
    else:
        kind = Kind.CUT if any(missing) else Kind.CHANGED  # only empty lines at the end were dropped
        comparison.differences.append(Difference(kind, here, missing[0]))
