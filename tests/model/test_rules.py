"""Every state with every command: what the letter of the RFC allows."""

from itertools import product

import pytest

from conformance.model import (
    Answer,
    Capabilities,
    Content,
    DropListing,
    Expectation,
    Farewell,
    Languages,
    Maildrop,
    Message,
    Plain,
    ScanLine,
    ScanListing,
    Session,
    UniqueIdLine,
    UniqueIdListing,
)
from conformance.wire import VERBS, State

from .sessions import ALL, THREE, command, logged_in, say, session_in

REFUSED = Expectation(None, negative=True)
OVER = Expectation(None, negative=False, may_close=True)
LOGIN = Expectation(Plain(), negative=True, may_close=True)
EXCHANGE = Expectation(Plain(), negative=True, may_close=True, challenge=True)
ONE, TWO, _ = THREE.messages

LINES = {
    "STAT": "STAT",
    "LIST": "LIST",
    "RETR": "RETR 1",
    "DELE": "DELE 1",
    "NOOP": "NOOP",
    "RSET": "RSET",
    "QUIT": "QUIT",
    "TOP": "TOP 1 5",
    "UIDL": "UIDL",
    "USER": "USER alice",
    "PASS": "PASS secret",
    "APOP": "APOP alice c4c9334bac560ecc979e58001b3e22fb",
    "CAPA": "CAPA",
    "STLS": "STLS",
    "AUTH": "AUTH PLAIN",
    "UTF8": "UTF8",
    "LANG": "LANG",
    "XTND": "XTND",
    "FOO": "FOO",
}


def yes(answer: Answer, *, negative: bool = False, may_close: bool = False) -> Expectation:
    return Expectation(answer, negative, may_close)


CELLS = {
    (State.AUTHORIZATION, "QUIT"): yes(Farewell(), may_close=True),
    (State.AUTHORIZATION, "USER"): LOGIN,
    (State.AUTHORIZATION, "APOP"): LOGIN,
    (State.AUTHORIZATION, "AUTH"): EXCHANGE,
    (State.AUTHORIZATION, "STLS"): yes(Plain(), negative=True),
    (State.AUTHORIZATION, "CAPA"): yes(Capabilities()),
    (State.AUTHORIZATION, "UTF8"): yes(Plain(), negative=True),
    (State.AUTHORIZATION, "LANG"): yes(Languages(), negative=True),
    (State.TRANSACTION, "LANG"): yes(Languages(), negative=True),
    (State.TRANSACTION, "STAT"): yes(DropListing(3, 3320)),
    (State.TRANSACTION, "LIST"): yes(ScanListing(THREE.messages)),
    (State.TRANSACTION, "RETR"): yes(Content(ONE)),
    (State.TRANSACTION, "DELE"): yes(Plain()),
    (State.TRANSACTION, "NOOP"): yes(Plain()),
    (State.TRANSACTION, "RSET"): yes(Plain()),
    (State.TRANSACTION, "QUIT"): yes(Farewell(), may_close=True),
    (State.TRANSACTION, "TOP"): yes(Content(ONE, 5)),
    (State.TRANSACTION, "UIDL"): yes(UniqueIdListing(THREE.messages)),
    (State.TRANSACTION, "CAPA"): yes(Capabilities()),
}
GOING_ON = (State.AUTHORIZATION, State.TRANSACTION)


def test_the_lines_have_every_verb_that_there_is() -> None:
    assert set(VERBS) < set(LINES)


@pytest.mark.parametrize("state, verb", list(product(GOING_ON, LINES)))
def test_each_command_is_answered_as_its_cell_says_and_refused_without_one(state: State, verb: str) -> None:
    assert session_in(state).expect(command(LINES[verb])) == CELLS.get((state, verb), REFUSED)


@pytest.mark.parametrize("state, verb", list(product((State.UPDATE, State.ENDED), LINES)))
def test_after_the_end_nothing_is_answered(state: State, verb: str) -> None:
    session = session_in(state)
    assert session.state is state
    assert session.expect(command(LINES[verb])) == OVER
    session.advance(command(LINES[verb]), positive=True)
    assert session.state is state


@pytest.mark.parametrize("state, verb", list(product(GOING_ON, sorted(LINES.keys() - {"QUIT"}))))
def test_a_refused_command_changes_neither_state_nor_maildrop(state: State, verb: str) -> None:
    session = session_in(state)
    session.advance(command(LINES[verb]), positive=False)
    assert (session.state, session.marked, session.octets) == (state, set(), 3320)


@pytest.mark.parametrize("state, verb", list(product(GOING_ON, LINES)))
def test_asking_what_to_expect_changes_nothing(state: State, verb: str) -> None:
    session = session_in(state)
    before = dict(vars(session), marked=set(session.marked))
    session.expect(command(LINES[verb]))
    assert vars(session) == before


@pytest.mark.parametrize("verb", ["LIST", "UIDL", "RETR", "DELE", "TOP"])
@pytest.mark.parametrize("number", ["0", "4", "-1", "+1", "01", "1x", "4294967297", "9" * 5000, "1.0", "", "x"])
def test_a_number_that_no_message_has_is_refused(verb: str, number: str) -> None:
    line = f"{verb} {number} 0" if verb == "TOP" else f"{verb} {number}"
    assert logged_in().expect(command(line)) == REFUSED


@pytest.mark.parametrize(
    "line",
    [
        *("STAT 1", "NOOP 1", "RSET 2", "QUIT now", "CAPA x", "LIST 1 2", "UIDL 1 2", "RETR", "RETR 1 2", "DELE"),
        *("DELE 1 2", "TOP", "TOP 1", "TOP 1 2 3", "TOP 1 -1", "TOP 1 x", "LIST ", "LIST  1", "LIST 1 ", "", " NOOP"),
    ],
)
def test_wrong_arguments_are_refused(line: str) -> None:
    assert logged_in().expect(command(line)) == REFUSED


@pytest.mark.parametrize(
    "line", ["USER", "USER ", "USER a b", "APOP", "APOP alice", "APOP alice x y", "QUIT now", "CAPA x"]
)
def test_wrong_arguments_are_refused_before_login(line: str) -> None:
    assert session_in(State.AUTHORIZATION).expect(command(line)) == REFUSED


@pytest.mark.parametrize(
    "octets", [b"NOOP\n", b"NOOP", b"NO\0OP\r\n", b"NOOP\r\r\n", b"N\xc3\xb6OP\r\n", b"NOOP\t\r\n"]
)
def test_octets_that_are_no_command_are_refused(octets: bytes) -> None:
    assert logged_in().expect(command(octets)) == REFUSED


@pytest.mark.parametrize("octets", [b"USER al\xefce\r\n", b"USER a\x7f\r\n", b"APOP \x01 00\r\n"])
def test_a_name_that_is_not_printable_ascii_is_refused(octets: bytes) -> None:
    assert session_in(State.AUTHORIZATION).expect(command(octets)) == REFUSED


@pytest.mark.parametrize("line", ["stat", "Stat", "sTaT"])
def test_letter_case_does_not_matter(line: str) -> None:
    assert logged_in().expect(command(line)).positive == DropListing(3, 3320)


def test_an_argument_asks_for_one_line() -> None:
    session = logged_in()
    assert session.expect(command("LIST 2")) == yes(ScanLine(TWO))
    assert session.expect(command("UIDL 2")) == yes(UniqueIdLine(TWO))


@pytest.mark.parametrize("digits, lines", [("0", 0), ("00", 0), ("007", 7), ("4294967296", 2**32)])
def test_top_takes_any_number_of_lines(digits: str, lines: int) -> None:
    assert logged_in().expect(command(f"TOP 1 {digits}")) == yes(Content(ONE, lines))


def test_a_number_of_lines_beyond_reason_is_a_large_one() -> None:
    answer = logged_in().expect(command("TOP 1 " + "9" * 5000)).positive
    assert isinstance(answer, Content)
    assert answer.lines is not None
    assert answer.lines > 2**62


@pytest.mark.parametrize("verb", ["TOP", "UIDL", "CAPA"])
def test_an_optional_command_that_is_not_known_to_be_there_may_be_refused(verb: str) -> None:
    session = say(Session(THREE, offers=ALL - {verb}, tolerant=False), "USER alice", "PASS secret")
    expectation = session.expect(command(LINES[verb]))
    assert (expectation.positive, expectation.negative) == (CELLS[State.TRANSACTION, verb].positive, True)


def test_a_language_is_chosen_or_refused() -> None:
    for state in GOING_ON:
        assert session_in(state).expect(command("LANG de")) == yes(Plain(), negative=True)


@pytest.mark.parametrize("line", ["RETR 1", "TOP 1 0", "LIST 1"])
def test_a_message_that_needs_utf8_mode_may_be_refused_without_it(line: str) -> None:
    maildrop = Maildrop((Message(1, 120, b"one", needs_utf8=True),))
    without, within = logged_in(maildrop), say(Session(maildrop, offers=ALL), "UTF8", "USER alice", "PASS secret")
    assert without.expect(command(line)).negative
    assert not within.expect(command(line)).negative
    assert within.expect(command(line)).positive == without.expect(command(line)).positive


def test_a_server_without_utf8_has_no_reason_to_refuse_it() -> None:
    maildrop = Maildrop((Message(1, 120, b"one", needs_utf8=True),))
    session = say(Session(maildrop, offers=ALL - {"UTF8"}), "USER alice", "PASS secret")
    assert not session.expect(command("RETR 1")).negative


def test_names_beyond_ascii_are_refused_where_they_are_not_offered() -> None:
    line = b"USER j\xc3\xb6rg\r\n"
    assert Session(offers=ALL, tolerant=False).expect(command(line)) == REFUSED
    assert Session(offers=ALL | {"UTF8-USER"}, tolerant=False).expect(command(line)) == LOGIN
