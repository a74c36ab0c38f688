"""Numbers that no message has."""

import pytest

from tests.monitor.scripts import Case, check, session

TWO = "C: STAT\nS: +OK 2 300\n"
BODY = "S: +OK\nS: a: b\nS:\nS: ."

CASES = [
    Case(
        "they are refused",
        session(
            TWO
            + "C: LIST 3\nS: -ERR\nC: RETR 3\nS: -ERR\nC: DELE 3\nS: -ERR\nC: TOP 3 0\nS: -ERR\nC: UIDL 3\nS: -ERR\n"
            "C: RETR 0\nS: -ERR"
        ),
        kept="LIST-12 RETR-05 DELE-06 TOP-06 UIDL-13 ARG-02",
    ),
    Case("LIST tells of one", session(TWO + "C: LIST 3\nS: +OK 3 9"), broken="LIST-12"),
    Case("RETR sends one", session(TWO + f"C: RETR 3\n{BODY}"), broken="RETR-05"),
    Case("DELE accepts one", session(TWO + "C: DELE 3\nS: +OK"), broken="DELE-06"),
    Case("TOP shows one", session(TWO + f"C: TOP 3 0\n{BODY}"), broken="TOP-06"),
    Case("UIDL tells of one", session(TWO + "C: UIDL 3\nS: +OK 3 a"), broken="UIDL-13"),
    Case("LIST 0 is LIST", session(TWO + "C: LIST 0\nS: +OK\nS: 1 100\nS: ."), broken="ARG-02 LIST-12 MULTI-13"),
    Case("a number wraps around", session("C: DELE 4294967297\nS: +OK"), broken="ARG-02"),
    Case(
        "a number wraps around, where the messages were counted",
        session(TWO + "C: DELE 4294967297\nS: +OK\nC: STAT\nS: +OK 1 200"),
        broken="ARG-02 DELE-06",
    ),
    Case("a number of thirty digits", session("C: LIST " + "9" * 30 + "\nS: +OK 1 100"), broken="ARG-02"),
    Case("nobody knows how many there are", session("C: RETR 3\nS: -ERR\nC: LIST 2\nS: +OK 2 200")),
    Case("leading zeros are forgiven", session(TWO + "C: LIST 01\nS: +OK 1 100\nC: LIST +2\nS: +OK 2 200")),
    Case("two hundred zeros are forgiven", session(TWO + f"C: LIST {'0' * 200}1\nS: +OK 1 100")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
