"""TLS from the first octet to the last, where the connection began with it (RFC 8314 §3)."""

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import judge_session
from conformance.monitor.session import Session
from conformance.transcript import Chunk, Evidence, Incident, Mark

__all__: list[str] = []


@judge_session("R8314-IMPL-02")
def all_of_it_is_tls(session: Session) -> Finding | None:
    """§3.1: messages are exchanged as TLS application data for the remainder of the connection."""
    marks = _marks(session)
    if marks is None:
        return None
    clear = next((mark for mark in marks if mark.incident is Incident.NOT_TLS), None)
    if clear is not None:
        reason = f"all is said inside TLS, up to the end of the connection; {clear.note}"
        return Finding(broken=True, reason=reason, evidence=_last(session))
    return KEPT if session.quit is not None else None


@judge_session("R8314-CLOSE-01")
def alert_before_the_end(session: Session) -> Finding | None:
    """§3.4: who wishes to close sends a close alert first. Behind QUIT it is the server who does, beyond doubt."""
    marks, quit_ = _marks(session), session.quit
    if marks is None or quit_ is None or not quit_.complete:
        return None
    ending = session.ending
    if ending is None or ending.incident is not Incident.SERVER_CLOSED:
        return None  # who was reset, or did not wait, cannot know
    if any(mark.incident is Incident.CLOSE_ALERT for mark in marks):
        return KEPT
    reason = "a TLS close alert comes before the end of the connection; the server closed it behind QUIT without one"
    return Finding(broken=True, reason=reason, evidence=quit_.evidence())


def _marks(session: Session) -> list[Mark] | None:
    """What happened on a connection that began with TLS; None on others."""
    entries = session.conversation.transcript.entries
    marks = [entry for entry in entries if isinstance(entry, Mark)]
    began = next((entry for entry in entries if isinstance(entry, Chunk) or entry.incident is Incident.TLS), None)
    return marks if isinstance(began, Mark) else None


def _last(session: Session) -> Evidence:
    """The exchange in which it was."""
    exchanges = session.conversation.exchanges
    return Evidence(session.conversation.transcript.name, exchanges[-1].number if exchanges else None)
