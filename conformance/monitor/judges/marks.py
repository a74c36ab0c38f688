"""Messages that are marked as deleted: counted, listed and named no more; and how RSET brings them back (RFC 1939 §5).

What a full listing shows after DELE is read as a whole before anything is held against the server: whether it lists
what was marked, lists it under new numbers, or has marked another message.
"""

from collections import Counter
from enum import StrEnum
from typing import Final

from conformance.monitor.drop import Drop
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.judges.refusals import refusal
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen

__all__: list[str] = []

_DEMAND: Final = "a message that is marked as deleted has to be"


class _Shape(StrEnum):
    """How a full listing relates to the marks."""

    AS_MARKED = "what is not marked"
    MARKED_TOO = "what is marked, too"
    RENUMBERED = "what is not marked, under new numbers"
    ANOTHER = "what is marked, and not another message"
    UNKNOWN = "something else"


def _shape(seen: Seen) -> _Shape | None:
    """What a full listing shows of the marks; None when there are none, or it is not certain."""
    drop = seen.drop
    if drop is None or seen.numbers is None or not drop.marked or drop.doubtful:
        return None
    everything = drop.all_numbers
    if everything is None or not drop.marked <= everything:
        return None
    rest = everything - drop.marked
    if rest < seen.numbers <= everything:
        return _Shape.MARKED_TOO
    if len(seen.numbers) != len(rest) or not seen.numbers <= everything:
        return _Shape.UNKNOWN
    known, now, moved = _known(seen, drop), _values(seen), _moved(seen, drop)
    if [known.get(number) for number in sorted(rest)] == [now[number] for number in sorted(now)]:
        return _Shape.RENUMBERED if moved else _Shape.AS_MARKED if seen.numbers == rest else _Shape.UNKNOWN
    if seen.numbers == rest:
        return _Shape.AS_MARKED
    return _Shape.UNKNOWN if moved else _Shape.ANOTHER


def _values(seen: Seen) -> dict[int, object]:
    """Sizes or identifiers in a full listing, by number."""
    if seen.verb == "LIST":
        return {row.number: row.octets for _, row in seen.scans if row is not None}
    return {row.number: row.unique_id for _, row in seen.ids if row is not None}


def _known(seen: Seen, drop: Drop) -> dict[int, object]:
    """What the same listing said before."""
    return dict(drop.full) if seen.verb == "LIST" else dict(drop.ids)


def _moved(seen: Seen, drop: Drop) -> bool:
    """Whether a number has another size or identifier than before."""
    known = _known(seen, drop)
    return any(known[number] != value for number, value in _values(seen).items() if number in known)


@judge("R1939-LIST-10", verb="LIST")
def marked_not_listed(seen: Seen) -> Finding | None:
    """§5: messages marked as deleted are not listed."""
    return _not_listed(seen)


@judge("R1939-UIDL-12", verb="UIDL")
def marked_without_unique_id(seen: Seen) -> Finding | None:
    """§7: messages marked as deleted are not listed."""
    return _not_listed(seen)


def _not_listed(seen: Seen) -> Finding | None:
    shape = _shape(seen)
    if shape is _Shape.AS_MARKED:
        return KEPT
    if shape is not _Shape.MARKED_TOO or seen.drop is None:
        return None
    rows = seen.scans if seen.verb == "LIST" else seen.ids
    line = next(line for line, row in rows if row is not None and row.number in seen.drop.marked)
    number = next(row.number for _, row in rows if row is not None and row.number in seen.drop.marked)
    reason = f"{_DEMAND} left out of the listing; {seen.verb} lists {number}"
    return seen.broken(reason, (line.start, line.end))


@judge("R1939-AUTH-12", verb=("LIST", "UIDL"))
def numbers_stay(seen: Seen) -> Finding | None:
    """§4: the number belongs to the message for the whole session."""
    shape = _shape(seen)
    if shape is _Shape.RENUMBERED:
        return seen.broken(f"a message keeps its number; behind DELE {seen.verb} shows the others under new ones")
    drop = seen.drop
    if shape is not _Shape.AS_MARKED or drop is None or not seen.numbers:
        return None
    return KEPT if min(drop.marked) < max(seen.numbers) and _known(seen, drop) else None


@judge("R1939-AUTH-12", verb=("LIST", "UIDL"))
def numbers_come_back(seen: Seen) -> Finding | None:
    """§4, §5: what RSET unmarks has the number again that it had."""
    drop = seen.drop
    if drop is None or seen.numbers is None or drop.marked or not drop.taken_back:
        return None
    known, now = _known(seen, drop), _values(seen)
    if known.keys() != now.keys() or Counter(known.values()) != Counter(now.values()):
        return None
    moved = sorted(number for number in now if now[number] != known[number])
    if not moved:
        return KEPT if len(set(known.values())) > 1 else None
    numbers = ", ".join(map(str, moved))
    return seen.broken(f"a message keeps its number; behind RSET {seen.verb} shows {numbers} in another order")


@judge("R1939-DELE-02", verb=("LIST", "UIDL"))
def the_right_one_is_marked(seen: Seen) -> Finding | None:
    """§5: DELE marks the message that it names."""
    shape = _shape(seen)
    if shape is _Shape.AS_MARKED:
        return KEPT
    if shape is not _Shape.ANOTHER or seen.drop is None or seen.numbers is None:
        return None
    marked = ", ".join(map(str, sorted(seen.drop.marked)))
    gone = ", ".join(map(str, sorted((seen.drop.all_numbers or frozenset()) - seen.numbers)))
    return seen.broken(f"DELE has to mark the message that it names; {marked} was named, and {gone} is gone")


@judge("R1939-DELE-02", verb="DELE")
def an_existing_message_can_be_marked(seen: Seen) -> Finding | None:
    """§5: DELE marks the message, and says so."""
    drop, number = seen.drop, seen.number
    if drop is None or number is None or not seen.wellformed or not seen.negative:
        return None
    if not drop.exists(number) or number in drop.marked or number in drop.taken_back or number in drop.handled:
        return None
    if drop.marked and number > (drop.count or 0) - len(drop.marked):
        return None  # a server that gives new numbers has no such message any more
    return seen.broken(f"message {number} is there and not marked, so DELE has to mark it; it was answered {seen.said}")


# -- the sums --------------------------------------------------------------------------------------------------------


@judge("R1939-STAT-06", verb="STAT")
def marked_not_counted(seen: Seen) -> Finding | None:
    """§5: messages marked as deleted are not counted in either total."""
    drop, now = seen.drop, seen.drop_listing
    if drop is None or now is None or drop.stat is None or not drop.freed:
        return None
    if drop.watches["STAT"].kinds != {"DELE"}:
        return None  # something else may have had an effect
    before = drop.stat
    count = before.count - len(drop.freed)
    if now.count != count:
        return seen.broken(
            f"{len(drop.freed)} of {before.count} messages were marked since, so STAT has to count {count}; "
            f"it was answered {seen.said}"
        )
    if before.octets is None or now.octets is None:
        return None
    sizes = [drop.full.get(number) for number in drop.freed]
    freed = before.octets - now.octets
    if any(size is None for size in sizes) or not _sums_up(drop):
        something = any(sizes)
        return seen.broken(_unreduced(seen)) if something and freed <= 0 else None
    known = sum(size for size in sizes if size is not None)
    if freed == known:
        return KEPT
    if drop.others_left_out(now):
        return None  # DELE has marked another message than it was told to
    return seen.broken(f"{known} octets were marked since the last STAT, and the total fell by {freed}")


def _sums_up(drop: Drop) -> bool:
    """Whether the total was the sum of all sizes before anything was marked; else its parts cannot be told."""
    return drop.sums is not None and drop.sums[0] == drop.sums[1]


def _unreduced(seen: Seen) -> str:
    return f"messages that are marked have to be left out of the total size; it did not fall: {seen.said}"


# -- naming them -----------------------------------------------------------------------------------------------------


def _is_marked(seen: Seen) -> bool:
    """Whether the command names a message that was there, and is marked."""
    drop, number = seen.drop, seen.number
    if drop is None or number is None or not seen.wellformed or drop.doubtful:
        return False
    return number in drop.marked and drop.exists(number)


def _named(seen: Seen) -> Finding | None:
    """§5: any future reference to its number is an error."""
    if not _is_marked(seen) or _is_another(seen):
        return None
    if seen.negative or seen.positive:
        return refusal(seen, f"{seen.verb} of {_DEMAND} refused")
    return None


def _is_another(seen: Seen) -> bool:
    """Whether what came is another message: then numbers have moved."""
    drop, number = seen.drop, seen.number
    if drop is None or number is None or not seen.positive:
        return False
    if seen.verb == "UIDL" and seen.unique_id is not None:
        unique_id = seen.unique_id.unique_id
        return number in drop.ids and unique_id != drop.ids[number] and unique_id in drop.ids.values()
    own = drop.size(number)
    size = seen.body.octets if seen.verb == "RETR" and seen.body is not None else None
    if seen.verb == "LIST" and seen.scan is not None:
        size = seen.scan.octets
    return own is not None and bool(size) and size != own and size in drop.full.values()


judge("R1939-DELE-03", "R1939-LIST-11", verb="LIST")(_named)
judge("R1939-DELE-03", "R1939-RETR-06", verb="RETR")(_named)
judge("R1939-DELE-03", "R1939-UIDL-13", verb="UIDL")(_named)
judge("R1939-DELE-03", "R1939-DELE-04", verb="DELE")(_named)
judge("R1939-DELE-03", verb="TOP")(_named)


@judge("R1939-AUTH-12", verb=("LIST", "RETR", "UIDL"))
def number_is_not_handed_on(seen: Seen) -> Finding | None:
    """§4: the number of a marked message is not given to another."""
    if not _is_marked(seen) or not _is_another(seen):
        return None
    return seen.broken(f"message {seen.number} is marked, and {seen.verb} now shows another one under its number")
