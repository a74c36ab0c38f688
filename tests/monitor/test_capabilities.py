"""What CAPA lists, line by line, and before and after login."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check

BOTH = "GRAM-03 CAPA-02 CAPA-04 CAPA-05 EXT-03 CAP-02"


def r2449(clauses: str) -> str:
    return " ".join(f"R2449-{clause}" for clause in clauses.split())


def capa(*lines: str) -> str:
    return "\n".join(["C: CAPA", "S: +OK", *(f"S: {line}" for line in lines), "S: .", ""])


def case(title: str, *lines: str, broken: str = "", kept: str = "") -> Case:
    """A list before login."""
    return Case(title, "S: +OK\n" + capa(*lines), broken=r2449(broken), kept=r2449(kept))


def both(title: str, before: tuple[str, ...], after: tuple[str, ...], broken: str = "", kept: str = "") -> Case:
    """A list before login, and one after it."""
    script = "S: +OK\n" + capa(*before) + LOGIN.partition("\n")[2] + capa(*after)
    return Case(title, script, broken=r2449(broken), kept=r2449(kept))


CASES = [
    case("a list is in order", "TOP", "SASL PLAIN X-Y", "EXPIRE 60", "IMPLEMENTATION a b c.d", "X-OWN 1", kept=BOTH),
    case("a list is empty"),
    case("tags are in lower case", "top", "sasl PLAIN", "login-delay 5", kept="DELAY-01 EXT-03"),
    case("a tag has a full stop", "X-ACME.V2", broken="GRAM-03"),
    case("a tag is empty", " TOP", broken="GRAM-03"),
    case("a line is empty", "TOP", "", broken="GRAM-03"),
    case("a tag has octets beyond ASCII", "X-\\xe9", broken="GRAM-03"),
    case("all capabilities stand on one line", "TOP UIDL USER", broken="CAPA-02"),
    case("a line ends in a space", "SASL PLAIN ", broken="CAPA-04"),
    case("spaces are doubled", "SASL  PLAIN", broken="CAPA-04"),
    case("a TAB stands before the argument", "EXPIRE\\tNEVER", broken="CAPA-04", kept="EXP-01"),
    case("a tag runs into its argument", "EXPIRENEVER", broken="CAPA-04", kept="EXT-03"),
    case("a line has 512 octets", "IMPLEMENTATION " + "x" * 495, kept="CAPA-05 IMPL-01"),
    case("a line has 513 octets", "IMPLEMENTATION " + "x" * 496, broken="CAPA-05"),
    case("APOP is listed", "APOP", broken="CAP-02", kept="EXT-03"),
    case("a tag is nobody's", "PIPELINE", "CAPA", broken="EXT-03"),
    case("an implementation has no name", "IMPLEMENTATION", broken="IMPL-01"),
    case("a delay is a number", "LOGIN-DELAY 900", kept="DELAY-01"),
    case("a delay depends on the user", "LOGIN-DELAY 900 USER", kept="DELAY-01"),
    case("a delay has a unit", "LOGIN-DELAY 15min", broken="DELAY-01"),
    case("a delay is for ever", "LOGIN-DELAY NEVER", broken="DELAY-01"),
    case("a delay has no argument", "LOGIN-DELAY", broken="DELAY-01"),
    case("mail is kept for days", "EXPIRE 5 USER", kept="EXP-01"),
    case("mail is not to be left", "EXPIRE 0", kept="EXP-01"),
    case("mail is kept for ever", "EXPIRE never", kept="EXP-01"),
    case("mail is kept for a while", "EXPIRE soon", broken="EXP-01"),
    both("the lists agree", ("TOP", "EXPIRE 5"), ("TOP", "EXPIRE 5"), kept="CAPA-01 CAPA-03 EXP-02 EXP-03"),
    both("there is more after login", ("TOP",), ("UIDL", "TOP"), kept="CAPA-01 CAPA-03"),
    both("a tag changes its case", ("TOP",), ("Top",), kept="CAPA-03"),
    both("USER vanishes at login", ("TOP", "USER"), ("TOP",), broken="CAPA-03"),
    both("STLS and SASL vanish at login", ("TOP", "STLS", "SASL PLAIN"), ("TOP",), kept="CAPA-03"),
    both("USER stays behind the delay", ("LOGIN-DELAY 9 USER",), ("LOGIN-DELAY 9 USER",), broken="DELAY-01"),
    both("USER stays behind the period", ("EXPIRE 9 USER",), ("EXPIRE 9 USER",), broken="EXP-01"),
    both("the user's delay is less", ("LOGIN-DELAY 9 USER",), ("LOGIN-DELAY 5",), kept="DELAY-01 DELAY-03 DELAY-04"),
    both("the user's delay is more", ("LOGIN-DELAY 5 USER",), ("LOGIN-DELAY 9",), broken="DELAY-03", kept="DELAY-04"),
    both("the delay is less, and nothing said so", ("LOGIN-DELAY 9",), ("LOGIN-DELAY 5",), broken="DELAY-04"),
    both("the user's mail is kept longer", ("EXPIRE 5 USER",), ("EXPIRE NEVER",), kept="EXP-02 EXP-03"),
    both("the user's mail is kept less long", ("EXPIRE NEVER USER",), ("EXPIRE 60",), broken="EXP-02", kept="EXP-03"),
    both("mail is kept longer, and nothing said so", ("EXPIRE 5",), ("EXPIRE 60",), broken="EXP-03", kept="EXP-02"),
    Case("CAPA is refused after login", "S: +OK\n" + capa("TOP") + LOGIN.partition("\n")[2] + "C: CAPA\nS: -ERR",
         broken="R2449-CAPA-01"),
    Case("CAPA is there after login only", "S: +OK\nC: CAPA\nS: -ERR\n" + LOGIN.partition("\n")[2] + capa("TOP"),
         broken="R2449-CAPA-01"),
    Case("there is no CAPA", "S: +OK\nC: CAPA\nS: -ERR\n" + LOGIN.partition("\n")[2] + "C: CAPA\nS: -ERR"),
    Case("CAPA with an argument is refused", "S: +OK\nC: CAPA x\nS: -ERR\n" + LOGIN.partition("\n")[2] + capa("TOP")),
    Case("inside TLS other things are announced",
         "S: +OK\n" + capa("USER") + "C: STLS\nS: +OK\n" + LOGIN.partition("\n")[2] + capa("TOP")),
]  # fmt: skip

AGAIN = "C: QUIT\nS: +OK\n! server closed\nB| S: +OK\nB| C: USER alice\nB| S: +OK\nB| C: PASS secret\n"
DELAYED = LOGIN + capa("LOGIN-DELAY 60") + AGAIN
CASES += [
    Case("a second login is refused within the delay", DELAYED + "B| S: -ERR too soon", kept="R2449-DELAY-02"),
    Case("a second login is granted within the delay", DELAYED + "B| S: +OK", broken="R2449-DELAY-02"),
    Case("a second login is granted behind the delay", DELAYED + "B| S: +OK", clock_rate=600),
    Case("a delay is for somebody else", DELAYED.replace("USER alice", "USER bob", 1) + "B| S: +OK"),
    Case("a delay of a second is too short to tell", DELAYED.replace("DELAY 60", "DELAY 1") + "B| S: +OK"),
    Case("no delay is announced", LOGIN + AGAIN + "B| S: +OK"),
    Case("an APOP is granted within the delay",
         DELAYED.partition("B| C: USER")[0].replace("B| S: +OK", "B| S: +OK <1@x>")
         + f"B| C: APOP alice {'0123456789abcdef' * 2}\nB| S: +OK", broken="R2449-DELAY-02"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
