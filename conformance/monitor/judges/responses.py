"""What every response has to look like, and that there is one for each command (RFC 1939 §3, §5)."""

from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.judges.behind import (
    answers_part,
    answers_unfinished,
    is_farewell,
    is_status,
    same_breath,
    same_chunk,
)
from conformance.monitor.registry import EVERY, GREETING, TURN, judge
from conformance.monitor.seen import Seen
from conformance.transcript import Incident
from conformance.wire import VERBS, Line
from conformance.wire.grammar import ARGUMENT_LIMIT, COMMAND_LIMIT, STATUS_LIMIT

__all__: list[str] = []

_CLOSED: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})


@judge("R1939-RESP-01")
def two_status_indicators(seen: Seen) -> Finding | None:
    """§3: +OK and -ERR; the continuation of AUTH came later (RFC 5034 §4)."""
    if seen.reply is None:
        return None
    if seen.positive or seen.negative:
        return KEPT
    if seen.verb == "AUTH" and seen.reply.challenges:
        return None
    if seen.session.bodied:
        return None  # it may be the rest of the body before, in which a line looked like the end
    return seen.broken(f"a response has to begin with +OK or -ERR; {seen.asked} was answered {seen.said}")


@judge("R1939-RESP-02", verb=(EVERY, GREETING, TURN))
def indicator_in_capitals(seen: Seen) -> Finding | None:
    """§3: servers must send them in upper case."""
    if seen.reply is None or not (seen.positive or seen.negative):
        return None
    if seen.reply.status.raw.startswith((b"+OK", b"-ERR")):
        return KEPT
    start = seen.reply.start
    span = start, start + (3 if seen.positive else 4)
    return seen.broken(f"the status indicator has to be in capitals; {seen.asked} was answered {seen.said}", span)


@judge("R1939-RESP-03", verb=(EVERY, GREETING, TURN))
def status_line_ends_in_crlf(seen: Seen) -> Finding | None:
    """§3: all responses are terminated by CRLF. The lines behind the first are judged as multi-line responses."""
    reply = seen.exchange.reply
    if reply is None:
        return None
    line = reply.status
    if line.raw.endswith(b"\r\n"):
        return KEPT
    if line.length > len(line.raw) or (not line.raw.endswith(b"\n") and not _came_to_nothing(seen, line)):
        return None
    return seen.broken(f"a response line has to end in CRLF; this one is {seen.said}", (line.start, line.end))


def _came_to_nothing(seen: Seen, line: Line) -> bool:
    """Whether the server is done with a line that has no end."""
    return seen.exchange.lost is Incident.SERVER_CLOSED or seen.session.nothing_came(seen.exchange, line.end)


@judge("R1939-RESP-04", verb=(EVERY, GREETING, TURN))
def status_line_is_short(seen: Seen) -> Finding | None:
    """§3: up to 512 characters, the CRLF included. A challenge may be of any length (RFC 5034 §4)."""
    reply = seen.exchange.reply
    if reply is None or (seen.verb == "AUTH" and reply.challenges):
        return None
    if reply.status.length <= STATUS_LIMIT:
        return KEPT
    reason = f"a response line has at most {STATUS_LIMIT} octets with its CRLF; this one has {reply.status.length}"
    return seen.broken(reason, (reply.status.start, reply.status.end))


@judge("R2449-LEN-03", verb=(EVERY, GREETING))
def first_line_is_short(seen: Seen) -> Finding | None:
    """RFC 2449 §4: still 512 octets. Whoever has CAPA has taken that RFC on."""
    return status_line_is_short(seen) if seen.session.announces else None


@judge("R2449-GRAM-01")
def space_behind_the_indicator(seen: Seen) -> Finding | None:
    """RFC 2449 §3: status [SP text] CRLF. The rule for the greeting has no separator, so nothing is said of that."""
    if seen.reply is None or not (seen.positive or seen.negative) or not seen.session.announces:
        return None
    line = seen.reply.status
    if line.content[3 if seen.positive else 4 :][:1] in (b"", b" "):
        return KEPT
    reason = f"a status indicator is followed by a space, or by nothing; {seen.asked} was answered {seen.said}"
    return seen.broken(reason, (line.start, line.end))


@judge("R1939-NET-05")
def one_response_each(seen: Seen) -> Finding | None:
    """§5: after each command, a response; one. A second status line in the same breath is a second response.

    One that comes later, or other lines, are not: see `nothing_unasked` and the multi-line clauses. Nor is it against
    this clause to close the connection where a response was due: §3 has them exchanged until it is closed or aborted.
    """
    if seen.ignored and (seen.exchange.lost not in _CLOSED or seen.session.waited(seen.exchange.sent_at)):
        return seen.broken(f"every command has to be answered; {seen.asked} was not")
    if seen.reply is None or seen.verb not in VERBS:
        return None
    extra = seen.exchange.extra
    if not extra:
        return KEPT
    second = next((line for line in extra if is_status(line) and same_chunk(seen, line)), None)
    if second is None or is_farewell(seen) or _beyond_the_limit(seen):
        return None
    reason = f"a command has one response; {seen.asked} was answered {seen.said} and {quote(second.raw)}"
    return seen.broken(reason, (seen.reply.start, second.end))


@judge("R2449-LEN-01")
def long_command_is_one(seen: Seen) -> Finding | None:
    """RFC 2449 §4: servers with CAPA take commands of 255 octets; the tail of one is no command of its own."""
    if seen.reply is None or seen.command is None or not _beyond_the_limit(seen) or not seen.session.announces:
        return None
    if seen.command.line.length > COMMAND_LIMIT:
        return None
    second = next((line for line in seen.exchange.extra if is_status(line) and same_chunk(seen, line)), None)
    if second is None or is_farewell(seen):
        return KEPT
    reason = f"a command of up to {COMMAND_LIMIT} octets is one command; this one was answered {seen.said}"
    return seen.broken(f"{reason} and {quote(second.raw)}", (seen.reply.start, second.end))


def _beyond_the_limit(seen: Seen) -> bool:
    """Whether an argument is longer than RFC 1939 §3 has it: a server whose buffer is full may see several commands."""
    return any(len(argument) > ARGUMENT_LIMIT for argument in seen.arguments)


@judge("R1939-NET-06")
def nothing_unasked(seen: Seen) -> Finding | None:
    """§3: commands and responses are exchanged; between them the server says nothing."""
    if seen.reply is None or not (seen.positive or seen.negative):
        return None
    extra = seen.exchange.extra
    if not extra:
        return KEPT
    if is_farewell(seen) or answers_unfinished(seen) or _may_be_listing(seen):
        return None
    for line in extra:
        if answers_part(seen, line):
            return None
        if not (same_chunk(seen, line) if is_status(line) else same_breath(seen, line)):
            reason = f"nothing may come between a response and the next command; {quote(line.raw)} came behind the one "
            return seen.broken(f"{reason}to {seen.asked}", (line.start, line.end))
    return None


@judge("R1939-MULTI-11")
def refusal_is_one_line(seen: Seen) -> Finding | None:
    """§3: only certain positive responses have more lines. That of a command that is no POP3 shows it as well."""
    if not seen.negative or (seen.verb not in _WITH_LINES and not seen.exchange.extra):
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
    more = [line for line in seen.exchange.extra if not is_status(line)]
    if not seen.exchange.extra:
        return KEPT
    if not more or not same_breath(seen, more[0]):
        return None
    reason = f"{demand}; {seen.asked} was answered {seen.said} and {quote(more[0].raw)}"
    return seen.broken(reason, (more[0].start, more[-1].end))


def _may_be_listing(seen: Seen) -> bool:
    """Whether the command may be one of the server's own, with an answer of many lines."""
    return seen.positive and (seen.command is None or seen.command.known is None or seen.verb == "AUTH")
