"""Which message has which unique-id: a message by the identifier that it bears itself.

Only messages that the run put there, once, are told apart so: of copies nobody can say which is which.
"""

from typing import Final

from conformance.monitor.history import Owner, UidSeen
from conformance.monitor.seen import Seen

__all__ = ["identities", "learn_identities"]

_OPEN_END: Final = 2
"""Octets by which a size may differ where a message has no last line end: it is open whether that counts."""


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
        sure = number not in drop.marked and _fits(seen)
        pairs = [(seen.message_id, drop.paired.get(number))] if sure else []
    return [(key, uid) for key, uid in pairs if key and uid and seen.scene.ledger.copies(user, key) == 1]


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
    shown = seen.verb in ("RETR", "TOP") and seen.positive and _fits(seen)
    if shown and number is not None and seen.message_id is not None:
        drop.keys[number] = seen.message_id


def _fits(seen: Seen) -> bool:
    """Whether what came can be the message of that number, by the size that is listed."""
    drop, number, body = seen.drop, seen.number, seen.body
    size = drop.size(number) if drop is not None and number is not None else None
    if seen.verb != "RETR" or body is None or size is None:
        return True
    return abs(size - body.octets) <= _OPEN_END
