"""What servers say in CRAM-MD5 and SCRAM, and what they list (RFC 2195 §2, RFC 5802 §5, §6, §7, RFC 7677 §3)."""

from base64 import b64encode

import pytest

from tests.monitor.scripts import Case, check

FIRST = b64encode(b"n,,n=alice,r=mine").decode()


def listed(line: str) -> str:
    return f"S: +OK\nC: CAPA\nS: +OK\nS: {line}\nS: ."


def cram(challenge: str) -> str:
    return f"S: +OK\nC: AUTH CRAM-MD5\nS: + {b64encode(challenge.encode()).decode()}\nC: *\nS: -ERR"


def scram(message: str, mechanism: str = "SCRAM-SHA-1", *, initial: bool = True) -> str:
    answer = f"S: + {b64encode(message.encode()).decode()}\nC: *\nS: -ERR"
    if initial:
        return f"S: +OK\nC: AUTH {mechanism} {FIRST}\n{answer}"
    return f"S: +OK\nC: AUTH {mechanism}\nS: +\\x20\nC: {FIRST}\n{answer}"


ALL = "R5802-SCRAM-02 R5802-SCRAM-19"

CASES = [
    Case("both variants are listed", listed("SASL SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN"), kept="R5802-SCRAM-21"),
    Case("binding is listed alone", listed("SASL SCRAM-SHA-256-PLUS SCRAM-SHA-1 PLAIN"), broken="R5802-SCRAM-21"),
    Case("nothing binds", listed("SASL SCRAM-SHA-1 PLAIN")),
    Case("another mechanism binds", listed("SASL GS2-KRB5-PLUS")),
    Case("there is no SASL", listed("USER")),
    Case("a challenge is a msg-id", cram("<1896.697170952@postoffice.reston.mci.net>"), kept="R2195-CRAM-01"),
    Case("a challenge is a msg-id with a domain literal", cram("<1@[127.0.0.1]>"), kept="R2195-CRAM-01"),
    Case("a challenge is a number", cram("1896697170952"), broken="R2195-CRAM-01"),
    Case("a challenge has no host", cram("<1896>"), broken="R2195-CRAM-01"),
    Case("CRAM-MD5 is refused", "S: +OK\nC: AUTH CRAM-MD5\nS: -ERR"),
    Case("all is right", scram("r=mine1,s=QUJD,i=4096"), kept=f"{ALL} R5802-SCRAM-12"),
    Case("all is right, later", scram("r=mine1,s=QUJD,i=4096", initial=False), kept=f"{ALL} R5802-SCRAM-12"),
    Case("with SHA-256", scram("r=mine1,s=QUJD,i=9999", "SCRAM-SHA-256"), kept=f"{ALL} R7677-SCRAM-02"),
    Case("with binding", scram("r=mine1,s=QUJD,i=4096", "SCRAM-SHA-256-PLUS"), kept=f"{ALL} R7677-SCRAM-02"),
    Case("with extensions", scram("r=mine1,s=QUJD,i=4096,x=y"), kept=f"{ALL} R5802-SCRAM-12"),
    Case("few iterations", scram("r=mine1,s=QUJD,i=4095"), kept=ALL, broken="R5802-SCRAM-12"),
    Case("few of SHA-256", scram("r=mine1,s=QUJD,i=1", "SCRAM-SHA-256"), kept=ALL, broken="R7677-SCRAM-02"),
    Case("the nonce comes back", scram("r=mine,s=QUJD,i=4096"), broken="R5802-SCRAM-02"),
    Case("another nonce comes", scram("r=yours,s=QUJD,i=4096"), broken="R5802-SCRAM-02"),
    Case("no nonce comes", scram("s=QUJD,i=4096"), broken=ALL),
    Case("the salt comes first", scram("s=QUJD,r=mine1,i=4096"), broken="R5802-SCRAM-19"),
    Case("the salt is empty", scram("r=mine1,s=,i=4096"), broken="R5802-SCRAM-19"),
    Case("the salt is no base64", scram("r=mine1,s=!,i=4096"), broken="R5802-SCRAM-19"),
    Case("no iterations", scram("r=mine1,s=QUJD,i=0"), broken="R5802-SCRAM-19"),
    Case("iterations are no number", scram("r=mine1,s=QUJD,i=many"), broken="R5802-SCRAM-19"),
    Case("an error comes at once", scram("e=other-error")),
    Case("SCRAM is refused", f"S: +OK\nC: AUTH SCRAM-SHA-1 {FIRST}\nS: -ERR"),
    Case("the client says nonsense", "S: +OK\nC: AUTH SCRAM-SHA-1 QUJD\nS: + QUJD\nC: *\nS: -ERR"),
    Case("the response was masked", "S: +OK\nC: AUTH SCRAM-SHA-1 ********\nS: + QUJD\nC: *\nS: -ERR"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_challenges(case: Case) -> None:
    check(case)
