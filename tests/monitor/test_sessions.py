"""From one session to the next."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check, message

MAILS = {name: message(name, "text") for name in ("one", "two", "three")}
RETR = "C: RETR 1\nS: +OK\nS: <one>\n"
DELE = "C: DELE 1\nS: +OK\n"
RSET = "C: RSET\nS: +OK\n"
QUIT = "C: QUIT\nS: +OK\n! server closed\n"
FAILED = "C: QUIT\nS: -ERR some deleted messages not removed\n! server closed\n"
RESET = "! client reset\n"
GONE = "! server closed\n"


def stat(count: int) -> str:
    return f"C: STAT\nS: +OK {count} {100 * count}\n"


def listed(*numbers: int) -> str:
    return "C: LIST\nS: +OK\n" + "".join(f"S: {n} 100\n" for n in numbers) + "S: .\n"


def then(first: str, second: str) -> str:
    return f"{LOGIN}{first}B| {LOGIN}{second}"


CASES = [
    Case(
        "QUIT removes what is marked",
        then(stat(3) + DELE + QUIT, stat(2)),
        kept="UPD-02 UPD-06 UPD-07",
        mails=MAILS,
    ),
    Case("QUIT removes nothing, or not at once", then(stat(3) + DELE + QUIT, stat(3)), "UPD-07", mails=MAILS),
    Case("QUIT removes nothing, and says so", then(stat(3) + DELE + FAILED, stat(3)), kept="UPD-06", mails=MAILS),
    Case("QUIT removes everything", then(stat(3) + DELE + QUIT, stat(0)), broken="UPD-02", mails=MAILS),
    Case("QUIT removes another one, and says it failed", then(stat(3) + DELE + FAILED, stat(0)), "UPD-02", mails=MAILS),
    Case("QUIT removes what RSET unmarked", then(stat(3) + DELE + RSET + QUIT, stat(2)), "RSET-05", mails=MAILS),
    Case("QUIT leaves what RSET unmarked", then(stat(3) + DELE + RSET + QUIT, stat(3)), kept="RSET-05", mails=MAILS),
    Case("QUIT removes what was retrieved, as sites may", then(stat(3) + RETR + QUIT, stat(2)), mails=MAILS),
    Case("a reset removes what was marked", then(stat(3) + DELE + RESET, stat(2)), broken="UPD-08", mails=MAILS),
    Case("a reset removes nothing", then(stat(3) + DELE + RESET, stat(3)), kept="UPD-08 STATE-07", mails=MAILS),
    Case("the server closes, and removes what was marked", then(stat(3) + DELE + GONE, stat(2)), "UPD-08", mails=MAILS),
    Case(
        "QUIT without an end may be obeyed",
        then(stat(3) + DELE + "C: QUIT\\\n! client closed its direction\nS: +OK\n! server closed\n", stat(2)),
        mails=MAILS,
    ),
    Case(
        "RSET may bring back what was marked in a session that may have ended by QUIT",
        then(
            stat(3) + DELE + "C: QUIT\\\n! client closed\n",
            listed(2, 3) + RSET + stat(3) + "C: LIST 3\nS: +OK 3 100\nC: RETR 1\nS: +OK\nS: <one>\n",
        ),
        mails=MAILS,
    ),
    Case(
        "QUIT is sent, and its answer not awaited",
        then(stat(3) + DELE + "C: QUIT\n! client closed\n", stat(2)),
        mails=MAILS,
    ),
    Case(
        "a reset in RETR removes nothing",
        then(stat(3) + DELE + "C: RETR 2\nS: +OK\n" + RESET, stat(3)),
        "",
        "UPD-08",
        MAILS,
    ),
    Case("a reset removes what was retrieved", then(stat(3) + RETR + RESET, stat(2)), "SITE-03 UPD-08", mails=MAILS),
    Case("a reset removes what nobody touched", then(stat(3) + RESET, stat(2)), mails=MAILS),
    Case("a reset leaves what was retrieved", then(stat(3) + RETR + RESET, stat(3)), kept="SITE-03", mails=MAILS),
    Case("a mark survives", then(listed(1, 2, 3) + DELE + RESET, listed(2, 3)), broken="STATE-07", mails=MAILS),
    Case("mail may have arrived meanwhile", then(stat(2) + DELE + QUIT, stat(2)), mails=MAILS),
    Case("nothing is known of the maildrop", then(stat(3) + DELE + RESET, stat(1))),
    Case("nothing is known of the maildrop, and QUIT removed nothing", then(stat(3) + DELE + QUIT, stat(3))),
    Case(
        "another session was open at the same time",
        LOGIN + stat(3) + DELE + "B| " + LOGIN + stat(3) + DELE + QUIT + "A| " + QUIT + "C| " + LOGIN + stat(1),
        mails=MAILS,
    ),
    Case(
        "somebody who logged in by AUTH was there in between",
        LOGIN
        + stat(3)
        + RETR
        + QUIT
        + "B| S: +OK\nC: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: +OK\n"
        + DELE
        + QUIT
        + "C| "
        + LOGIN
        + stat(2),
        mails=MAILS,
    ),
    Case("a server closes behind QUIT", "S: +OK\nC: QUIT\nS: +OK\n! server closed", kept="QUITA-02"),
    Case("a server does not", "S: +OK\nC: QUIT\nS: +OK\n! waited in vain\n! client closed", broken="QUITA-02"),
    Case("a server does not behind a session", LOGIN + "C: QUIT\nS: +OK\n! waited in vain\n", broken="UPD-06"),
    Case("a server goes on behind QUIT", LOGIN + "C: QUIT\nS: +OK\nC: NOOP\nS: +OK\n", broken="UPD-06"),
    Case("a client closes first", LOGIN + "C: QUIT\nS: +OK\n! client closed\n"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
