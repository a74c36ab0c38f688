"""TOP, beside what RETR sent of the same message."""

import pytest

from tests.monitor.scripts import Case, check, message, session

MAIL = message("m", "one", "", "", "two", "three")
EMPTY = message("empty")
NO_BODY = message("nobody").removesuffix(b"\r\n")
HEAD = "S: +OK\nS: From: a@example.org\nS: Message-ID: <m@fixtures.pop3spec.invalid>\n"
RETR = "C: RETR 1\nS: +OK\nS: <m>\n"


def top(title: str, lines: int, shown: str, broken: str = "", kept: str = "") -> Case:
    """RETR, then TOP with these lines behind the header."""
    body = "".join(f"S: {line}\n" for line in shown.split("|"))
    return Case(title, session(f"{RETR}C: TOP 1 {lines}\n{HEAD}{body}S: ."), broken, kept, bodies={"m": MAIL})


CASES = [
    top("no line is shown", 0, "", kept="TOP-03"),
    top("the empty line is missing", 0, "x: y", broken="TOP-03"),
    Case(
        "the header is all",
        session(f"{RETR}C: TOP 1 0\n{HEAD}S: ."),
        broken="TOP-03",
        bodies={"m": MAIL},
    ),
    top("a line is shown where none was asked for", 0, "|one", broken="TOP-03"),
    top("so many lines are shown", 4, "|one|||two", kept="TOP-02 TOP-10"),
    top("one line too few", 4, "|one||", broken="TOP-02"),
    top("one line too many", 1, "|one|", broken="TOP-02"),
    top("an empty line too many", 4, "||one|||two", broken="TOP-02"),
    top("empty lines do not count", 2, "|one|||two", broken="TOP-02 TOP-10"),
    Case(
        "one line too many each time, the second time as if empty lines did not count",
        session(f"{RETR}C: TOP 1 1\n{HEAD}S:\nS: one\nS:\nS: .\nC: TOP 1 2\n{HEAD}S:\nS: one\nS:\nS:\nS: two\nS: ."),
        broken="TOP-02",
        bodies={"m": MAIL},
    ),
    Case(
        "an empty line that is no part of the body comes behind a line",
        session(f"{RETR}C: TOP 1 1\n{HEAD}S:\nS: one\nS:\nS: ."),
        broken="TOP-02",
        bodies={"m": MAIL},
    ),
    Case(
        "it is the top of another message than RETR sent, and RETR sent one of another size than is listed",
        session(f"C: LIST 1\nS: +OK 1 9\nC: RETR 1\nS: +OK\nS: <e>\nC: TOP 1 0\n{HEAD}S:\nS: ."),
        broken="LIST-07",
        bodies={"e": EMPTY},
    ),
    Case(
        "it is the top of another message than RETR sent, which is of the size that is listed",
        session(f"C: LIST 1\nS: +OK 1 {len(EMPTY)}\nC: RETR 1\nS: +OK\nS: <e>\nC: TOP 1 0\n{HEAD}S:\nS: ."),
        broken="TOP-03",
        bodies={"e": EMPTY},
    ),
    Case(
        "a line that begins with two full stops is not stuffed",
        session(
            "C: RETR 1\nS: +OK\nS: Subject: x\nS:\nS: ..\nS: ...\nS: end\nS: .\n"
            "C: TOP 1 2\nS: +OK\nS: Subject: x\nS:\nS: ..\nS: ..\nS: ."
        ),
        broken="TOP-05",
    ),
    Case(
        "a line that is but a full stop ends it",
        session(f"C: TOP 1 3\n{HEAD}S:\nS: one\nS: .\nS: three\nS: ."),
        broken="TOP-05",
    ),
    top("the message is shown whole", 100, "|one|||two|three", kept="TOP-04"),
    top("just as many as there are", 5, "|one|||two|three", kept="TOP-04"),
    top("the end is missing", 100, "|one|||two", broken="TOP-04"),
    top("an empty line is added to the whole", 100, "|one|||two|three|", kept="TOP-04"),
    top("a vast count is too many", 4294967296, "|one|||two|three", kept="TOP-09"),
    top("a vast count wraps around", 4294967296, "", broken="TOP-09"),
    Case(
        "a vast count is answered as a smaller one is that is too many as well",
        session(f"C: TOP 1 99\n{HEAD}S:\nS: one\nS: .\nC: TOP 1 4294967296\n{HEAD}S:\nS: one\nS: .\n{RETR}"),
        broken="TOP-04",
        bodies={"m": MAIL},
    ),
    top("other lines are shown", 1, "|uno", broken="TOP-02"),
    Case("a vast count is refused", session(RETR + "C: TOP 1 2147483648\nS: -ERR"), bodies={"m": MAIL}),
    Case(
        "too many lines are refused",
        session(f"{RETR}C: TOP 1 0\n{HEAD}S:\nS: .\nC: LIST\nS: +OK\nS: 1 {len(MAIL)}\nS: .\nC: TOP 1 100\nS: -ERR"),
        broken="TOP-04",
        bodies={"m": MAIL},
    ),
    Case(
        "it may have been marked by the TOP before",
        session(f"{RETR}C: TOP 1 0\n{HEAD}S:\nS: .\nC: TOP 1 100\nS: -ERR"),
        bodies={"m": MAIL},
    ),
    Case("TOP may not be there at all", session(RETR + "C: TOP 1 100\nS: -ERR"), bodies={"m": MAIL}),
    Case(
        "TOP comes before RETR",
        session(f"C: TOP 1 1\n{HEAD}S:\nS: one\nS: .\nC: TOP 1 4\n{HEAD}S:\nS: one\nS: .\n{RETR}"),
        broken="TOP-02",
        bodies={"m": MAIL},
    ),
    Case(
        "an empty body",
        session("C: RETR 1\nS: +OK\nS: <e>\nC: TOP 1 3\nS: +OK\nS: <e>"),
        "",
        "TOP-04",
        bodies={"e": EMPTY},
    ),
    Case(
        "an empty line is added where no body is",
        session("C: RETR 1\nS: +OK\nS: <n>\nC: TOP 1 0\nS: +OK\nS: <e>\nC: TOP 1 9\nS: +OK\nS: <e>"),
        kept="TOP-03",
        bodies={"n": NO_BODY, "e": NO_BODY + b"\r\n"},
    ),
    Case(
        "a status field appears between the two",
        session("C: TOP 1 9\nS: +OK\nS: <m>\nC: RETR 1\nS: +OK\nS: <r>"),
        kept="TOP-04",
        bodies={"m": MAIL, "r": b"Status: RO\r\n" + MAIL},
    ),
    Case(
        "RETR is wrong itself",
        session("C: TOP 1 9\nS: +OK\nS: <m>\nC: RETR 1\nS: +OK\nS: <r>"),
        broken="RETR-02",
        mails={"m": MAIL},
        bodies={"r": MAIL[:-7]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
