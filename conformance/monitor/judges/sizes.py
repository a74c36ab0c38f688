"""Sizes: exact, the same all the session, and the same wherever they are told (RFC 1939 §4, §5, §11).

A size that is not exact breaks the clause that says so. Where the difference has one of the shapes that §11 warns of,
line ends counted as one octet, stuffing counted, the terminating line counted, the clause about that is broken as well.
"""

from typing import Final

from conformance.monitor.drop import Drop, Retrieved
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.readings import ScanListing
from conformance.monitor.registry import judge, judge_session
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session
from conformance.wire import Defect

__all__: list[str] = []

_OPEN_END: Final = 2
"""Octets by which a size may differ where a message has no last line end: it is open whether that counts."""
_TERMINATOR: Final = 3
_TELLING: Final = 4
"""Lines from which on a difference of as many octets can be no other accident."""


# -- exact -----------------------------------------------------------------------------------------------------------


def _rows(seen: Seen) -> list[ScanListing]:
    """The scan listings of an answer, but for those of a number that has several sizes in it: it is the numbers that
    are wrong there."""
    rows = [row for _, row in seen.scans] if seen.body is not None else [seen.scan]
    return [row for row in rows if row is not None and row.number not in seen.ambiguous]


def _told(seen: Seen, drop: Drop) -> list[tuple[int, int, Retrieved]]:
    """Sizes that this exchange lets compare with what RETR sent: number, size as listed, what came."""
    if seen.verb == "RETR":
        told = _retrieved(seen, drop)
    else:
        told = [
            (row.number, row.octets, drop.retrieved[row.number])
            for row in _rows(seen)
            if row.octets is not None and row.number in drop.retrieved
            if drop.size(row.number) in (None, row.octets)  # else it is the size that changes
        ]
    return [
        (number, size, came)
        for number, size, came in told
        if number not in drop.marked and number not in drop.unsteady and came.sound is not False and _fit(came)
        if not _exchanged(seen, drop, size, came.body.octets)
    ]


def _exchanged(seen: Seen, drop: Drop, size: int, octets: int) -> bool:
    """Whether the size is that of another message of the run, and what came has the size of yet another in the listing:
    then it is the numbers that are mixed up."""
    if size == octets or octets not in drop.full.values():
        return False
    delivered = seen.scene.ledger.delivered(seen.session.user)
    return any(0 <= size - len(message.octets) <= _OPEN_END for message in delivered)


def _retrieved(seen: Seen, drop: Drop) -> list[tuple[int, int, Retrieved]]:
    body, number = seen.body, seen.number
    size = drop.size(number) if number is not None else None
    if body is None or number is None or size is None:
        return []
    before = drop.retrieved.get(number)
    changed = before is not None and before.body.digest != body.digest
    another = bool(drop.marked or drop.taken_back) and body.octets != size and body.octets in drop.full.values()
    sound = seen.comparison.sound if seen.comparison is not None else None
    return [] if changed or another else [(number, size, Retrieved(seen.exchange, body, seen.message_id, sound))]


def _fit(came: Retrieved) -> bool:
    """Whether the octets of a body can be counted: nothing is wrong with it, or behind it, that falsifies the sum."""
    body, wrong = came.body, (Defect.NOT_STUFFED, Defect.BARE_LF, Defect.BAD_TERMINATOR)
    return body.terminated and body.has(*wrong) is None and not came.exchange.extra


def _compared(seen: Seen, *, international: bool = False) -> list[tuple[int, int, Retrieved]]:
    drop = seen.drop
    told = _told(seen, drop) if drop is not None and seen.positive and seen.wellformed else []
    return [one for one in told if _may_be_a_surrogate(seen, one[2]) is international]


def _may_be_a_surrogate(seen: Seen, came: Retrieved) -> bool:
    """Whether a server that offers UTF8 may have sent another message in place of one that needs that mode.

    RFC 6856 §2.1: its size in LIST should be that of what is sent, and need not. A surrogate may bear no identifier, or
    one of its own.
    """
    if not seen.scene.utf8:
        return False
    ledger, user = seen.scene.ledger, seen.session.user
    delivered = ledger.find(user, came.message_id)
    if delivered is not None:
        return not delivered.octets.isascii()
    return not ledger.knows(user) or any(not message.octets.isascii() for message in ledger.delivered(user))


def _difference(seen: Seen, size: int, came: Retrieved) -> int:
    """How much more the listing says than came, none where a missing last line end explains it."""
    difference = size - came.body.octets
    delivered = seen.scene.ledger.find(seen.session.user, came.message_id)
    if abs(difference) <= _OPEN_END and (delivered is None or not delivered.terminated):
        return 0
    return difference


@judge("R1939-LIST-07", verb=("LIST", "RETR"))
def size_is_exact(seen: Seen) -> Finding | None:
    """§5, §11: the exact size of the message in octets, as RETR sends it with the stuffing removed."""
    compared = _compared(seen)
    for number, size, came in compared:
        if _difference(seen, size, came) and not _in_base_sixteen(size, came):
            return _inexact(seen, number, size, came, "the size in a scan listing has to be exact")
    return KEPT if compared else None


@judge("R6856-UTF8-11", verb=("LIST", "RETR"))
def size_in_utf8_mode_or_out_of_it_is_exact(seen: Seen) -> Finding | None:
    """RFC 6856 §2.1: the size in LIST should be the octets that RETR sends, in either mode, also of a surrogate."""
    compared = _compared(seen, international=True) if seen.scene.ledger.knows(seen.session.user) else []
    for number, size, came in compared:
        if _difference(seen, size, came):
            return _inexact(seen, number, size, came, "the size in a scan listing should be exact")
    return KEPT if compared else None


@judge("R1939-AUTH-11", verb=("LIST", "RETR"))
def size_is_decimal(seen: Seen) -> Finding | None:
    """§4: a size that is exact when it is read in base sixteen is in the wrong base."""
    for number, size, came in _compared(seen):
        if _difference(seen, size, came) and _in_base_sixteen(size, came):
            return _inexact(seen, number, size, came, "sizes have to be in base ten")
    return None


@judge("R1939-FMT-02", verb=("LIST", "RETR"))
def line_end_counts_two(seen: Seen) -> Finding | None:
    """§11: a server that stores line ends as one octet counts them as two."""
    compared = _compared(seen)
    for number, size, came in compared:
        lines = came.body.lines
        if lines >= _TELLING and -_OPEN_END <= _difference(seen, size, came) + lines <= _OPEN_END:
            return _inexact(seen, number, size, came, f"each of the {lines} line ends has to count as two octets")
    return KEPT if any(not _difference(seen, size, came) for _, size, came in compared) else None


@judge("R1939-FMT-03", verb=("LIST", "RETR"))
def stuffing_does_not_count(seen: Seen) -> Finding | None:
    """§11: lines that start with the termination octet are not counted twice."""
    compared = [told for told in _compared(seen) if told[2].body.stuffed]
    for number, size, came in compared:
        stuffed, difference = came.body.stuffed, _difference(seen, size, came)
        if stuffed != _TERMINATOR and difference in (stuffed, stuffed + _TERMINATOR):
            return _inexact(seen, number, size, came, f"the {stuffed} octets of stuffing may not count")
    return KEPT if any(not _difference(seen, size, came) for _, size, came in compared) else None


@judge("R1939-FMT-04", verb=("LIST", "RETR"))
def terminating_line_does_not_count(seen: Seen) -> Finding | None:
    """§3, §11: the terminating line is no part of the message."""
    compared = _compared(seen)
    for number, size, came in compared:
        stuffed, difference = came.body.stuffed, _difference(seen, size, came)
        if stuffed != _TERMINATOR and difference in (_TERMINATOR, stuffed + _TERMINATOR):
            return _inexact(seen, number, size, came, "the terminating line may not count")
    return KEPT if any(not _difference(seen, size, came) for _, size, came in compared) else None


def _inexact(seen: Seen, number: int, size: int, came: Retrieved, demand: str) -> Finding:
    reason = f"{demand}; LIST says {size} for message {number}, and RETR sent {came.body.octets} octets"
    if seen.verb != "RETR" and seen.body is not None:
        line = next(line for line, row in seen.scans if row is not None and row.number == number)
        return seen.broken(reason, (line.start, line.end))
    return seen.broken(reason)


def _in_base_sixteen(size: int, came: Retrieved) -> bool:
    return size > 9 and int(str(size), 16) == came.body.octets


# -- the same all the session ----------------------------------------------------------------------------------------


@judge("R1939-AUTH-14", verb="LIST")
def size_stays(seen: Seen) -> Finding | None:
    """§4: the size is noted when the maildrop is opened."""
    drop = seen.drop
    if drop is None or not seen.positive or not seen.wellformed:
        return None
    before = drop.full if seen.body is not None else drop.single
    again = [row for row in _rows(seen) if row.number in before and row.number not in drop.marked]
    if any(row.octets is None for row in again):
        return None
    changed = [row for row in again if row.octets != before[row.number]]
    if not changed:
        return KEPT if again else None
    if drop.marked and seen.body is not None and seen.numbers != (drop.all_numbers or frozenset()) - drop.marked:
        return None  # there may be other messages under these numbers
    if all(row.octets in drop.full.values() for row in changed):
        return None  # it may be the numbers that have changed places
    row = changed[0]
    reason = f"the size of a message stays what it was; message {row.number} had {before[row.number]} octets"
    return seen.broken(f"{reason}, and now {seen.verb} says {row.octets}")


@judge("R1939-AUTH-14", verb="STAT")
def total_stays(seen: Seen) -> Finding | None:
    """§4: with the sizes the total stays, as long as no message is marked."""
    drop, now = seen.drop, seen.drop_listing
    if drop is None or now is None or drop.ever_marked or drop.stat is None or now.octets is None:
        return None
    if now.count != drop.stat.count or drop.stat.octets is None:
        return None
    if now.octets == drop.stat.octets:
        return KEPT if drop.retrieved else None
    reason = f"the sizes of the messages stay what they were; STAT said {drop.stat.octets} octets"
    return seen.broken(f"{reason}, and now {now.octets}")


@judge("R1939-LIST-14", verb="LIST")
def both_forms_agree(seen: Seen) -> Finding | None:
    """§5: LIST tells the same size with an argument and without."""
    both = _both_forms(seen)
    for row, other, current in both:
        if row.octets is not None and row.octets != other and current:
            reason = f"both forms of LIST have to agree; for message {row.number} one says {other}"
            return seen.broken(f"{reason} and the other {row.octets}")
    return KEPT if both and all(row.octets == other for row, other, _ in both) else None


@judge("R1939-LIST-07", verb="LIST")
def one_of_both_is_exact(seen: Seen) -> Finding | None:
    """§5, §11: of two sizes that are told in one breath for one message no more than one is exact."""
    for row, other, current in _both_forms(seen):
        if row.octets is not None and abs(row.octets - other) > _OPEN_END and current:
            reason = f"the size in a scan listing has to be exact; for message {row.number} it is {other}"
            return seen.broken(f"{reason} in one form of LIST and {row.octets} in the other")
    return None


def _both_forms(seen: Seen) -> list[tuple[ScanListing, int, bool]]:
    """Rows of messages that the other form of LIST has shown, with its size, and whether that was just before."""
    drop = seen.drop
    if drop is None or not seen.positive or not seen.wellformed:
        return []
    other = drop.single if seen.body is not None else drop.full
    return [
        (row, other[row.number], row.number in drop.single_current if seen.body is not None else drop.full_current)
        for row in _rows(seen)
        if row.number in other and row.number not in drop.marked
    ]


# -- the sum ---------------------------------------------------------------------------------------------------------


@judge_session("R1939-STAT-05")
def total_is_the_sum(session: Session) -> Finding | None:
    """§5: the size of the maildrop in octets. With UTF8 offered it need not be exact (RFC 6856 §2.1)."""
    drop = session.drop
    if drop is None or session.shared or session.adrift or session.scene.utf8 or drop.count is None:
        return None
    witness = drop.witnesses.get("STAT")
    if drop.sums is None or witness is None or drop.hexadecimal:
        return None
    total, listed = drop.sums
    if total == listed:
        return KEPT
    if drop.inexact or _as_put_there(session, drop, total) or _in_either_base(total, list(drop.full.values())):
        return None  # it is the listing that is wrong
    if int(str(total), 16) == sum(int(str(octets), 16) for octets in drop.full.values()):
        return None  # it is the base
    reason = f"the total in STAT is the sum of the sizes in LIST, {listed}; it was {total}"
    return Finding(broken=True, reason=reason, evidence=witness.exchange.evidence())


def _in_either_base(total: int, sizes: list[int]) -> bool:
    """Whether the sum is right when the total and large sizes are read in base sixteen: then that is what is wrong."""
    return any(
        int(str(total), 16) == sum(int(str(size), 16) if size >= least else size for size in sizes)
        for least in sizes
        if least > 9
    )


def _as_put_there(session: Session, drop: Drop, total: int) -> bool:
    """Whether the total is that of the messages that the run put there, but for last line ends that were missing."""
    delivered = session.scene.ledger.delivered(session.user)
    if session.before is not None or not delivered or len(delivered) != drop.count:
        return False
    return 0 <= total - sum(len(message.octets) for message in delivered) <= _OPEN_END * len(delivered)
