"""SCRAM on the server's side, met by the client of the library that it leans on."""

from base64 import b64encode

import pytest
from scramp import ScramClient

from conformance.server import Account, Channel
from conformance.server.sasl import Exchange

from .exchanging import ALICE, offer

BINDINGS = {"tls-server-end-point": b"certificate", "tls-unique": b"unique"}
BOUND = Channel(secure=True, bindings=BINDINGS)
Step = bytes | Account | None


def played(exchange: Exchange, response: bytes) -> Step:
    try:
        return exchange.send(response)
    except StopIteration as over:
        account: Account | None = over.value
        return account


def begun(mechanism: str, channel: Channel | None = None) -> Exchange:
    made = offer(channel)
    found = made.mechanism(mechanism)
    assert found is not None
    exchange = found.play(made.place)
    assert next(exchange) == b""
    return exchange


def talked(mechanism: str, client: ScramClient, channel: Channel | None = None) -> Step:
    exchange = begun(mechanism, channel)
    first = played(exchange, client.get_client_first().encode())
    if not isinstance(first, bytes):
        return first
    client.set_server_first(first.decode())
    final = played(exchange, client.get_client_final().encode())
    if not isinstance(final, bytes):
        return final
    client.set_server_final(final.decode())
    return played(exchange, b"")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_who_knows_the_password_is_let_in(mechanism: str) -> None:
    assert talked(mechanism, ScramClient([mechanism], "alice", "secret")) == ALICE


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
@pytest.mark.parametrize("kind", sorted(BINDINGS))
def test_channels_are_bound_by_the_type_that_the_client_names(mechanism: str, kind: str) -> None:
    plus = f"{mechanism}-PLUS"
    assert talked(plus, ScramClient([plus], "alice", "secret", (kind, BINDINGS[kind])), BOUND) == ALICE
    assert talked(plus, ScramClient([plus], "alice", "secret", (kind, b"another")), BOUND) is None


def test_a_client_that_can_bind_nothing_is_let_in_where_the_server_could() -> None:
    assert talked("SCRAM-SHA-1", ScramClient(["SCRAM-SHA-1"], "alice", "secret"), BOUND) == ALICE


@pytest.mark.parametrize(
    "name, password",
    [("alice", "Secret"), ("nobody", "secret"), ("carol", "secret"), ("erin", "tanstaaftanstaaf"), ("bob", "secret")],
)
def test_anybody_else_is_not_and_learns_no_more_than_that(name: str, password: str) -> None:
    assert talked("SCRAM-SHA-256", ScramClient(["SCRAM-SHA-256"], name, password)) is None


def test_a_name_that_nobody_has_gets_the_same_salt_each_time() -> None:
    made = offer().place.accounts
    one, two = made.scram_secret("SCRAM-SHA-1", "nobody"), made.scram_secret("SCRAM-SHA-1", "nobody")
    assert one[0] == two[0]
    assert one[0] != made.scram_secret("SCRAM-SHA-1", "somebody")[0]


@pytest.mark.parametrize(
    "first",
    [
        *(b"", b"x", b"n,,", b"x,,n=alice,r=abc", b"n,,n=alice", b"n,,r=abc,n=alice", b"n,,m=x,n=alice,r=abc"),
        *(b"n,,n=al=41ice,r=abc", b"n,,n=,r=abc", b"p=tls-unique,,n=alice,r=abc", b"n,,n=alice,r=a\xff"),
    ],
)
def test_a_first_message_that_is_wrong_ends_it(first: bytes) -> None:
    assert played(begun("SCRAM-SHA-1"), first) is None


def test_a_client_that_was_deceived_about_binding_is_turned_away() -> None:
    assert played(begun("SCRAM-SHA-1", BOUND), b"y,,n=alice,r=abc") is None
    assert isinstance(played(begun("SCRAM-SHA-1", Channel(secure=True)), b"y,,n=alice,r=abc"), bytes)


@pytest.mark.parametrize("flag", [b"n", b"y", b"p=tls-made-up"])
def test_a_mechanism_with_binding_needs_a_type_that_there_is(flag: bytes) -> None:
    assert played(begun("SCRAM-SHA-1-PLUS", BOUND), flag + b",,n=alice,r=abc") is None


def _final(first: bytes, challenge: bytes) -> bytes:
    """The last message of a client that knows the password, for a first one with any header."""
    from conformance.driver.sasl.scram import Proofs, attributes

    header = b",".join(first.split(b",", 2)[:2]) + b","
    without_proof = b"c=" + b64encode(header) + b",r=" + attributes(challenge)["r"]
    proofs = Proofs.of("SCRAM-SHA-1", b"secret", first, challenge, without_proof)
    return without_proof + b",p=" + b64encode(proofs.client_proof)


@pytest.mark.parametrize(
    "identity, let_in",
    [(b"a=alice", True), (b"a=bob", False), (b"a=al=ice", False), (b"alice", False), (b"a=", False)],
)
def test_an_authorization_identity_has_to_be_ones_own(identity: bytes, let_in: bool) -> None:
    exchange = begun("SCRAM-SHA-1")
    first = b"n," + identity + b",n=alice,r=abc"
    challenge = played(exchange, first)
    assert isinstance(challenge, bytes)
    assert isinstance(played(exchange, _final(first, challenge)), bytes) is let_in


def test_a_client_that_goes_on_talking_is_not_let_in() -> None:
    exchange = begun("SCRAM-SHA-1")
    first = b"n,,n=alice,r=abc"
    challenge = played(exchange, first)
    assert isinstance(challenge, bytes)
    assert isinstance(played(exchange, _final(first, challenge)), bytes)
    assert played(exchange, b"more") is None
