"""Which message has which unique-id: a message by the identifier that it bears itself.

Only messages that the run put there, once, are told apart so: of copies nobody can say which is which.
"""

from conformance.monitor.history import Owner, UidSeen
from conformance.monitor.seen import Seen

__all__ = ["identities", "learn_identities"]


def identities(seen: Seen) -> list[tuple[bytes, bytes]]:
    """Messages and unique-ids that this exchange, with those before it, shows to belong together."""
    drop, user, number = seen.drop, seen.session.user, seen.number
    if drop is None or not seen.positive or not seen.scene.ledger.knows(user):
        return []
    pairs: list[tuple[bytes | None, bytes | None]] = []
    if seen.verb == "UIDL":
        rows = [row for _, row in seen.ids] if seen.body is not None else [seen.unique_id]
        sound = [row for row in rows if row is not None and not row.faults]
        steady = [row for row in sound if drop.ids.get(row.number, row.unique_id) == row.unique_id]
        pairs = [(drop.keys.get(row.number), row.unique_id) for row in steady if row.number not in drop.marked]
    elif seen.verb in ("RETR", "TOP") and number is not None and seen.body is not None:
        doubtful = number in drop.marked or _is_of_another(seen)
        pairs = [] if doubtful else [(seen.message_id, drop.paired.get(number))]
    return [(key, uid) for key, uid in pairs if key and uid and seen.scene.ledger.copies(user, key) == 1]


def _is_of_another(seen: Seen) -> bool:
    """Whether what RETR sent is as long as another message has to be, and not as this one: who is it then?"""
    drop, number, body = seen.drop, seen.number, seen.body
    if drop is None or number is None or body is None or seen.verb != "RETR":
        return False
    return drop.size(number) not in (None, body.octets) and body.octets in drop.full.values()


def learn_identities(seen: Seen) -> None:
    """Remember them for the sessions to come."""
    drop, user, number = seen.drop, seen.session.user, seen.number
    if drop is None or user is None:
        return
    for key, unique_id in identities(seen):
        history = seen.scene.history(user)
        history.ids[key] = UidSeen(unique_id, seen.session)
        owner = history.owners.setdefault(unique_id, Owner(key, seen.session))
        if owner.key != key and owner.session is seen.session:
            history.shared_ids.add(unique_id)
    shown = seen.verb in ("RETR", "TOP") and seen.positive and not _is_of_another(seen)
    if shown and number is not None and seen.message_id is not None:
        drop.keys[number] = seen.message_id
