"""Keeps the accounts of a maildrop: what each reply in TRANSACTION adds to what is known of it."""

from collections.abc import Callable
from typing import Final

from conformance.monitor.drop import LISTERS, Drop, Retrieved, Topped, Witness
from conformance.monitor.history import History
from conformance.monitor.identities import learn_identities
from conformance.monitor.seen import Seen
from conformance.wire import Command

__all__ = ["learn_drop"]

_OPEN_END: Final = 2
"""Octets by which a size may differ where a message has no last line end: it is open whether that counts."""


def learn_drop(seen: Seen) -> None:
    """Take in what an exchange shows of the maildrop."""
    drop = seen.session.drop
    if drop is None or not seen.in_transaction or seen.exchange is seen.session.login:
        return
    if drop.blurred and not (seen.verb == "RSET" and seen.positive):
        return
    if seen.verb not in ("STAT", "LIST", "NOOP"):
        drop.stir()
    _learn_addressed(drop, seen)
    learn = _LEARNERS.get(seen.verb)
    if learn is not None and (seen.positive or seen.negative):
        learn(drop, seen)
    elif seen.negative and not (seen.verb == "QUIT" and seen.wellformed):  # which removes what it can (RFC 1939 §6)
        _refused(drop)
    if seen.verb == "RETR" and seen.positive:
        _learn_retrieved(drop, seen)
    if seen.verb in LISTERS and seen.session.user is not None:
        _learn_arrivals(drop, seen, seen.scene.history(seen.session.user))
    if seen.verb in ("UIDL", "RETR", "TOP"):
        learn_identities(seen)


def _learn_addressed(drop: Drop, seen: Seen) -> None:
    number = seen.number
    if number is None or not seen.wellformed:
        return
    if seen.positive:
        drop.there.add(number)
    elif seen.negative and number not in drop.marked and seen.verb != "TOP":
        drop.missing.add(number)


def _refused(drop: Drop) -> None:
    """A command that has no business with marks was refused."""
    drop.did("rejected")
    drop.doubtful = bool(drop.marked)


def _learn_stat(drop: Drop, seen: Seen) -> None:
    listing = seen.drop_listing
    if listing is None:
        if seen.negative:
            _refused(drop)
        return
    watch = drop.watches["STAT"]
    if not watch.kinds & {"DELE", "RSET"} and watch.shown == (listing.count, listing.octets):
        drop.doubtful = False
    if not drop.ever_marked:
        drop.witnesses.setdefault("STAT", Witness(listing.count, seen.exchange, not drop.stirred))
        drop.before_marks = drop.before_marks or listing
    _learn_regained(drop, "STAT", listing.count)
    drop.blurred |= bool(drop.marked) and drop.others_left_out(listing)
    drop.stat = listing
    drop.freed.clear()
    watch.shown = (listing.count, listing.octets)
    watch.kinds.clear()
    drop.stat_current = True
    _learn_sums(drop)


def _learn_sums(drop: Drop) -> None:
    """The total and the sum, where both were told in one breath and of all messages."""
    numbers, stat = drop.all_numbers, drop.stat
    if drop.sums is not None or not (drop.stat_current and drop.full_current) or drop.ever_marked:
        return
    if numbers and stat is not None and stat.octets is not None and numbers <= drop.full.keys():
        drop.sums = stat.octets, sum(drop.full[number] for number in numbers)


def _learn_list(drop: Drop, seen: Seen) -> None:
    if seen.command is not None and any(seen.arguments):
        if seen.negative:
            drop.did("rejected")
        elif (scan := seen.scan) is not None and scan.number == seen.number:
            if scan.octets is not None:
                _learn_size(drop, drop.single, scan.number, scan.octets)
            drop.single_current.add(scan.number)
        return
    if seen.negative:
        _refused(drop)
        return
    for _, row in seen.scans:
        if row is not None and row.octets is not None and row.number not in drop.marked:
            _learn_size(drop, drop.full, row.number, row.octets)
        elif row is not None and row.octets is None:
            drop.hexadecimal[row.number] = row.size
    for number in seen.ambiguous:
        drop.full.pop(number, None)
    _learn_numbers(drop, seen)
    drop.full_current = True
    _learn_sums(drop)


def _learn_size(drop: Drop, sizes: dict[int, int], number: int, octets: int) -> None:
    if drop.size(number) not in (None, octets):
        drop.unsteady.add(number)
    sizes[number] = octets


def _learn_uidl(drop: Drop, seen: Seen) -> None:
    if seen.command is not None and any(seen.arguments):
        if seen.negative:
            drop.did("rejected")
        elif (row := seen.unique_id) is not None and row.number == seen.number:
            _learn_id(drop, drop.single_ids, row.number, row.unique_id)
        return
    if seen.negative:
        _refused(drop)
        return
    for _, row in seen.ids:
        if row is not None and row.number not in drop.marked:
            _learn_id(drop, drop.ids, row.number, row.unique_id)
    _learn_numbers(drop, seen)


def _learn_id(drop: Drop, ids: dict[int, bytes], number: int, unique_id: bytes) -> None:
    if ids.get(number, unique_id) == unique_id == drop.ids.get(number, unique_id):
        drop.paired[number] = unique_id
    else:
        drop.paired.pop(number, None)
    ids[number] = unique_id


def _learn_numbers(drop: Drop, seen: Seen) -> None:
    numbers, watch = seen.numbers, drop.watches[seen.verb]
    watch.kinds.clear()
    if numbers is None:
        return
    watch.shown = numbers
    if not drop.ever_marked and len(numbers) == len(seen.lines):
        drop.witnesses.setdefault(seen.verb, Witness(len(numbers), seen.exchange, not drop.stirred))
        drop.numbers = numbers if drop.numbers is None else drop.numbers
    if not numbers & drop.marked:
        drop.doubtful = False
    drop.after_reset = False
    drop.handled -= numbers
    _learn_regained(drop, seen.verb, len(numbers))


def _learn_regained(drop: Drop, kind: str, count: int) -> None:
    first = drop.witnesses.get(kind)
    drop.regained |= first is not None and drop.resets > 0 and not drop.marked and count > first.count


def _learn_dele(drop: Drop, seen: Seen) -> None:
    number = seen.number
    if seen.negative:
        drop.did("again" if number is not None and number in drop.marked else "rejected")
        if not seen.wellformed:
            drop.doubtful = bool(drop.marked)
        return
    if number is None or not seen.wellformed or (drop.most is not None and number > drop.most):
        drop.blurred = True
    elif number in drop.marked:
        drop.did("again")
    else:
        drop.marked.add(number)
        drop.freed.append(number)
        drop.keys.clear()
        drop.paired.clear()
        drop.did("DELE")
        drop.ever_marked = True


def _learn_rset(drop: Drop, seen: Seen) -> None:
    if seen.negative:
        _refused(drop)
        return
    drop.after_reset = drop.after_reset or bool(drop.marked)
    drop.taken_back |= drop.marked
    drop.marked.clear()
    drop.freed.clear()
    drop.keys.clear()
    drop.paired.clear()
    drop.resets += 1
    drop.blurred = drop.doubtful = False
    drop.did("RSET")


def _learn_noop(drop: Drop, seen: Seen) -> None:
    drop.did("NOOP" if seen.positive else "rejected")
    drop.doubtful = bool(drop.marked)


def _learn_retr(drop: Drop, seen: Seen) -> None:
    drop.did("RETR" if seen.positive else "rejected")
    drop.stirred |= seen.positive


def _learn_top(drop: Drop, seen: Seen) -> None:
    drop.did("TOP" if seen.positive else "rejected")
    number, body = seen.number, seen.body
    drop.stirred |= seen.positive
    if seen.positive and number is not None and body is not None and body.terminated:
        drop.top_works.add(number)
        drop.handled.add(number)
        lines = seen.arguments[1] if isinstance(seen.command, Command) and len(seen.arguments) == 2 else b""
        if lines.isdigit() and len(lines) <= 20 and seen.wellformed:
            drop.topped.setdefault(number, []).append(Topped(seen.exchange, body, int(lines)))


def _learn_retrieved(drop: Drop, seen: Seen) -> None:
    number, body = seen.number, seen.body
    if number is None or body is None or not body.terminated:
        return
    sound = seen.comparison.sound if seen.comparison is not None else None
    drop.handled.add(number)
    drop.retrieved.setdefault(number, Retrieved(seen.exchange, body, seen.message_id, sound))
    size = drop.size(number)
    if size is not None and abs(size - body.octets) > _OPEN_END:
        drop.inexact.add(number)


def _learn_arrivals(drop: Drop, seen: Seen, history: History) -> None:
    """How many messages of the run may still arrive, from the first count of a session."""
    witness = drop.witnesses.get(seen.verb)
    if witness is None or witness.exchange is not seen.exchange or len(drop.witnesses) > 1:
        return
    past, seen.session.late_at_first = seen.session.before, history.late
    if past is None:
        missing = len(seen.scene.ledger.delivered(seen.session.user)) - witness.count
        history.late = missing if missing >= 0 else None
        return
    before = past.count_by(seen.verb)
    if before is None or past.marked is None:
        history.late = None
    elif history.late is not None:
        left = before - (len(past.marked) if past.quit is not None else 0)
        history.late = max(0, history.late - max(0, witness.count - left))


_LEARNERS: Final[dict[str, Callable[[Drop, Seen], None]]] = {
    "STAT": _learn_stat,
    "LIST": _learn_list,
    "UIDL": _learn_uidl,
    "DELE": _learn_dele,
    "RSET": _learn_rset,
    "NOOP": _learn_noop,
    "RETR": _learn_retr,
    "TOP": _learn_top,
}
