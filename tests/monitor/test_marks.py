"""Messages that are marked as deleted."""

import pytest

from tests.monitor.scripts import Case, check, message, session

LISTED = "C: STAT\nS: +OK 3 600\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: 3 300\nS: .\n"
NAMED = "C: UIDL\nS: +OK\nS: 1 a\nS: 2 b\nS: 3 c\nS: .\n"
EQUAL = "C: LIST\nS: +OK\nS: 1 100\nS: 2 100\nS: 3 100\nS: .\n"
ONE, TWO = message("one", "first"), message("two", "the second one")


def after(before: str, rows: str, verb: str = "LIST", dele: str = "1") -> str:
    """The session, a DELE, and a listing with these rows."""
    listing = "".join(f"S: {row}\n" for row in rows.split("|") if row)
    return session(f"{before}C: DELE {dele}\nS: +OK\nC: {verb}\nS: +OK\n{listing}S: .\n")


CASES = [
    Case("a marked message is not listed", after(LISTED, "2 200|3 300"), kept="LIST-10 DELE-02 AUTH-12"),
    Case("a marked message is listed", after(LISTED, "1 100|2 200|3 300"), broken="LIST-10"),
    Case("a marked message is listed with size 0", after(LISTED, "1 0|2 200|3 300"), broken="LIST-10"),
    Case("nothing was listed before, so the others may have new numbers", after("", "1 100|2 200")),
    Case("the others get new numbers", after(LISTED, "1 200|2 300"), broken="AUTH-12"),
    Case(
        "RSET brings messages back under other numbers",
        session(LISTED + "C: DELE 2\nS: +OK\nC: RSET\nS: +OK\nC: LIST\nS: +OK\nS: 1 100\nS: 2 300\nS: 3 200\nS: ."),
        broken="AUTH-12",
    ),
    Case(
        "RSET brings unique-ids back under other numbers",
        session(NAMED + "C: DELE 2\nS: +OK\nC: RSET\nS: +OK\nC: UIDL\nS: +OK\nS: 1 a\nS: 2 c\nS: 3 b\nS: ."),
        broken="AUTH-12",
    ),
    Case("another message is marked", after(LISTED, "1 100|3 300"), broken="DELE-02"),
    Case(
        "another message is marked, and not the one that is named then",
        after(LISTED, "1 100|3 300") + "\nC: DELE 1\nS: +OK\nC: LIST 1\nS: +OK 1 100",
        broken="DELE-02",
    ),
    Case("another one is gone, and it cannot be told why", after(EQUAL, "1 100|2 100")),
    Case("a marked message has a unique-id", after(NAMED, "1 a|2 b|3 c", "UIDL"), broken="UIDL-12"),
    Case("a marked message has no unique-id", after(NAMED, "2 b|3 c", "UIDL"), kept="UIDL-12 DELE-02 AUTH-12"),
    Case("unique-ids show new numbers", after(NAMED, "1 b|2 c", "UIDL"), broken="AUTH-12"),
    Case("unique-ids show that another one is marked", after(NAMED, "1 a|3 c", "UIDL"), broken="DELE-02"),
    Case(
        "a command in between may have unmarked it",
        session(LISTED + "C: DELE 1\nS: +OK\nC: NOOP\nS: +OK\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: 3 300\nS: ."),
    ),
    Case("a message that is there cannot be marked", session(LISTED + "C: DELE 2\nS: -ERR"), broken="DELE-02"),
    Case(
        "totals leave it out",
        session(LISTED + "C: DELE 2\nS: +OK\nC: STAT\nS: +OK 2 400"),
        kept="STAT-06",
    ),
    Case("the count does not", session(LISTED + "C: DELE 2\nS: +OK\nC: STAT\nS: +OK 3 400"), broken="STAT-06"),
    Case("the size does not", session(LISTED + "C: DELE 2\nS: +OK\nC: STAT\nS: +OK 2 600"), broken="STAT-06"),
    Case(
        "the size falls by that of another message, which may be named then",
        session(LISTED + "C: DELE 2\nS: +OK\nC: STAT\nS: +OK 2 300\nC: RETR 2\nS: +OK\nS: a\nS: ."),
    ),
    Case("the size falls by too much", session(LISTED + "C: DELE 2\nS: +OK\nC: STAT\nS: +OK 2 100"), broken="STAT-06"),
    Case(
        "the size falls, though not by that of LIST, as separators count in STAT",
        session(
            "C: CAPA\nS: +OK\nS: UTF8\nS: .\nC: STAT\nS: +OK 2 400\nC: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: .\n"
            "C: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 250"
        ),
    ),
    Case(
        "it can be named no more",
        session(
            LISTED
            + "C: DELE 1\nS: +OK\nC: LIST 1\nS: -ERR\nC: RETR 1\nS: -ERR\nC: TOP 1 0\nS: -ERR\nC: UIDL 1\nS: -ERR\n"
            + "C: DELE 1\nS: -ERR deleted already"
        ),
        kept="DELE-03 DELE-04 LIST-11 RETR-06 UIDL-13",
    ),
    Case(
        "LIST n tells of it", session(LISTED + "C: DELE 1\nS: +OK\nC: LIST 1\nS: +OK 1 100"), broken="DELE-03 LIST-11"
    ),
    Case(
        "RETR sends it",
        session(LISTED + "C: DELE 1\nS: +OK\nC: RETR 1\nS: +OK\nS: <m>"),
        "DELE-03 RETR-06",
        bodies={"m": ONE},
    ),
    Case(
        "TOP shows it", session(LISTED + "C: DELE 1\nS: +OK\nC: TOP 1 0\nS: +OK\nS: a: b\nS:\nS: ."), broken="DELE-03"
    ),
    Case("UIDL n tells of it", session(LISTED + "C: DELE 1\nS: +OK\nC: UIDL 1\nS: +OK 1 a"), broken="DELE-03 UIDL-13"),
    Case(
        "its number is that of the next",
        session(LISTED + "C: DELE 1\nS: +OK\nC: LIST 1\nS: +OK 1 200"),
        broken="AUTH-12",
    ),
    Case(
        "RETR sends the next under its number",
        session(
            f"C: LIST\nS: +OK\nS: 1 {len(ONE)}\nS: 2 {len(TWO)}\nS: .\nC: DELE 1\nS: +OK\nC: RETR 1\nS: +OK\nS: <two>"
        ),
        broken="AUTH-12",
        bodies={"two": TWO},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
