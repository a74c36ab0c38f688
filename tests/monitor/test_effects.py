"""What changed in the maildrop, and which command did it."""

import pytest

from tests.monitor.scripts import Case, check, message, session

MARKED = "C: STAT\nS: +OK 3 600\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 2 500\n"
BODY = message("one", "text")
MORE = {name: message(name) for name in ("one", "two", "three")}

CASES = [
    Case("NOOP changes nothing", session(MARKED + "C: NOOP\nS: +OK\nC: STAT\nS: +OK 2 500"), kept="NOOP-02"),
    Case("NOOP unmarks", session(MARKED + "C: NOOP\nS: +OK\nC: STAT\nS: +OK 3 600"), broken="NOOP-02"),
    Case(
        "NOOP unmarks, as LIST shows",
        session(
            "C: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: .\nC: DELE 1\nS: +OK\nC: LIST\nS: +OK\nS: 2 200\nS: .\n"
            "C: NOOP\nS: +OK\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: ."
        ),
        broken="NOOP-02",
        kept="LIST-10",
    ),
    Case("a refused command unmarks", session(MARKED + "C: XYZZ\nS: -ERR\nC: STAT\nS: +OK 3 600"), broken="STATE-05"),
    Case(
        "a refused command changes nothing",
        session(MARKED + "C: XYZZ\nS: -ERR\nC: STAT\nS: +OK 2 500"),
        kept="STATE-05",
    ),
    Case(
        "a second DELE is refused and subtracted all the same",
        session(MARKED + "C: DELE 1\nS: -ERR\nC: STAT\nS: +OK 1 400"),
        broken="DELE-04",
    ),
    Case(
        "a second DELE is accepted and subtracted again",
        session(MARKED + "C: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 400"),
        broken="DELE-03 DELE-04",
    ),
    Case(
        "a second DELE is refused",
        session(MARKED + "C: DELE 1\nS: -ERR\nC: STAT\nS: +OK 2 500"),
        kept="DELE-03 DELE-04",
    ),
    Case(
        "TOP marks",
        session("C: STAT\nS: +OK 3 600\nC: TOP 1 0\nS: +OK\nS: a: b\nS:\nS: .\nC: STAT\nS: +OK 2 500"),
        broken="TOP-11",
    ),
    Case(
        "TOP changes nothing",
        session("C: STAT\nS: +OK 3 600\nC: TOP 1 0\nS: +OK\nS: a: b\nS:\nS: .\nC: STAT\nS: +OK 3 600"),
        kept="TOP-11",
    ),
    Case(
        "RETR changes nothing",
        session("C: STAT\nS: +OK 3 600\nC: RETR 1\nS: +OK\nS: <one>\nC: STAT\nS: +OK 3 600"),
        kept="RETR-07",
        bodies={"one": BODY},
    ),
    Case(
        "RETR marks",
        session("C: STAT\nS: +OK 3 600\nC: RETR 1\nS: +OK\nS: <one>\nC: STAT\nS: +OK 2 500"),
        broken="RETR-07",
        bodies={"one": BODY},
    ),
    Case(
        "many commands stand between, and any may have done it",
        session(MARKED + "C: NOOP\nS: +OK\nC: XYZZ\nS: -ERR\nC: STAT\nS: +OK 3 600"),
    ),
    Case("mail appears", session("C: STAT\nS: +OK 3 600\nC: NOOP\nS: +OK\nC: STAT\nS: +OK 4 700"), broken="AUTH-13"),
    Case(
        "mail appears in the listing",
        session("C: UIDL\nS: +OK\nS: 1 a\nS: .\nC: UIDL\nS: +OK\nS: 1 a\nS: 2 b\nS: ."),
        broken="AUTH-13",
    ),
    Case(
        "mail appears under a number beyond the last",
        session("C: STAT\nS: +OK 2 300\nC: LIST 3\nS: +OK 3 100"),
        broken="AUTH-13",
        mails=MORE,
    ),
    Case(
        "mail arrives, and stays out of the session",
        session("C: STAT\nS: +OK 2 300\nC: NOOP\nS: +OK\nC: STAT\nS: +OK 2 300"),
        kept="AUTH-13",
        mails=MORE,
    ),
    Case("a message vanishes", session("C: STAT\nS: +OK 3 600\nC: STAT\nS: +OK 2 500"), broken="AUTH-13"),
    Case(
        "two sessions have the maildrop open, and one removes a message",
        session("C: STAT\nS: +OK 2 300\n")
        + "B| S: +OK\nC: USER alice\nS: +OK\nC: PASS secret\nS: +OK\nC: STAT\nS: +OK 2 300\n"
        + "C: DELE 1\nS: +OK\nC: QUIT\nS: +OK\n"
        + "A| C: STAT\nS: +OK 1 200\nC: RETR 1\nS: -ERR\nC: LIST\nS: +OK\nS: 2 200\nS: .\nC: DELE 1\nS: -ERR",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
