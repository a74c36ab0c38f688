"""Commands that have to be refused: unknown, malformed, or out of their state."""

import pytest

from tests.monitor.scripts import Case, check, session

OUT_OF_STATE = {
    "STAT": ("STAT", "STAT-01", "+OK 0 0"),
    "LIST 1": ("LIST", "LIST-01", "+OK 1 120"),
    "RETR 1": ("RETR", "RETR-01", "+OK\nS: ."),
    "DELE 1": ("DELE", "DELE-01", "+OK"),
    "NOOP": ("NOOP", "NOOP-03", "+OK"),
    "RSET": ("RSET", "RSET-01", "+OK"),
    "TOP 1 0": ("TOP", "TOP-01", "+OK\nS: ."),
    "UIDL": ("UIDL", "UIDL-01", "+OK\nS: ."),
}

CASES = [
    *[
        Case(f"{command} before login is accepted", f"S: +OK\nC: {command}\nS: {reply}", broken=f"STATE-04 {clause}")
        for command, (_, clause, reply) in OUT_OF_STATE.items()
    ],
    *[
        Case(f"{command} before login is refused", f"S: +OK\nC: {command}\nS: -ERR", kept=f"STATE-04 {clause}")
        for command, (_, clause, _) in OUT_OF_STATE.items()
    ],
    Case("RETR before login ends it all", "S: +OK\nC: RETR 1\n! server closed", broken="STATE-04 RETR-01"),
    Case("USER in a session is accepted", session("C: USER bob\nS: +OK"), broken="STATE-04 USER-01"),
    Case("USER in a session is refused", session("C: USER bob\nS: -ERR"), kept="STATE-04 USER-01"),
    Case("PASS in a session is accepted", session("C: PASS x\nS: +OK"), broken="STATE-04 PASS-01"),
    Case("APOP in a session is accepted", session("C: APOP bob 00\nS: +OK"), broken="STATE-04 APOP-10"),
    Case("APOP in a session is refused", session("C: APOP bob 00\nS: -ERR"), kept="STATE-04 APOP-10"),
    Case(
        "a login that failed opens the maildrop",
        "S: +OK\nC: STAT\nS: -ERR\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR\nC: STAT\nS: +OK 0 0",
        broken="STATE-04 STAT-01 AUTH-09",
    ),
    Case(
        "STAT is accepted behind a login that failed, and may be accepted before",
        "S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR\nC: STAT\nS: +OK 0 0",
        broken="STATE-04 STAT-01",
    ),
    Case(
        "STAT ends it all behind a login that failed",
        "S: +OK\nC: STAT\nS: -ERR\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR\nC: STAT\n! server closed",
    ),
    Case(
        "a login that failed opens nothing",
        "S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR\nC: STAT\nS: -ERR",
        kept="AUTH-09",
    ),
    Case(
        "an APOP that failed opens the maildrop",
        "S: +OK <1@b>\nC: NOOP\nS: -ERR\nC: APOP a 0123456789abcdef0123456789abcdef\nS: -ERR\nC: NOOP\nS: +OK",
        broken="STATE-04 NOOP-03 AUTH-09 APOP-05",
    ),
    Case(
        "an APOP that failed opens nothing",
        "S: +OK <1@b>\nC: APOP a 0123456789abcdef0123456789abcdef\nS: -ERR\nC: STAT\nS: -ERR",
        kept="APOP-05 AUTH-09",
    ),
    Case(
        "a name opens the maildrop",
        "S: +OK\nC: NOOP\nS: -ERR\nB| S: +OK\nC: USER a\nS: +OK\nC: NOOP\nS: +OK",
        broken="STATE-04 NOOP-03 USER-06",
    ),
    Case(
        "NOOP is accepted behind a name, and may be accepted before",
        "S: +OK\nC: USER a\nS: +OK\nC: NOOP\nS: +OK",
        broken="STATE-04 NOOP-03",
    ),
    Case("a name opens nothing", "S: +OK\nC: USER a\nS: +OK\nC: NOOP\nS: -ERR", kept="USER-06"),
    Case("an unknown keyword is refused", session("C: XYZZ\nS: -ERR\nC: FOOBAR 1\nS: -ERR"), kept="STATE-01"),
    Case("an unknown keyword is ignored", session("C: FOOBAR 1\n! waited in vain"), broken="STATE-01 NET-05"),
    Case("an unknown keyword is a command of the server's own", session("C: XTND\nS: +OK")),
    Case("LAST is still there", session("C: LAST\nS: +OK 0")),
    Case("an empty line is ignored", session("C:\n! waited in vain")),
    Case("an empty line ends the session", session("C:\n! server closed")),
    Case("RETR without a number", session("C: RETR\nS: +OK\nS: ."), broken="STATE-03 RETR-04"),
    Case("RETR without a number is refused", session("C: RETR\nS: -ERR\nC: RETR \nS: -ERR"), kept="STATE-03 RETR-04"),
    Case("RETR with a space for a number", session("C: RETR \nS: +OK\nS: ."), broken="STATE-03 RETR-04"),
    Case("RETR of letters", session("C: RETR abc\nS: +OK\nS: ."), broken="STATE-03"),
    Case("RETR of a fraction", session("C: RETR 1.5\nS: +OK\nS: ."), broken="STATE-03"),
    Case("LIST of letters", session("C: LIST 1abc\nS: +OK 1 120"), broken="STATE-03"),
    Case("RETR of two", session("C: RETR 1 2\nS: +OK\nS: ."), broken="STATE-03"),
    Case("RETR of a negative number", session("C: RETR -1\nS: +OK\nS: ."), broken="STATE-03 ARG-02"),
    Case("DELE without a number", session("C: DELE\nS: +OK"), broken="STATE-03 DELE-07"),
    Case("DELE without a number is refused", session("C: DELE\nS: -ERR"), kept="STATE-03 DELE-07"),
    Case("TOP without a count", session("C: TOP 1\nS: +OK\nS: ."), broken="STATE-03 TOP-07"),
    Case("TOP without a count is refused", session("C: TOP 1\nS: -ERR\nC: TOP\nS: -ERR"), kept="TOP-07"),
    Case("TOP of minus one lines", session("C: TOP 1 -1\nS: +OK\nS: ."), broken="STATE-03 TOP-08"),
    Case("TOP of minus one lines is refused", session("C: TOP 1 -1\nS: -ERR"), kept="TOP-08"),
    Case("USER without a name", "S: +OK\nC: USER\nS: +OK", broken="STATE-03 USER-02"),
    Case("USER without a name is refused", "S: +OK\nC: USER\nS: -ERR", kept="STATE-03 USER-02"),
    Case("PASS without a password", "S: +OK\nC: USER a\nS: +OK\nC: PASS\nS: +OK", broken="STATE-03 PASS-06"),
    Case("PASS with a space", "S: +OK\nC: USER a\nS: +OK\nC: PASS \nS: +OK", broken="STATE-03 PASS-06"),
    Case("PASS without a password is refused", "S: +OK\nC: USER a\nS: +OK\nC: PASS\nS: -ERR", kept="PASS-06"),
    Case("APOP without a digest", "S: +OK <1@b>\nC: APOP a\nS: +OK", broken="STATE-03 APOP-09"),
    Case("APOP without a digest is refused", "S: +OK\nC: APOP a\nS: -ERR\nC: APOP\nS: -ERR", kept="APOP-09"),
    Case(
        "it closes behind three that it does not know, though one that it might know was refused meanwhile",
        session("C: XYZZ\nS: -ERR\nC: XYZZ\nS: -ERR\nC: LANG\nS: -ERR\nC: XYZY\n! server closed"),
        kept="STATE-01",
    ),
    Case("a malformed command is not answered", session("C: DELE\n! server closed"), broken="STATE-03 DELE-07"),
    Case(
        "sloppy commands are forgiven",
        session(
            """
            C: STAT 1
            S: +OK 2 320
            C: RSET x
            S: +OK
            C: LIST  1
            S: +OK 1 120
            C: LIST 1\x20
            S: +OK 1 120
            C: LIST 01
            S: +OK 1 120
            C: LIST +1
            S: +OK 1 120
            C:  STAT
            S: +OK 2 320
            C: QUIT now
            S: +OK
            """
        ),
    ),
    Case("sloppy commands are refused", session("C: LIST  1\nS: -ERR\nC: LIST +1\nS: -ERR\nC: STAT 1\nS: -ERR")),
    Case("a line ends in LF alone", session("C: STAT\\n\\\nS: +OK 2 320\nC: NOOP\nS: -ERR")),
    Case("a line is too long for any server", session(f"C: XYZZ {'x' * 600}\nS: what?\nS: -ERR\nC: NOOP\nS: -ERR")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
