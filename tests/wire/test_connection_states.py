"""Each state with each verb: where a reply moves the session, and where it does not."""

import pytest

from conformance import wire
from conformance.wire import VERBS, Answered, Line, Sent, State, parse_command

from .listening import HELLO, LOGIN, Turn, listen, story, told

# -- states ----------------------------------------------------------------------------------------------------------

WAYS_INTO: dict[State, tuple[Turn, ...]] = {
    State.AUTHORIZATION: (HELLO,),
    State.TRANSACTION: LOGIN,
    State.UPDATE: (*LOGIN, ("C", b"QUIT\r\n"), ("S", b"+OK\r\n")),
    State.ENDED: (HELLO, ("C", b"QUIT\r\n"), ("S", b"+OK\r\n")),
}

MOVES = {
    (State.AUTHORIZATION, "PASS", b"+OK"): State.TRANSACTION,
    (State.AUTHORIZATION, "APOP", b"+OK"): State.TRANSACTION,
    (State.AUTHORIZATION, "AUTH", b"+OK"): State.TRANSACTION,
    (State.AUTHORIZATION, "QUIT", b"+OK"): State.ENDED,
    (State.TRANSACTION, "QUIT", b"+OK"): State.UPDATE,
    (State.TRANSACTION, "QUIT", b"-ERR"): State.UPDATE,  # RFC 1939 §6: some messages were not removed
}
"""All else stays."""


@pytest.mark.parametrize("state", WAYS_INTO)
@pytest.mark.parametrize("verb", [*VERBS, "XYZ"])
@pytest.mark.parametrize("status", [b"+OK", b"-ERR", b"+", b"what?"])
def test_a_reply_moves_the_session_where_the_table_says(state: State, verb: str, status: bytes) -> None:
    least = VERBS[verb].least if verb in VERBS else 0
    line = b" ".join([verb.encode("ascii"), *[b"1"] * least]) + b"\r\n"
    body = b".\r\n" if parse_command(Line(line)).multiline and status == b"+OK" else b""
    connection, events = listen(*WAYS_INTO[state], ("C", line), ("S", status + b"\r\n" + body))
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert (answered.command.verb, answered.state) == (verb, state)
    assert connection.state is MOVES.get((state, verb, status), state)


@pytest.mark.parametrize("verb", VERBS)
def test_before_the_greeting_nothing_but_the_greeting_moves(verb: str) -> None:
    connection, _ = listen(("C", verb.encode("ascii") + b"\r\n"))
    assert connection.state is State.CONNECTED
    connection, _ = listen(("C", verb.encode("ascii") + b"\r\n"), HELLO)
    assert connection.state is State.AUTHORIZATION
    assert len(connection.waiting) == 1


@pytest.mark.parametrize(
    "before, line, after",
    [
        (State.AUTHORIZATION, b"PASS \r\n", State.TRANSACTION),
        (State.AUTHORIZATION, b"PASS secret\n", State.TRANSACTION),
        (State.AUTHORIZATION, b"APOP name\r\n", State.TRANSACTION),
        (State.TRANSACTION, b"QUIT now\r\n", State.UPDATE),
        (State.TRANSACTION, b"QUIT \0\r\n", State.UPDATE),
        (State.TRANSACTION, b"quit\n", State.UPDATE),
    ],
)
def test_a_server_that_accepts_a_malformed_command_moved_all_the_same(before: State, line: bytes, after: State) -> None:
    connection, _ = listen(*WAYS_INTO[before], ("C", line), ("S", b"+OK\r\n"))
    assert connection.state is after


@pytest.mark.parametrize("line", [b"QUIT now\r\n", b"QUIT\n", b"QUIT \r\n"])
def test_a_malformed_quit_that_is_refused_ends_nothing(line: bytes) -> None:
    connection, _ = listen(*LOGIN, ("C", line), ("S", b"-ERR\r\n"))
    assert connection.state is State.TRANSACTION


def test_the_mechanisms_that_a_server_lists_for_a_bare_auth_are_no_login() -> None:
    connection, _ = listen(HELLO, ("C", b"AUTH\r\n"), ("S", b"+OK\r\nPLAIN\r\n.\r\n"))
    assert connection.state is State.AUTHORIZATION


# -- the turns of AUTH, RFC 5034 §4 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [b"AGEAYg==", b"LIST", b"QUIT", b"", b"=", b"\0"])
def test_a_login_by_auth_may_take_turns_that_look_like_anything(turn: bytes) -> None:
    turns = (HELLO, ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", turn + b"\r\n"), ("S", b"+OK\r\n"))
    connection, events = listen(*turns)
    assert isinstance(events[-1], Answered)
    assert events[-1].command == wire.Turn(Line(turn + b"\r\n", 12))
    assert events[-2] == Sent(events[-1].command)
    assert connection.state is State.TRANSACTION
    assert not connection.in_reply


@pytest.mark.parametrize("challenge", [b"+\r\n", b"+PDFAYT4=\r\n", b"+ go ahead\r\n", b"+  \r\n"])
def test_a_challenge_may_be_malformed(challenge: bytes) -> None:
    connection, events = listen(
        HELLO, ("C", b"AUTH PLAIN\r\n"), ("S", challenge), ("C", b"QUIT\r\n"), ("S", b"-ERR\r\n")
    )
    assert isinstance(events[-1], Answered)
    assert isinstance(events[-1].command, wire.Turn)
    assert connection.state is State.AUTHORIZATION


def test_the_turns_may_be_sent_before_they_are_asked_for() -> None:
    turns = (
        HELLO,
        ("C", b"AUTH LOGIN\r\nYQ==\r\nYg==\r\nLIST\r\n"),
        ("S", b"+ VXNlcg==\r\n+ UGFzcw==\r\n+OK\r\n+OK\r\n.\r\n"),
    )
    connection, events = listen(*turns)
    assert connection.state is State.TRANSACTION
    answered = [event.command for event in events if isinstance(event, Answered)]
    assert [isinstance(command, wire.Turn) for command in answered] == [False, True, True, False]
    assert told(events[-1]) == "LIST +OK [0]"


def test_a_login_that_was_cancelled_is_over() -> None:
    turns = (HELLO, ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", b"*\r\nCAPA\r\n"), ("S", b"-ERR\r\n+OK\r\n.\r\n"))
    connection, events = listen(*turns)
    assert connection.state is State.AUTHORIZATION
    assert told(events[-1]) == "CAPA +OK [0]"


def test_a_continuation_of_anything_else_is_a_reply_like_any_other() -> None:
    turns = (HELLO, ("C", b"NOOP\r\n"), ("S", b"+ more\r\n"), ("C", b"LIST\r\n"), ("S", b"+OK\r\n.\r\n"))
    assert story(*turns)[1:] == ["NOOP + more", "LIST +OK [0]"]
