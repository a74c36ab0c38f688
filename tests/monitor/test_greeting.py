"""Who speaks first, and what the greeting is."""

import pytest

from tests.monitor.scripts import Case, check

CASES = [
    Case("a server greets in one line", "S: +OK ready\nC: QUIT\nS: +OK\n! server closed", kept="NET-02 NET-03 NET-04"),
    Case("a server says nothing until it is spoken to", "! waited in vain\nC: QUIT\nS: +OK\nS: +OK", broken="NET-02"),
    Case("a server says nothing at all", "! waited in vain\n! client closed", broken="NET-02"),
    Case("a client speaks before the greeting", "C: QUIT\nS: +OK ready\nS: +OK\n! server closed"),
    Case("a slow server is waited for in vain and greets after all", "! waited in vain\nS: +OK ready", kept="NET-02"),
    Case("a greeting has two lines", "S: +OK ready\nS: Authorized use only\nC: QUIT\nS: +OK", broken="NET-03"),
    Case(
        "a second line of the greeting comes later", "S: +OK ready\n...\nS: Keep out\nC: QUIT\nS: +OK", broken="NET-03"
    ),
    Case("a greeting has no status indicator", "S: POP3 server ready\nC: QUIT\nS: +OK", broken="NET-04"),
    Case("a greeting is negative, and the server goes on", "S: -ERR busy\nC: QUIT\nS: +OK", broken="NET-04"),
    Case("a server refuses its service", "S: -ERR too many connections\n! server closed", kept="NET-02"),
    Case("a greeting is in small letters", "S: +ok ready\nC: QUIT\nS: +OK", broken="RESP-02", kept="NET-04"),
    Case(
        "what comes behind the beginning of a command may answer that",
        "S: +OK ready\nC: CA\\\nS: -ERR what\nC: PA\nS: -ERR what",
    ),
    Case("a greeting is bare", "S: +OK\nC: QUIT\nS: +OK", kept="NET-03 NET-04"),
    Case("a time stamp is a message id", "S: +OK <1896.697170952@dbc.mtview.ca.us>", kept="APOP-02", apop=True),
    Case("a time stamp has no at sign", "S: +OK ready <12345>", broken="APOP-02", apop=True),
    Case("what looks like a time stamp is none without APOP", "S: +OK ready <here and now>"),
    Case(
        "APOP shows that there is a time stamp",
        """
        S: +OK <12345>
        C: APOP alice 0123456789abcdef0123456789abcdef
        S: +OK
        """,
        broken="APOP-02",
        kept="APOP-01",
    ),
    Case(
        "two greetings have different time stamps",
        "S: +OK <1.1@host>\nC: QUIT\nS: +OK\nB| S: +OK <1.2@host>",
        kept="APOP-03",
        apop=True,
    ),
    Case(
        "two greetings have one time stamp",
        "S: +OK <1.1@host>\nC: QUIT\nS: +OK\nB| S: +OK <1.1@host>",
        broken="APOP-03",
        apop=True,
    ),
    Case(
        "two greetings name one address where nothing is known of APOP",
        "S: +OK mail <help@host>\nC: QUIT\nS: +OK\nB| S: +OK mail <help@host>",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
