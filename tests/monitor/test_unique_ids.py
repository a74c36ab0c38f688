"""Unique-ids: one message each, the same all the session and in every session."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check, message, session

ONE, TWO, NEW = message("one", "first"), message("two", "the second"), message("new", "arrived later")
BOTH = {"one": ONE, "two": TWO}
ALL = {**BOTH, "new": NEW}


def ids(*values: str) -> str:
    """A full listing of these unique-ids, from 1 on."""
    return "C: UIDL\nS: +OK\n" + "".join(f"S: {n} {value}\n" for n, value in enumerate(values, 1)) + "S: .\n"


def retr(number: int, name: str) -> str:
    return f"C: RETR {number}\nS: +OK\nS: <{name}>\n"


def sessions(*parts: str) -> str:
    """Sessions one behind the other; one whose text ends in QUIT is ended so, the others are reset."""
    texts = []
    for name, part in zip("ABC", parts, strict=False):
        ended = "S: +OK\n! server closed\n" if part.endswith("QUIT\n") else "! client reset\n"
        texts.append(f"{name}| {LOGIN}{part}{ended}")
    return "".join(texts)


QUIT = "C: QUIT\n"

CASES = [
    Case("they stay", session(ids("a", "b") + "C: UIDL 1\nS: +OK 1 a\n" + ids("a", "b")), kept="UIDL-14 UIDL-08"),
    Case("both forms differ", session(ids("a", "b") + "C: UIDL 1\nS: +OK 1 x"), broken="UIDL-14"),
    Case("they change", session(ids("a", "b") + "C: NOOP\nS: +OK\n" + ids("a", "c")), broken="UIDL-14"),
    Case(
        "two messages share one, as their sizes show",
        session("C: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: .\n" + ids("a", "a")),
        broken="UIDL-08",
    ),
    Case(
        "two messages share one, as RETR shows",
        session(ids("a", "a") + retr(1, "one") + retr(2, "two")),
        "UIDL-08",
        bodies=BOTH,
    ),
    Case(
        "two messages share one, as is known", session("C: STAT\nS: +OK 2 9\n" + ids("a", "a")), "UIDL-08", mails=BOTH
    ),
    Case("two copies share one", session(ids("a", "a") + retr(1, "one") + retr(2, "one")), bodies=BOTH),
    Case(
        "two messages have none",
        session(
            "C: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: .\n" + ids("", "") + "C: LIST\nS: +OK\nS: 1 100\nS: 2 200\nS: ."
        ),
        broken="UIDL-06",
    ),
    Case("two messages share one, and may be copies", session(ids("a", "a"))),
    Case(
        "they persist",
        sessions(ids("a", "b") + retr(2, "two") + "C: DELE 1\nS: +OK\n" + QUIT, ids("b") + retr(1, "two") + QUIT),
        kept="UIDL-09",
        mails=BOTH,
    ),
    Case(
        "they change with the number",
        sessions(ids("n1", "n2") + retr(2, "two") + "C: DELE 1\nS: +OK\n" + QUIT, ids("n1") + retr(1, "two") + QUIT),
        broken="UIDL-09",
        mails=BOTH,
    ),
    Case(
        "two are exchanged",
        sessions(ids("b", "a") + retr(1, "one") + QUIT, ids("a", "b") + retr(1, "one") + QUIT),
        broken="UIDL-09",
        mails=BOTH,
    ),
    Case(
        "two are exchanged the other way",
        sessions(ids("a", "b") + retr(1, "one") + QUIT, ids("b", "a") + retr(1, "one") + QUIT),
        broken="UIDL-09",
        mails=BOTH,
    ),
    Case(
        "RETR sends another message, as its size shows, so that it is not known whose unique-id it is",
        sessions(
            ids("a", "b") + retr(1, "one") + QUIT,
            f"C: LIST\nS: +OK\nS: 1 {len(ONE) + 50}\nS: 2 {len(ONE)}\nS: .\n" + ids("b", "a") + retr(1, "one"),
        ),
        "LIST-07",
        mails=BOTH,
    ),
    Case(
        "others are there in the next session",
        sessions(ids("a", "b") + QUIT, ids("a", "c") + QUIT),
        "UIDL-09",
        mails=BOTH,
    ),
    Case(
        "the same are there in the next session",
        sessions(ids("a", "b") + QUIT, ids("b", "a") + QUIT),
        "",
        "UIDL-09",
        BOTH,
    ),
    Case("others are there behind an abort", sessions(ids("a", "b"), ids("c", "d")), broken="UIDL-10", mails=BOTH),
    Case("the same are there behind an abort", sessions(ids("a", "b"), ids("a", "b")), kept="UIDL-10", mails=BOTH),
    Case(
        "one changed behind an abort, as TOP shows",
        sessions(ids("a") + "C: TOP 1 9\nS: +OK\nS: <one>\n", ids("b") + retr(1, "one")),
        broken="UIDL-10",
        mails={"one": ONE},
    ),
    Case("others are there, and nothing is known of deliveries", sessions(ids("a", "b") + QUIT, ids("a", "c") + QUIT)),
    Case("mail may have arrived", sessions(ids("a", "b") + QUIT, ids("a", "b", "c") + QUIT), mails=ALL),
    Case(
        "one is used again",
        sessions(ids("1", "2") + retr(2, "two") + "C: DELE 2\nS: +OK\n" + QUIT, ids("1", "2") + retr(2, "new") + QUIT),
        broken="UIDL-11",
        mails=ALL,
    ),
    Case(
        "none is used again",
        sessions(ids("1", "2") + retr(2, "two") + "C: DELE 2\nS: +OK\n" + QUIT, ids("1", "3") + retr(2, "new") + QUIT),
        kept="UIDL-11",
        mails=ALL,
    ),
    Case(
        "the maildrops of two users have the same ones",
        session(ids("a") + retr(1, "one") + "C: QUIT\nS: +OK\n")
        + "B| S: +OK\nC: USER bob\nS: +OK\nC: PASS x\nS: +OK\n"
        + ids("a")
        + retr(1, "two"),
        mails=BOTH,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
