"""Logging in: USER with PASS, and APOP (RFC 1939 §4, §7)."""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.transcript import MASK
from conformance.wire import State

__all__ = ["unproven_login"]

_DIGEST: Final = re.compile(rb"[0-9A-Fa-f]{32}")
_PROVEN_BY_NOTHING: Final = ("APOP", "AUTH")
_WITHOUT_ARGUMENT: Final = frozenset({"STAT", "LIST", "NOOP", "RSET"})


@judge("R1939-QUITA-01", verb="QUIT")
def quit_before_login_succeeds(seen: Seen) -> Finding | None:
    """§4: the only response that is foreseen is positive."""
    if not seen.in_authorization or not seen.wellformed:
        return None
    if seen.positive:
        return KEPT
    if seen.negative:
        return seen.broken(f"QUIT has to succeed before login; it was answered {seen.said}")
    return seen.broken("QUIT has to be answered before login; it was not") if seen.ignored else None


@judge("R1939-PASS-01", verb="PASS")
def pass_only_behind_user(seen: Seen) -> Finding | None:
    """§7: only immediately after a successful USER. What was between an accepted USER and the PASS is not held against
    a server that remembers the name."""
    session = seen.session
    if not seen.in_authorization or session.named or not seen.wellformed:
        return None
    if seen.positive:
        return seen.broken("PASS has to be refused when no USER was accepted; it was accepted")
    return KEPT if seen.negative and _would_do(seen) else None


@judge("R1939-PASS-05", verb="PASS")
def failed_pass_needs_user_again(seen: Seen) -> Finding | None:
    """§7: after a PASS that failed, a new USER has to come first."""
    if not seen.in_authorization or not seen.session.failed_pass or not seen.wellformed:
        return None
    if seen.positive:
        return seen.broken("PASS has to be refused behind a PASS that failed, without a new USER; it was accepted")
    return KEPT if seen.negative and _would_do(seen) else None


def _would_do(seen: Seen) -> bool:
    """Whether the password is one that was accepted, so that the refusal was for its place."""
    return any(password == b" ".join(seen.arguments) != MASK for _, password in seen.scene.passwords)


@judge("R1939-APOP-01", verb="APOP")
def apop_needs_a_stamp(seen: Seen) -> Finding | None:
    """§7: a server that implements APOP includes a time stamp in its greeting."""
    if not seen.positive or not seen.in_authorization:
        return None
    if seen.session.stamp is not None:
        return KEPT
    return seen.broken("a server with APOP has to send a time stamp in its greeting; it accepted APOP without one")


@judge("R1939-APOP-05", verb="APOP")
def wrong_digest_is_refused(seen: Seen) -> Finding | None:
    """§7: a digest that is none, sixteen octets in hexadecimal, cannot be the right one."""
    if not seen.in_authorization or len(seen.arguments) != 2:
        return None
    digest = seen.arguments[1]
    if digest == MASK or not digest or _DIGEST.fullmatch(digest) or not seen.positive:
        return None
    return seen.broken(f"a wrong digest has to be refused; one of {len(digest)} characters was accepted")


@judge("R1939-APOP-08", verb=tuple(_WITHOUT_ARGUMENT))
def apop_opens_the_maildrop(seen: Seen) -> Finding | None:
    """§7: if the digest is correct the session enters the TRANSACTION state. One command that is refused there may be
    one that the server does not have; two are not."""
    if seen.drop is None or not unproven_login(seen, "APOP"):
        return None
    if seen.positive:
        return KEPT
    if not seen.negative or not seen.session.refused_since - {seen.verb}:
        return None
    return seen.broken(f"behind a successful APOP the session is in TRANSACTION; {seen.verb} was answered {seen.said}")


def unproven_login(seen: Seen, *verbs: str) -> bool:
    """Whether nothing has succeeded yet behind a successful APOP or AUTH, and this is a command that must."""
    login = seen.session.login
    if login is None or login.verb not in (verbs or _PROVEN_BY_NOTHING) or seen.state is not State.TRANSACTION:
        return False
    return seen.session.unproven and seen.verb in _WITHOUT_ARGUMENT and not seen.arguments
