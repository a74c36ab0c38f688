"""The layout of drop listings, scan listings and unique-id listings."""

import pytest

from tests.monitor.scripts import Case, check, session

LONGEST = "u" * 70

CASES = [
    Case(
        "all is well",
        session(
            f"""
            C: STAT
            S: +OK 2 320
            C: LIST
            S: +OK 2 messages
            S: 2 200
            S: 1 120
            S: .
            C: LIST 2
            S: +OK 2 200
            C: UIDL
            S: +OK
            S: 1 !
            S: 2 {LONGEST}
            S: .
            C: UIDL 1
            S: +OK 1 !
            """
        ),
        kept="STAT-03 STAT-07 AUTH-11 LIST-02 LIST-03 LIST-06 LIST-08 UIDL-03 UIDL-04 UIDL-05 UIDL-06 UIDL-07",
    ),
    Case("LIST comes on one line", session("C: LIST\nS: +OK 1 320\n! waited in vain"), broken="LIST-02"),
    Case("UIDL comes on one line", session("C: UIDL\nS: +OK 1 a\n! waited in vain"), broken="UIDL-02"),
    Case("a drop listing has words", session("C: STAT\nS: +OK 2 messages 320 octets"), broken="STAT-03"),
    Case("a drop listing has two spaces", session("C: STAT\nS: +OK  2 320"), broken="STAT-03"),
    Case("a drop listing is bare", session("C: STAT\nS: +OK"), broken="STAT-03"),
    Case("a drop listing has more to say", session("C: STAT\nS: +OK 2 320 octets"), broken="STAT-07", kept="STAT-03"),
    Case("a unit follows the size", session("C: STAT\nS: +OK 2 320O"), broken="STAT-07"),
    Case("a unit follows the size, or it is hexadecimal", session("C: STAT\nS: +OK 2 320B"), kept="STAT-03"),
    Case("the same in a scan listing", session("C: LIST\nS: +OK\nS: 1 320B\nS: ."), kept="LIST-06"),
    Case("a total is hexadecimal", session("C: STAT\nS: +OK 2 1A2B3"), broken="AUTH-11"),
    Case("a size is hexadecimal", session("C: LIST\nS: +OK\nS: 1 9\nS: 2 1a2b3\nS: ."), broken="AUTH-11"),
    Case("a size has the sign of base sixteen", session("C: LIST 1\nS: +OK 1 0x9A"), broken="AUTH-11"),
    Case(
        "the answer to LIST is one line",
        session("C: LIST\nS: +OK 1 120\n! waited in vain"),
        broken="LIST-02",
    ),
    Case("LIST n tells nothing", session("C: LIST 1\nS: +OK"), broken="LIST-03"),
    Case("LIST n tells of another message", session("C: LIST 1\nS: +OK 2 200"), broken="LIST-03"),
    Case("columns are lined up", session("C: LIST\nS: +OK\nS:   1  120\nS:   2 1000\nS: ."), broken="LIST-06"),
    Case("a TAB is between number and size", session("C: LIST\nS: +OK\nS: 1\\t120\nS: ."), broken="LIST-06"),
    Case("a size is no number", session("C: LIST\nS: +OK\nS: 1 many\nS: ."), broken="LIST-06"),
    Case("a subject follows the size", session("C: LIST\nS: +OK\nS: 1 120 Hello\nS: ."), broken="LIST-08"),
    Case("a word follows the size of one message", session("C: LIST 1\nS: +OK 1 120 octets"), broken="LIST-08"),
    Case("UIDL n lacks the number", session("C: UIDL 1\nS: +OK 4b38372739"), broken="UIDL-03"),
    Case("UIDL n tells of another message", session("C: UIDL 1\nS: +OK 2 xyz"), broken="UIDL-03"),
    Case("a TAB is between number and unique-id", session("C: UIDL\nS: +OK\nS: 1\\tabc\nS: ."), broken="UIDL-04"),
    Case("the number is missing", session("C: UIDL\nS: +OK\nS: abc\nS: ."), broken="UIDL-04"),
    Case("a size follows the unique-id", session("C: UIDL\nS: +OK\nS: 1 abc 120\nS: ."), broken="UIDL-05"),
    Case("a space follows the unique-id", session("C: UIDL 1\nS: +OK 1 abc \nC: NOOP\nS: +OK"), broken="UIDL-05"),
    Case("a unique-id has 71 characters", session(f"C: UIDL\nS: +OK\nS: 1 {LONGEST}x\nS: ."), broken="UIDL-06"),
    Case("a unique-id is empty", session("C: UIDL\nS: +OK\nS: 1 \nS: ."), broken="UIDL-06"),
    Case("a unique-id has an octet of eight bits", session("C: UIDL\nS: +OK\nS: 1 caf\\xe9\nS: ."), broken="UIDL-07"),
    Case("a unique-id has a control character", session("C: UIDL\nS: +OK\nS: 1 a\\x7fb\nS: ."), broken="UIDL-07"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
