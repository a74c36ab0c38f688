"""NOOP and RSET: what they answer, and that RSET brings back what was marked (RFC 1939 §5)."""

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.judges.authorization import unproven_login
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen

__all__: list[str] = []


@judge("R1939-NOOP-01", verb="NOOP")
def noop_succeeds(seen: Seen) -> Finding | None:
    """§5: it merely replies with a positive response."""
    return _succeeds(seen)


@judge("R1939-RSET-03", verb="RSET")
def rset_succeeds(seen: Seen) -> Finding | None:
    """§5: then it replies with a positive response."""
    return _succeeds(seen)


def _succeeds(seen: Seen) -> Finding | None:
    if not seen.in_transaction or not seen.wellformed or seen.session.shared:
        return None
    if seen.positive:
        return KEPT
    if not seen.negative or unproven_login(seen):
        return None
    return seen.broken(f"{seen.verb} has to succeed in TRANSACTION; it was answered {seen.said}")


@judge("R1939-RSET-02", verb=("LIST", "UIDL"))
def rset_unmarks_everything(seen: Seen) -> Finding | None:
    """§5: if any messages were marked, they are unmarked."""
    drop = seen.drop
    if drop is None or seen.numbers is None or drop.marked or not drop.after_reset:
        return None
    listed = frozenset(drop.full if seen.verb == "LIST" else drop.ids)
    missing = (drop.taken_back & listed) - seen.numbers
    if not missing:
        return KEPT
    shown = ", ".join(map(str, sorted(missing)))
    return seen.broken(f"behind RSET every message has to be unmarked; {seen.verb} does not list {shown}")


@judge("R1939-RSET-02", verb=("LIST", "RETR", "UIDL"))
def rset_makes_messages_readable(seen: Seen) -> Finding | None:
    """§5: a message that was unmarked can be named again, by a command that has worked before."""
    drop, number = seen.drop, seen.number
    if drop is None or number is None or not seen.wellformed or not drop.after_reset:
        return None
    if number not in drop.taken_back or number in drop.marked or not drop.exists(number) or drop.doubtful:
        return None
    if not {"LIST": drop.single, "UIDL": drop.single_ids, "RETR": drop.retrieved}[seen.verb]:
        return None
    if seen.negative:
        return seen.broken(f"behind RSET message {number} has to be there again; {seen.asked} was answered {seen.said}")
    return None


@judge("R1939-RSET-04", verb="STAT")
def rset_restores_the_totals(seen: Seen) -> Finding | None:
    """§5: behind RSET the maildrop has the messages that it had at the beginning."""
    drop, now = seen.drop, seen.drop_listing
    if drop is None or now is None or drop.before_marks is None or drop.marked or drop.doubtful:
        return None
    kinds = drop.watches["STAT"].kinds
    if "RSET" not in kinds or not drop.taken_back or kinds & {"NOOP", "RETR", "TOP", "again"}:
        return None
    before = drop.before_marks
    if (now.count, now.octets) == (before.count, before.octets):
        return KEPT
    if now.count == before.count and (now.octets is None or before.octets is None or now.octets > before.octets):
        return None  # it is sizes that changed
    reason = f'behind RSET the totals are those of the beginning, "{before.count} {before.octets}"'
    return seen.broken(f"{reason}; STAT was answered {seen.said}")
