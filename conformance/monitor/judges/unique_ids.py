"""Unique-ids: one message each, the same all the session and in every session (RFC 1939 §7)."""

from conformance.monitor.drop import Drop
from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.history import UidSeen
from conformance.monitor.identities import identities
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session

__all__: list[str] = []


# -- in one session --------------------------------------------------------------------------------------------------


@judge("R1939-UIDL-14", verb="UIDL")
def unique_id_stays(seen: Seen) -> Finding | None:
    """§7: the unique-id is that of the message, however it is asked for and whenever."""
    drop = seen.drop
    if drop is None or not seen.positive or not seen.wellformed:
        return None
    rows = [row for _, row in seen.ids] if seen.body is not None else [seen.unique_id]
    told = [row for row in rows if row is not None and row.number not in drop.marked]
    again = [(row, before) for row in told if (before := _known(drop, row.number)) is not None]
    changed = [(row, before) for row, before in again if row.unique_id != before]
    if not changed:
        return KEPT if again else None
    row, before = changed[0]
    if row.unique_id in drop.ids.values() and drop.ever_marked:
        return None  # another message under its number
    reason = f"a unique-id stays what it is; that of message {row.number} was {quote(before)}"
    return seen.broken(f"{reason} and is {quote(row.unique_id)} now")


def _known(drop: Drop, number: int) -> bytes | None:
    return drop.ids.get(number, drop.single_ids.get(number))


@judge("R1939-UIDL-08", verb=("UIDL", "RETR", "LIST"))
def one_message_each(seen: Seen) -> Finding | None:
    """§7: a unique-id identifies a message. Copies that are alike to the octet may share one."""
    drop = seen.drop
    if drop is None or not seen.positive or not seen.wellformed:
        return None
    ids = {number: unique_id for number, unique_id in drop.ids.items() if unique_id}
    if seen.verb == "UIDL":
        if seen.body is None:
            return None
        ids = {row.number: row.unique_id for _, row in seen.ids if row is not None and not row.faults}
        if len(ids) > 1 and len(set(ids.values())) == len(ids):
            return KEPT
    elif len(set(ids.values())) == len(ids):
        return None
    return _shared(seen, drop, ids)


def _shared(seen: Seen, drop: Drop, ids: dict[int, bytes]) -> Finding | None:
    holders: dict[bytes, list[int]] = {}
    for number, unique_id in ids.items():
        holders.setdefault(unique_id, []).append(number)
    for unique_id, numbers in holders.items():
        first = numbers[0]
        other = next((n for n in numbers[1:] if _differ(seen, drop, first, n)), None)
        if other is not None:
            reason = f"a unique-id belongs to one message; {quote(unique_id)} is that of {first} and of {other}"
            return seen.broken(f"{reason}, which are not alike")
    return None


def _differ(seen: Seen, drop: Drop, one: int, other: int) -> bool:
    """Whether two messages are certain to differ: by content, by size, or because the run put no copies there."""
    digests = [drop.retrieved[n].body.digest for n in (one, other) if n in drop.retrieved]
    if seen.verb == "RETR" and seen.number in (one, other) and seen.body is not None:
        digests.append(seen.body.digest)
    if len(digests) == 2:
        return digests[0] != digests[1]
    sizes = [drop.size(one), drop.size(other)]
    if None not in sizes:
        return sizes[0] != sizes[1]
    messages = [message.octets for message in seen.scene.ledger.delivered(seen.session.user)]
    return len(messages) == drop.count == len(set(messages))


# -- from session to session -----------------------------------------------------------------------------------------


def _earlier(seen: Seen, key: bytes) -> UidSeen | None:
    """What an earlier session showed of the message; None for what this one showed."""
    if seen.session.user is None:
        return None
    known = seen.scene.history(seen.session.user).ids.get(key)
    return known if known is not None and known.session is not seen.session else None


def _persistent(seen: Seen, *, aborted: bool) -> Finding | None:
    finding = None
    for key, unique_id in identities(seen):
        known = _earlier(seen, key)
        if known is None or not isinstance(known.session, Session) or (known.session.quit is None) is not aborted:
            continue
        if known.unique_id != unique_id:
            reason = f"a unique-id persists across sessions; that of the message {quote(key)} was "
            return seen.broken(f"{reason}{quote(known.unique_id)} and is {quote(unique_id)} now")
        finding = KEPT
    return finding


@judge("R1939-UIDL-09", verb=("UIDL", "RETR", "TOP"))
def unique_id_persists(seen: Seen) -> Finding | None:
    """§7: it persists across sessions."""
    return _persistent(seen, aborted=False)


@judge("R1939-UIDL-10", verb=("UIDL", "RETR", "TOP"))
def unique_id_survives_an_abort(seen: Seen) -> Finding | None:
    """§7: also when a session ends without entering the UPDATE state."""
    return _persistent(seen, aborted=True)


@judge("R1939-UIDL-09", verb="UIDL")
def same_unique_ids_as_before(seen: Seen) -> Finding | None:
    """§7: with the same messages there, the same unique-ids are."""
    return _same_set(seen, aborted=False)


@judge("R1939-UIDL-10", verb="UIDL")
def same_unique_ids_after_an_abort(seen: Seen) -> Finding | None:
    """§7: likewise when the session before ended without entering the UPDATE state."""
    return _same_set(seen, aborted=True)


def _same_set(seen: Seen, *, aborted: bool) -> Finding | None:
    """Only where nothing was removed and nothing can have arrived: the maildrop holds all that the run put there."""
    drop, past = seen.drop, seen.session.before
    if drop is None or past is None or not past.ids or seen.numbers is None or drop.ever_marked:
        return None
    if (past.quit is None) is not aborted or past.marked is None or (past.marked and past.quit is not None):
        return None
    put_there = len(seen.scene.ledger.delivered(seen.session.user))
    if not past.count_by("UIDL") == len(past.ids) == len(seen.numbers) == put_there or drop.count not in (
        None,
        put_there,
    ):
        return None
    now = sorted(row.unique_id for _, row in seen.ids if row is not None)
    before = sorted(past.ids.values())
    if now == before:
        return KEPT
    new = next(unique_id for unique_id in now if unique_id not in before) if set(now) - set(before) else now[0]
    return seen.broken(f"unique-ids persist across sessions; the same messages are there, and {quote(new)} is new")


@judge("R1939-UIDL-11", verb=("UIDL", "RETR", "TOP"))
def unique_id_is_not_used_again(seen: Seen) -> Finding | None:
    """§7: the server should never reuse a unique-id in a maildrop."""
    if seen.session.user is None:
        return None
    history, finding = seen.scene.history(seen.session.user), None
    here = set(seen.drop.keys.values()) if seen.drop is not None else set()
    for key, unique_id in identities(seen):
        owner = history.owners.get(unique_id)
        if key in history.ids or unique_id in history.shared_ids:
            continue
        if owner is None:
            finding = KEPT if history.owners else finding
        elif owner.key not in (key, *here) and owner.session is not seen.session:
            reason = f"a unique-id is not used again; {quote(unique_id)} was that of the message {quote(owner.key)}"
            return seen.broken(f"{reason} and is that of {quote(key)} now")
    return finding
