"""The engine under other policies: a delay between logins, and mail that is not to be left on the server."""

import errno
from base64 import b64encode
from hashlib import md5
from typing import NoReturn

import pytest

from conformance.server import Accounts, Channel, MaildropError, MemoryStore, Policy

from .talking import ACCOUNTS, LOGIN, STAMP, engine, talk

WRONG = b"USER alice\r\nPASS wrong\r\n"
DELAY = Policy(login_delay=60)


def second(said: bytes) -> bytes:
    """The first word behind the indicator of the second reply."""
    return b" ".join(said.splitlines()[1].split()[:2])


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(ACCOUNTS)


def attempt(accounts: Accounts, login: bytes, at: float, store: MemoryStore | None = None) -> bytes:
    made = engine(store or MemoryStore(), policy=DELAY, accounts=accounts, at=at)
    said = second(talk(made, login, at=at))
    made.hang_up()
    return said


def test_who_has_logged_in_waits_before_logging_in_again(accounts: Accounts) -> None:
    assert attempt(accounts, LOGIN, 0) == b"+OK maildrop"
    assert attempt(accounts, LOGIN, 59.9) == b"-ERR [LOGIN-DELAY]"
    assert attempt(accounts, LOGIN, 60) == b"+OK maildrop"
    assert attempt(accounts, LOGIN, 61) == b"-ERR [LOGIN-DELAY]"


def test_the_delay_counts_from_the_last_login_that_was_granted(accounts: Accounts) -> None:
    assert attempt(accounts, LOGIN, 0) == b"+OK maildrop"
    assert attempt(accounts, LOGIN, 30) == b"-ERR [LOGIN-DELAY]"
    assert attempt(accounts, LOGIN, 61) == b"+OK maildrop"


def test_the_delay_is_each_accounts_own_and_tells_a_stranger_nothing(accounts: Accounts) -> None:
    assert attempt(accounts, LOGIN, 0) == b"+OK maildrop"
    assert attempt(accounts, b"USER bob\r\nPASS open sesame\r\n", 1) == b"+OK maildrop"
    assert attempt(accounts, WRONG, 2) == b"-ERR [AUTH]"


def test_a_login_that_was_refused_starts_no_delay(accounts: Accounts) -> None:
    mail = MemoryStore()
    held = mail.open("alice")
    assert attempt(accounts, WRONG, 0, mail) == b"-ERR [AUTH]"
    assert attempt(accounts, LOGIN, 1, mail) == b"-ERR [IN-USE]"
    held.close()
    assert attempt(accounts, LOGIN, 2, mail) == b"+OK maildrop"


@pytest.mark.parametrize("command, left", [(b"RETR 1", 1), (b"TOP 1 0", 2), (b"DELE 1", 1), (b"LIST", 2)])
def test_what_may_not_be_left_on_the_server_goes_with_quit_once_it_was_retrieved(command: bytes, left: int) -> None:
    mail = MemoryStore()
    for _ in range(2):
        mail.deliver("alice", b"Subject: one\r\n\r\n")
    talk(engine(mail, policy=Policy(expire=0)), LOGIN + command + b"\r\nQUIT\r\n")
    opened = mail.open("alice")
    opened.close()
    assert opened.maildrop.count == left


def test_only_quit_removes_what_was_retrieved() -> None:
    mail = MemoryStore()
    mail.deliver("alice", b"Subject: one\r\n\r\n")
    made = engine(mail, policy=Policy(expire=0))
    talk(made, LOGIN + b"RETR 1\r\n")
    made.hang_up()
    assert mail.open("alice").maildrop.count == 1


@pytest.mark.parametrize("number, code", [(errno.ENOSPC, b"[SYS/TEMP]"), (errno.EACCES, b"[SYS/PERM]")])
def test_a_failure_of_the_systems_tells_whether_it_passes(number: int, code: bytes) -> None:
    class Failing(MemoryStore):
        def open(self, user: str) -> NoReturn:
            raise MaildropError(user) from OSError(number, "so it is")

    assert second(talk(engine(Failing()), LOGIN)) == b"-ERR " + code


# -- no password in the clear ----------------------------------------------------------------------------------------

GUARDED = Policy(require_tls=True)
PLAIN = b"AUTH PLAIN " + b64encode(b"\0alice\0secret") + b"\r\n"
INSIDE = Channel(secure=True)


@pytest.mark.parametrize("login", [LOGIN, WRONG, PLAIN, b"PASS secret\r\n", b"AUTH LOGIN\r\n"])
def test_no_password_is_of_use_in_the_clear_where_the_policy_is_against_it(login: bytes) -> None:
    said = talk(engine(policy=GUARDED), login + b"STAT\r\n")
    assert [line[:4] for line in said.splitlines()] == [b"-ERR"] * (login.count(b"\r\n") + 1)


def test_right_and_wrong_passwords_are_refused_alike_there() -> None:
    assert talk(engine(policy=GUARDED), LOGIN) == talk(engine(policy=GUARDED), WRONG)


@pytest.mark.parametrize("login", [LOGIN, PLAIN])
def test_inside_tls_it_is(login: bytes) -> None:
    made = engine(policy=GUARDED)
    made.secured(INSIDE)
    assert talk(made, login).splitlines()[-1].startswith(b"+OK maildrop")


def test_a_secret_that_is_not_shown_is_of_use_in_the_clear_too() -> None:
    digest = md5(STAMP + b"a long shared secret", usedforsecurity=False).hexdigest().encode()
    assert talk(engine(policy=GUARDED), b"APOP carol " + digest + b"\r\n").startswith(b"+OK")


def test_what_is_refused_in_the_clear_is_announced_inside_tls_alone() -> None:
    made = engine(policy=GUARDED)
    clear = talk(made, b"CAPA\r\n").splitlines()
    made.secured(INSIDE)
    inside = talk(made, b"CAPA\r\n").splitlines()
    assert (b"USER" in clear, b"USER" in inside) == (False, True)
    assert [any(b" PLAIN" in line for line in lines) for lines in (clear, inside)] == [False, True]
