"""What changed in the maildrop, and which command did it (RFC 1939 §3, §4, §5).

Two replies of one kind, two STATs or two full listings, tell what happened between them. A change is laid to a command
only when it alone was given in between and has no business to change anything.
"""

from typing import Final

from conformance.monitor.drop import LISTERS, Drop
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import Judge, judge
from conformance.monitor.seen import Seen

__all__: list[str] = []

_HARMLESS: Final = {
    "NOOP": ("R1939-NOOP-02", "NOOP has to change nothing"),
    "rejected": ("R1939-STATE-05", "a command that was refused has to change nothing"),
    "again": ("R1939-DELE-04", "marking a message that is marked has to change nothing"),
    "TOP": ("R1939-TOP-11", "TOP has to change nothing"),
    "RETR": ("R1939-RETR-07", "retrieving a message has to leave it unmarked"),
}
"""Kinds of commands that change nothing, and the clause that says so."""


def _shown(seen: Seen) -> object:
    """What a reply shows of the maildrop: the numbers of STAT, or those of a listing."""
    if seen.verb == "STAT":
        return (seen.drop_listing.count, seen.drop_listing.octets) if seen.drop_listing is not None else None
    return seen.numbers if not seen.arguments else None


def _harmless(kind: str, demand: str) -> Judge:
    def look(seen: Seen) -> Finding | None:
        """Before and after, the maildrop shows itself the same."""
        drop, shown = seen.drop, _shown(seen)
        if drop is None or shown is None or not seen.positive:
            return None
        watch = drop.watches[seen.verb]
        if watch.shown is None or kind not in watch.kinds or watch.kinds & {"DELE", "RSET"}:
            return None
        if watch.shown == shown:
            return KEPT
        if watch.kinds != {kind} or _grown(drop, seen) or _same_count(watch.shown, shown):
            return None
        if _more(watch.shown, shown) and _may_have_grown(seen) is not False:
            return None
        return seen.broken(f"{demand}; {seen.verb} showed {_told(watch.shown)} before and {_told(shown)} after")

    return look


for _kind, (_clause, _demand) in _HARMLESS.items():
    judge(_clause, verb=LISTERS)(_harmless(_kind, _demand))


@judge("R1939-AUTH-13", verb=LISTERS)
def messages_are_fixed(seen: Seen) -> Finding | None:
    """§4: numbers are given when the maildrop is opened; what arrives later is for the next session."""
    drop, shown = seen.drop, _shown(seen)
    if drop is None or shown is None or not seen.positive:
        return None
    if _grown(drop, seen):
        return seen.broken(
            f"messages that arrive later have to stay out of a session; {seen.verb} shows more than before"
        )
    watch = drop.watches[seen.verb]
    changed = watch.shown is not None and watch.shown != shown and not _same_count(watch.shown, shown)
    if changed and not watch.kinds:
        return seen.broken(
            f"the messages are fixed when the maildrop is opened; {seen.verb} showed {_told(watch.shown)}, "
            f"and then {_told(shown)}"
        )
    return KEPT if _may_have_grown(seen) else None


def _grown(drop: Drop, seen: Seen) -> bool:
    """Whether there are more messages than the same command showed at first, or than marks that were lost explain."""
    first, watch = drop.witnesses.get(seen.verb), drop.watches[seen.verb]
    if drop.resets and seen.session.before is not None and seen.session.before.quit is None:
        return False  # marks of the session before may have survived, and RSET took them away
    shown = seen.drop_listing.count if seen.drop_listing is not None else len(seen.numbers or ())
    if first is not None and shown > first.count:
        return True
    if "RSET" in watch.kinds or watch.shown is None:
        return False
    before = watch.shown
    if isinstance(before, frozenset):
        return bool((seen.numbers or frozenset()) - before - drop.marked)
    return isinstance(before, tuple) and shown - before[0] > len(drop.marked)


def _more(before: object, after: object) -> bool:
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return bool(after - before)
    return isinstance(before, tuple) and isinstance(after, tuple) and bool(after[0] > before[0])


def _may_have_grown(seen: Seen) -> bool | None:
    """Whether messages of the run can have arrived in the session; None when that is not known."""
    user = seen.session.user
    if user is None or not seen.scene.ledger.knows(user):
        return False
    late = seen.scene.history(user).late
    return None if late is None else late > 0


def _same_count(before: object, after: object) -> bool:
    """Whether two STATs differ in the size alone: then it is sizes that changed, and no marks."""
    return isinstance(before, tuple) and isinstance(after, tuple) and bool(before[0] == after[0])


def _told(shown: object) -> str:
    if isinstance(shown, tuple):
        return f'"{shown[0]} {shown[1]}"'
    return "messages " + (", ".join(map(str, sorted(shown)[:20])) or "none") if isinstance(shown, frozenset) else "?"
