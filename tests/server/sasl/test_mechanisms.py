"""Who gets in by which mechanism, and who does not."""

import hmac

import pytest

from conformance.server import MECHANISMS, Account, Accounts, Channel
from conformance.wire.grammar import MSG_ID

from .exchanging import ACCOUNTS, ALICE, BOB, ERIN, exchange, offer

CERTIFIED = Channel(secure=True, certified="alice")
SECURE = Channel(secure=True)
BOUND = Channel(secure=True, bindings={"tls-server-end-point": b"certificate", "tls-unique": b"unique"})


# -- what is on offer ------------------------------------------------------------------------------------------------


def test_what_is_of_use_is_on_offer_the_strongest_first() -> None:
    assert offer().names == ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "XOAUTH2", "PLAIN", "LOGIN")
    assert offer(accounts=[ERIN]).names == ("CRAM-MD5",)
    assert offer(accounts=[BOB]).names == ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN")


def test_tls_brings_more() -> None:
    assert set(offer(SECURE).names) - set(offer().names) == {"OAUTHBEARER"}
    assert set(offer(CERTIFIED).names) - set(offer(SECURE).names) == {"EXTERNAL"}
    assert set(offer(BOUND).names) - set(offer(SECURE).names) == {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"}


def test_anonymous_is_off_until_it_is_switched_on() -> None:
    assert "ANONYMOUS" not in offer().names
    assert "ANONYMOUS" in offer(anonymous="bob").names
    assert "ANONYMOUS" not in offer(anonymous="nobody").names


def test_names_are_found_in_any_letter_case() -> None:
    assert offer().mechanism("plain") is MECHANISMS["PLAIN"]
    assert offer().mechanism("PLAINER") is None


# -- PLAIN and LOGIN -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [b"\0alice\0secret", b"alice\0alice\0secret", b"\0al\xc2\xadice\0secret", "\0ａlice\0secret".encode()],
)
def test_plain_lets_in(message: bytes) -> None:
    assert exchange("PLAIN", message) == [b"", ALICE]


@pytest.mark.parametrize(
    "message",
    [
        *(b"", b"\0", b"\0\0", b"\0alice\0", b"\0\0secret", b"alice\0\0secret", b"alice\0secret", b"alice secret"),
        *(b"\0alice\0secret\0", b"\0alice\0secret\0x", b"\0alice\0Secret", b"\0nobody\0secret", b"bob\0alice\0secret"),
        *(b"\0alice\0secret\xff", b"\0alice\xff\0secret", b"\0alice\0\xc2\xad", b"\xc2\xad\0alice\0secret"),
        *(b"\0carol\0secret", b"\0erin\0tanstaaftanstaaf", b"\0alice\0secret\x07", b"nobody\0alice\0secret"),
    ],
)
def test_plain_lets_nobody_in(message: bytes) -> None:
    assert exchange("PLAIN", message) == [b"", None]


def test_login_asks_twice() -> None:
    assert exchange("LOGIN", b"alice", b"secret") == [b"Username:", b"Password:", ALICE]
    assert exchange("LOGIN", b"alice", b"") == [b"Username:", b"Password:", None]
    assert exchange("LOGIN", b"nobody", b"secret") == [b"Username:", b"Password:", None]


# -- CRAM-MD5 --------------------------------------------------------------------------------------------------------


def digest(challenge: bytes) -> bytes:
    return hmac.new(b"tanstaaftanstaaf", challenge, "md5").hexdigest().encode()


@pytest.mark.parametrize("prefix, upper, account", [(b"", False, ERIN), (b"", True, None), (b"x", False, None)])
def test_cram_md5_wants_the_digest_of_its_challenge(prefix: bytes, upper: bool, account: Account | None) -> None:
    exchanged = MECHANISMS["CRAM-MD5"].play(offer().place)
    right = digest(prefix + next(exchanged))
    with pytest.raises(StopIteration) as over:
        exchanged.send(b"erin " + (right.upper() if upper else right))
    assert over.value.value == account


@pytest.mark.parametrize("response", [b"", b"erin", b"erin ", b"alice " + b"0" * 32, b"nobody " + b"0" * 32])
def test_cram_md5_lets_nobody_in_without_a_digest(response: bytes) -> None:
    assert exchange("CRAM-MD5", response)[-1] is None


def test_the_example_of_rfc_2195_holds() -> None:
    accounts = Accounts([ALICE, *(a for a in ACCOUNTS if a is ERIN)])
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    assert accounts.by_keyed_digest(b"erin", b"b913a602c7eda7a495b4e6e7334d3890", challenge) == ERIN
    assert accounts.by_keyed_digest(b"alice", b"b913a602c7eda7a495b4e6e7334d3890", challenge) is None


def test_challenges_of_cram_md5_are_msg_ids_and_never_the_same() -> None:
    made = offer()
    challenges = [next(MECHANISMS["CRAM-MD5"].play(made.place)) for _ in range(3)]
    assert len(set(challenges)) == 3
    assert all(map(MSG_ID.fullmatch, challenges))


# -- tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        b"n,a=alice,\x01auth=Bearer token of alice\x01\x01",
        b"n,,\x01auth=bearer token of alice\x01\x01",
        b"y,a=alice,\x01host=mail.example.org\x01port=995\x01unknown=x\x01auth=Bearer token of alice\x01\x01",
    ],
)
def test_oauthbearer_lets_in(message: bytes) -> None:
    assert exchange("OAUTHBEARER", message, channel=SECURE) == [b"", ALICE]


@pytest.mark.parametrize(
    "message",
    [
        *(b"", b"\x01", b"n,,\x01\x01", b"n,a=alice,\x01auth=Bearer \x01\x01", b"n,,\x01auth=Bearer token\x01\x01"),
        *(b"n,a=bob,\x01auth=Bearer token of alice\x01\x01", b"p=x,,\x01auth=Bearer token of alice\x01\x01"),
        *(b"n,,\x01auth=Basic token of alice\x01\x01", b"n,,\x01auth=Bearer token of alice\x01"),
        *(b"n,,auth=Bearer token of alice\x01\x01", b"n,a=al=ice,\x01auth=Bearer token of alice\x01\x01"),
    ],
)
def test_oauthbearer_tells_what_is_wrong_and_then_refuses(message: bytes) -> None:
    first, error, outcome = exchange("OAUTHBEARER", message, b"\x01", channel=SECURE)
    assert (first, outcome) == (b"", None)
    assert isinstance(error, bytes)
    assert b'"status":"invalid_token"' in error


def test_xoauth2_compares_user_and_token() -> None:
    assert exchange("XOAUTH2", b"user=alice\x01auth=Bearer token of alice\x01\x01") == [b"", ALICE]
    for message in (
        b"user=bob\x01auth=Bearer token of alice\x01\x01",
        b"user=alice\x01auth=Bearer x\x01\x01",
        b"auth=Bearer token of alice\x01\x01",
        b"user=alice\x01auth=Bearer token of alice",
    ):
        *_, outcome = exchange("XOAUTH2", message, b"")
        assert outcome is None


# -- without a secret ------------------------------------------------------------------------------------------------


def test_external_goes_by_the_certificate() -> None:
    assert exchange("EXTERNAL", b"", channel=CERTIFIED) == [b"", ALICE]
    assert exchange("EXTERNAL", b"alice", channel=CERTIFIED) == [b"", ALICE]
    assert exchange("EXTERNAL", b"bob", channel=CERTIFIED) == [b"", None]


def test_anonymous_takes_any_text_of_255_characters() -> None:
    assert exchange("ANONYMOUS", b"", anonymous="bob") == [b"", BOB]
    assert exchange("ANONYMOUS", "é".encode() * 255, anonymous="bob") == [b"", BOB]
    assert exchange("ANONYMOUS", b"x" * 256, anonymous="bob") == [b"", None]
    assert exchange("ANONYMOUS", b"\xff", anonymous="bob") == [b"", None]
