"""Whose mail a session shows."""

import pytest

from tests.monitor.scripts import Case, check, message, session

MINE, THEIRS, BOTH = (message(name, "text", fields=("Date: today",)) for name in ("mine", "theirs", "both"))


def came(title: str, body: bytes, broken: str = "", kept: str = "", *, verb: str = "RETR 1") -> Case:
    """Alice is shown this, where one message was put for her, one for bob, and one for either."""
    return Case(
        title,
        session(f"C: {verb}\nS: +OK\nS: <came>"),
        broken,
        kept,
        mails={"mine": MINE, "both": BOTH},
        elsewhere={"theirs": THEIRS, "both": BOTH},
        bodies={"came": body},
    )


CASES = [
    came("her own", MINE, kept="AUTH-17"),
    came("what both have", BOTH, kept="AUTH-17"),
    came("his", THEIRS, broken="AUTH-17"),
    came("his, by TOP", THEIRS, broken="AUTH-17", verb="TOP 1 9"),
    came("what was put nowhere", message("else", "text")),
    Case("of one maildrop nothing can be told", session("C: RETR 1\nS: +OK\nS: <put>"), mails={"put": MINE}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    check(case)
