"""Who gets in, and by which way."""

import hashlib
import re

import pytest

from conformance.server import Account, Accounts, Stamps
from conformance.wire.grammar import MSG_ID

from .talking import ACCOUNTS, ALICE, STAMP

CAROL = ACCOUNTS[2]


def digest(stamp: bytes, secret: bytes) -> bytes:
    return hashlib.md5(stamp + secret).hexdigest().encode()  # noqa: S324  # RFC 1939 §7


def test_name_and_password_together_open_an_account() -> None:
    accounts = Accounts(ACCOUNTS)
    assert accounts.by_password(b"alice", b"secret") == ALICE
    assert accounts.by_password(b"bob", b"open sesame") == ACCOUNTS[1]


@pytest.mark.parametrize(
    "name, password",
    [
        *((b"alice", b"Secret"), (b"alice", b"secre"), (b"alice", b"secrets"), (b"alice", b""), (b"alice", b"secret ")),
        *((b"Alice", b"secret"), (b"nobody", b"secret"), (b"bob", b"secret"), (b"", b""), (b"al\xff", b"\xff\xfe")),
        (b"carol", b"a long shared secret"),
    ],
)
def test_anything_else_does_not(name: bytes, password: bytes) -> None:
    assert Accounts(ACCOUNTS).by_password(name, password) is None


def test_the_example_of_the_rfc_holds() -> None:
    accounts = Accounts([Account("mrose", "tanstaaf", apop=True)])
    assert accounts.by_digest(b"mrose", b"c4c9334bac560ecc979e58001b3e22fb", STAMP) is not None


@pytest.mark.parametrize(
    "name, proof",
    [
        (b"carol", digest(b"<1.other@stamp>", b"a long shared secret")),
        (b"carol", digest(STAMP[1:-1], b"a long shared secret")),
        (b"carol", digest(STAMP, b"another secret")),
        (b"carol", digest(STAMP, b"a long shared secret")[:8]),
        (b"carol", digest(STAMP, b"a long shared secret").upper()),
        (b"carol", b""),
        (b"alice", digest(STAMP, b"secret")),
        (b"nobody", digest(STAMP, b"nobody")),
    ],
)
def test_a_wrong_digest_opens_nothing_nor_one_for_an_account_with_a_password(name: bytes, proof: bytes) -> None:
    assert Accounts(ACCOUNTS).by_digest(name, proof, STAMP) is None


def test_the_ways_that_are_offered_are_those_of_the_accounts() -> None:
    both, plain, apop = Accounts(ACCOUNTS), Accounts([ALICE]), Accounts([CAROL])
    assert (both.offers_pass, both.offers_apop) == (True, True)
    assert (plain.offers_pass, plain.offers_apop) == (True, False)
    assert (apop.offers_pass, apop.offers_apop) == (False, True)


@pytest.mark.parametrize(
    "text, account",
    [
        ("alice:secret", ALICE),
        ("carol:a long shared secret:apop", CAROL),
        ("dave:with:colons", Account("dave", "with:colons")),
        ("dave:with:colons:apop", Account("dave", "with:colons", apop=True)),
    ],
)
def test_an_account_is_written_with_colons(text: str, account: Account) -> None:
    assert Account.parse(text) == account


@pytest.mark.parametrize("text", ["", "alice", "alice:", ":secret", "alice::apop"])
def test_an_account_without_name_or_password_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="a name and a password"):
        Account.parse(text)


def test_an_account_does_not_show_its_password() -> None:
    assert "secret" not in repr(ALICE)


def test_no_time_stamp_is_made_twice_here_or_by_another_server() -> None:
    stamps, others = Stamps(), Stamps()
    made = [stamps.next() for _ in range(1000)] + [others.next() for _ in range(1000)]
    assert len(set(made)) == len(made)


def test_a_time_stamp_has_the_form_of_a_msg_id() -> None:
    stamp = Stamps("mail.example", "token").next()
    assert re.fullmatch(MSG_ID, stamp)
    assert stamp == b"<1.token@mail.example>"
