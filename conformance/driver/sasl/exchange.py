"""A whole exchange over a connection: AUTH, challenges, responses, until the server decides (RFC 5034 §4)."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.sasl.binding import bindings
from conformance.driver.sasl.client import MECHANISMS, Client, Identity, SaslError
from conformance.driver.target import Account
from conformance.transcript import Exchange
from conformance.wire.replies import Indicator

__all__ = ["Outcome", "authenticate"]

_LONGEST: Final = 255
"""Octets of AUTH with an initial response, CRLF included (RFC 5034 §4)."""
_ROUNDS: Final = 12
"""Challenges that are answered: no mechanism has so many."""
_CANCEL: Final = b"*"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    exchange: Exchange | None
    """Where it ended; None when the connection was gone before it began."""
    failed: str = ""
    """Why nobody is logged in; empty when somebody is."""


def authenticate(
    driver: Driver, mechanism: str, account: Account, patience: float | None = None, *, believes_unbound: bool = False
) -> Outcome:
    """Log in on a connection that was greeted. `KeyError` for a mechanism that is unknown here."""
    identity = Identity(
        account.name_octets,
        account.password_octets,
        account.token.encode(),
        driver.target.host.encode(),
        driver.target.port,
        bindings(driver.channel),
        believes_unbound,
    )
    make, patience = MECHANISMS[mechanism], driver.target.limits.login if patience is None else patience
    try:
        client = make(identity)
    except SaslError as error:
        return Outcome(None, str(error))
    initial = client.first()
    command, held = _opening(mechanism, initial)
    exchange = driver.ask(command, patience)
    for _ in range(_ROUNDS):
        if exchange is None or exchange.reply is None or exchange.reply.indicator is not Indicator.CONTINUATION:
            return _outcome(client, exchange)
        response, why = _response(client, exchange, held)
        held = None
        exchange = driver.ask(response, patience)
        if why:
            return Outcome(exchange, why)
    return Outcome(driver.ask(_CANCEL, patience), "the server challenges without end")


def _opening(mechanism: str, initial: bytes | None) -> tuple[bytes, bytes | None]:
    """The command, and an initial response that is too long to go with it."""
    command = b"AUTH " + mechanism.encode()
    if initial is None:
        return command, None
    whole = command + b" " + (b64encode(initial) or b"=")
    return (whole, None) if len(whole) + 2 <= _LONGEST else (command, initial)


def _response(client: Client, exchange: Exchange, held: bytes | None) -> tuple[bytes, str]:
    """The line that answers a challenge; one that cannot be answered cancels, and the reason is told."""
    text = exchange.status[2:]
    try:
        challenge = b64decode(text, validate=True)
    except ValueError:
        return _CANCEL, f"a challenge is not in base64: {text[:60]!r}"
    if held is not None:
        return b64encode(held), ""
    try:
        return b64encode(client.answer(challenge)), ""
    except SaslError as error:
        return _CANCEL, str(error)


def _outcome(client: Client, exchange: Exchange | None) -> Outcome:
    if exchange is None or not exchange.complete:
        return Outcome(exchange, "no whole answer came")
    if exchange.positive:
        unproven = "the server says that it let us in, and did not prove that it knows the password"
        return Outcome(exchange, "" if client.satisfied else unproven)
    return Outcome(exchange, "the server refused")
