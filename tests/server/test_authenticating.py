"""AUTH as the engine answers it: turns, limits, and what they lead to (RFC 5034 §4)."""

from base64 import b64encode

import pytest

from conformance.server import Account, Accounts, Dialogue, Engine, MemoryStore, Policy

from .talking import ALICE, STAMP, talk

RIGHT = b64encode(b"\0alice\0secret")
ERIN = Account("erin", "keyed secret", cram_md5=True)


def engine(store: MemoryStore | None = None, policy: Policy | None = None) -> Engine:
    chosen = policy or Policy()
    made = Engine(Dialogue(Accounts([ALICE, ERIN]), store or MemoryStore(), chosen, STAMP), chosen, at=0.0)
    talk(made, b"")
    return made


def said(octets: bytes, made: Engine | None = None) -> list[bytes]:
    """The first words of the replies."""
    return [line.split(b" ")[0] for line in talk(made or engine(), octets).splitlines()]


def test_auth_opens_the_maildrop() -> None:
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\nSTAT\r\n") == [b"+OK", b"+OK"]
    assert said(b"auth plain\r\n" + RIGHT + b"\r\nSTAT\r\n") == [b"+", b"+OK", b"+OK"]


def test_an_empty_challenge_is_a_plus_sign_and_a_space() -> None:
    assert talk(engine(), b"AUTH PLAIN\r\n") == b"+ \r\n"


@pytest.mark.parametrize(
    "line", [b"AUTH\r\n", b"AUTH \r\n", b"AUTH FOO\r\n", b"AUTH PLAIN = more\r\n", b"AUTH CRAM-MD5 " + RIGHT + b"\r\n"]
)
def test_what_is_no_mechanism_or_has_too_many_words_is_refused(line: bytes) -> None:
    assert said(line + b"STAT\r\n") == [b"-ERR", b"-ERR"]


@pytest.mark.parametrize("line", [b"*", b"QUIT", b"!!!", RIGHT[:-1], RIGHT + b" ", b" " + RIGHT])
def test_an_exchange_that_breaks_off_is_as_if_it_had_not_been(line: bytes) -> None:
    made = engine()
    assert said(b"AUTH PLAIN\r\n" + line + b"\r\n", made) == [b"+", b"-ERR"]
    assert b"[AUTH]" not in talk(made, b"AUTH PLAIN\r\n*\r\n")
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\n", made) == [b"+OK"]


def test_wrong_credentials_are_refused_by_a_code() -> None:
    made = engine()
    assert talk(made, b"AUTH PLAIN " + b64encode(b"\0alice\0wrong") + b"\r\n").startswith(b"-ERR [AUTH] ")
    assert said(b"USER alice\r\nPASS secret\r\n", made) == [b"+OK", b"+OK"]


def test_a_user_before_auth_is_forgotten() -> None:
    made = engine()
    assert said(b"USER alice\r\nAUTH PLAIN\r\n*\r\nPASS secret\r\n", made) == [b"+OK", b"+", b"-ERR", b"-ERR"]


def test_a_maildrop_that_is_held_is_told_behind_the_exchange() -> None:
    store = MemoryStore()
    store.open("alice")
    made = engine(store)
    assert talk(made, b"AUTH PLAIN " + RIGHT + b"\r\n").startswith(b"-ERR [IN-USE] ")
    assert said(b"STAT\r\n", made) == [b"-ERR"]


def test_behind_a_login_there_is_no_auth() -> None:
    made = engine()
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\n" + b"AUTH PLAIN\r\nNOOP\r\n", made) == [b"+OK", b"-ERR", b"+OK"]


def test_responses_may_be_long_and_not_without_end() -> None:
    long = b64encode(b"\0alice\0" + b"x" * 40_000)
    assert said(b"AUTH PLAIN\r\n" + long + b"\r\nNOOP\r\n") == [b"+", b"-ERR", b"-ERR"]
    made = engine()
    assert said(b"AUTH PLAIN\r\n" + b"A" * 70_000, made) == [b"+"]
    assert said(b"A" * 70_000 + b"\r\n", made) == [b"-ERR"]
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\n", made) == [b"+OK"]


def test_a_response_ends_in_crlf() -> None:
    assert said(b"AUTH PLAIN\r\n" + RIGHT + b"\n") == [b"+", b"-ERR"]


def test_a_response_comes_in_any_pieces() -> None:
    made = engine()
    replies = [talk(made, bytes([octet])) for octet in b"AUTH PLAIN\r\n" + RIGHT + b"\r\n"]
    assert [reply[:3] for reply in replies if reply] == [b"+ \r", b"+OK"]


def test_only_chosen_mechanisms_are_there() -> None:
    policy = Policy(mechanisms=frozenset({"CRAM-MD5"}))
    made = engine(policy=policy)
    assert b"\r\nSASL CRAM-MD5\r\n" in talk(made, b"CAPA\r\n")
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\nAUTH CRAM-MD5\r\n", made) == [b"-ERR", b"+"]


def test_a_password_for_cram_md5_is_no_password_for_anything_else() -> None:
    made = engine()
    assert said(b"USER erin\r\nPASS keyed secret\r\n", made) == [b"+OK", b"-ERR"]
    assert said(b"AUTH PLAIN " + b64encode(b"\0erin\0keyed secret") + b"\r\n", made) == [b"-ERR"]


def test_no_auth_no_sasl() -> None:
    made = engine(policy=Policy(offers=Policy().offers - {"AUTH"}))
    assert b"SASL" not in talk(made, b"CAPA\r\n")
    assert said(b"AUTH PLAIN " + RIGHT + b"\r\n", made) == [b"-ERR"]
