"""Where servers lawfully differ nothing is held against them: the differences of the catalogue, by their numbers."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check, message, session

OPEN = message("open", "one", "two")[:-2]
MAIL = message("mail", "one", "two")
NO_BODY = message("nobody").removesuffix(b"\r\n")
EIGHT = message("eight", "caf\xe9")
RETR = "C: RETR 1\nS: +OK\nS: <m>\n"


def listed(size: int) -> str:
    return session(f"C: LIST\nS: +OK\nS: 1 {size}\nS: .\n{RETR}")


def said(title: str, script: str, **mails: bytes) -> Case:
    return Case(title, script, mails=mails)


CASES = [
    said("1: a last line end is added and counted", listed(len(OPEN) + 2), m=OPEN),
    said("1: a last line end is added and not counted", listed(len(OPEN)), m=OPEN),
    Case("1: and nobody knows whether there was one", listed(len(OPEN)), bodies={"m": OPEN}),
    said(
        "2: STAT is not the sum, with UTF8",
        session("C: CAPA\nS: +OK\nS: UTF8\nS: .\nC: STAT\nS: +OK 1 9\nC: LIST\nS: +OK\nS: 1 5\nS: ."),
    ),
    said(
        "3: more lines of TOP than there are, and a line end too many",
        session(RETR + "C: TOP 1 50\nS: +OK\nS: <m>"),
        m=MAIL,
    ),
    said("3: a vast number of lines is refused", session(RETR + "C: TOP 1 1073741824\nS: -ERR"), m=MAIL),
    said("4: TOP of a message without an empty line", session(RETR + "C: TOP 1 0\nS: +OK\nS: <m>"), m=NO_BODY),
    said("5: responses are bare", "S: +OK\nC: USER a\nS: +OK\nC: PASS b\nS: +OK\nC: DELE 9\nS: -ERR\nC: QUIT\nS: +OK"),
    said(
        "5: responses are in another language",
        "S: +OK Willkommen\nC: USER a\nS: +OK error\nC: PASS b\nS: -ERR +OK\nC: QUIT\nS: +OK",
    ),
    said(
        "6: deleted is not told from never there",
        session("C: STAT\nS: +OK 1 9\nC: DELE 1\nS: +OK\nC: LIST 1\nS: -ERR no such message"),
    ),
    said(
        "7: rows in any order", session("C: LIST\nS: +OK\nS: 2 5\nS: 1 4\nS: .\nC: UIDL\nS: +OK\nS: 2 b\nS: 1 a\nS: .")
    ),
    said("8: an empty command line is refused", session("C:\nS: -ERR")),
    said("8: an empty command line ends it", session("C:\n! server closed")),
    said("9: several spaces are refused", session("C: TOP  1  0\nS: -ERR")),
    said("9: several spaces are forgiven", session("C: TOP  1  0\nS: +OK\nS: a: b\nS:\nS: .")),
    said("10: a space at the end is forgiven", session("C: LIST\\x20\nS: +OK\nS: 1 9\nS: .\nC: STAT\\x20\nS: +OK 1 9")),
    said("10: a space at the end is refused", session("C: LIST 1\\x20\nS: -ERR\nC: STAT\\x20\nS: -ERR")),
    said("11: LF alone is waited out", session("C: STAT\\n\\\n! waited in vain\n! client closed")),
    said("11: LF alone is accepted", session("C: LIST\\n\\\nS: +OK\nS: 1 9\nS: .\nC: NOOP\nS: +OK")),
    said(
        "12: arguments where none belong are ignored",
        session("C: STAT 1\nS: +OK 1 9\nC: NOOP x\nS: +OK\nC: RSET x\nS: +OK\nC: QUIT x\nS: +OK"),
    ),
    said(
        "12: arguments where none belong are refused",
        session("C: STAT 1\nS: -ERR\nC: NOOP x\nS: -ERR\nC: RSET x\nS: -ERR\nC: QUIT x\nS: -ERR"),
    ),
    said(
        "13: leading zeros and a plus sign are read",
        session("C: STAT\nS: +OK 2 9\nC: LIST 002\nS: +OK 2 5\nC: DELE +1\nS: +OK\nC: STAT\nS: +OK 1 5"),
    ),
    said(
        "13: leading zeros and a plus sign are refused",
        session("C: STAT\nS: +OK 2 9\nC: LIST 002\nS: -ERR\nC: DELE +1\nS: -ERR"),
    ),
    said("14: a command before the greeting is dropped", "C: NOOP\nS: +OK\nC: QUIT\nS: +OK\n! server closed"),
    said(
        "15: a batch is answered in part",
        session("C: STAT\nC: LIST\nC: NOOP\nS: +OK 1 9\n! waited in vain\n! client closed"),
    ),
    said("16: an unknown name is refused", "S: +OK\nC: USER x\nS: -ERR\nC: USER y\nS: +OK"),
    said("17: a second USER is refused", "S: +OK\nC: USER x\nS: +OK\nC: USER y\nS: -ERR\nC: PASS x\nS: +OK"),
    said("18: CAPA between USER and PASS", "S: +OK\nC: USER x\nS: +OK\nC: CAPA\nS: +OK\nS: .\nC: PASS x\nS: +OK"),
    said(
        "19: a password with spaces",
        "S: +OK\nC: USER x\nS: +OK\nC: PASS a b  c\nS: -ERR\nC: USER x\nS: +OK\nC: PASS a b\nS: +OK",
    ),
    said("20: a login that comes too late ends it", session("C: AUTH X\nS: -ERR\nC: USER a\n! server closed")),
    said("20: it was over when that was said", session("C: NOOP\nS: +OK\n! server closed\nC: USER a")),
    said("20: a server closes behind a failed login", "S: +OK\nC: USER x\nS: +OK\nC: PASS a\nS: -ERR\n! server closed"),
    said(
        "20: a server closes behind several bad commands",
        session("C: A\nS: -ERR\nC: B\nS: -ERR\nC: C\nS: -ERR\nS: -ERR bye\n! server closed"),
    ),
    said("21: a server refuses its service", "S: -ERR try later\n! server closed"),
    said("22: a short timer before login", "S: +OK\n...\nS: -ERR timeout\n! server closed"),
    said(
        "23: a second session is refused",
        session("") + "B| S: +OK\nC: USER alice\nS: +OK\nC: PASS secret\nS: -ERR [IN-USE]\nC: QUIT\nS: +OK",
    ),
    said(
        "23: a second session has a view of its own",
        session("C: DELE 1\nS: +OK\n")
        + "B| "
        + LOGIN
        + "C: STAT\nS: +OK 1 9\nA| C: QUIT\nS: +OK\nB| C: STAT\nS: +OK 1 9",
        m=MAIL,
    ),
    said(
        "24: the maildrop is locked for a moment",
        session("C: QUIT\nS: +OK\n! server closed")
        + "\nB| S: +OK\nC: USER alice\nS: +OK\nC: PASS secret\nS: -ERR [IN-USE]",
    ),
    said("25: a line that is too long is cut", session(f"C: NOOP {'x' * 2000}\nS: -ERR\nC: STAT\nS: +OK 1 9")),
    said("25: a line that is too long ends it", session(f"C: NOOP {'x' * 2000}\n! server closed")),
    said("26: AUTH alone", "S: +OK\nC: AUTH\nS: +OK\nS: PLAIN\nS: .\nC: AUTH\nS: -ERR\nC: QUIT\nS: +OK"),
    said("27: STLS is listed in a session", session("C: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: -ERR")),
    Case(
        "28: copies share a unique-id",
        session("C: UIDL\nS: +OK\nS: 1 a\nS: 2 a\nS: .\nC: RETR 1\nS: +OK\nS: <m>\nC: RETR 2\nS: +OK\nS: <m>"),
        mails={"m": MAIL, "n": MAIL},
    ),
    Case(
        "29: eight bits are lost",
        session("C: RETR 1\nS: +OK\nS: <c>"),
        mails={"m": EIGHT},
        bodies={"c": EIGHT.replace(b"\xe9", b"?")},
    ),
    said(
        "30: LAST, RPOP and private commands",
        session("C: LAST\nS: +OK 1\nC: XTND XLST\nS: +OK\nS: a\nS: .\nC: RPOP x\nS: -ERR"),
    ),
    said(
        "31: mail expires between sessions that others may have seen",
        session("C: STAT\nS: +OK 3 9\nC: QUIT\nS: +OK\n! server closed") + "\nB| " + LOGIN + "C: STAT\nS: +OK 1 3",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_server_is_in_its_right_when(case: Case) -> None:
    check(case)
