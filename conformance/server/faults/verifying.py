"""Ways in which faults take a mechanism over: what it lets in or refuses besides what the server would."""

from collections.abc import Callable

from conformance.server.auth import Account
from conformance.server.faults.scene import Scene
from conformance.server.sasl import Exchange, Mechanism

__all__ = ["Verdict", "answered_after", "known", "plain_parts", "with_verdict", "within"]

Verdict = Account | bool | None
"""An account, False for nobody, None where the server judges for itself."""


def known(scene: Scene, name: bytes) -> Account | None:
    """The account of that name."""
    return scene.common.accounts.known(name)


def plain_parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    """The parts of a message of PLAIN; three empty ones where it has not three."""
    identity, name, password = message.split(b"\0") if message.count(b"\0") == 2 else (b"", b"", b"")
    return identity, name, password


def with_verdict(exchange: Exchange, judge: Callable[[bytes], Verdict]) -> Exchange:
    """An exchange that the client begins: `judge` takes its first message, and gives an account, or False for nobody.

    Where it gives None the server judges for itself.
    """
    message = yield next(exchange)
    verdict = judge(message)
    if isinstance(verdict, Account):
        return verdict
    if verdict is False:
        return None
    return (yield from answered_after(exchange, message))


def answered_after(exchange: Exchange, response: bytes) -> Exchange:
    """What the server does from that response on."""
    try:
        while True:
            response = yield exchange.send(response)
    except StopIteration as over:
        account: Account | None = over.value
        return account


def within(name: str, mechanism: Mechanism, exchange: Exchange, judge: Callable[[bytes], Verdict]) -> Exchange:
    """The mechanism of that name with another judge; any other as it is."""
    return with_verdict(exchange, judge) if mechanism.name == name else exchange
