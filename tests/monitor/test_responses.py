"""What every response has to look like, and that there is one for each command."""

import pytest

from tests.monitor.scripts import Case, check, session

ECHO = "x" * 505

CASES = [
    Case(
        "all is well",
        session("C: NOOP\nS: +OK\nC: XYZZ\nS: -ERR\nC: QUIT\nS: +OK\n! server closed"),
        kept="RESP-01 RESP-02 RESP-03 RESP-04 NET-05 NET-06 MULTI-13",
    ),
    Case("another status indicator", session("C: XYZZ\nS: -BAD unknown"), broken="RESP-01"),
    Case("a continuation where no AUTH was", session("C: NOOP\nS: + go on"), broken="RESP-01"),
    Case(
        "the continuation of AUTH, and its turns",
        "S: +OK\nC: AUTH PLAIN\nS: + \nC: AGFsaWNlAHNlY3JldA==\nS: +OK\nC: STAT\nS: +OK 0 0",
        kept="STAT-03",
    ),
    Case("small letters", session("C: NOOP\nS: +ok"), broken="RESP-02"),
    Case("small letters in a refusal", session("C: XYZZ\nS: -err"), broken="RESP-02"),
    Case("a refusal ends in LF alone", session("C: XYZZ\nS: -ERR no\\n\\"), broken="RESP-03"),
    Case("a reply has no end, and no more comes", session("C: NOOP\nS: +OK\\\n! waited in vain"), broken="RESP-03"),
    Case("a client goes away in mid-line", session("C: NOOP\nS: +O\\\n! client closed")),
    Case("a status line of 512 octets", session(f"C: XYZZ\nS: -ERR {ECHO}"), kept="RESP-04"),
    Case("a status line of 513 octets", session(f"C: XYZZ\nS: -ERR {ECHO}x"), broken="RESP-04"),
    Case("two replies to one command", session("C: RSET\nS: +OK\nS: +OK\nC: NOOP\nS: +OK"), broken="NET-05"),
    Case(
        "an argument is longer than the base RFC has it, and a buffer too short",
        f"S: +OK\nC: USER {'x' * 200}\nS: +OK\nS: -ERR what\nC: QUIT\nS: +OK\n! server closed",
    ),
    Case("new mail is announced", session("C: NOOP\nS: +OK\n...\nS: +OK new mail\nC: NOOP\nS: +OK"), broken="NET-06"),
    Case("other news are announced", session("C: NOOP\nS: +OK\n...\nS: * 3 EXISTS\nC: NOOP\nS: +OK"), broken="NET-06"),
    Case("a command is not answered", session("C: NOOP\n! waited in vain\n! client closed"), broken="NET-05"),
    Case("a slow server answers after all", session("C: NOOP\n! waited in vain\nS: +OK\n! client closed")),
    Case(
        "a command is never answered, and the next one takes its place",
        session("C: NOOP\n! waited in vain\nC: QUIT\nS: +OK\n! server closed"),
        broken="NET-05",
    ),
    Case("a server hangs up instead of answering", session("C: NOOP\n! server closed\n! client closed")),
    Case("a server hangs up on a command that is too long", session(f"C: XYZZ {'x' * 400}\n! server closed")),
    Case(
        "a server hangs up behind two commands that are out of place",
        session("C: USER bob\nS: -ERR\nC: PASS x\nS: -ERR\nC: APOP bob 00\n! server closed"),
    ),
    Case(
        "a server hangs up behind one command that is out of place",
        session("C: USER bob\nS: -ERR\nC: APOP bob 00\n! server closed"),
        broken="STATE-04 APOP-10",
    ),
    Case(
        "a server hangs up when the answer was waited for in vain",
        session("C: NOOP\n! waited in vain\n! server closed"),
        broken="NET-05",
    ),
    Case("a server hangs up behind three refusals", session("C: XA\nS: -ERR\nC: XB\nS: -ERR\nC: XC\n! server closed")),
    Case(
        "a server hangs up behind a login that failed",
        "S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: -ERR\nC: USER a\n! server closed",
    ),
    Case("a server slows down a login", "S: +OK\nC: USER a\nS: +OK\nC: PASS b\n! waited in vain\n! client closed"),
    Case("a server says farewell", session("C: XYZZ\nS: -ERR unknown\nS: -ERR too many bad commands\n! server closed")),
    Case("a server says why it closes", session("C: NOOP\nS: +OK\n...\nS: -ERR autologout\n! server closed")),
    Case("a refusal has a second line", session("C: RETR 9\nS: -ERR\nS: ."), broken="MULTI-11"),
    Case("a refusal of DELE has a second line", session("C: DELE 9\nS: -ERR\nS: none"), broken="MULTI-11"),
    Case("an unknown command is explained", session("C: XYZZ\nS: -ERR\nS: try HELP"), broken="MULTI-11"),
    Case(
        "a part of a command is answered",
        session("C: NOOP\nS: +OK\nC: ST\\\n...\nS: -ERR\nC: AT\nS: +OK 0 0\nC: NOOP\nS: +OK"),
    ),
    Case(
        "a command is answered at its CR, and not again",
        session("C: NOOP\nS: +OK\nC: STAT\\r\\\n...\nS: +OK 0 0\nC: \\n\\\n! waited in vain\n! client closed"),
    ),
    Case("a refusal has one line", session("C: RETR 9\nS: -ERR"), kept="MULTI-11"),
    Case(
        "a scan listing comes on a line of its own",
        session("C: LIST 1\nS: +OK\nS: 1 120\nS: .\nC: NOOP\nS: +OK"),
        broken="MULTI-13 LIST-03",
    ),
    Case("a command of the server's own has many lines", session("C: XTRA\nS: +OK\nS: one\nS: two\nS: .")),
    Case("AUTH alone lists mechanisms", "S: +OK\nC: AUTH\nS: +OK\nS: PLAIN\nS: .\nC: QUIT\nS: +OK", kept="NET-05"),
    Case("commands come in a batch", session("C: NOOP\nC: NOOP\nS: +OK\n! waited in vain")),
    Case("commands are sent before the greeting", "C: NOOP\nS: +OK ready\nS: +OK\nC: NOOP\nS: -ERR"),
    Case(
        "commands come in a batch where that was promised",
        session("C: CAPA\nS: +OK\nS: PIPELINING\nS: .\nC: NOOP\nC: NOOP\nS: +OK\nS: -err"),
        broken="RESP-02 NOOP-01",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
