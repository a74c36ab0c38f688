"""LOGIN-DELAY and EXPIRE: their arguments, what may change at login, and that a delay is kept (RFC 2449 §6.5, §6.7)."""

from typing import Final

from conformance.monitor.announced import LISTED, NEVER, Capability, Period, period, read
from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.judges.capabilities import listed
from conformance.monitor.registry import Judge, judge
from conformance.monitor.seen import Seen
from conformance.wire import State

__all__: list[str] = []

_TICK: Final = 1.0
"""Seconds of the server's clock: one that counts whole seconds sees so much more pass than there did."""


def _form(tag: str, says: str) -> Judge:
    """A judge of the argument of a capability."""

    def look(seen: Seen) -> Finding | None:
        """§6.5, §6.7: a number, before login optionally followed by USER."""
        found = [capability for capability in listed(seen) if capability.tag == tag]
        for capability in found:
            stated = period(capability)
            if stated is None:
                return seen.broken(f"{says}; the line is {quote(capability.line.content)}", capability.span)
            if stated.by_user and seen.in_transaction:
                reason = f"USER stands behind {tag} before login only; the line is {quote(capability.line.content)}"
                return seen.broken(reason, capability.span)
        return KEPT if found else None

    return look


judge("R2449-DELAY-01", verb="CAPA")(_form("LOGIN-DELAY", "LOGIN-DELAY has a number of seconds"))
judge("R2449-EXP-01", verb="CAPA")(_form("EXPIRE", "EXPIRE has a number of days, or NEVER"))


def _both(seen: Seen, tag: str) -> tuple[Period, Period, Capability] | None:
    """What the capability stated before login and after it, in one session."""
    before = seen.session.asked_capa.get(State.AUTHORIZATION)
    if not seen.in_transaction or before is None or not before.positive:
        return None
    first = [period(one) for one in read(before.body_lines()[:LISTED]) if one.tag == tag]
    now = [(period(one), one) for one in listed(seen) if one.tag == tag]
    if len(first) != 1 or len(now) != 1 or first[0] is None or now[0][0] is None:
        return None
    return first[0], now[0][0], now[0][1]


@judge("R2449-DELAY-03", verb="CAPA")
def largest_delay_comes_first(seen: Seen) -> Finding | None:
    """§6.5: before login the largest value that could be set for any user."""
    return _bound(seen, "LOGIN-DELAY", "longer", +1)


@judge("R2449-EXP-02", verb="CAPA")
def smallest_period_comes_first(seen: Seen) -> Finding | None:
    """§6.7: before login the smallest value that could be set for any user."""
    return _bound(seen, "EXPIRE", "shorter", -1)


def _bound(seen: Seen, tag: str, word: str, sign: int) -> Finding | None:
    if (both := _both(seen, tag)) is None:
        return None
    before, after, capability = both
    if sign * (after.number - before.number) <= 0:
        return KEPT
    reason = f"{tag} must not be {word} after login than before; {_shown(before)} became {_shown(after)}"
    return seen.broken(reason, capability.span)


def _says_user(tag: str) -> Judge:
    """A judge of what changes at login."""

    def look(seen: Seen) -> Finding | None:
        """§6.5, §6.7: USER tells before login that a more accurate value comes after it."""
        if (both := _both(seen, tag)) is None:
            return None
        before, after, capability = both
        if before.number == after.number or before.by_user:
            return KEPT
        change = f"{_shown(before)} became {_shown(after)}"
        return seen.broken(f"where {tag} depends on the user, USER says so before login; {change}", capability.span)

    return look


judge("R2449-DELAY-04", verb="CAPA")(_says_user("LOGIN-DELAY"))
judge("R2449-EXP-03", verb="CAPA")(_says_user("EXPIRE"))


def _shown(stated: Period) -> str:
    number = "NEVER" if stated.number == NEVER else str(stated.number)
    return f"{number} USER" if stated.by_user else number


@judge("R2449-DELAY-02", verb=("PASS", "APOP"))
def delay_is_kept(seen: Seen) -> Finding | None:
    """§6.5: so many seconds after +OK to a login, before another is accepted. A server sees less time pass than we."""
    user = seen.session.name if seen.verb == "PASS" else (seen.arguments or (None,))[0]
    last = seen.scene.logins.get(user) if user is not None else None
    delay = seen.scene.delays.get(user) if user is not None else None
    if last is None or not delay or not seen.in_authorization:
        return None
    passed = (seen.exchange.when - last.transcript.opened - last.sent_at) * seen.scene.ledger.clock_rate
    if passed + _TICK >= delay:
        return None
    if seen.negative:
        return KEPT
    if not seen.positive:
        return None
    return seen.broken(f"logins have to be {delay} seconds apart, as was announced; this one came {passed:.1f} s later")
