"""Logging in by USER with PASS, and by APOP."""

import pytest

from tests.monitor.scripts import Case, check

DIGEST = "0123456789abcdef0123456789abcdef"

CASES = [
    Case("QUIT before login succeeds", "S: +OK\nC: QUIT\nS: +OK", kept="QUITA-01"),
    Case("QUIT before login is refused", "S: +OK\nC: QUIT\nS: -ERR", broken="QUITA-01"),
    Case("QUIT before login is not answered", "S: +OK\nC: QUIT\n! server closed", broken="QUITA-01"),
    Case("PASS comes first and is accepted", "S: +OK\nC: PASS secret\nS: +OK", broken="PASS-01"),
    Case("PASS comes behind a refused USER", "S: +OK\nC: USER a\nS: -ERR\nC: PASS b\nS: +OK", broken="PASS-01"),
    Case(
        "PASS comes first and is refused, though the password is right",
        "S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: +OK\nC: QUIT\nS: +OK\nB| S: +OK\nC: PASS b\nS: -ERR",
        kept="PASS-01",
    ),
    Case(
        "PASS fails, and works without a new USER",
        "S: +OK\nC: USER a\nS: +OK\nC: PASS x\nS: -ERR\nC: PASS b\nS: +OK",
        broken="PASS-05",
    ),
    Case(
        "PASS fails, and needs a new USER",
        """
        S: +OK
        C: USER a
        S: +OK
        C: PASS b
        S: +OK
        C: QUIT
        S: +OK
        B| S: +OK
        C: USER a
        S: +OK
        C: PASS x
        S: -ERR
        C: PASS b
        S: -ERR
        """,
        kept="PASS-05",
    ),
    Case(
        "another command comes between USER and PASS", "S: +OK\nC: USER a\nS: +OK\nC: NOOP\nS: -ERR\nC: PASS b\nS: +OK"
    ),
    Case("a second USER replaces the first", "S: +OK\nC: USER a\nS: +OK\nC: USER b\nS: +OK\nC: PASS c\nS: +OK"),
    Case("a second USER is refused", "S: +OK\nC: USER a\nS: +OK\nC: USER b\nS: -ERR\nC: PASS c\nS: +OK"),
    Case("an unknown name is refused", "S: +OK\nC: USER nobody\nS: -ERR\nC: QUIT\nS: +OK"),
    Case("an unknown name is accepted", "S: +OK\nC: USER nobody\nS: +OK\nC: PASS x\nS: -ERR\n! server closed"),
    Case("a password has spaces", "S: +OK\nC: USER a\nS: +OK\nC: PASS open sesame\nS: +OK"),
    Case("APOP works with a time stamp", f"S: +OK <1@b>\nC: APOP a {DIGEST}\nS: +OK", kept="APOP-01 APOP-02"),
    Case("APOP works without a time stamp", f"S: +OK\nC: APOP a {DIGEST}\nS: +OK", broken="APOP-01"),
    Case("a digest that is none is accepted", "S: +OK <1@b>\nC: APOP a 01234567\nS: +OK", broken="APOP-05"),
    Case("a digest is masked in the recording", "S: +OK <1@b>\nC: APOP a ********\nS: +OK", kept="APOP-01"),
    Case(
        "APOP opens the maildrop",
        f"S: +OK <1@b>\nC: APOP a {DIGEST}\nS: +OK\nC: STAT\nS: +OK 0 0",
        kept="APOP-08 STAT-02",
    ),
    Case(
        "APOP opens the maildrop, and there is no STAT",
        f"S: +OK <1@b>\nC: APOP a {DIGEST}\nS: +OK\nC: STAT\nS: -ERR\nC: NOOP\nS: +OK",
        kept="APOP-08",
    ),
    Case(
        "APOP opens the maildrop, and later on there is no STAT",
        f"S: +OK <1@b>\nC: APOP a {DIGEST}\nS: +OK\nC: NOOP\nS: +OK\nC: RSET\nS: -ERR\nC: STAT\nS: -ERR",
        broken="RSET-03 STAT-02",
    ),
    Case(
        "APOP succeeds and opens nothing",
        f"S: +OK <1@b>\nC: APOP a {DIGEST}\nS: +OK\nC: STAT\nS: -ERR\nC: LIST\nS: -ERR\nC: NOOP\nS: -ERR",
        broken="APOP-08",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
