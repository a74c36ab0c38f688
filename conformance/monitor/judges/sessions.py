"""From one session to the next: what QUIT removed, and what nothing else did (RFC 1939 §4, §5, §6, §8).

What is missing is laid to the session before, and to the clause that its end and its commands leave. All this takes
that the run filled the maildrop itself: in a recording others may have been there in between.
"""

from dataclasses import dataclass

from conformance.monitor.drop import LISTERS
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.history import Past
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen

__all__: list[str] = []


@dataclass(frozen=True, slots=True)
class _Reckoning:
    """A maildrop beside what the session before must have left."""

    past: Past
    count: int
    """Messages there are."""
    least: int
    """Messages that must be there."""
    most: int | None
    """Messages that can be there; None when that is not known."""

    @property
    def missing(self) -> int:
        """Messages that should be there and are not."""
        return max(0, self.least - self.count)

    @property
    def left_over(self) -> int:
        """Messages that should be gone and are not."""
        return max(0, self.count - self.most) if self.most is not None else 0


def _reckon(seen: Seen) -> _Reckoning | None:
    """The first count of a session, beside the last session's."""
    drop, past, user = seen.drop, seen.session.before, seen.session.user
    if drop is None or past is None or user is None or drop.ever_marked or drop.witnesses or not seen.positive:
        return None
    if past.count is None or past.marked is None or not seen.scene.ledger.knows(user):
        return None
    if seen.verb == "STAT":
        count = seen.drop_listing.count if seen.drop_listing is not None else None
    else:
        count = len(seen.numbers) if seen.numbers is not None and not seen.arguments else None
    if count is None or (past.quit is not None and not past.quit.complete):
        return None
    gone = len(past.marked) if past.quit is not None else 0
    late = seen.scene.history(user).late
    left = past.count - gone
    if past.quit is not None and not past.updated:
        return _Reckoning(past, count, left, None)
    return _Reckoning(past, count, left, None if late is None else left + late)


def _verdict(seen: Seen, *, fault: bool, kept: bool, reason: str) -> Finding | None:
    if fault:
        return seen.broken(reason)
    return KEPT if kept else None


@judge("R1939-UPD-01", verb=LISTERS)
def marked_ones_are_gone(seen: Seen) -> Finding | None:
    """§6: QUIT removes all messages that are marked."""
    found = _reckon(seen)
    if found is None or not found.past.updated or not found.past.marked:
        return None
    marked = len(found.past.marked)
    reason = f"QUIT removes what is marked; {marked} of {found.past.count} messages were, and {found.count} are there"
    return _verdict(seen, fault=found.left_over > 0, kept=found.count == found.least == found.most, reason=reason)


@judge("R1939-UPD-02", verb=LISTERS)
def unmarked_ones_stay(seen: Seen) -> Finding | None:
    """§6: in no case may the server remove messages that are not marked."""
    found = _reckon(seen)
    if found is None or found.past.quit is None or found.past.marked is None:
        return None
    explained = len(found.past.taken_back - found.past.marked) + len(found.past.retrieved - found.past.marked)
    reason = f"QUIT removes nothing that is not marked; {found.least} messages had to stay, and {found.count} are there"
    kept = not found.missing and bool(found.past.marked) and found.least > 0
    return _verdict(seen, fault=found.missing > explained, kept=kept, reason=reason)


@judge("R1939-RSET-05", verb=LISTERS)
def unmarked_again_stay(seen: Seen) -> Finding | None:
    """§5: RSET takes all marks away."""
    found = _reckon(seen)
    if found is None or found.past.quit is None or found.past.marked is None:
        return None
    unmarked = found.past.taken_back - found.past.marked
    if not unmarked:
        return None
    fault = 0 < found.missing <= len(unmarked)
    reason = (
        f"what RSET unmarked is not removed at QUIT; {found.least} messages had to stay, and {found.count} are there"
    )
    return _verdict(seen, fault=fault, kept=not found.missing, reason=reason)


@judge("R1939-RETR-07", verb=LISTERS)
def retrieved_ones_stay(seen: Seen) -> Finding | None:
    """§5, §8: RETR removes nothing, unless the server says that it keeps nothing that was retrieved."""
    found = _reckon(seen)
    if found is None or found.past.quit is None or found.past.marked is None or seen.scene.expires:
        return None
    retrieved = found.past.retrieved - found.past.marked
    if not retrieved or found.past.taken_back - found.past.marked:
        return None
    fault = 0 < found.missing <= len(retrieved)
    reason = f"RETR does not remove a message; {found.least} had to stay, {len(retrieved)} of them were retrieved"
    return _verdict(seen, fault=fault, kept=not found.missing, reason=f"{reason}, and {found.count} are there")


@judge("R1939-UPD-08", verb=LISTERS)
def nothing_goes_without_quit(seen: Seen) -> Finding | None:
    """§6: without QUIT the session does not enter the UPDATE state and must not remove any messages."""
    found = _reckon(seen)
    if found is None or found.past.quit is not None or not found.past.marked:
        return None
    if _gap(seen, found.past):
        return None
    reason = (
        f"a session without QUIT removes nothing; there were {found.past.count} messages, and {found.count} are there"
    )
    return _verdict(seen, fault=found.missing > 0, kept=not found.missing, reason=reason)


@judge("R1939-SITE-03", verb=LISTERS)
def retrieved_ones_stay_without_quit(seen: Seen) -> Finding | None:
    """§8: even where retrieved messages are removed, they are not when no QUIT was received."""
    found = _reckon(seen)
    if found is None or found.past.quit is not None or found.past.marked or not found.past.retrieved:
        return None
    reason = (
        f"without QUIT what was retrieved stays; there were {found.past.count} messages, and {found.count} are there"
    )
    return _verdict(seen, fault=found.missing > 0, kept=not found.missing, reason=reason)


@judge("R1939-STATE-07", verb=LISTERS)
def marks_do_not_survive(seen: Seen) -> Finding | None:
    """§4: the session enters the TRANSACTION state with no messages marked as deleted."""
    found = _reckon(seen)
    if found is None or found.past.quit is not None or not found.past.marked:
        return None
    if seen.verb == "STAT":
        return KEPT if not found.missing else None
    reason = "no message is marked at the beginning of a session; one that the session before had marked is not listed"
    return _verdict(seen, fault=_gap(seen, found.past), kept=not found.missing, reason=reason)


def _gap(seen: Seen, past: Past) -> bool:
    """Whether numbers are missing from a listing that the session before had marked: marked still, not removed."""
    if seen.numbers is None or past.count is None or past.marked is None:
        return False
    gaps = frozenset(range(1, max(seen.numbers, default=0) + 1)) - seen.numbers
    return bool(gaps) and gaps <= past.marked
