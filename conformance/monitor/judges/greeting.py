"""The beginning of a connection: who speaks first, and what the greeting is (RFC 1939 §3, §4, §7)."""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.judges.behind import answers_part, is_farewell
from conformance.monitor.registry import GREETING, judge, judge_session
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session
from conformance.transcript import Chunk, Evidence, Incident, Mark
from conformance.wire.grammar import MSG_ID

__all__: list[str] = []

_STAMP: Final = re.compile(rb"<[!-~]*>")  # "<" *VCHAR ">", which may hold another "<"


@judge_session("R1939-NET-02")
def server_speaks_first(session: Session) -> Finding | None:
    """§3: once the connection exists the server sends a greeting; it does not wait to be spoken to."""
    waited = False
    for entry in session.conversation.transcript.entries:
        if isinstance(entry, Mark):
            waited |= entry.incident is Incident.WAITED
        elif isinstance(entry, Chunk) and entry.sender == "S":
            return KEPT
        elif waited:  # the client gave up waiting, and speaks
            reason = "the server has to speak first, and sent nothing until the client had spoken"
            return Finding(broken=True, reason=reason, evidence=Evidence(session.conversation.transcript.name))
        else:
            return None  # the client was too fast to tell
    if not waited:
        return None
    reason = "the server has to speak first, and sent nothing at all while it was waited for"
    return Finding(broken=True, reason=reason, evidence=Evidence(session.conversation.transcript.name))


@judge("R1939-NET-03", verb=GREETING)
def greeting_is_one_line(seen: Seen) -> Finding | None:
    """§4: a one line greeting."""
    if seen.reply is None:
        return None
    extra = seen.exchange.extra
    if extra and answers_part(seen, extra[0]):
        return None
    if extra and not is_farewell(seen):
        reason = f"the greeting has to be one line, and {quote(extra[0].raw)} came behind it"
        return seen.broken(reason, (extra[0].start, extra[-1].end))
    return KEPT


@judge("R1939-NET-04", verb=GREETING)
def greeting_is_positive(seen: Seen) -> Finding | None:
    """§4: any positive response. A server that says -ERR and goes away refuses its service, which is another matter."""
    if seen.reply is None:
        return None
    if seen.positive:
        return KEPT
    if seen.negative and not _goes_on(seen.session):
        return None
    return seen.broken(f"the greeting has to be a positive response; it was {seen.said}")


def _goes_on(session: Session) -> bool:
    """Whether the server answers a command after all."""
    return any(exchange.reply is not None for exchange in session.conversation.exchanges[1:])


@judge("R2449-GRAM-02", verb=GREETING)
def one_time_stamp_at_most(seen: Seen) -> Finding | None:
    """RFC 2449 §3: no "<" but the one that opens the time stamp. Whoever has CAPA has taken that RFC on."""
    if seen.reply is None or not seen.positive or not seen.session.announces:
        return None
    if b"<" not in _STAMP.sub(b"", seen.reply.status.content, count=1):
        return KEPT
    return seen.broken(f"a greeting holds one time stamp at the most, and no other angle brackets; it was {seen.said}")


@judge_session("R1939-APOP-02")
def stamp_is_a_message_id(session: Session) -> Finding | None:
    """§7: the time stamp has the form of an RFC 822 msg-id. What only looks like one is none without APOP."""
    greeting = session.conversation.greeting
    if session.stamp is None or greeting is None or not session.scene.ledger.apop:
        return None
    if MSG_ID.fullmatch(session.stamp):
        return KEPT
    reason = f"the time stamp has to have the form <local-part@domain>; it was {quote(session.stamp)}"
    return Finding(broken=True, reason=reason, evidence=greeting.evidence())


@judge_session("R1939-APOP-03")
def stamps_differ(session: Session) -> Finding | None:
    """§7: the time stamp is different each time a greeting is issued."""
    greeting, ledger = session.conversation.greeting, session.scene.ledger
    if session.stamp is None or greeting is None or not ledger.apop:
        return None
    transcript = session.conversation.transcript
    here = transcript.name, transcript.opened
    there = ledger.seen_stamps.get(session.stamp, here)
    if there != here:
        reason = f"each greeting has to have a time stamp of its own; {quote(session.stamp)} was in another one"
        return Finding(broken=True, reason=reason, evidence=greeting.evidence())
    return KEPT if len(ledger.seen_stamps) > 1 else None
