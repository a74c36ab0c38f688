"""The lines of multi-line responses: their ends, their stuffing, and the line that ends them all (RFC 1939 §3).

These look at the octets alone, whatever message it is; what the run knows of the message is held against it elsewhere.
"""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.transcript import Incident
from conformance.wire import Body, Defect, Flaw

__all__: list[str] = []

_LISTINGS: Final = ("LIST", "UIDL")
_BODIES: Final = ("LIST", "UIDL", "RETR", "TOP", "CAPA")
_REST: Final = 2
"""Lines of which the rest of a message is made, at least."""
_STUFFED: Final = re.compile(rb"(?:^|\n)\.\.[^\r\n]")


def _body(seen: Seen) -> Body | None:
    """The body, whether all of it came or not."""
    reply = seen.exchange.reply
    return reply.body if reply is not None and reply.positive else None


def _came_to_nothing(seen: Seen, body: Body) -> bool:
    """Whether the server is done with a body that has no end."""
    return seen.exchange.lost is Incident.SERVER_CLOSED or seen.session.nothing_came(seen.exchange, body.end)


@judge("R1939-MULTI-01", verb=_BODIES)
def lines_end_in_crlf(seen: Seen) -> Finding | None:
    """§3: each line is terminated by CRLF.

    A message may hold a lone LF as such. So of a message's lines only the first is sure to have an end, or each, when
    the run knows that it put no lone LF there.
    """
    body = _body(seen)
    if body is None or not body.octets:
        return None
    flaw = body.has(Defect.BARE_LF)
    if flaw is None:
        return KEPT if body.terminated and body.lines else None
    if seen.verb in ("RETR", "TOP") and not _is_line_end(seen, body, flaw):
        return None
    line = seen.exchange.transcript.octets("S", max(body.start, flaw.end - 60), flaw.end)
    return seen.broken(f"each line has to end in CRLF; this one does not: {quote(line)}", (flaw.start, flaw.end))


def _is_line_end(seen: Seen, body: Body, flaw: Flaw) -> bool:
    before = seen.exchange.transcript.octets("S", body.start, min(flaw.end, body.start + 1000))
    if b"\n" not in before[:-1] and before.endswith(b"\n"):
        return True
    delivered = seen.comparison.delivered if seen.comparison is not None else None
    return delivered is not None and not delivered.delicate


@judge("R1939-MULTI-02", verb=_BODIES)
def terminating_line(seen: Seen) -> Finding | None:
    """§3: a final line, a full stop and CRLF."""
    body = _body(seen)
    if body is None:
        return None
    if flaw := body.has(Defect.BAD_TERMINATOR):
        if not body.terminated and not _came_to_nothing(seen, body):
            return None
        line = seen.exchange.transcript.octets("S", flaw.start, flaw.end)
        return seen.broken(f'the last line has to be ".\\r\\n"; it was {quote(line)}', (flaw.start, flaw.end))
    if body.terminated:
        return KEPT
    in_vain = seen.session.nothing_came(seen.exchange, body.end)
    if not in_vain or body.has(Defect.GLUED_TERMINATOR) or (seen.verb in _LISTINGS and not body.octets):
        return None
    return seen.broken("a multi-line response has to end with a terminating line; none came", (body.start, body.end))


@judge("R1939-MULTI-03", verb=_BODIES)
def no_line_with_one_full_stop(seen: Seen) -> Finding | None:
    """§3: on the wire no line begins with just one full stop but the last."""
    if seen.verb == "TOP":
        return None  # there is a clause of its own for TOP
    flaw = _bare(seen)
    if flaw is None or seen.comparison is not None or _by_position(seen, flaw):
        return None
    return _not_stuffed(seen, flaw, "a line that begins with a full stop gets one more")


@judge("R1939-MULTI-06", verb="RETR")
def stuffed_wherever_it_is(seen: Seen) -> Finding | None:
    """§3: the same holds of the first line, and where other lines of the same message are stuffed."""
    flaw = _bare(seen)
    if flaw is None or seen.comparison is not None or not _by_position(seen, flaw):
        return None
    return _not_stuffed(seen, flaw, "every line that begins with a full stop gets one more, wherever it is")


@judge("R1939-TOP-05", verb="TOP")
def top_is_stuffed(seen: Seen) -> Finding | None:
    """§7: TOP takes the same care with the termination character."""
    body = _body(seen)
    if body is None or seen.drop is None:
        return None
    flaw = _bare(seen)
    if flaw is None:
        return KEPT if body.stuffed and body.terminated else None
    return _not_stuffed(seen, flaw, "a line that begins with a full stop gets one more, in TOP too")


def _bare(seen: Seen) -> Flaw | None:
    body = _body(seen)
    return body.has(Defect.NOT_STUFFED) if body is not None and body.terminated else None


def _by_position(seen: Seen, flaw: Flaw) -> bool:
    """Whether the place of a line is why it was not stuffed: others that are more than a full stop were."""
    body = _body(seen)
    if body is None or flaw.start == body.start:
        return body is not None
    return any(_STUFFED.search(block) for block in seen.exchange.body_blocks())


def _not_stuffed(seen: Seen, flaw: Flaw, demand: str) -> Finding:
    line = seen.exchange.transcript.octets("S", flaw.start, flaw.start + 60).partition(b"\n")[0]
    return seen.broken(f"{demand}; this one did not: {quote(line)}", (flaw.start, flaw.start + len(line)))


@judge("R1939-MULTI-03", verb="RETR")
def no_early_end(seen: Seen) -> Finding | None:
    """§3: a line of the message that is but a full stop does not end it.

    What follows behind the end is the rest of the message, when it ends in a terminating line once more.
    """
    return _ended_early(seen) if seen.comparison is None else None


@judge("R1939-TOP-05", verb="TOP")
def no_early_end_of_top(seen: Seen) -> Finding | None:
    """§7: nor does it end what TOP sends."""
    return _ended_early(seen)


def _ended_early(seen: Seen) -> Finding | None:
    extra = seen.exchange.extra
    if not seen.positive or seen.body is None or len(extra) < _REST:
        return None
    if extra[-1].raw != b".\r\n" or extra[0].raw[:1] in (b"+", b"-"):
        return None
    reason = (
        f"a line that is but a full stop gets one more; the message ended there, and {quote(extra[0].raw)} followed"
    )
    return seen.broken(reason, (seen.body.content_end, seen.body.end))


@judge("R1939-MULTI-05", verb=("RETR", "TOP"))
def terminator_on_its_own_line(seen: Seen) -> Finding | None:
    """§3: the terminating line is a line, also behind a message that ends without a line end."""
    body, drop = _body(seen), seen.drop
    if body is None or drop is None:
        return None
    delivered = seen.comparison.delivered if seen.comparison is not None else None
    if body.terminated:
        return KEPT if delivered is not None and not delivered.terminated else None
    flaw = body.has(Defect.GLUED_TERMINATOR)
    if flaw is None or not seen.session.nothing_came(seen.exchange, body.end) or not _is_glued(seen, body):
        return None
    line = seen.exchange.transcript.octets("S", max(body.start, flaw.end - 60), flaw.end)
    return seen.broken(
        f"the terminating line has to begin at a line start; {quote(line)} was the end", (flaw.start, flaw.end)
    )


def _is_glued(seen: Seen, body: Body) -> bool:
    """Whether the full stop at the end is more than the message has: by its size, or by what was put there."""
    size = seen.drop.size(seen.number) if seen.drop is not None and seen.number is not None else None
    if seen.verb == "RETR" and size is not None:
        return body.octets in (size + 3, size + 1)
    delivered = seen.scene.ledger.find(seen.session.user, seen.message_id)
    if delivered is None or not delivered.lines:
        return False
    last = seen.exchange.transcript.octets("S", max(body.start, body.end - 2000), body.end - 3).rpartition(b"\n")[2]
    return not delivered.terminated and last in (delivered.lines[-1], b"." + delivered.lines[-1])
