"""What RETR delivers, beside what was put there."""

import pytest

from tests.monitor.scripts import Case, check, message, session

PLAIN = message("plain", "one", "two. Three.", "four", fields=("Subject: a", "Date: today"))
DOTS = message("dots", ".", "..", ".x", "...", "a.b", "the end")
EDGES = message("edges", *[".."] * 2000)
FIRST = message("first", "text").replace(b"From: a@", b".From: a@", 1)
BLANKS = message("blanks", "text", "", "", "")
QUOTED = message("quoted", "hello", "From here on", "bye")
EIGHT = message("eight", "caf\xe9", "more")
NO_BODY = message("nobody").removesuffix(b"\r\n")
HEAD = (
    "C: RETR 1\nS: +OK\nS: From: a@example.org\nS: Subject: a\nS: Date: today\n"
    "S: Message-ID: <plain@fixtures.pop3spec.invalid>\n"
)
DOTS_HEAD = "C: RETR 1\nS: +OK\nS: From: a@example.org\nS: Message-ID: <dots@fixtures.pop3spec.invalid>\nS:\n"


def came(title: str, put: bytes, came: bytes, broken: str = "", kept: str = "") -> Case:
    """RETR sends this, where that was put."""
    return Case(title, session("C: RETR 1\nS: +OK\nS: <came>"), broken, kept, mails={"put": put}, bodies={"came": came})


def raw(title: str, put: bytes, script: str, broken: str = "", kept: str = "") -> Case:
    """RETR sends these octets, where that was put."""
    return Case(title, session(script), broken, kept, mails={"put": put})


CASES = [
    came("all is well", PLAIN, PLAIN, kept="RETR-02 RETR-03 RETR-10 FMT-01 MULTI-04"),
    came("all is stuffed", DOTS, DOTS, kept="MULTI-03 MULTI-04"),
    came("all is stuffed in a large message", EDGES, EDGES, kept="MULTI-03 MULTI-06"),
    came("the first octet is stuffed", FIRST, FIRST, kept="MULTI-06"),
    came("the message is cut", PLAIN, PLAIN[:-8], broken="RETR-02"),
    came("the message is cut at a line", PLAIN, PLAIN[:-6], broken="RETR-02"),
    came("the message is cut behind its header", PLAIN, PLAIN[: PLAIN.index(b"\r\n\r\n") + 2], broken="RETR-02"),
    came("a word is changed", PLAIN, PLAIN.replace(b"four", b"five"), broken="RETR-03"),
    came("a line is missing", PLAIN, PLAIN.replace(b"one\r\n", b""), broken="RETR-03"),
    came("text is added behind the end", PLAIN, PLAIN + b"Scanned by nobody\r\n", broken="RETR-03"),
    came("a header field is missing", PLAIN, PLAIN.replace(b"Subject: a\r\n", b""), broken="RETR-03"),
    came(
        "header fields change places",
        PLAIN,
        PLAIN.replace(b"Subject: a\r\nDate: today", b"Date: today\r\nSubject: a"),
        "RETR-03",
    ),
    came("empty lines at the end are dropped", BLANKS, BLANKS[:-6], broken="RETR-03"),
    came("one empty line at the end is dropped, as mbox stores do", BLANKS, BLANKS[:-2]),
    came("one empty line is added at the end, as mbox stores do", PLAIN, PLAIN + b"\r\n"),
    came(
        "an mbox line comes first", PLAIN, b"From a@example.org Mon Mar  4 09:22:30 2024\r\n" + PLAIN, broken="RETR-10"
    ),
    came("a diagnostic comes first", PLAIN, b"message follows\r\n" + PLAIN, broken="FMT-01"),
    came(
        "trace and status fields are added",
        PLAIN,
        b"Return-Path: <a@b>\r\nReceived: from x\r\n\tby y; today\r\nDelivered-To: alice\r\n"
        + PLAIN.replace(b"\r\n\r\n", b"\r\nStatus: RO\r\nX-UIDL: 7\r\nContent-Length: 20\r\n\r\n", 1),
        kept="RETR-02 RETR-03",
    ),
    came(
        "fields are added and the body is changed",
        PLAIN,
        b"Received: x\r\n" + PLAIN.replace(b"four", b"4444"),
        "RETR-03",
    ),
    came("lines that begin with From are quoted", QUOTED, QUOTED.replace(b"From here", b">From here"), kept="RETR-03"),
    came("octets of eight bits are changed", EIGHT, EIGHT.replace(b"\xe9", b"=E9")),
    came("a NUL is dropped", message("nul", "a\0b"), message("nul", "ab")),
    came("bare LF becomes CRLF", message("lf", "a\nb"), message("lf", "a", "b"), kept="RETR-03"),
    came("an empty line is added where no body is", NO_BODY, NO_BODY + b"\r\n", kept="RETR-03"),
    came("a last line end is added", PLAIN[:-2], PLAIN, kept="RETR-02 RETR-03 MULTI-05"),
    came("an unknown message is not judged", PLAIN, message("other", "text")),
    raw("every full stop is doubled", PLAIN, HEAD + "S:\nS: one\nS: two.. Three..\nS: four\nS: .", broken="MULTI-04"),
    raw(
        "one line is stuffed twice",
        DOTS,
        DOTS_HEAD + "S: ..\nS: ...\nS: ...x\nS: ....\nS: a.b\nS: the end\nS: .",
        "MULTI-04",
    ),
    raw(
        "nothing is stuffed",
        DOTS,
        DOTS_HEAD + "S: .\nS: ..\nS: .x\nS: ...\nS: a.b\nS: the end\nS: .",
        broken="MULTI-03",
    ),
    raw(
        "only the full stop is",
        DOTS,
        DOTS_HEAD + "S: ..\nS: ..\nS: .x\nS: ...\nS: a.b\nS: the end\nS: .",
        broken="MULTI-03",
    ),
    raw(
        "one line is not",
        DOTS,
        DOTS_HEAD + "S: ..\nS: ..\nS: ..x\nS: ....\nS: a.b\nS: the end\nS: .",
        broken="MULTI-06",
    ),
    raw(
        "the first octet is not",
        FIRST,
        "C: RETR 1\nS: +OK\nS: .From: a@example.org\n"
        "S: Message-ID: <first@fixtures.pop3spec.invalid>\nS:\nS: text\nS: .",
        broken="MULTI-06",
    ),
    Case("it is the same again", session("C: RETR 1\nS: +OK\nS: <p>\n" * 2), kept="RETR-08", bodies={"p": PLAIN}),
    Case(
        "a field appears when it is read again",
        session("C: RETR 1\nS: +OK\nS: <p>\nC: RETR 1\nS: +OK\nS: <q>"),
        broken="RETR-08",
        bodies={"p": PLAIN, "q": b"Status: RO\r\n" + PLAIN},
    ),
    Case(
        "another message has the number",
        session("C: RETR 1\nS: +OK\nS: <p>\nC: RETR 2\nS: +OK\nS: <q>\nC: DELE 1\nS: +OK\nC: RETR 2\nS: +OK\nS: <p>"),
        broken="AUTH-12",
        bodies={"p": PLAIN, "q": DOTS},
    ),
    Case(
        "the numbers stay",
        session("C: RETR 2\nS: +OK\nS: <q>\nC: DELE 1\nS: +OK\nC: RETR 2\nS: +OK\nS: <q>"),
        kept="AUTH-12 RETR-08",
        bodies={"q": DOTS},
    ),
    Case(
        "two numbers give the same message",
        session("C: STAT\nS: +OK 2 9\nC: RETR 1\nS: +OK\nS: <q>\nC: RETR 2\nS: +OK\nS: <q>"),
        broken="RETR-03",
        mails={"p": PLAIN, "q": DOTS},
    ),
    Case(
        "two numbers give copies of a message",
        session("C: STAT\nS: +OK 2 9\nC: RETR 1\nS: +OK\nS: <q>\nC: RETR 2\nS: +OK\nS: <q>"),
        mails={"p": DOTS, "q": DOTS},
    ),
    Case(
        "the header has full stops too many, that of the identifier included",
        session("C: RETR 1\nS: +OK\nS: <twice>"),
        broken="MULTI-04",
        mails={"p": PLAIN},
        bodies={"twice": PLAIN.replace(b".", b"..")},
    ),
    Case("a header is wrong and nothing is known", session("C: RETR 1\nS: +OK\nS: no field\nS:\nS: .")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
