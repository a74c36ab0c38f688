"""How many messages there are, and which numbers they have."""

import pytest

from tests.monitor.scripts import Case, check, message, session

MAILS = {name: message(name, "text") for name in ("one", "two", "three")}
TWO = {name: MAILS[name] for name in ("one", "two")}

STAT = "C: STAT\nS: +OK {} {}\n"
LIST = "C: LIST\nS: +OK\n{}S: .\n"
UIDL = "C: UIDL\nS: +OK\n{}S: .\n"


def counted(stat: int | None = None, listed: str = "", ids: str = "") -> str:
    """A session in which STAT counts so many messages, and LIST and UIDL have these numbers."""
    parts = [STAT.format(stat, 100 * stat)] if stat is not None else []
    if listed:
        parts.append(LIST.format("".join(f"S: {number} 100\n" for number in listed.split())))
    if ids:
        parts.append(UIDL.format("".join(f"S: {number} id{number}\n" for number in ids.split())))
    return session("".join(parts))


CASES = [
    Case("all agree", counted(3, "1 2 3", "1 2 3"), kept="STAT-04 LIST-04 UIDL-02 AUTH-10 STAT-05"),
    Case("all agree in any order", counted(3, "3 1 2", "2 3 1"), kept="STAT-04 LIST-04 UIDL-02 AUTH-10"),
    Case("STAT is alone", counted(4, "1 2 3", "1 2 3"), broken="STAT-04"),
    Case("LIST is alone", counted(3, "1 2", "1 2 3"), broken="LIST-04"),
    Case("UIDL is alone", counted(3, "1 2 3", "1 3"), broken="UIDL-02"),
    Case("LIST leaves one out, as what was put there shows", counted(3, "1 3"), broken="LIST-04", mails=MAILS),
    Case("STAT counts one too many, as what was put there shows", counted(3, "1 2"), broken="STAT-04", mails=TWO),
    Case("STAT and LIST differ, and nothing else is known", counted(3, "1 2"), broken="STAT-04"),
    Case(
        "STAT and LIST differ, and the message is there",
        counted(3, "1 2") + "C: UIDL 3\nS: +OK 3 xyz\n",
        broken="LIST-04",
    ),
    Case("UIDL and LIST differ, and nothing else is known", counted(None, "1 2", "1 2 3")),
    Case("mail may have arrived before UIDL", counted(2, "", "1 2 3"), later=MAILS),
    Case("a message is listed twice", counted(3, "1 2 3 3"), broken="LIST-04"),
    Case("a message is listed twice by UIDL", counted(3, "", "1 2 2"), broken="UIDL-02"),
    Case("numbers begin with zero", counted(2, "0 1"), broken="AUTH-10"),
    Case("numbers have a gap", counted(2, "1 3", "1 3"), broken="AUTH-10", mails=TWO),
    Case("numbers have a gap, and marks may have survived a session that nobody saw", counted(2, "1 3", "1 3")),
    Case("LIST is alone, and its numbers have a gap", counted(None, "1 3"), broken="AUTH-10", mails=TWO),
    Case("LIST is alone, and has a row too few for what was put there", counted(None, "1 3"), mails=MAILS),
    Case("STAT on an empty maildrop", session("C: LIST\nS: +OK\nS: .\nC: STAT\nS: +OK 0 0"), kept="STAT-09 STAT-04"),
    Case(
        "STAT on an empty maildrop is bare", session("C: LIST\nS: +OK\nS: .\nC: STAT\nS: +OK"), broken="STAT-09 STAT-03"
    ),
    Case("an empty maildrop has octets", session("C: STAT\nS: +OK 0 120"), broken="STAT-09"),
    Case("STAT is refused", session("C: STAT\nS: -ERR no messages"), broken="STAT-02"),
    Case("STAT succeeds", session("C: STAT\nS: +OK 1 2"), kept="STAT-02"),
    Case("LIST on an empty maildrop", session("C: STAT\nS: +OK 0 0\nC: LIST\nS: +OK\nS: ."), kept="LIST-05"),
    Case("LIST on an empty maildrop is refused", session("C: STAT\nS: +OK 0 0\nC: LIST\nS: -ERR"), broken="LIST-05"),
    Case(
        "what is no LIST command is refused on an empty maildrop",
        session("C: STAT\nS: +OK 0 0\nC: LIST \\x7f\nS: -ERR"),
    ),
    Case(
        "what is no LIST command is refused with everything marked",
        session("C: STAT\nS: +OK 1 120\nC: DELE 1\nS: +OK\nC: LIST \\x7f\nS: -ERR"),
    ),
    Case(
        "LIST with everything marked",
        session("C: STAT\nS: +OK 1 120\nC: DELE 1\nS: +OK\nC: LIST\nS: +OK\nS: .\nC: STAT\nS: +OK 0 0"),
        kept="LIST-15 STAT-09 LIST-10",
    ),
    Case(
        "LIST with everything marked is refused",
        session("C: STAT\nS: +OK 1 120\nC: DELE 1\nS: +OK\nC: LIST\nS: -ERR"),
        broken="LIST-15",
    ),
    Case(
        "LIST with everything marked lists it",
        session("C: STAT\nS: +OK 1 120\nC: DELE 1\nS: +OK\nC: LIST\nS: +OK\nS: 1 120\nS: ."),
        broken="LIST-15 LIST-10",
    ),
    Case(
        "UIDL on an empty maildrop is refused, which is settled for LIST alone",
        session("C: CAPA\nS: +OK\nS: UIDL\nS: .\nC: STAT\nS: +OK 0 0\nC: UIDL\nS: -ERR"),
    ),
    Case("UIDL may not be there at all", session("C: STAT\nS: +OK 0 0\nC: UIDL\nS: -ERR")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
