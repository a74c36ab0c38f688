"""TLS from the first octet on."""

import pytest

from tests.monitor.scripts import Case, check

TLS = "! TLS began\nS: +OK ready\n"
STLS = "S: +OK ready\nC: STLS\nS: +OK\n! TLS began\n"
QUIT = "C: QUIT\nS: +OK\n"
ALERT = "! server said by TLS that it closes\n"
CLOSED = "! server closed\n"
CLEAR = "! what came is no TLS\n! client closed\n"
BOTH = "R8314-IMPL-02 R8314-CLOSE-01"


def opened(script: str) -> str:
    return f"! connected\n{script}"


CASES = [
    Case("A session inside TLS ends by an alert", opened(TLS + QUIT + ALERT + CLOSED), kept=BOTH),
    Case("It ends without one", opened(TLS + QUIT + CLOSED), "R8314-CLOSE-01", kept="R8314-IMPL-02"),
    Case("QUIT is answered in the clear", opened(TLS + "C: QUIT\n" + CLEAR), "R8314-IMPL-02"),
    Case("Something is said in the clear behind QUIT", opened(TLS + QUIT + CLEAR), "R8314-IMPL-02"),
]

LAWFUL = [
    Case("A server that is reset says nothing of TLS", opened(TLS + QUIT + "! server reset\n")),
    Case("A client that does not wait sees no alert", opened(TLS + QUIT + "! client closed\n")),
    Case("A server that ends without QUIT may have lost its mind", opened(TLS + "C: NOOP\nS: -ERR\n" + CLOSED)),
    Case("Behind STLS the section on implicit TLS says nothing", opened(STLS + QUIT + CLOSED)),
    Case("In the clear there is no alert", opened("S: +OK ready\n" + QUIT + CLOSED)),
    Case("A connection on which nothing happened", opened("! server closed\n")),
]


@pytest.mark.parametrize("case", CASES + LAWFUL, ids=str)
def test_tls_goes_on_to_the_end(case: Case) -> None:
    check(case)
