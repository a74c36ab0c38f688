"""An exchange with a mechanism of the server's, without a server."""

from base64 import b64encode
from collections.abc import Iterable

from conformance.server import Account, Accounts, Channel
from conformance.server.sasl import Challenge, Offer, Outcome, Turns

__all__ = ["ACCOUNTS", "ALICE", "BOB", "ERIN", "exchange", "offer"]

ALICE = Account("alice", "secret", token="token of alice")
BOB = Account("bob", "hidden")
CAROL = Account("carol", "secret", apop=True)
ERIN = Account("erin", "tanstaaftanstaaf", cram_md5=True)
ACCOUNTS = (ALICE, BOB, CAROL, ERIN)


def offer(channel: Channel | None = None, accounts: Iterable[Account] = ACCOUNTS, anonymous: str = "") -> Offer:
    return Offer(Accounts(accounts), channel or Channel(), anonymous=anonymous)


def exchange(
    name: str, *responses: bytes, channel: Channel | None = None, anonymous: str = ""
) -> list[bytes | Account | None]:
    """The challenges, and the account at the end; with no end where the server waits for more."""
    made = offer(channel, anonymous=anonymous)
    mechanism = made.mechanism(name)
    assert mechanism is not None
    turns = Turns(mechanism.play(made.place), mechanism.begins)
    answer: Challenge | Outcome = turns.begin(None)
    said: list[bytes | Account | None] = []
    for response in responses:
        assert isinstance(answer, Challenge)
        said.append(answer.octets)
        answer = turns.respond(b64encode(response))
    said.append(answer.octets if isinstance(answer, Challenge) else answer.account)
    return said
