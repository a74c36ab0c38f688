"""A session moves on as its commands are answered."""

import pytest

from conformance.model import DropListing, Expectation, Farewell, Maildrop, Plain, ScanListing, Session
from conformance.wire import Line, State, Turn

from .sessions import ALL, THREE, command, logged_in, say, session_in

REFUSED = Expectation(None, negative=True)


@pytest.mark.parametrize("login", [("USER alice", "PASS secret"), ("APOP alice 00",), ("AUTH PLAIN",)])
def test_a_login_that_is_accepted_leads_to_transaction(login: tuple[str, ...]) -> None:
    session = say(session_in(State.AUTHORIZATION), *login)
    assert session.state is State.TRANSACTION
    assert session.marked == set()


@pytest.mark.parametrize("line", ["PASS secret", "APOP alice 00", "AUTH PLAIN"])
def test_a_login_that_is_refused_leaves_authorization(line: str) -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice")
    assert say(session, line, positive=False).state is State.AUTHORIZATION


def test_pass_is_for_the_name_that_user_gave() -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice")
    assert session.name == b"alice"
    assert session.expect(command("PASS a word of spaces")) == Expectation(Plain(), negative=True, may_close=True)


@pytest.mark.parametrize("between", ["NOOP", "CAPA", "FOO", "USER bob", "APOP alice 00", "PASS wrong", ""])
def test_pass_is_refused_unless_it_follows_user_at_once(between: str) -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice")
    say(session, between, positive=between == "CAPA")
    assert session.expect(command("PASS secret")) == REFUSED


def test_pass_is_refused_after_a_user_that_was_refused() -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice", positive=False)
    assert session.expect(command("PASS secret")) == REFUSED


@pytest.mark.parametrize("line", ["USER bob", "APOP bob 00"])
def test_user_and_apop_are_refused_while_a_name_waits_for_its_password(line: str) -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice")
    assert session.expect(command(line)) == REFUSED
    say(session, line, positive=False)
    assert session.expect(command(line)).positive == Plain()


def test_what_a_login_found_is_opened_without_marks() -> None:
    session = say(Session(offers=ALL, tolerant=False), "USER alice")
    session.open(THREE)
    assert say(session, "PASS secret").expect(command("STAT")).positive == DropListing(3, 3320)


def test_a_marked_message_is_not_counted_not_listed_and_not_addressed() -> None:
    session = say(logged_in(), "DELE 2")
    assert session.expect(command("STAT")).positive == DropListing(2, 3120)
    assert session.expect(command("LIST")).positive == ScanListing((THREE.messages[0], THREE.messages[2]))
    for line in ("LIST 2", "UIDL 2", "RETR 2", "TOP 2 0", "DELE 2"):
        assert session.expect(command(line)) == REFUSED


def test_a_second_dele_changes_nothing_even_if_it_was_accepted() -> None:
    session = say(logged_in(), "DELE 2", "DELE 2")
    assert (session.count, session.octets) == (2, 3120)


def test_a_message_keeps_its_number_when_others_are_marked() -> None:
    assert say(logged_in(), "DELE 1", "DELE 2").expect(command("RETR 3")).negative is False


def test_rset_takes_every_mark_away() -> None:
    session = say(logged_in(), "DELE 1", "DELE 3", "RSET")
    assert session.expect(command("STAT")).positive == DropListing(3, 3320)
    assert session.expect(command("QUIT")).positive == Farewell(frozenset())


def test_with_every_message_marked_the_maildrop_is_as_if_empty() -> None:
    session = say(logged_in(), "DELE 1", "DELE 2", "DELE 3")
    assert session.expect(command("STAT")) == Expectation(DropListing(0, 0), negative=False)
    assert session.expect(command("LIST")) == Expectation(ScanListing(()), negative=False)


def test_an_empty_maildrop_is_listed_all_the_same() -> None:
    session = logged_in(Maildrop())
    assert session.expect(command("LIST")) == Expectation(ScanListing(()), negative=False)
    assert session.expect(command("LIST 1")) == REFUSED


def test_quit_removes_what_is_marked_and_may_fail_to() -> None:
    session = say(logged_in(), "DELE 1", "DELE 3")
    assert session.expect(command("QUIT")) == Expectation(Farewell(frozenset({1, 3})), negative=True, may_close=True)


@pytest.mark.parametrize("positive", [True, False])
def test_quit_leads_from_transaction_to_update_however_it_is_answered(positive: bool) -> None:
    assert say(logged_in(), "DELE 1", "QUIT", positive=positive).state is State.UPDATE


def test_quit_before_login_ends_the_session_without_update() -> None:
    assert say(session_in(State.AUTHORIZATION), "QUIT").state is State.ENDED


def test_a_malformed_quit_that_is_refused_ends_nothing() -> None:
    assert say(logged_in(), "QUIT now", positive=False).state is State.TRANSACTION


# -- AUTH, RFC 5034 §4 -----------------------------------------------------------------------------------------------

EXCHANGE = Expectation(Plain(), negative=True, may_close=True, challenge=True)


def challenged(*, tolerant: bool = False) -> Session:
    session = session_in(State.AUTHORIZATION, tolerant=tolerant)
    session.advance(command("AUTH PLAIN"), positive=False, challenge=True)
    return session


@pytest.mark.parametrize("initial", ["", " =", " AAA="])
def test_auth_is_accepted_or_refused_or_begins_an_exchange(initial: str) -> None:
    assert session_in(State.AUTHORIZATION).expect(command(f"AUTH PLAIN{initial}")) == EXCHANGE


@pytest.mark.parametrize("initial", ["A", "==", "AAA", "A=AA", "!!!!", "*"])
def test_an_initial_response_that_is_no_base64_is_refused(initial: str) -> None:
    assert session_in(State.AUTHORIZATION).expect(command(f"AUTH PLAIN {initial}")) == REFUSED


@pytest.mark.parametrize("tolerant", [False, True])
@pytest.mark.parametrize(
    "line, expected", [(b"AAA=", EXCHANGE), (b"", EXCHANGE), (b"*", REFUSED), (b"QUIT", EXCHANGE), (b"=", REFUSED)]
)
def test_a_turn_is_answered_as_it_deserves(line: bytes, expected: Expectation, tolerant: bool) -> None:
    session = challenged(tolerant=tolerant)
    assert session.challenged
    assert session.expect(Turn(Line(line + b"\r\n"))) == expected


def test_an_exchange_that_succeeds_opens_the_maildrop() -> None:
    session = challenged()
    session.advance(Turn(Line(b"AAA=\r\n")), positive=False, challenge=True)
    assert (session.challenged, session.state) == (True, State.AUTHORIZATION)
    session.advance(Turn(Line(b"\r\n")), positive=True)
    assert (session.challenged, session.state) == (False, State.TRANSACTION)


def test_an_exchange_that_fails_leaves_everything_as_it_was() -> None:
    session = challenged()
    session.advance(Turn(Line(b"*\r\n")), positive=False)
    assert (session.challenged, session.state, session.refusals) == (False, State.AUTHORIZATION, 1)


def test_a_name_does_not_outlast_an_exchange() -> None:
    session = say(session_in(State.AUTHORIZATION), "USER alice")
    session.advance(command("AUTH PLAIN"), positive=False, challenge=True)
    session.advance(Turn(Line(b"*\r\n")), positive=False)
    assert session.expect(command("PASS secret")) == REFUSED
