"""The end of a session: the server closes the connection behind QUIT (RFC 1939 §4, §6)."""

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import judge_session
from conformance.monitor.session import Session
from conformance.transcript import Exchange, Incident
from conformance.wire import State

__all__: list[str] = []


@judge_session("R1939-UPD-06")
def closes_behind_quit(session: Session) -> Finding | None:
    """§6: whether the removal was successful or not, the server closes the connection."""
    return _closes(session, State.TRANSACTION)


@judge_session("R1939-QUITA-02")
def closes_behind_quit_before_login(session: Session) -> Finding | None:
    """§4: the session terminates."""
    return _closes(session, State.AUTHORIZATION)


def _closes(session: Session, state: State) -> Finding | None:
    quit_ = session.quit
    if quit_ is None or quit_.state is not state or quit_.answered_at is None:
        return None
    after = _answered_after(session, quit_)
    if after is not None:
        reason = "the server closes the connection behind QUIT; it went on answering commands"
        return Finding(broken=True, reason=reason, evidence=after.evidence())
    ending = session.ending
    waited = session.waited(quit_.answered_at, ending.at if ending is not None else None)
    if waited:
        reason = "the server closes the connection behind QUIT; it was waited for in vain"
        return Finding(broken=True, reason=reason, evidence=quit_.evidence())
    closed = ending is not None and ending.incident is Incident.SERVER_CLOSED
    return KEPT if closed else None


def _answered_after(session: Session, quit_: Exchange) -> Exchange | None:
    answered_at = quit_.answered_at or 0.0
    later = session.conversation.exchanges[quit_.number + 1 :]
    return next((e for e in later if e.reply is not None and e.certain and e.sent_at > answered_at), None)
