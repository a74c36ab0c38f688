"""NOOP and RSET."""

import pytest

from tests.monitor.scripts import Case, check, session

MARKED = "C: STAT\nS: +OK 2 300\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: .\nC: DELE 1\nS: +OK\nC: DELE 2\nS: +OK\n"

CASES = [
    Case("both succeed", session("C: NOOP\nS: +OK\nC: RSET\nS: +OK"), kept="NOOP-01 RSET-03"),
    Case("NOOP is refused", session("C: NOOP\nS: -ERR"), broken="NOOP-01"),
    Case("RSET is refused", session("C: RSET\nS: -ERR nothing to reset"), broken="RSET-03"),
    Case(
        "RSET unmarks everything",
        session(MARKED + "C: RSET\nS: +OK\nC: STAT\nS: +OK 2 300\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: ."),
        kept="RSET-02 RSET-04",
    ),
    Case(
        "RSET unmarks one of them",
        session(MARKED + "C: RSET\nS: +OK\nC: LIST\nS: +OK\nS: 2 200\nS: ."),
        broken="RSET-02",
    ),
    Case(
        "RSET leaves a message unreadable",
        session(f"C: RETR 1\nS: +OK\nS: X: {'y' * 95}\nS: .\n" + MARKED + "C: RSET\nS: +OK\nC: RETR 1\nS: -ERR"),
        broken="RSET-02",
    ),
    Case("there may be no RETR at all", session(MARKED + "C: RSET\nS: +OK\nC: RETR 1\nS: -ERR"), kept="RSET-03"),
    Case(
        "RSET leaves the totals as they are", session(MARKED + "C: RSET\nS: +OK\nC: STAT\nS: +OK 0 0"), broken="RSET-04"
    ),
    Case("RSET restores the count alone", session(MARKED + "C: RSET\nS: +OK\nC: STAT\nS: +OK 2 200"), broken="RSET-04"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
