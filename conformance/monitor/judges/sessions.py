"""From one session to the next: what QUIT removed, and what nothing else did (RFC 1939 §4, §5, §6, §8).

What is missing is laid to the session before, and to the clause that its end and its commands leave; where two clauses
explain it as well, to none. All this takes that the run filled the maildrop itself: in a recording others may have been
there in between.
"""

from dataclasses import dataclass

from conformance.monitor.drop import LISTERS, Drop, Witness
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.history import Past
from conformance.monitor.registry import judge_session
from conformance.monitor.session import Session

__all__: list[str] = []


@dataclass(frozen=True, slots=True)
class _Reckoning:
    """A maildrop beside what the session before must have left."""

    past: Past
    marked: frozenset[int]
    """What was marked at the end of that session."""
    witness: Witness
    """The reply that counted the messages now."""
    before: int
    """Messages there were when that session began."""
    least: int
    """Messages that must be there."""
    most: int | None
    """Messages that can be there; None when that is not known."""

    @property
    def count(self) -> int:
        """Messages there are."""
        return self.witness.count

    @property
    def missing(self) -> int:
        """Messages that should be there and are not."""
        return max(0, self.least - self.count)

    @property
    def unmarked(self) -> frozenset[int]:
        """What RSET had unmarked."""
        return self.past.taken_back - self.marked

    @property
    def retrieved(self) -> frozenset[int]:
        """What was retrieved and not marked."""
        return self.past.retrieved - self.marked

    def verdict(self, *, fault: bool, kept: bool, reason: str) -> Finding | None:
        """What it comes to, shown by the reply that counted."""
        if fault:
            told = f"{reason}; there were {self.before} messages, and {self.count} are there"
            return Finding(broken=True, reason=told, evidence=self.witness.exchange.evidence())
        return KEPT if kept else None


def _reckon(session: Session) -> _Reckoning | None:
    """The first count of a session, beside the last session's by the same command."""
    drop, past, user = session.drop, session.before, session.user
    if drop is None or past is None or past.marked is None or not session.scene.ledger.knows(user):
        return None
    if session.shared or (past.quit is not None and not past.quit.complete):
        return None
    for kind in LISTERS:
        witness, before = drop.witnesses.get(kind), past.count_by(kind)
        if before is not None and before > len(session.scene.ledger.delivered(user)):
            return None  # somebody else puts mail there, and may take it away again
        if witness is not None and before is not None and witness.calm:
            least = before - (len(past.marked) if past.quit is not None else 0)
            late = session.late_at_first if past.quit is None or past.updated else None
            return _Reckoning(past, past.marked, witness, before, least, None if late is None else least + late)
    return None


def _behind_quit(session: Session) -> _Reckoning | None:
    found = _reckon(session)
    return found if found is not None and found.past.quit is not None else None


def _without_quit(session: Session) -> _Reckoning | None:
    found = _reckon(session)
    return found if found is not None and found.past.quit is None else None


@judge_session("R1939-UPD-07")
def marked_ones_are_gone_at_once(session: Session) -> Finding | None:
    """§6: the server removes them and then replies as to the status of this operation."""
    found = _behind_quit(session)
    if found is None or not found.past.updated or not found.marked:
        return None
    kept = found.count == found.least == found.most
    reason = f"QUIT is answered when what is marked has been removed, and {len(found.marked)} were"
    return found.verdict(fault=_left_over(found), kept=kept, reason=reason)


def _left_over(found: _Reckoning) -> bool:
    """Whether there are more messages than QUIT can have left."""
    return found.most is not None and found.count > found.most


@judge_session("R1939-UPD-02")
def unmarked_ones_stay(session: Session) -> Finding | None:
    """§6: in no case may the server remove messages that are not marked."""
    found = _behind_quit(session)
    if found is None:
        return None
    fault = found.missing > len(found.unmarked | found.retrieved)
    kept = not found.missing and bool(found.marked) and found.least > 0
    return found.verdict(fault=fault, kept=kept, reason=f"QUIT removes nothing but the {len(found.marked)} marked")


@judge_session("R1939-RSET-05")
def unmarked_again_stay(session: Session) -> Finding | None:
    """§5: RSET takes all marks away."""
    found = _behind_quit(session)
    if found is None or not found.unmarked:
        return None
    fault = 0 < found.missing <= len(found.unmarked) and not found.retrieved
    return found.verdict(fault=fault, kept=not found.missing, reason="what RSET unmarked is not removed at QUIT")


@judge_session("R1939-UPD-08")
def nothing_goes_without_quit(session: Session) -> Finding | None:
    """§6: without QUIT the session does not enter the UPDATE state and must not remove any messages."""
    found = _without_quit(session)
    if found is None or not (found.marked or found.unmarked or found.retrieved) or _marked_still(session, found):
        return None
    kept = not found.missing and bool(found.marked or found.unmarked)
    return found.verdict(fault=found.missing > 0, kept=kept, reason="a session without QUIT removes nothing")


@judge_session("R1939-SITE-03")
def retrieved_ones_stay_without_quit(session: Session) -> Finding | None:
    """§8: even where retrieved messages are removed, they are not when no QUIT was received."""
    found = _without_quit(session)
    if found is None or found.marked or found.unmarked or not found.retrieved:
        return None
    return found.verdict(
        fault=found.missing > 0, kept=not found.missing, reason="without QUIT what was retrieved stays"
    )


@judge_session("R1939-STATE-07")
def marks_do_not_survive(session: Session) -> Finding | None:
    """§4: the session enters the TRANSACTION state with no messages marked as deleted."""
    found = _without_quit(session)
    if found is None or not found.marked:
        return None
    reason = "at the beginning of a session no message is marked, as the session before had marked it"
    return found.verdict(fault=_marked_still(session, found), kept=not found.missing, reason=reason)


def _marked_still(session: Session, found: _Reckoning) -> bool:
    """Whether what is missing is there, and marked: it has kept its number, or RSET brings it back."""
    drop: Drop | None = session.drop
    if drop is None or drop.regained:
        return drop is not None
    if drop.numbers is None or drop.numbers == frozenset(range(1, len(drop.numbers) + 1)):
        return False
    most = max(drop.numbers)
    gaps = most - sum(number > 0 for number in drop.numbers)
    return gaps == sum(0 < number < most for number in found.marked - drop.numbers)
