"""Faults in mechanisms with bearer tokens: OAUTHBEARER (RFC 7628) and XOAUTH2."""

from collections.abc import Callable
from typing import Final

from conformance.server.auth import Account
from conformance.server.faults.fault import CLEARTEXT_REFUSED, STARTTLS, Place, fault
from conformance.server.faults.offers import Exposed
from conformance.server.faults.scene import Scene
from conformance.server.faults.verifying import Verdict, known, within
from conformance.server.sasl import Exchange, Mechanism, Offer

__all__: list[str] = []

_BEARER: Final = "OAUTHBEARER"


def _owner(scene: Scene, message: bytes) -> Account | None:
    """Whose token stands in a message."""
    owners = (account for account in scene.common.accounts if account.token)
    return next((account for account in owners if b"Bearer " + account.token.encode() + b"\x01" in message), None)


@fault(Place.EXCHANGE, "R5034-AUTH-18", over=STARTTLS)
def xoauth2_token_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In XOAUTH2 any token opens the maildrop of a name that there is."""

    def judge(message: bytes) -> Verdict:
        return known(scene, message.split(b"\x01")[0].removeprefix(b"user="))

    return within("XOAUTH2", mechanism, exchange, judge)


@fault(Place.OFFER, "R7628-OAUTH-01", over=CLEARTEXT_REFUSED)
def oauthbearer_in_the_clear(_: Scene, offer: Offer) -> Offer:
    """OAUTHBEARER is offered without TLS, and takes tokens there."""
    return Exposed(offer, _BEARER)


def _bearer(mechanism: Mechanism, exchange: Exchange, judge: Callable[[bytes], Verdict]) -> Exchange:
    return within(_BEARER, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R7628-OAUTH-08", over=STARTTLS)
def oauthbearer_token_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER a token is as good as any other that is not empty."""

    def judge(message: bytes) -> Verdict:
        name = message.split(b",")[1].removeprefix(b"a=") if message.count(b",") > 1 else b""
        return known(scene, name) if b"auth=Bearer \x01" not in message and b"auth=Bearer " in message else None

    return _bearer(mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R7628-OAUTH-08", over=STARTTLS)
def oauthbearer_identity_not_authorized(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER whoever has a token gets the maildrop of the user that is named."""

    def judge(message: bytes) -> Verdict:
        name = message.split(b",")[1].removeprefix(b"a=") if message.count(b",") > 1 else b""
        return known(scene, name) if _owner(scene, message) else None

    return _bearer(mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R7628-OAUTH-08", over=STARTTLS)
def oauthbearer_refuses_every_token(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER no token is good."""
    return _failing(exchange, b'{"status":"invalid_token"}', always=True) if mechanism.name == _BEARER else exchange


@fault(Place.EXCHANGE, "R7628-OAUTH-05", over=STARTTLS)
def oauthbearer_unknown_pair_refused(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER a pair of key and value that is unknown is an error."""
    return _bearer(mechanism, exchange, lambda message: False if b"\x01madeup=" in message else None)


def _failing(exchange: Exchange, error: bytes, *, always: bool = False) -> Exchange:
    """OAUTHBEARER with another error."""
    first = yield next(exchange)
    try:
        exchange.send(first)
    except StopIteration as over:
        account: Account | None = over.value
        if not always:
            return account
    if error:
        yield error
    return None


@fault(Place.EXCHANGE, "R7628-OAUTH-02", over=STARTTLS)
def oauthbearer_fails_without_a_word(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER a failure is told by -ERR, and by nothing before."""
    return _failing(exchange, b"") if mechanism.name == _BEARER else exchange


@fault(Place.EXCHANGE, "R7628-OAUTH-02", over=STARTTLS)
def oauthbearer_error_is_no_json(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER a failure is told in plain words."""
    return _failing(exchange, b"invalid token") if mechanism.name == _BEARER else exchange


@fault(Place.EXCHANGE, "R7628-OAUTH-02", over=STARTTLS)
def oauthbearer_error_without_status(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER a failure is told in JSON that has no member called status."""
    return _failing(exchange, b'{"scope":"pop"}') if mechanism.name == _BEARER else exchange


@fault(Place.EXCHANGE, "R7628-OAUTH-04", "R7628-OAUTH-08", over=STARTTLS)
def oauthbearer_lets_in_behind_the_error(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In OAUTHBEARER the client's answer to the error message is taken for success."""

    def play() -> Exchange:
        first = yield next(exchange)
        name = first.split(b",")[1].removeprefix(b"a=") if first.count(b",") > 1 else b""
        try:
            yield exchange.send(first)
        except StopIteration as over:
            account: Account | None = over.value
            return account
        return known(scene, name)

    return play() if mechanism.name == _BEARER else exchange
