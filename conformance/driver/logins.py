"""Logging in by an account's own way: USER and PASS, APOP, a SASL mechanism, or the strongest that the server has."""

from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.look import capabilities
from conformance.driver.sasl import MECHANISMS, Identity, Outcome, authenticate
from conformance.driver.target import ANY, Account, TargetError
from conformance.wire.grammar import TIMESTAMP

__all__ = ["credentials", "present"]

_APOP: Final = "APOP"
_USER: Final = "USER"
_BY_STRENGTH: Final = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", _APOP, "PLAIN", "LOGIN", _USER)
"""Ways to prove a password, the strongest first; ``-PLUS`` goes before each."""


def present(driver: Driver, account: Account, greeting: bytes) -> Outcome:
    """Log in on a connection that was greeted so; `TargetError` when the account has no way to.

    The exchange of the outcome is the last one that was had.
    """
    way = account.way
    believes_unbound = False
    if way == ANY:
        way, believes_unbound = _strongest(driver, account, greeting)
    if way not in (_APOP, _USER):
        if way not in MECHANISMS:
            known = ", ".join((*MECHANISMS, _APOP, _USER))
            raise TargetError(f"cannot log in as {account.name} by {way}: that is none of {known}")
        return authenticate(driver, way, account, believes_unbound=believes_unbound)
    last = None
    for command in credentials(account, greeting, way):
        last = driver.ask(command, driver.target.limits.login)
        if last is None or not last.complete or not last.positive:
            return Outcome(last, "the server refused" if last is not None and last.negative else "no whole answer came")
    return Outcome(last)


def credentials(account: Account, greeting: bytes, way: str = "") -> tuple[bytes, ...]:
    """The commands that log an account in, given the greeting; `TargetError` when that needs a time stamp in it.

    A secret that is for APOP is not sent in the clear.
    """
    if (way or account.way) != _APOP:
        return b"USER " + account.name_octets, b"PASS " + account.password_octets
    stamp = TIMESTAMP.search(greeting)
    if stamp is None:
        message = (
            f"cannot log in as {account.name}: this account is for APOP alone, and the greeting holds no time stamp. "
            "Is APOP switched on in the server? --account instead of --apop-account logs in by USER and PASS"
        )
        raise TargetError(message)
    return (b"APOP " + account.name_octets + b" " + account.digest(stamp[0]),)


def _strongest(driver: Driver, account: Account, greeting: bytes) -> tuple[str, bool]:
    """RFC 2384 §4: with ``AUTH=*`` the client chooses. What shows the password to others is no choice without TLS.

    With it, whether a SCRAM without binding is chosen although we could bind (RFC 5802 §6).
    """
    listed = capabilities(driver)[0] or ()
    words = next((line.upper().split(b" ") for line in listed if line.upper().startswith(b"SASL ")), [])
    offered = {word.decode("ascii", "replace") for word in words[1:]}
    offered |= {_APOP} if TIMESTAMP.search(greeting) else set()
    offered |= {_USER} if b"USER" in (line.upper() for line in listed) or not listed else set()
    channel = driver.channel
    for way in _BY_STRENGTH:
        binds = f"{way}-PLUS" in offered
        if channel is not None and binds and channel.unique:  # what else there is to bind, few servers know
            return f"{way}-PLUS", False
        if way in offered and (channel is not None or not _shows_password(way)):
            return way, channel is not None and not binds
    message = (
        f"{driver.target.address}: cannot log in as {account.name} by AUTH=*: without TLS the server offers nothing "
        "that keeps the password secret. Take TLS, or name the way: --account logs in by USER and PASS"
    )
    raise TargetError(message)


def _shows_password(way: str) -> bool:
    return way == _USER or (way in MECHANISMS and MECHANISMS[way](Identity(b"")).plaintext)
