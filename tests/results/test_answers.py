import pytest

from conformance.results.answers import BY_SERVER, answers, happened, verb_of
from tests.results.sessions import lines


def verbs(text: str) -> list[str]:
    return [answer.verb for answer in answers(lines(text))]


def test_a_command_is_answered_by_the_line_right_behind_it() -> None:
    (stat, retr) = answers(
        lines("""
            A 0.000 *: connected
            A 0.001 S0: +OK ready
            A 1.000 C1: STAT
            A 1.250 S1: +OK 2 320
            A 7.000 C2: RETR 1
            A 7.500 S2: +OK 120 octets
            A 7.500 S2: Subject: x
            A 9.000 S2: .
        """)
    )
    assert (stat.verb, stat.command.text, stat.reply.text, stat.seconds) == ("STAT", "STAT", "+OK 2 320", 0.25)
    assert (retr.verb, retr.seconds) == ("RETR", 0.5)


def test_an_answer_is_positive_or_negative_or_neither() -> None:
    said = lines("""
        A 0.1 C1: NOOP
        A 0.2 S1: +OK
        A 0.3 C2: AUTH PLAIN
        A 0.4 S2: +
        A 0.5 C3: AUTH CRAM-MD5
        A 0.6 S3: + PDEyMz4=
        A 0.7 C4: DELE 9
        A 0.8 S4: -ERR no such message
        A 0.9 C5: DELE 9
        A 1.0 S5: +++ATH
    """)
    kinds = [(answer.positive, answer.negative) for answer in answers(said)]
    assert kinds == [(True, False), (True, False), (True, False), (False, True), (False, False)]


def test_what_is_pipelined_is_left_out() -> None:
    assert verbs("""
            A 0.1 C1: STAT
            A 0.1 C2: NOOP
            A 0.2 S1: +OK 0 0
            A 0.2 S2: +OK
            A 0.3 C3: RSET
            A 0.4 S3: +OK
        """) == ["RSET"]


def test_what_gets_no_answer_or_a_late_one_is_left_out() -> None:
    assert (
        verbs("""
            A 0.1 C1: STAT
            A 9.1 *: waited in vain: 9.0 s
            A 9.2 S1: +OK 0 0
            A 9.3 C2: NOOP
        """)
        == []
    )
    assert verbs("A 0.1 C1: STAT\nA 0.2 *: server closed") == []
    assert verbs("A 0.1 C2: STAT\nA 0.2 S1: +OK late") == []


def test_an_answer_whose_beginning_is_not_shown_is_left_out() -> None:
    assert verbs("A 0.1 C1: LIST\nA 0.2 *1: … 300 lines, 3,000 octets left out …\nA 0.3 S1: .") == []


def test_lines_that_belong_to_no_exchange_are_left_out() -> None:
    assert verbs("A 0.1 C: STAT\nA 0.2 S: +OK 0 0") == []


@pytest.mark.parametrize("command", ["C1: XYZZ", "C1: ********", "C1: ", "C1! STAT", "S1: STAT", "*1: STAT"])
def test_what_is_no_whole_command_that_is_known_is_left_out(command: str) -> None:
    assert verbs(f"A 0.1 {command}\nA 0.2 S1: +OK") == []


@pytest.mark.parametrize("said, verb", [("stat", "STAT"), ("Top 1 0", "TOP"), ("UIDL", "UIDL"), ("STATUS", "")])
def test_a_verb_is_known_in_any_letters(said: str, verb: str) -> None:
    assert verb_of(lines(f"A 0.1 C1: {said}")[0]) == verb


def test_what_is_said_beside_another_connection_is_left_out() -> None:
    assert verbs("""
            A 0.0 *: connected
            A 0.1 C1: STAT
            A 0.2 S1: +OK 0 0
            B 0.3 *: connected
            B 0.4 C1: PASS ********
            B 3.4 S1: +OK
            B 3.5 *: client closed
            A 3.6 C2: NOOP
            A 3.7 S2: +OK
        """) == ["STAT", "NOOP"]


@pytest.mark.parametrize("end", ["client closed", "client reset", "server closed", "server reset: connection reset"])
def test_a_connection_that_has_ended_is_no_other_one(end: str) -> None:
    assert verbs(f"A 0.0 *: connected\nA 0.1 *: {end}\nB 0.2 C1: STAT\nB 0.3 S1: +OK 0 0") == ["STAT"]


def test_a_connection_half_of_which_has_ended_is_one() -> None:
    half = "A 0.0 *: connected\nA 0.1 *: client closed its direction"
    assert verbs(f"{half}\nB 0.2 C1: STAT\nB 0.3 S1: +OK 0 0") == []


@pytest.mark.parametrize("at", ["0.05", "99999999"])
def test_times_that_cannot_be_are_left_out(at: str) -> None:
    assert verbs(f"A 0.1 C1: STAT\nA {at} S1: +OK 0 0") == []


def test_only_we_tell_what_happened() -> None:
    ours, theirs = lines("A 0.1 *: server closed\nA 0.1 S1: server closed")
    assert happened(ours, *BY_SERVER)
    assert not happened(theirs, *BY_SERVER)
