"""What every response has to look like, and that there is one for each command (RFC 1939 §3, §5)."""

from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import EVERY, GREETING, judge
from conformance.monitor.seen import Seen
from conformance.transcript import Chunk, Incident
from conformance.wire import VERBS, Indicator, Line
from conformance.wire.grammar import STATUS_LIMIT

__all__: list[str] = []

_AT_ONCE: Final = 0.05
"""Seconds in which the lines of one response follow each other."""


@judge("R1939-RESP-01")
def two_status_indicators(seen: Seen) -> Finding | None:
    """§3: +OK and -ERR; the continuation of AUTH came later (RFC 5034 §4)."""
    if seen.reply is None:
        return None
    if seen.positive or seen.negative:
        return KEPT
    if seen.verb == "AUTH" and seen.reply.indicator is Indicator.CONTINUATION:
        return None
    if seen.session.bodied:
        return None  # it may be the rest of the body before, in which a line looked like the end
    return seen.broken(f"a response has to begin with +OK or -ERR; {seen.asked} was answered {seen.said}")


@judge("R1939-RESP-02", verb=(EVERY, GREETING))
def indicator_in_capitals(seen: Seen) -> Finding | None:
    """§3: servers must send them in upper case."""
    if seen.reply is None or not (seen.positive or seen.negative):
        return None
    if seen.reply.status.raw.startswith((b"+OK", b"-ERR")):
        return KEPT
    start = seen.reply.start
    span = start, start + (3 if seen.positive else 4)
    return seen.broken(f"the status indicator has to be in capitals; {seen.asked} was answered {seen.said}", span)


@judge("R1939-RESP-03", verb=(EVERY, GREETING))
def status_line_ends_in_crlf(seen: Seen) -> Finding | None:
    """§3: all responses are terminated by CRLF. The lines behind the first are judged as multi-line responses."""
    reply = seen.exchange.reply
    if reply is None:
        return None
    line = reply.status
    if line.raw.endswith(b"\r\n"):
        return KEPT
    cut_off = not line.raw.endswith(b"\n") and seen.exchange.lost not in _SERVER_ENDED
    if line.length > len(line.raw) or cut_off:
        return None
    return seen.broken(f"a response line has to end in CRLF; this one is {seen.said}", (line.start, line.end))


_SERVER_ENDED: Final = frozenset({Incident.SERVER_CLOSED, Incident.WAITED})


@judge("R1939-RESP-04", verb=(EVERY, GREETING))
def status_line_is_short(seen: Seen) -> Finding | None:
    """§3: up to 512 characters, the CRLF included."""
    reply = seen.exchange.reply
    if reply is None:
        return None
    if reply.status.length <= STATUS_LIMIT:
        return KEPT
    reason = f"a response line has at most {STATUS_LIMIT} octets with its CRLF; this one has {reply.status.length}"
    return seen.broken(reason, (reply.status.start, reply.status.end))


@judge("R1939-NET-05")
def one_response_each(seen: Seen) -> Finding | None:
    """§5: after each command, a response; one. A second status line in the same breath is a second response.

    One that comes later, or other lines, are not: see `nothing_unasked` and the multi-line clauses.
    """
    if seen.ignored:
        return seen.broken(f"every command has to be answered; {seen.asked} was not")
    if seen.reply is None or seen.verb not in VERBS:
        return None
    extra = seen.exchange.extra
    if not extra:
        return KEPT
    second = next((line for line in extra if _is_status(line) and _same_chunk(seen, line)), None)
    if second is None or _is_farewell(seen, extra):
        return None
    reason = f"a command has one response; {seen.asked} was answered {seen.said} and {quote(second.raw)}"
    return seen.broken(reason, (seen.reply.start, second.end))


@judge("R1939-NET-06")
def nothing_unasked(seen: Seen) -> Finding | None:
    """§3: commands and responses are exchanged; between them the server says nothing."""
    if seen.reply is None or not (seen.positive or seen.negative):
        return None
    extra = seen.exchange.extra
    if not extra:
        return KEPT
    if _is_farewell(seen, extra) or _may_be_listing(seen):
        return None
    for line in extra:
        if not (_same_chunk(seen, line) if _is_status(line) else _same_breath(seen, line)):
            reason = f"nothing may come between a response and the next command; {quote(line.raw)} came behind the one "
            return seen.broken(f"{reason}to {seen.asked}", (line.start, line.end))
    return None


@judge("R1939-MULTI-11")
def refusal_is_one_line(seen: Seen) -> Finding | None:
    """§3: only certain positive responses have more lines."""
    if not seen.negative or seen.verb not in _WITH_LINES:
        return None
    return _no_more_lines(seen, "a negative response has one line")


@judge("R1939-MULTI-13")
def answer_is_one_line(seen: Seen) -> Finding | None:
    """§3: which responses are multi-line is said with each command."""
    if not seen.positive or seen.body is not None or seen.command is None or not seen.command.known:
        return None
    if seen.command.known.rfc != _BASE:
        return None
    return _no_more_lines(seen, f"the response to {seen.verb}{' n' if seen.arguments else ''} has one line")


_BASE: Final = 1939
_WITH_LINES: Final = frozenset({"LIST", "RETR", "TOP", "UIDL", "CAPA"})


def _no_more_lines(seen: Seen, demand: str) -> Finding | None:
    more = [line for line in seen.exchange.extra if not _is_status(line)]
    if not seen.exchange.extra:
        return KEPT
    if not more or not _same_breath(seen, more[0]):
        return None
    reason = f"{demand}; {seen.asked} was answered {seen.said} and {quote(more[0].raw)}"
    return seen.broken(reason, (more[0].start, more[-1].end))


def _may_be_listing(seen: Seen) -> bool:
    """Whether the command may be one of the server's own, with an answer of many lines."""
    return seen.positive and (seen.command is None or seen.command.known is None or seen.verb == "AUTH")


def _is_status(line: Line) -> bool:
    return line.raw[:3].upper() == b"+OK" or line.raw[:4].upper() == b"-ERR"


def _is_farewell(seen: Seen, extra: list[Line]) -> bool:
    """Whether a server says -ERR once more before it hangs up: its patience or its time is over."""
    transcript = seen.exchange.transcript
    ending = seen.session.ending
    closed = ending is not None and ending.incident in (Incident.SERVER_CLOSED, Incident.SERVER_RESET)
    alone = len(extra) == 1 and extra[0].raw[:4].upper() == b"-ERR"
    return alone and closed and extra[0].end == transcript.length("S")


def _same_chunk(seen: Seen, line: Line) -> bool:
    """Whether a line came together with the end of the reply."""
    chunk = _chunk_with(seen, seen.exchange.reply.end - 1) if seen.exchange.reply is not None else None
    return chunk is not None and line.start < chunk.end


def _same_breath(seen: Seen, line: Line) -> bool:
    """Whether a line followed the reply at once, in however many pieces."""
    chunk = _chunk_with(seen, line.start)
    answered = seen.exchange.answered_at
    return chunk is not None and answered is not None and chunk.at - answered <= _AT_ONCE


def _chunk_with(seen: Seen, offset: int) -> Chunk | None:
    for entry in seen.exchange.transcript.entries:
        if isinstance(entry, Chunk) and entry.sender == "S" and entry.start <= offset < entry.end:
            return entry
    return None
