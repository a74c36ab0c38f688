"""How many messages there are, by STAT, LIST and UIDL, and which numbers they have (RFC 1939 §4, §5, §7).

Three replies count the messages. Where they differ, the one that is alone is wrong; where only two are there, what the
run put into the maildrop decides, or which numbers commands were accepted for.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from conformance.monitor.drop import Drop
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.judges.authorization import unproven_login
from conformance.monitor.registry import SessionJudge, judge, judge_session
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session

__all__: list[str] = []

_CLAUSES: Final = {"STAT": "R1939-STAT-04", "LIST": "R1939-LIST-04", "UIDL": "R1939-UIDL-02"}
_SAYS: Final = {"STAT": "STAT counts {} messages", "LIST": "LIST has {} messages", "UIDL": "UIDL has {} messages"}


def _counts(kind: str) -> SessionJudge:
    """A judge of what one kind of reply said, beside what the others said."""

    def look(session: Session) -> Finding | None:
        """Each of them tells of every message, no more and no fewer."""
        drop = _settled(session)
        counts = {name: witness.count for name, witness in drop.witnesses.items() if witness.calm} if drop else {}
        if drop is None or kind not in counts or len(counts) == 1:
            return None
        if len(set(counts.values())) == 1:
            return KEPT
        if _may_be_marked(session, drop):
            return None
        if kind != _culprit(session, drop, counts):
            return None
        others = ", ".join(_SAYS[name].format(count) for name, count in counts.items() if name != kind)
        reason = f"{_SAYS[kind].format(counts[kind])}, but {others}"
        return Finding(broken=True, reason=reason, evidence=drop.witnesses[kind].exchange.evidence())

    return look


for _kind, _clause in _CLAUSES.items():
    judge_session(_clause)(_counts(_kind))


def _may_be_marked(session: Session, drop: Drop) -> bool:
    """Whether marks of the session before may have lasted to this one, and RSET taken them away between two counts.

    That is for R1939-STATE-07, where it is certain.
    """
    before = session.before
    return bool(drop.resets) and before is not None and before.marked != frozenset()


def _settled(session: Session) -> Drop | None:
    drop = session.drop
    return drop if drop is not None and not (session.shared or session.adrift) else None


def _culprit(session: Session, drop: Drop, counts: Mapping[str, int]) -> str | None:
    """Whose count is wrong, if that can be told."""
    truth = _truth(session, drop, counts)
    if truth is not None:
        wrong = [kind for kind, count in counts.items() if count != truth]
        return wrong[0] if len(wrong) == 1 else None
    if session.scene.ledger.knows(session.user) or set(counts) != {"STAT", "LIST"}:
        return None
    return "STAT"  # in a recording no more will be known: rows are there to be seen, a sum is not


def _truth(session: Session, drop: Drop, counts: Mapping[str, int]) -> int | None:
    """How many messages there are, by a third witness."""
    votes = Counter(counts.values())
    if len(counts) > len(votes) > 1:
        return votes.most_common(1)[0][0]
    put_there = session.scene.ledger.at_first(session.user) if session.before is None else None
    if put_there in votes:
        return put_there
    low, high = min(votes), max(votes)
    if any(low < number <= high for number in drop.there):
        return high
    if sum(low < number <= high for number in drop.missing) == high - low:
        return low
    adds_up = drop.before_marks is not None and drop.before_marks.octets == sum(drop.full.values())
    return counts["LIST"] if adds_up and set(counts) == {"STAT", "LIST"} else None


@judge("R1939-LIST-04", verb="LIST")
def no_message_listed_twice(seen: Seen) -> Finding | None:
    """§5: for each message a line."""
    return _listed_twice(seen)


@judge("R1939-UIDL-02", verb="UIDL")
def no_unique_id_listed_twice(seen: Seen) -> Finding | None:
    """§7: for each message a line."""
    return _listed_twice(seen)


def _listed_twice(seen: Seen) -> Finding | None:
    if seen.numbers is None or len(seen.numbers) == len(seen.lines) or not seen.in_transaction:
        return None
    rows = seen.scans if seen.verb == "LIST" else seen.ids
    once: set[int] = set()
    for line, row in rows:
        if row is not None and row.number in once:
            reason = f"each message has one line in the listing; number {row.number} has more"
            return seen.broken(reason, (line.start, line.end))
        once |= {row.number} if row is not None else set()
    return None


@judge("R1939-AUTH-10", verb=("LIST", "UIDL"))
def numbered_from_one(seen: Seen) -> Finding | None:
    """§4: the first message has number 1."""
    if seen.drop is None or seen.numbers is None or 0 not in seen.numbers:
        return None
    return seen.broken(f"messages are numbered from 1; {seen.verb} has a message 0")


@judge_session("R1939-AUTH-10")
def numbered_without_gaps(session: Session) -> Finding | None:
    """§4: the first message has number 1, the next 2, and so on."""
    drop = _settled(session)
    if drop is None or drop.numbers is None:
        return None
    listing = drop.witnesses.get("LIST") or drop.witnesses.get("UIDL")
    numbers = drop.numbers
    if listing is None or not numbers:
        return None
    if numbers == frozenset(range(1, len(numbers) + 1)):
        return KEPT
    if not listing.calm or not _all_listed(session, drop):
        return None  # a message is missing from a listing, rather than a number from the maildrop
    if session.before is not None and session.before.quit is None:
        return None  # marks of the session before may have survived
    if session.before is None and not session.scene.ledger.knows(session.user):
        return None  # of a session that nobody saw, too
    shown = ", ".join(str(number) for number in sorted(numbers)[:10])
    reason = f"messages are numbered from 1 without gaps; {len(numbers)} messages have the numbers {shown}"
    return Finding(broken=True, reason=reason, evidence=listing.exchange.evidence())


def _all_listed(session: Session, drop: Drop) -> bool:
    """Whether it is certain that no row is missing: another reply counted as many messages, or the run put as many
    there."""
    if len(drop.witnesses) > 1:
        return drop.count is not None
    return session.before is None and drop.count == session.scene.ledger.at_first(session.user)


# -- an empty maildrop -----------------------------------------------------------------------------------------------


@judge("R1939-STAT-09", verb="STAT")
def nothing_left_is_zero(seen: Seen) -> Finding | None:
    """§5: with no message to count, both numbers are zero."""
    drop = seen.drop
    if drop is None or not seen.positive or not seen.wellformed or drop.doubtful:
        return None
    listing = seen.drop_listing
    none_left = drop.all_marked or (drop.empty and not drop.after_reset) or (listing is not None and listing.count == 0)
    if not none_left or (listing is not None and listing.count) or (listing is None and seen.listing):
        return None
    if listing is not None and listing.octets == 0:
        return KEPT
    return seen.broken(f'with no message left, STAT has to be answered "+OK 0 0"; it was answered {seen.said}')


@judge("R1939-LIST-05", verb="LIST")
def empty_listing(seen: Seen) -> Finding | None:
    """§5: without messages, a positive response and the terminating line."""
    drop = seen.drop
    if drop is None or not seen.wellformed or seen.arguments or drop.ever_marked or not drop.empty:
        return None
    return _empty(seen, "the maildrop is empty")


@judge("R1939-LIST-15", verb="LIST")
def everything_marked(seen: Seen) -> Finding | None:
    """§5: marked messages are not listed; with all of them marked nothing is."""
    drop = seen.drop
    if drop is None or not seen.wellformed or seen.arguments or not drop.all_marked or drop.doubtful:
        return None
    if seen.numbers and seen.numbers <= drop.marked:
        shown = ", ".join(map(str, sorted(seen.numbers)))
        return seen.broken(f"LIST has no rows when every message is marked; it lists {shown}")
    return _empty(seen, "every message is marked")


def _empty(seen: Seen, because: str) -> Finding | None:
    if seen.negative:
        return seen.broken(f"LIST has to succeed when {because}; it was answered {seen.said}")
    return KEPT if seen.body is not None and seen.body.terminated and not seen.body.lines else None


@judge("R1939-STAT-02", verb="STAT")
def stat_succeeds(seen: Seen) -> Finding | None:
    """§5: the response is positive; no other is foreseen."""
    if seen.drop is None or not seen.wellformed or (seen.negative and unproven_login(seen)):
        return None
    if seen.positive:
        return KEPT
    return seen.broken(f"STAT has to succeed in TRANSACTION; it was answered {seen.said}") if seen.negative else None
