"""TOP: the header, the empty line and so many lines, beside what RETR sent of the same message (RFC 1939 §7).

Servers may lawfully add or leave out the empty line of a message that has none, and the last line end of one that ends
without. Where RETR itself was wrong TOP is not measured by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from conformance.monitor.content import body_lines, header_of
from conformance.monitor.drop import Drop, Retrieved, Topped
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.header import compare_headers
from conformance.monitor.ledger import message_id
from conformance.monitor.registry import Judge, judge
from conformance.monitor.seen import Seen
from conformance.wire import Defect

__all__: list[str] = []

_VAST: Final = 2**31
"""Line counts from which on numbers overflow."""
_HUGE: Final = 0x3FFFFFFF
"""Line counts above this are refused by some servers, lawfully."""


@dataclass(frozen=True, slots=True)
class _Match:
    """What TOP sent beside what it had to send."""

    clause: str
    """Which clause is concerned, by how many lines were asked for."""
    wrong: str = ""
    """What is wrong, in words; empty when nothing is."""
    blank_skipped: bool = False
    """Whether empty lines were not counted."""


def _pairs(seen: Seen) -> list[tuple[Topped, Retrieved]]:
    """What this exchange lets compare: a TOP with an earlier RETR of the message, or a RETR with earlier TOPs."""
    drop, number, body = seen.drop, seen.number, seen.body
    if drop is None or number is None or body is None or not body.terminated or number in drop.marked:
        return []
    if seen.verb == "TOP":
        came, lines = drop.retrieved.get(number), seen.arguments[1] if len(seen.arguments) == 2 else b""
        if came is None or not lines.isdigit() or len(lines) > 20 or not seen.wellformed:
            return []
        pairs = [(Topped(seen.exchange, body, int(lines)), came)]
    else:
        sound = seen.comparison.sound if seen.comparison is not None else None
        came = Retrieved(seen.exchange, body, seen.message_id, sound)
        pairs = [(topped, came) for topped in drop.topped.get(number, [])] if number not in drop.retrieved else []
    told = drop.size(number) in (None, pairs[0][1].body.octets) if pairs else True
    return [pair for pair in pairs if _comparable(*pair) and (told or not _of_two(*pair))]


def _of_two(topped: Topped, came: Retrieved) -> bool:
    """Whether they bear the identifiers of two messages: then one of the two commands has sent the wrong one."""
    one, other = (message_id(header_of(shown.exchange)) for shown in (topped, came))
    return None not in (one, other) and one != other


def _comparable(topped: Topped, came: Retrieved) -> bool:
    bad = (Defect.NOT_STUFFED, Defect.BARE_LF, Defect.BARE_CR)
    if topped.exchange.extra or came.exchange.extra:
        return False
    return came.sound is not False and topped.body.has(*bad) is None and came.body.has(*bad) is None


def _split(lines: Iterator[bytes]) -> tuple[list[bytes], bool, Iterator[bytes]]:
    """The header, whether an empty line ends it, and the rest."""
    header: list[bytes] = []
    for line in lines:
        if not line:
            return header, True, lines
        header.append(line)
    return header, False, iter(())


def _content(came: Topped | Retrieved) -> Iterator[bytes]:
    return (line.content for line in body_lines(came.exchange, came.body.start))


def _compare(topped: Topped, came: Retrieved) -> _Match:
    top_header, top_blank, top_rest = _split(_content(topped))
    header, blank, rest = _split(_content(came))
    sent = list(top_rest)
    ahead = list(islice(rest, max(topped.lines, len(sent)) + 1)) if topped.lines < _VAST else list(rest)
    wanted, whole = ahead[: topped.lines], len(ahead) <= topped.lines
    clause = _clause(topped.lines, whole=whole)
    if _differ(top_header, header):
        return _Match(clause, "the header is not that of the message")
    if blank and not top_blank:
        return _Match(clause, "the empty line behind the header is missing")
    if sent == wanted or (whole and _but_for_the_end(sent, wanted)):
        return _Match(clause)
    if not blank and not any(sent):
        return _Match(clause)
    if len(sent) != len(wanted):
        skipped = b"" in sent[:-1] and sent[-1] != b"" and sent == ahead[: len(sent)]
        skipped = skipped and sum(map(bool, sent)) == topped.lines
        return _Match(clause, f"{len(sent)} lines of the body came, where {len(wanted)} had to come", skipped)
    if all(
        line == want or (want.startswith(b"..") and line == want[1:]) for line, want in zip(sent, wanted, strict=True)
    ):
        return _Match("R1939-TOP-05", "full stops that RETR stuffs are not stuffed")
    return _Match(clause, "the lines of the body are not those of the message")


def _clause(lines: int, *, whole: bool) -> str:
    if lines == 0:
        return "R1939-TOP-03"
    if not whole:
        return "R1939-TOP-02"
    return "R1939-TOP-09" if lines >= _VAST else "R1939-TOP-04"


def _differ(sent: list[bytes], wanted: list[bytes]) -> bool:
    """Whether a header is another; fields that stores keep for themselves may come and go."""
    if sent == wanted:
        return False
    came, put = b"\r\n".join(sent), b"\r\n".join(wanted)
    return compare_headers(came, put).lost is not None or compare_headers(put, came).lost is not None


def _but_for_the_end(sent: list[bytes], wanted: list[bytes]) -> bool:
    return sent in ([*wanted, b""], wanted[:-1] if wanted and not wanted[-1] else wanted)


def _judge(clause: str) -> Judge:
    def look(seen: Seen) -> Finding | None:
        """§7: the headers of the message, the blank line, and then the number of lines of the message's body."""
        finding = None
        for topped, came in _pairs(seen):
            match = _compare(topped, came)
            if match.clause != clause or (topped.lines >= _VAST and _as_for_fewer(seen, topped)):
                continue
            if match.wrong:
                return _wrong(topped, match.wrong)
            finding = KEPT
        return finding

    return look


@judge("R1939-TOP-10", verb=("TOP", "RETR"))
def empty_lines_are_lines(seen: Seen) -> Finding | None:
    """§7: the number of lines of the message's body, of which some are empty.

    That they were not counted explains a line too many only where it explains each TOP of the message.
    """
    finding, broken = None, None
    for topped, came in _pairs(seen):
        earlier = seen.drop.topped.get(seen.number, []) if seen.drop is not None and seen.number is not None else []
        matches = [_compare(other, came) for other in (*earlier, topped) if _comparable(other, came)]
        if any(match.wrong and not match.blank_skipped for match in matches):
            return None
        if matches[-1].blank_skipped:
            broken = _wrong(topped, "empty lines of the body are lines")
        elif _has_empty_lines(topped):
            finding = KEPT
    return broken or finding


def _as_for_fewer(seen: Seen, topped: Topped) -> bool:
    """Whether a vast number of lines was answered as a smaller one that is too many as well: nothing overflowed."""
    drop, number = seen.drop, seen.number
    others = drop.topped.get(number, []) if drop is not None and number is not None else []
    return any(topped.body.lines < other.lines < _VAST and other.body.digest == topped.body.digest for other in others)


def _has_empty_lines(topped: Topped) -> bool:
    return b"" in list(_split(_content(topped))[2])


def _wrong(topped: Topped, what: str) -> Finding:
    body = topped.body
    reason = f"TOP n {topped.lines} sends the header, the empty line and {topped.lines} lines of the body; {what}"
    return Finding(broken=True, reason=reason, evidence=topped.exchange.evidence((body.start, body.content_end)))


judge("R1939-TOP-02", verb=("TOP", "RETR"))(_judge("R1939-TOP-02"))
judge("R1939-TOP-03", verb=("TOP", "RETR"))(_judge("R1939-TOP-03"))
judge("R1939-TOP-04", verb=("TOP", "RETR"))(_judge("R1939-TOP-04"))
judge("R1939-TOP-05", verb=("TOP", "RETR"))(_judge("R1939-TOP-05"))
judge("R1939-TOP-09", verb=("TOP", "RETR"))(_judge("R1939-TOP-09"))


@judge("R1939-TOP-04", verb="TOP")
def too_many_lines_are_no_error(seen: Seen) -> Finding | None:
    """§7: with more lines asked for than there are, the server sends the entire message."""
    drop, number = seen.drop, seen.number
    if drop is None or number is None or not seen.negative or not seen.wellformed or number in drop.marked:
        return None
    lines = int(seen.arguments[1]) if len(seen.arguments[1]) <= 20 else _VAST
    if number not in drop.top_works or number not in drop.retrieved or lines > _HUGE:
        return None
    if number in drop.handled:
        return None  # perhaps what was done last has marked it
    if lines <= _body_lines(drop, number):
        return None
    return seen.broken(f"{seen.asked} asks for more lines than there are, and has to succeed; it was {seen.said}")


def _body_lines(drop: Drop, number: int) -> int:
    return drop.retrieved[number].body.lines
