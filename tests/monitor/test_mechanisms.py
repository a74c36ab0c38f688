"""What SASL lists, and what AUTH comes to (RFC 5034 §3, §4)."""

import pytest

from tests.monitor.scripts import Case, check

RIGHT = "AGFsaWNlAHNlY3JldA=="
"""alice and her password, for PLAIN."""


def listed(line: str, script: str = "") -> str:
    return f"S: +OK\nC: CAPA\nS: +OK\nS: {line}\nS: .\n{script}"


def offered(script: str) -> str:
    return listed("SASL PLAIN CRAM-MD5 SCRAM-SHA-1 EXTERNAL", script)


def let_in(script: str) -> str:
    return offered(f"C: AUTH PLAIN {RIGHT}\nS: +OK\n{script}")


BY_PASSWORD = "C: USER alice\nS: +OK\nC: PASS secret\nS: +OK\n"

CASES = [
    Case("spaces separate mechanisms", listed("SASL PLAIN LOGIN"), kept="R5034-CAP-01 R4422-SASL-01"),
    Case("commas separate mechanisms", listed("SASL PLAIN,LOGIN"), broken="R5034-CAP-01"),
    Case("a TAB separates mechanisms", listed("SASL PLAIN\\tLOGIN"), broken="R5034-CAP-01 R2449-CAPA-04"),
    Case("a mechanism is in lower case", listed("SASL plain"), broken="R4422-SASL-01"),
    Case("a mechanism has 21 characters", listed("SASL A123456789012345678901"), broken="R4422-SASL-01"),
    Case("a mechanism has 20 characters", listed("SASL A1234567890123456_-B"), kept="R4422-SASL-01"),
    Case("no mechanism is listed", listed("SASL")),
    Case("there is no SASL", listed("USER")),
    Case("SASL goes at login", let_in("C: CAPA\nS: +OK\nS: USER\nS: ."), broken="R5034-CAP-02"),
    Case("SASL stays at login", let_in("C: CAPA\nS: +OK\nS: SASL PLAIN\nS: ."), kept="R5034-CAP-02"),
    Case("SASL goes at a login by PASS", offered(f"{BY_PASSWORD}C: CAPA\nS: +OK\nS: USER\nS: .")),
    Case("SASL was never there", f"S: +OK\nC: AUTH PLAIN {RIGHT}\nS: +OK\nC: CAPA\nS: +OK\nS: USER\nS: ."),
    Case("what is listed starts", offered("C: AUTH CRAM-MD5\nS: + PDFAYT4="), kept="R5034-CAP-04"),
    Case("what is listed does not start", offered("C: AUTH CRAM-MD5\nS: -ERR what?"), broken="R5034-CAP-04"),
    Case(
        "what is listed does not start now",
        listed("SASL CRAM-MD5\nS: RESP-CODES\nS: AUTH-RESP-CODE", "C: AUTH CRAM-MD5\nS: -ERR [SYS/TEMP] later"),
    ),
    Case("what is not listed does not start", offered("C: AUTH LOGIN\nS: -ERR what?")),
    Case("EXTERNAL does not start", offered("C: AUTH EXTERNAL\nS: -ERR no certificate")),
    Case(
        "nothing starts behind a login that failed", offered("C: AUTH PLAIN AA==\nS: -ERR\nC: AUTH CRAM-MD5\nS: -ERR")
    ),
    Case("an empty challenge comes", offered("C: AUTH PLAIN\nS: +\\x20"), kept="R5034-AUTH-06 R5034-CAP-04"),
    Case(
        "PLAIN wants an initial response",
        offered(f"C: AUTH PLAIN {RIGHT}\nS: +OK\nC: QUIT\nS: +OK\nB| S: +OK\nC: CAPA\nS: +OK\nS: SASL PLAIN\nS: .\n")
        + "C: AUTH PLAIN\nS: -ERR",
        broken="R5034-AUTH-06",
    ),
    Case("an initial response is used", let_in(""), kept="R5034-AUTH-08"),
    Case("an initial response is used and wrong", offered("C: AUTH PLAIN AA==\nS: -ERR"), kept="R5034-AUTH-08"),
    Case(
        "an initial response is asked for again", offered(f"C: AUTH PLAIN {RIGHT}\nS: +\\x20"), broken="R5034-AUTH-08"
    ),
    Case("that of SCRAM is, too", offered("C: AUTH SCRAM-SHA-1 bixhPWE=\nS: +\\x20"), broken="R5034-AUTH-08"),
    Case("that of SCRAM is answered", offered("C: AUTH SCRAM-SHA-1 bixhPWE=\nS: + cj1h")),
    Case("a masked one is asked for again", offered("C: AUTH PLAIN ********\nS: +\\x20")),
    Case("a very long one is asked for again", offered(f"C: AUTH PLAIN {'QUFB' * 70}\nS: +\\x20")),
    Case("an empty one is there", offered("C: AUTH PLAIN =\nS: -ERR"), kept="R5034-AUTH-10"),
    Case("an empty one is asked for again", offered("C: AUTH PLAIN =\nS: +\\x20"), broken="R5034-AUTH-10"),
    Case("an empty one lets in", offered("C: AUTH EXTERNAL =\nS: +OK"), kept="R5034-AUTH-10"),
    Case(
        "an initial response of CRAM-MD5 is refused",
        offered("C: AUTH CRAM-MD5 YQ==\nS: -ERR"),
        kept="R5034-AUTH-11 R4422-SASL-02",
    ),
    Case(
        "an initial response of CRAM-MD5 is passed over",
        offered("C: AUTH CRAM-MD5 YQ==\nS: + PDFAYT4="),
        broken="R5034-AUTH-11",
    ),
    Case(
        "an initial response of CRAM-MD5 lets in",
        offered("C: AUTH CRAM-MD5 YQ==\nS: +OK"),
        broken="R5034-AUTH-11 R4422-SASL-02",
    ),
    Case("what is no mechanism here is refused", listed("SASL PLAIN", "C: AUTH CRAM-MD5 YQ==\nS: -ERR")),
    Case("AUTH behind AUTH is refused", let_in("C: AUTH PLAIN\nS: -ERR"), kept="R5034-AUTH-02 R5034-AUTH-03 STATE-04"),
    Case(
        "AUTH behind AUTH is taken up",
        let_in("C: AUTH PLAIN\nS: +\\x20"),
        broken="R5034-AUTH-02 R5034-AUTH-03 STATE-04",
    ),
    Case(
        "AUTH behind PASS succeeds",
        offered(f"{BY_PASSWORD}C: AUTH PLAIN {RIGHT}\nS: +OK"),
        broken="R5034-AUTH-03 STATE-04",
    ),
    Case("AUTH behind PASS is refused", offered(f"{BY_PASSWORD}C: AUTH PLAIN\nS: -ERR"), kept="R5034-AUTH-03 STATE-04"),
    Case("bare AUTH lists mechanisms behind a login", f"S: +OK\n{BY_PASSWORD}C: AUTH\nS: +OK\nS: PLAIN\nS: ."),
    Case("AUTH opens the maildrop", let_in("C: STAT\nS: +OK 0 0"), kept="R5034-AUTH-19"),
    Case("AUTH opens nothing", let_in("C: STAT\nS: -ERR\nC: LIST\nS: -ERR"), broken="R5034-AUTH-19"),
    Case("behind AUTH one command is missing", let_in("C: STAT\nS: -ERR\nC: LIST\nS: +OK\nS: ."), kept="R5034-AUTH-19"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_auth_comes_to(case: Case) -> None:
    check(case)
