"""The model as a judge of sessions that take whatever comes: what it holds against a server, and where it is silent."""

import pytest

from conformance.scenario.oracle import oracle
from conformance.transcript import Conversation, Incident, Transcript
from tests.driver.peers import answering
from tests.scenario.playing import at_peer

GREETING = "S: +OK ready"
LOGIN = ("C: USER alice", "S: +OK", "C: PASS secret", "S: +OK")
MARKED = ("C: DELE 1", "S: +OK")
LISTED = ("C: LIST", "S: +OK", "S: 1 120", "S: 2 80", "S: .")


def conversation(*lines: str, opened: float = 0.0, end: Incident | None = None) -> Conversation:
    """One that went like this; lines of several are written as such."""
    transcript = Transcript("A", opened=opened)
    at = 0.0
    for line in (GREETING, *lines):
        sender, _, text = line.partition(": ")
        at += 0.01
        transcript.record("C" if sender == "C" else "S", text.encode() + b"\r\n", at)
    if end is not None:
        transcript.mark(end, at + 0.01)
    read = Conversation(transcript)
    read.follow()
    return read


def broken(*lines: str, announced: tuple[str, ...] = (), end: Incident | None = None) -> list[str]:
    return [verdict.clause for verdict in oracle([conversation(*lines, end=end)], announced)]


@pytest.mark.parametrize(
    "lines, clauses",
    [
        (("C: NOPE", "S: +OK"), ["R1939-STATE-01"]),
        (("C: STATS", "S: +OK 2 200"), ["R1939-STATE-01"]),
        (("C: AUTH XYZZ", "S: +OK"), ["R1939-STATE-02"]),
        ((*LOGIN, *LISTED, "C: RETR 1", "S: -ERR no"), ["R1939-OPT-01"]),
        ((*LOGIN, *LISTED, "C: TOP 1 0", "S: -ERR no"), ["R1939-OPT-02"]),
        ((*LOGIN, *LISTED, "C: UIDL", "S: -ERR no"), ["R1939-OPT-02"]),
        ((*LOGIN, "C: STAT", "S: +OK 2 200", "C: LIST", "S: -ERR no"), ["R1939-OPT-01"]),
        (
            (*LOGIN, *LISTED, *MARKED, "C: STAT", "S: +OK 1 80", "C: DELE 1", "S: -ERR", "C: STAT", "S: +OK 1 0"),
            ["R1939-DELE-04"],
        ),
    ],
)
def test_what_is_not_open_to_a_server_breaks_a_clause(lines: tuple[str, ...], clauses: list[str]) -> None:
    assert broken(*lines) == clauses


@pytest.mark.parametrize(
    "lines",
    [
        ("C: XYZZ", "S: +OK"),  # an extension, by its first letter
        ("C: LAST", "S: +OK 0"),  # of RFC 1081
        ("C: NOPE", "S: -ERR"),
        ("C: AUTH PLAIN", "S: +", "C: *", "S: -ERR"),
        (*LOGIN, "C: RETR 1", "S: -ERR no"),  # nobody knows what is there
        (*LOGIN, *LISTED, "C: RETR 3", "S: -ERR no"),
        (*LOGIN, *LISTED, *MARKED, "C: RETR 1", "S: -ERR no"),
        (*LOGIN, *LISTED, *MARKED, "C: RSET", "S: +OK", "C: RETR 1", "S: -ERR no"),  # for the monitor
        (*LOGIN, "C: LIST", "S: +OK", "S: .", "C: UIDL", "S: -ERR no messages"),
        (*LOGIN, "C: LIST", "S: +OK", "S: 1 x", "S: .", "C: RETR 1", "S: -ERR no"),
        (*LOGIN, "C: STAT", "S: +OK 0 0", "C: LIST", "S: -ERR no messages"),
        (*LOGIN, "C: STAT", "S: +OK 99999999999999999999 1", "C: LIST", "S: -ERR"),
        (*LOGIN, "C: LIST", "S: -ERR locked", "C: STAT", "S: -ERR locked"),  # nothing has succeeded yet
        (*LOGIN, *LISTED, "C: DELE 4294967297", "S: +OK", "C: RETR 1", "S: -ERR no"),  # it marked 1, wrongly
        (*LOGIN, *LISTED, "C:  ", "S: -ERR", "C: RETR 1", "S: -ERR no"),  # a line that may be passed over
        (*LOGIN, *LISTED, "C: NO\tOP", "S: -ERR", "C: NOPE", "S: +OK"),  # nobody knows what is whose answer
        (*LOGIN, *LISTED, "C: STAT", "S: +OK 2 200", "C: RETR 1", "S: +OK", "S: .", "C: STAT", "S: +OK 2 210"),
    ],
)
def test_it_is_silent_where_a_server_may_do_so_or_nothing_is_certain(lines: tuple[str, ...]) -> None:
    assert broken(*lines) == []


def test_what_capa_lists_has_to_work() -> None:
    assert broken(*LOGIN, *LISTED, "C: UIDL", "S: -ERR no", announced=("UIDL",)) == ["R2449-CAP-01"]


@pytest.mark.parametrize(
    "lines, end, clauses",
    [
        (("C: CAPA",), Incident.SERVER_CLOSED, ["R1939-STATE-02"]),
        (("C: CAPA",), Incident.CLIENT_CLOSED, []),
        (("C: NOOP",), Incident.SERVER_CLOSED, []),  # for the monitor
        (("C: NOPE", "S: -ERR", "C: NOPE", "S: -ERR", "C: CAPA"), Incident.SERVER_CLOSED, []),  # its patience is over
    ],
)
def test_who_closes_has_to_answer_a_command_of_the_protocol_first(
    lines: tuple[str, ...], end: Incident, clauses: list[str]
) -> None:
    assert broken(*lines, end=end) == clauses


def test_nothing_is_said_of_sessions_beside_each_other() -> None:
    one = conversation("C: NOPE", "S: +OK", "C: NOOP", "S: -ERR")
    beside, behind = conversation("C: CAPA", "S: -ERR", opened=0.01), conversation("C: CAPA", "S: -ERR", opened=9.0)
    assert list(oracle([one, beside])) == []
    assert [verdict.clause for verdict in oracle([one, behind])] == ["R1939-STATE-01"]


def test_it_is_heard_only_where_whatever_comes_is_taken() -> None:
    judged = frozenset({"R1939-STATE-01", "R1939-RESP-01"})
    answers = {b"NOPE": b"+OK yes\r\n"}
    taken = at_peer("C: <connect>\nS: <any>\nC: NOPE\nS: <any>", [answering(answers)], judged=judged)
    assert [v.clause for v in taken.verdicts if v.outcome.value == "broken"] == ["R1939-STATE-01"]
    expected = at_peer("C: <connect>\nS: +OK\nC: NOPE\nS: +OK", [answering(answers)], judged=judged)
    assert [v.clause for v in expected.verdicts if v.outcome.value == "broken"] == []
