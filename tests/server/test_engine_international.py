"""UTF8 and LANG, and names beyond ASCII (RFC 6856), at the engine."""

import hashlib

import pytest

from conformance.server import Account, Accounts, Engine, MemoryStore, Policy
from conformance.server.sasl import Channel

from .talking import LOGIN, STAMP, engine, talk

PLAIN = b"Subject: one\r\n\r\nfirst\r\n"
NEEDS = "Subject: Grüße\r\n\r\nfirst\r\nsecond\r\n".encode()
REFUSED = b"-ERR [UTF8] that message needs UTF-8 mode\r\n"
JÖRG = "Jörg"
SECRET = "Süßes \U0001f511"


def store() -> MemoryStore:
    made = MemoryStore()
    for message in (PLAIN, NEEDS):
        made.deliver("alice", message)
    return made


def logged_in(*before: bytes, policy: Policy | None = None) -> Engine:
    made = engine(store(), policy=policy or Policy())
    talk(made, b"".join(before) + LOGIN)
    return made


def test_a_message_that_needs_utf8_mode_is_refused_without_it() -> None:
    made = logged_in()
    assert talk(made, b"RETR 2\r\n") == REFUSED
    assert talk(made, b"TOP 2 0\r\n") == REFUSED
    assert talk(made, b"LIST 2\r\n") == b"+OK 2 %d\r\n" % len(NEEDS)
    assert talk(made, b"RETR 1\r\n") == b"+OK %d octets\r\n%b.\r\n" % (len(PLAIN), PLAIN)


def test_it_is_sent_as_it_is_in_utf8_mode() -> None:
    made = logged_in(b"UTF8\r\n")
    assert talk(made, b"RETR 2\r\n") == b"+OK %d octets\r\n%b.\r\n" % (len(NEEDS), NEEDS)
    assert talk(made, b"TOP 2 1\r\n").endswith("Subject: Grüße\r\n\r\nfirst\r\n.\r\n".encode())


def test_it_is_sent_as_it_is_by_a_server_that_has_no_such_mode() -> None:
    made = logged_in(policy=Policy(offers=frozenset({"USER", "PASS"})))
    assert talk(made, b"RETR 2\r\n").startswith(b"+OK")
    assert talk(engine(policy=Policy(offers=frozenset())), b"UTF8\r\nLANG\r\n").count(b"-ERR") == 2


@pytest.mark.parametrize("fill", [70_000, 65_500, 65_536 - 18])
def test_a_long_header_is_looked_at_to_its_end(fill: int) -> None:
    for value, needs in (("a", False), ("ä", True)):
        mail = MemoryStore()
        octets = f"X-Long: {'x' * fill}\r\nSubject: {value}\r\n\r\nä body\r\n".encode()
        mail.deliver("alice", octets)
        made = engine(mail)
        talk(made, LOGIN)
        said = talk(made, b"RETR 1\r\n")
        assert (said == REFUSED) is needs
        assert needs or said == b"+OK %d octets\r\n%b.\r\n" % (len(octets), octets)


@pytest.mark.parametrize("octets", ["\r\nä\r\n", "A: b\r\n\r\nä\r\n", ""])
def test_a_body_needs_no_mode(octets: str) -> None:
    mail = MemoryStore()
    mail.deliver("alice", octets.encode())
    made = engine(mail)
    talk(made, LOGIN)
    assert talk(made, b"RETR 1\r\n").startswith(b"+OK")


def test_utf8_is_for_authorization_and_takes_no_argument() -> None:
    assert talk(engine(), b"UTF8\r\n") == b"+OK\r\n"
    assert talk(engine(), b"UTF8 USER\r\n").startswith(b"-ERR")
    assert talk(logged_in(), b"UTF8\r\n").startswith(b"-ERR")


def test_both_are_announced_in_both_states() -> None:
    for made in (engine(), logged_in()):
        assert {b"UTF8 USER", b"LANG"} <= set(talk(made, b"CAPA\r\n").split(b"\r\n"))
    offers = Policy().offers - {"UTF8-USER"}
    assert b"UTF8" in talk(engine(policy=Policy(offers=offers)), b"CAPA\r\n").split(b"\r\n")


def test_a_language_is_chosen_and_stays_until_another_is() -> None:
    made = engine(store())
    assert talk(made, b"LANG\r\n") == b"+OK languages follow\r\nen English\r\nde Deutsch\r\n.\r\n"
    assert talk(made, b"LANG de-AT\r\n") == "+OK de Sprache gewählt\r\n".encode()
    assert talk(made, b"LANG mul\r\n") == b"-ERR diese Sprache gibt es hier nicht\r\n"
    assert talk(made, LOGIN).endswith(b"+OK im Postfach liegen 2 Nachrichten (%d Oktette)\r\n" % len(PLAIN + NEEDS))
    assert talk(made, b"STAT\r\nNOOP\r\nUIDL 9\r\nRETR 2\r\n").split(b"\r\n")[1:4] == [
        b"+OK",
        b"-ERR diese Nachricht gibt es nicht",
        b"-ERR [UTF8] diese Nachricht verlangt den UTF-8-Modus",
    ]
    assert talk(made, b"LANG *\r\n") == b"+OK en language changed\r\n"
    assert talk(made, b"RETR 9\r\n") == b"-ERR no such message\r\n"


def test_what_was_said_in_the_clear_is_forgotten_inside_tls() -> None:
    made = engine(store(), policy=Policy(offers=Policy().offers | {"STLS"}))
    assert talk(made, b"UTF8\r\nLANG de\r\nSTLS\r\n").endswith(b"+OK TLS kann beginnen\r\n")
    made.secured(Channel(secure=True))
    assert talk(made, LOGIN).endswith(b"+OK maildrop has 2 messages (%d octets)\r\n" % len(PLAIN + NEEDS))
    assert talk(made, b"RETR 2\r\n") == REFUSED


# -- names beyond ASCII ----------------------------------------------------------------------------------------------


def say_name(name: bytes, password: bytes) -> bytes:
    made = engine(accounts=Accounts([Account(JÖRG, SECRET), Account("alice", "secret")]))
    return talk(made, b"USER %b\r\nPASS %b\r\n" % (name, password)).split(b"\r\n")[1][:4]


@pytest.mark.parametrize("name", [JÖRG, "Jo\u0308rg", "J\xadörg", "Ｊörg"])
def test_equivalent_names_are_one_account(name: str) -> None:
    assert say_name(name.encode(), SECRET.encode()) == b"+OK "


@pytest.mark.parametrize("password", ["se\xadcret", "ｓｅｃｒｅｔ"])
def test_equivalent_passwords_open_it(password: str) -> None:
    assert say_name(b"alice", password.encode()) == b"+OK "


@pytest.mark.parametrize(
    "name, password",
    [
        (b"alice", b"secret\xee\x80\x80"),
        (b"alice\xee\x80\x80", b"secret"),
        (b"\xc1\xa1lice", b"secret"),
        (b"alice\x80", b"secret"),
        (b"alice", b"secret\xff"),
        (b"alice", b"\xed\xa0\x80secret"),
        ("JÖRG".encode(), SECRET.encode()),
    ],
)
def test_what_is_prohibited_or_not_well_formed_opens_nothing(name: bytes, password: bytes) -> None:
    assert say_name(name, password) == b"-ERR"


def test_the_digest_of_apop_is_made_of_the_prepared_secret() -> None:
    accounts = Accounts([Account("carol", "ﬁrst", apop=True), Account("dan", "\U0001f511", apop=True)])
    digest = hashlib.md5(STAMP + b"first", usedforsecurity=False).hexdigest()
    assert talk(engine(accounts=accounts), f"APOP ca\xadrol {digest}\r\n".encode()).startswith(b"+OK")
    digest = hashlib.md5(STAMP + "\U0001f511".encode(), usedforsecurity=False).hexdigest()
    assert talk(engine(accounts=accounts), f"APOP dan {digest}\r\n".encode()).startswith(b"-ERR")
