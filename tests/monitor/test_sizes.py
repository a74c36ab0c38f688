"""Sizes: exact, the same all the session, and the same wherever they are told."""

import pytest

from tests.monitor.scripts import Case, check, message, session

PLAIN = message("plain", "one", "two", "three", "four")
DOTS = message("dots", ".", "..", ".x", "...", ".and so on", "the end")
OPEN = message("open", "one", "two")[:-2]
LARGE = message("large", *["x" * 60] * 2000)
SIZE, LINES, STUFFED = len(PLAIN), PLAIN.count(b"\n"), 5
BODIES = {"plain": PLAIN, "dots": DOTS, "open": OPEN, "large": LARGE}


def listed(name: str, size: object) -> str:
    """A message is listed with this size, and retrieved."""
    return session(f"C: LIST\nS: +OK\nS: 1 {size}\nS: .\nC: RETR 1\nS: +OK\nS: <{name}>\n")


CASES = [
    Case("a size is exact", listed("plain", SIZE), kept="LIST-07 FMT-02 FMT-04 RETR-10", bodies=BODIES),
    Case("stuffing is left out", listed("dots", len(DOTS)), kept="LIST-07 FMT-03", bodies=BODIES),
    Case(
        "a message ends early, at a full stop that is not stuffed",
        session("C: LIST 1\nS: +OK 1 99\nC: RETR 1\nS: +OK\nS: Subject: x\nS: \nS: .\nS: more\nS: and more\nS: ."),
        broken="MULTI-03",
    ),
    Case("a size is estimated", listed("plain", 4096), broken="LIST-07", bodies=BODIES),
    Case(
        "a size is estimated, and told later",
        session(f"C: RETR 1\nS: +OK\nS: <plain>\nC: LIST 1\nS: +OK 1 {SIZE + 17}"),
        broken="LIST-07",
        bodies=BODIES,
    ),
    Case("line ends count once", listed("plain", SIZE - LINES), broken="LIST-07 FMT-02", bodies=BODIES),
    Case("stuffing counts", listed("dots", len(DOTS) + STUFFED), broken="LIST-07 FMT-03", bodies=BODIES),
    Case("the terminating line counts", listed("plain", SIZE + 3), broken="LIST-07 FMT-04", bodies=BODIES),
    Case("both count", listed("dots", len(DOTS) + STUFFED + 3), broken="LIST-07 FMT-03 FMT-04", bodies=BODIES),
    Case("a size is exact in base sixteen", listed("large", f"{len(LARGE):x}"), broken="AUTH-11", bodies=BODIES),
    Case("a last line end is missing and not counted", listed("open", len(OPEN)), kept="LIST-07", bodies=BODIES),
    Case("a last line end is missing and not counted, as is known", listed("open", len(OPEN)), mails={"open": OPEN}),
    Case(
        "two octets too few, where no line end is missing", listed("plain", SIZE - 2), "LIST-07", mails={"plain": PLAIN}
    ),
    Case("two octets too few, and nothing is known", listed("plain", SIZE - 2), bodies=BODIES),
    Case(
        "a number is listed twice, with two sizes",
        session(
            f"C: LIST\nS: +OK\nS: 1 {SIZE}\nS: 1 999\nS: .\nC: LIST 1\nS: +OK 1 {SIZE}\nC: RETR 1\nS: +OK\nS: <plain>\n"
            f"C: LIST\nS: +OK\nS: 1 {SIZE}\nS: 1 999\nS: ."
        ),
        broken="LIST-04",
        bodies=BODIES,
    ),
    Case("a size stays", session("C: LIST\nS: +OK\nS: 1 9\nS: .\nC: LIST\nS: +OK\nS: 1 9\nS: ."), kept="AUTH-14"),
    Case("a size changes", session("C: LIST\nS: +OK\nS: 1 9\nS: .\nC: LIST\nS: +OK\nS: 1 20\nS: ."), broken="AUTH-14"),
    Case(
        "the size of one changes", session("C: LIST 1\nS: +OK 1 9\nC: NOOP\nS: +OK\nC: LIST 1\nS: +OK 1 8"), "AUTH-14"
    ),
    Case(
        "the total changes when a message was retrieved",
        session("C: STAT\nS: +OK 1 99\nC: RETR 1\nS: +OK\nS: <plain>\nC: STAT\nS: +OK 1 109"),
        broken="AUTH-14",
        bodies=BODIES,
    ),
    Case(
        "the total stays",
        session("C: STAT\nS: +OK 1 99\nC: RETR 1\nS: +OK\nS: <plain>\nC: STAT\nS: +OK 1 99"),
        kept="AUTH-14",
        bodies=BODIES,
    ),
    Case(
        "two messages have changed places",
        session(f"C: LIST\nS: +OK\nS: 1 {SIZE}\nS: 2 {len(LARGE)}\nS: .\nC: RETR 1\nS: +OK\nS: <large>"),
        mails={"plain": PLAIN, "large": LARGE},
    ),
    Case(
        "large sizes and the total are in base sixteen, which their digits do not show",
        session("C: STAT\nS: +OK 2 10209\nC: LIST\nS: +OK\nS: 1 521\nS: 2 10000\nS: ."),
    ),
    Case(
        "the total is wrong in either base",
        session("C: STAT\nS: +OK 2 10210\nC: LIST\nS: +OK\nS: 1 521\nS: 2 10000\nS: ."),
        broken="STAT-05",
    ),
    Case("both forms agree", session("C: LIST\nS: +OK\nS: 1 9\nS: .\nC: LIST 1\nS: +OK 1 9"), kept="LIST-14"),
    Case("both forms differ", session("C: LIST\nS: +OK\nS: 1 9\nS: .\nC: LIST 1\nS: +OK 1 10"), broken="LIST-14"),
    Case(
        "both forms differ by much",
        session("C: LIST\nS: +OK\nS: 1 99\nS: .\nC: LIST 1\nS: +OK 1 10"),
        "LIST-14 LIST-07",
    ),
    Case("both forms differ the other way", session("C: LIST 1\nS: +OK 1 9\nC: LIST\nS: +OK\nS: 1 8\nS: ."), "LIST-14"),
    Case(
        "the size of one changes when it was retrieved, and only one form was asked before",
        session("C: LIST\nS: +OK\nS: 1 9\nS: .\nC: UIDL\nS: +OK\nS: 1 a\nS: .\nC: LIST 1\nS: +OK 1 10"),
    ),
    Case(
        "RSET gives another message the number",
        session(
            f"C: LIST\nS: +OK\nS: 1 {SIZE}\nS: 2 {len(DOTS)}\nS: .\n"
            "C: DELE 1\nS: +OK\nC: RSET\nS: +OK\nC: RETR 1\nS: +OK\nS: <dots>"
        ),
        bodies=BODIES,
    ),
    Case("the total is the sum", session("C: STAT\nS: +OK 2 9\nC: LIST\nS: +OK\nS: 1 5\nS: 2 4\nS: ."), kept="STAT-05"),
    Case("the total is not the sum", session("C: STAT\nS: +OK 2 8\nC: LIST\nS: +OK\nS: 1 5\nS: 2 4\nS: ."), "STAT-05"),
    Case(
        "the total is the sum in base sixteen",
        session("C: STAT\nS: +OK 2 20\nC: LIST\nS: +OK\nS: 1 18\nS: 2 8\nS: ."),
    ),
    Case(
        "the total is not the sum, as may be with UTF8",
        session("C: CAPA\nS: +OK\nS: UTF8\nS: .\nC: STAT\nS: +OK 2 8\nC: LIST\nS: +OK\nS: 1 5\nS: 2 4\nS: ."),
    ),
    Case(
        "the sum is wrong because a size is",
        session(f"C: STAT\nS: +OK 1 {SIZE}\nC: LIST\nS: +OK\nS: 1 999\nS: .\nC: RETR 1\nS: +OK\nS: <plain>"),
        broken="LIST-07",
        bodies=BODIES,
    ),
    Case(
        "the sum is wrong because a size is, as what was put there shows",
        session(f"C: STAT\nS: +OK 1 {SIZE}\nC: LIST\nS: +OK\nS: 1 999\nS: ."),
        mails={"plain": PLAIN},
    ),
    Case(
        "nothing is compared behind a mark",
        session("C: STAT\nS: +OK 2 9\nC: DELE 2\nS: +OK\nC: LIST\nS: +OK\nS: 1 4\nS: ."),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
