"""Whose mail it is that a session shows (RFC 1939 §4)."""

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen

__all__: list[str] = []


@judge("R1939-AUTH-17", verb=("RETR", "TOP"))
def nobody_elses_mail(seen: Seen) -> Finding | None:
    """§4: access to the appropriate maildrop. A message that the run put into another maildrop alone is not in it."""
    ledger, user = seen.scene.ledger, seen.session.user
    if not seen.positive or seen.body is None or user is None or not ledger.knows(user):
        return None
    owners = ledger.owners(seen.message_id)
    if not owners or len(ledger.users) < _SEVERAL:
        return None
    if user in owners:
        return KEPT
    owner = quote(min(owners))
    reason = f"a login opens the maildrop of its own name; {quote(user)} was shown what was put there for {owner}"
    return seen.broken(reason, (seen.body.start, seen.body.start + len(seen.header)))


_SEVERAL = 2
