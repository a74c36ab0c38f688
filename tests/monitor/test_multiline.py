"""The lines of multi-line responses, whatever the message is."""

import pytest

from tests.monitor.scripts import Case, check, message, session

RETR = "C: RETR 1\nS: +OK\nS: Subject: x\nS:\n"
OPEN = message("open", "first words", "last words")[:-2]

CASES = [
    Case("all is well", session(RETR + "S: text\nS: ."), kept="MULTI-01 MULTI-02"),
    Case(
        "a stored message is sent with its own line ends",
        session("C: RETR 1\nS: +OK\nS: Subject: x\\n\\\nS: \\n\\\nS: text\\n\\\nS: ."),
        broken="MULTI-01",
    ),
    Case("a listing has LF alone", session("C: LIST\nS: +OK\nS: 1 120\\n\\\nS: ."), broken="MULTI-01"),
    Case("a message holds an LF of its own", session(RETR + "S: one\\ntwo\nS: .")),
    Case(
        "a message holds no LF, and one comes",
        session(
            "C: RETR 1\nS: +OK\nS: From: a@example.org\nS: Message-ID: <a@fixtures.pop3spec.invalid>\n"
            "S:\nS: one\\ntwo\nS: ."
        ),
        broken="MULTI-01",
        mails={"a": message("a", "one", "two")},
    ),
    Case(
        "the terminating line has a blank",
        session("C: LIST\nS: +OK\nS: 1 120\nS: .\\x20\n! waited in vain"),
        "MULTI-02",
    ),
    Case(
        "the terminating line ends in LF", session("C: LIST\nS: +OK\nS: 1 120\nS: .\\n\\\nC: NOOP\nS: +OK"), "MULTI-02"
    ),
    Case("the terminating line is missing", session("C: LIST\nS: +OK\nS: 1 120\n! waited in vain"), broken="MULTI-02"),
    Case("a server goes away in the middle", session("C: LIST\nS: +OK\nS: 1 120\n! server closed")),
    Case("a client goes away in the middle", session(RETR + "S: text\n! client reset")),
    Case("nothing is stuffed", session(RETR + "S: .signature\nS: ."), broken="MULTI-03"),
    Case("only a full stop is stuffed", session(RETR + "S: ..\nS: .signature\nS: ."), broken="MULTI-03"),
    Case("one of many is not stuffed", session(RETR + "S: ..one\nS: .two\nS: ..three\nS: ."), broken="MULTI-06"),
    Case("the first line is not stuffed", session("C: RETR 1\nS: +OK\nS: .X: y\nS:\nS: ..x\nS: ."), broken="MULTI-06"),
    Case(
        "a full stop in the message ends it",
        session(RETR + "S: one\nS: .\nS: two\nS: .\nC: NOOP\nS: +OK"),
        broken="MULTI-03",
    ),
    Case("TOP stuffs", session("C: TOP 1 9\nS: +OK\nS: a: b\nS:\nS: ..x\nS: ."), kept="TOP-05"),
    Case("TOP does not stuff", session("C: TOP 1 9\nS: +OK\nS: a: b\nS:\nS: .x\nS: ."), broken="TOP-05"),
    Case(
        "the terminating line hangs on the last one, as the size shows",
        session("C: LIST\nS: +OK\nS: 1 25\nS: .\n" + RETR + "S: last words..\n! waited in vain"),
        broken="MULTI-05",
    ),
    Case(
        "the terminating line hangs on the last one, as the message shows",
        session(
            "C: RETR 1\nS: +OK\nS: From: a@example.org\nS: Message-ID: <open@fixtures.pop3spec.invalid>\nS:\n"
            "S: first words\nS: last words.\n! waited in vain"
        ),
        broken="MULTI-05",
        mails={"open": OPEN},
    ),
    Case("a line end is put before it", session("C: RETR 1\nS: +OK\nS: <open>"), kept="MULTI-05", mails={"open": OPEN}),
    Case("a sentence ends, and then nothing comes", session(RETR + "S: The end.\n! waited in vain")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
