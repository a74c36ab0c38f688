"""Response codes: their form, that they are announced, where they stand; and the grammar around them."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check

PROMISED = "RESP-CODES AUTH-RESP-CODE"
WRONG = "S: +OK\nC: USER alice\nS: +OK\nC: PASS wrong\nS: "


def codes(clauses: str) -> str:
    return " ".join(f"R2449-{clause}" if clause[0] != "R" or clause[1] == "C" else clause for clause in clauses.split())


def refused(title: str, reply: str, broken: str = "", kept: str = "", lists: str = PROMISED) -> Case:
    """The answer to a wrong password."""
    return Case(title, WRONG + reply, broken=codes(broken), kept=codes(kept), lists=lists)


def asked(title: str, command: str, reply: str, broken: str = "", kept: str = "", lists: str = PROMISED) -> Case:
    """The answer to a command after login."""
    return Case(title, f"{LOGIN}C: {command}\nS: {reply}", broken=codes(broken), kept=codes(kept), lists=lists)


CASES = [
    refused("a refusal has a code", "-ERR [AUTH] no", kept="GRAM-05 RCODE-01 RCODE-02 R3206-AUTH-01 R3206-AUTH-03"),
    refused("a code has several levels", "-ERR [SYS/TEMP/DISK] full", kept="GRAM-05 RCODE-02 R3206-SYS-03"),
    refused("a code is in lower case", "-ERR [in-use] busy", kept="RCODE-02 RCODE-06"),
    refused("a code is the whole text", "-ERR [IN-USE]", kept="GRAM-05 RCODE-06"),
    refused("a code is a private one", "-ERR [mail.example.org] busy", kept="GRAM-05 RCODE-01"),
    refused("a code is empty", "-ERR [] no", broken="GRAM-05"),
    refused("a level is empty", "-ERR [SYS/] no", broken="GRAM-05 R3206-SYS-03"),
    refused("a first level is empty", "-ERR [/X] no", broken="GRAM-05"),
    refused("a bracket is never closed", "-ERR [busy", broken="RCODE-01"),
    refused("a bracket holds words", "-ERR [mail server is busy] later", broken="RCODE-01"),
    refused("brackets are free where no codes are promised", "-ERR [mail server is busy] later", lists="TOP"),
    refused("codes are not announced", "-ERR [IN-USE] busy", broken="RCODE-02", lists="TOP"),
    refused("AUTH is not announced", "-ERR [AUTH] no", broken="R3206-AUTH-03", lists="RESP-CODES"),
    refused("nothing is known of CAPA", "-ERR [AUTH] no", lists=""),
    refused("a login is too early", "-ERR [LOGIN-DELAY] wait", kept="RCODE-07"),
    refused("the system has two ways to fail", "-ERR [SYS/FOO] no", broken="R3206-SYS-03"),
    refused("a bracket stands elsewhere", "-ERR no [", kept=""),
    Case("a greeting begins with a bracket", "S: +OK [mail here] ready", broken="R2449-RCODE-01", lists=PROMISED),
    Case("a name is refused for a delay", "S: +OK\nC: USER alice\nS: -ERR [LOGIN-DELAY]", lists=PROMISED,
         broken="R2449-RCODE-08", kept="R2449-RCODE-07 R3206-AUTH-02"),
    Case("a name that has just logged in is taken",
         LOGIN + "C: QUIT\nS: +OK\n! server closed\nB| S: +OK\nB| C: USER alice\nB| S: +OK",
         lists=PROMISED + " LOGIN-DELAY", kept="R2449-RCODE-08 R3206-AUTH-02"),
    Case("a name is refused as nobody's", "S: +OK\nC: USER nobody\nS: -ERR [AUTH] no such user", lists=PROMISED,
         broken="R3206-AUTH-02", kept="R3206-AUTH-01 R2449-RCODE-08"),
    Case("a name is refused for a lock", "S: +OK\nC: USER alice\nS: -ERR [IN-USE]", lists=PROMISED,
         broken="R2449-RCODE-06"),
    Case("a login is granted, and the maildrop in use", WRONG + "+OK [IN-USE]", lists=PROMISED,
         broken="R2449-RCODE-06"),
    Case("a login is granted after a delay", WRONG + "+OK [LOGIN-DELAY]", lists=PROMISED, broken="R2449-RCODE-07"),
    asked("a message is refused as a login is", "RETR 9", "-ERR [AUTH] no", broken="R3206-AUTH-01"),
    asked("a failing system says yes", "NOOP", "+OK [SYS/TEMP] degraded", broken="R3206-SYS-03"),
    asked("any command may fail by the system", "RETR 9", "-ERR [SYS/PERM] disk", kept="R3206-SYS-03"),
    asked("text follows the indicator at once", "NOOP", "+OKAY", broken="GRAM-01"),
    asked("a colon follows the indicator", "RETR 9", "-ERR: no such message", broken="GRAM-01"),
    asked("nothing follows the indicator", "NOOP", "+OK", kept="GRAM-01"),
    asked("a space follows the indicator", "NOOP", "+OK ", kept="GRAM-01"),
    asked("a server without CAPA may know no better", "RETR 9", "-ERR: no such message", lists=""),
    Case("a long command is one", f"{LOGIN}C: LIST {'0' * 247}1\nS: -ERR", lists="TOP", kept="R2449-LEN-01"),
    Case("the tail of a long command is another", f"S: +OK\nC: USER {'x' * 248}\nS: +OK\nS: -ERR", lists="TOP",
         broken="R2449-LEN-01"),
    Case("a command may be too long", f"S: +OK\nC: USER {'x' * 249}\nS: +OK\nS: -ERR", lists="TOP"),
    asked("a status line has 512 octets", "NOOP", "+OK " + "x" * 506, kept="LEN-03"),
    Case("a status line has 513 octets", f"{LOGIN}C: NOOP\nS: +OK {'x' * 507}", lists=PROMISED,
         broken="R2449-LEN-03 RESP-04"),
    Case("a greeting has one time stamp", "S: +OK ready <1.2@host> now", lists="TOP", kept="R2449-GRAM-02"),
    Case("a greeting has two", "S: +OK <info> ready <1.2@host>", lists="TOP", broken="R2449-GRAM-02"),
    Case("a greeting has a bracket that opens none", "S: +OK 3 < 5 <1.2@host>", lists="TOP", broken="R2449-GRAM-02"),
    Case("a greeting without CAPA is free", "S: +OK <info> ready <1.2@host>"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_judged_when(case: Case) -> None:
    check(case)
