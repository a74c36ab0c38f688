"""A tolerant session bears with what sound servers do differently, and with nothing else."""

import pytest

from conformance.model import Answer, Content, DropListing, Expectation, Farewell, Plain, ScanLine, ScanListing
from conformance.wire import State

from .sessions import THREE, command, logged_in, say, session_in

ONE = THREE.messages[0]


def expectation(line: str | bytes, state: State = State.TRANSACTION) -> Expectation:
    return session_in(state, tolerant=True).expect(command(line))


@pytest.mark.parametrize(
    "line, answer",
    [
        (b"STAT 1\r\n", DropListing(3, 3320)),
        (b"STAT\n", DropListing(3, 3320)),
        (b" STAT\r\n", DropListing(3, 3320)),
        (b"STAT \r\n", DropListing(3, 3320)),
        (b"RSET 2\r\n", Plain()),
        (b"NOOP nothing at all\r\n", Plain()),
        (b"QUIT now\r\n", Farewell()),
        (b"LIST \r\n", ScanListing(THREE.messages)),
        (b"LIST  1\r\n", ScanLine(ONE)),
        (b"LIST 1 \r\n", ScanLine(ONE)),
        (b"LIST\t1\r\n", ScanLine(ONE)),
        (b"LIST +1\r\n", ScanLine(ONE)),
        (b"LIST 0001\r\n", ScanLine(ONE)),
        (b"TOP 01  2\r\n", Content(ONE, 2)),
        (b"TOP 1 4294967296\r\n", Content(ONE, 2**32)),
        (b"XTND\r\n", Plain()),
        (b"LAST\r\n", Plain()),
    ],
)
def test_a_sloppy_command_may_be_taken_as_it_was_meant_or_refused(line: bytes, answer: Answer) -> None:
    allowed = expectation(line)
    assert (allowed.positive, allowed.negative) == (answer, True)


@pytest.mark.parametrize(
    "line",
    [
        *(b"RETR\r\n", b"RETR x\r\n", b"RETR 1x\r\n", b"RETR 1 2\r\n", b"RETR 0\r\n", b"RETR -1\r\n", b"RETR 4\r\n"),
        *(b"TOP 1\r\n", b"TOP 1 -1\r\n", b"LIST 4294967297\r\n", b"LIST 1 2\r\n", b"FOO\r\n", b"\r\n", b"NOOPS\r\n"),
        *(b"USER bob\r\n", b"PASS x\r\n", b"STAT\0\r\n", b"NO\xffP\r\n", b"STAT\r\r\n", b"RETR " + b"9" * 70 + b"\r\n"),
    ],
)
def test_what_is_wrong_stays_wrong(line: bytes) -> None:
    allowed = expectation(line)
    assert (allowed.positive, allowed.negative) == (None, True)


@pytest.mark.parametrize("line", ["STAT", "LIST", "LIST 1", "RETR 1", "DELE 1", "NOOP", "RSET", "TOP 1 99", "UIDL"])
def test_what_is_right_must_be_obeyed(line: str) -> None:
    assert expectation(line).negative is False


@pytest.mark.parametrize("line", [b"USER al ice\r\n", b"USER al\xc3\xaf\r\n", b"USER  alice\r\n", b"USER alice\n"])
def test_a_strange_name_may_be_accepted_or_refused(line: bytes) -> None:
    allowed = expectation(line, State.AUTHORIZATION)
    assert (allowed.positive, allowed.negative) == (Plain(), True)


@pytest.mark.parametrize("line", ["USER", "USER ", "PASS", "PASS secret", "APOP alice", "STAT", "NOOP"])
def test_before_login_what_is_wrong_stays_wrong(line: str) -> None:
    assert expectation(line, State.AUTHORIZATION).positive is None


@pytest.mark.parametrize("line", ["USER bob", "APOP bob 00", "PASS secret"])
def test_while_a_name_waits_every_login_command_may_be_accepted(line: str) -> None:
    session = say(session_in(State.AUTHORIZATION, tolerant=True), "USER alice")
    assert session.expect(command(line)).positive == Plain()


@pytest.mark.parametrize("between", ["CAPA", "NOOP", "USER bob"])
def test_commands_between_user_and_pass_may_or_may_not_break_the_pair(between: str) -> None:
    session = say(session_in(State.AUTHORIZATION, tolerant=True), "USER alice")
    say(session, between, positive=False)
    allowed = session.expect(command("PASS secret"))
    assert (allowed.positive, allowed.negative) == (Plain(), True)


def test_one_user_is_good_for_one_pass_only() -> None:
    session = say(session_in(State.AUTHORIZATION, tolerant=True), "USER alice")
    say(session, "CAPA", "PASS wrong", positive=False)
    assert session.expect(command("PASS secret")).positive is None


def test_a_sloppy_command_that_was_accepted_takes_effect() -> None:
    session = say(logged_in(tolerant=True), "DELE 01", "DELE  3")
    assert session.marked == {1, 3}
    assert say(session, "RSET all").marked == set()
    assert say(session, "QUIT now").state is State.UPDATE


def test_a_sloppy_command_that_was_refused_has_none() -> None:
    session = say(logged_in(tolerant=True), "DELE 01", "QUIT now", positive=False)
    assert (session.marked, session.state) == (set(), State.TRANSACTION)


def test_a_server_may_lose_patience_after_several_refusals() -> None:
    session = session_in(State.TRANSACTION, tolerant=True)
    assert session.expect(command("FOO")).may_close is False
    say(session, "FOO", "FOO", positive=False)
    assert session.expect(command("FOO")).may_close is True
    assert session.expect(command("NOOP")).may_close is False


@pytest.mark.parametrize("line", ["", "RETR " + "1" * 300, "FOO " + "x" * 70000])
def test_a_server_may_lose_patience_at_once_with_an_empty_or_overlong_line(line: str) -> None:
    assert expectation(line).may_close is True


@pytest.mark.parametrize("line", [b"USER " + b"a" * 70000 + b"\r\n"])
def test_an_overlong_line_may_be_cut_and_obeyed(line: bytes) -> None:
    assert expectation(line, State.AUTHORIZATION).positive == Plain()
