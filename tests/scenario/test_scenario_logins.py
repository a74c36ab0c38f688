"""A login is tried until it succeeds or time is up, and what a refusal means is told."""

import time
from pathlib import Path

import pytest

from conformance.driver import Account, Driver
from conformance.scenario.logins import Refused, authenticate, log_in
from conformance.scenario.matching import Unclear
from conformance.server import Policy
from conformance.verdicts import Outcome
from tests.driver.peers import ALICE, Action, answering, hear, peer, say
from tests.scenario.playing import Theatre
from tests.scenario.playing import theatre as theatre_of

LOCKED = answering({b"PASS": b"-ERR [IN-USE] locked\r\n"})


def attempts(*scripts: list[Action], account: Account = ALICE, within: float = 0.3) -> tuple[int, Refused | None]:
    """How many connections it took, and why nobody was let in."""
    drivers: list[Driver] = []
    with peer(*scripts) as server:
        target = server.target(reply=0.2, login=0.2)

        def begin() -> Driver:
            drivers.append(Driver(target))
            drivers[-1].connect()
            return drivers[-1]

        def give_up() -> None:
            drivers[-1].close()

        try:
            log_in(begin, give_up, account, within)
        except Refused as refused:
            return len(drivers), refused
        finally:
            give_up()
    return len(drivers), None


def test_the_first_login_is_enough_where_it_succeeds() -> None:
    assert attempts([answering({})]) == (1, None)


def test_a_lock_that_is_let_go_of_is_waited_for() -> None:
    assert attempts([LOCKED], [LOCKED], [answering({})], within=5.0) == (3, None)


def test_a_lock_that_is_held_on_to_is_told_when_time_is_up() -> None:
    began = time.monotonic()
    tried, refused = attempts([LOCKED])
    assert refused is not None
    assert tried > 1
    assert not isinstance(refused.mismatch, Unclear)
    assert not refused.mismatch.lost
    assert refused.mismatch.reason == (
        "the login was not accepted within 0.3 s: the last answer was '-ERR [IN-USE] locked'"
    )
    assert refused.evidence is not None
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("code", [b"[SYS/TEMP]", b"[SYS/PERM]", b"[LOGIN-DELAY]", b"[login-delay]"])
def test_a_refusal_that_says_nothing_about_locks_and_passwords_is_unclear(code: bytes) -> None:
    _, refused = attempts([answering({b"PASS": b"-ERR " + code + b" not now\r\n"})])
    assert refused is not None
    assert isinstance(refused.mismatch, Unclear)


@pytest.mark.parametrize(
    "script, reason",
    [
        ([say(b"-ERR busy\r\n"), hear()], "did not greet with +OK but said -ERR busy"),
        ([], "did not greet with +OK but said nothing"),
        ([answering({b"USER": b"hm\r\n"})], "USER got no answer that can be understood"),
        ([answering({b"PASS": b""})], "PASS got no answer that can be understood"),
        ([say(b"+OK\r\n"), hear(), say(b"+OK\r\n"), hear()], "PASS got no answer that can be understood"),
    ],
)
def test_a_server_that_cannot_be_understood_is_unclear_and_perhaps_gone(script: list[Action], reason: str) -> None:
    _, refused = attempts(script)
    assert refused is not None
    assert isinstance(refused.mismatch, Unclear)
    assert refused.mismatch.lost
    assert reason in refused.mismatch.reason


def test_an_apop_account_logs_in_by_apop_alone() -> None:
    said: list[bytes] = []
    with peer([answering({}, b"+OK <1.2@localhost>\r\n")]) as server, Driver(server.target()) as driver:
        log_in(lambda: driver, lambda: None, Account("mrose", "tanstaaf", apop=True, plain=False), 0.0)
        said += server.lines[0].lines
    assert [line.split(b" ")[:2] for line in said] == [[b"APOP", b"mrose"]]


# -- in UTF-8 mode ---------------------------------------------------------------------------------------------------

IN_MODE = "C: <log in with UTF8>\nC: RETR 1\nS: +OK  [R1939-RETR-01]"


def test_utf8_is_given_before_the_login_where_it_is_announced(house: Theatre) -> None:
    case = house.play(IN_MODE, maildrop=("utf8-header",))
    assert case.outcome is Outcome.KEPT
    assert [line.text for line in case.transcript if line.kind == "C"][:2] == ["UTF8", "USER alice"]


def test_it_is_left_out_where_it_is_not(tmp_path: Path) -> None:
    with theatre_of(tmp_path, policy=Policy(offers=Policy().offers - {"UTF8"})) as made:
        case = made.play(IN_MODE, maildrop=("utf8-header",))
    assert case.outcome is Outcome.KEPT
    assert "UTF8" not in [line.text for line in case.transcript]


def test_a_server_that_refuses_what_it_announces_is_left_alone(tmp_path: Path) -> None:
    with theatre_of(tmp_path, faults=["utf8-refused"]) as made:
        case = made.play(IN_MODE, maildrop=("utf8-header",))
    assert (case.outcome, case.reason) == (
        Outcome.NOT_APPLICABLE,
        "the server announces UTF8 and refuses it: -ERR not now",
    )


@pytest.mark.parametrize(
    "challenge, unclear",
    [(b"+ what?", True), (b"+PDFAYT4=", True), (b"+ PDFAYT4=", False)],
    ids=["words", "space", "right"],
)
def test_an_exchange_that_we_cancel_for_its_challenge_says_nothing_of_the_mechanism(
    challenge: bytes, unclear: bool
) -> None:
    script = [say(b"+OK\r\n"), hear(), say(challenge + b"\r\n"), hear(), say(b"-ERR\r\n"), hear()]
    with peer(script) as server:
        driver = Driver(server.target(reply=0.2, login=0.2))
        driver.connect()
        driver.read_greeting()
        with pytest.raises(Refused) as refused:
            authenticate(driver, "CRAM-MD5", ALICE, 0.0)
        driver.close()
    assert isinstance(refused.value.mismatch, Unclear) is unclear
