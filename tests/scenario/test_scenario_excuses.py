"""What a server may lawfully do is no fault, and what it may not do is not excused."""

import pytest

from conformance.driver import Driver, Target
from conformance.scenario.excuses import excuse_for_closing, excuse_for_silence, may_have_closed
from conformance.transcript import Incident

HELLO = ("S", b"+OK hello\r\n")
LOGIN = (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS sesame\r\n"), ("S", b"+OK\r\n"))
FAILED = (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS wrong\r\n"), ("S", b"-ERR\r\n"))


def seen(*said: tuple[str, bytes] | Incident, late: float = 0.0) -> Driver:
    """A driver with this behind it; the last thing came so many seconds later than it might."""
    driver = Driver(Target("localhost"))
    for number, entry in enumerate(said, 1):
        at = number / 100 + (late if number == len(said) else 0.0)
        if isinstance(entry, Incident):
            driver.transcript.mark(entry, at)
        else:
            driver.transcript.record("C" if entry[0] == "C" else "S", entry[1], at)
        driver.conversation.follow()
    return driver


def silence(*said: tuple[str, bytes] | Incident) -> str:
    driver = seen(*said, Incident.WAITED)
    return excuse_for_silence(driver, driver.conversation.exchanges[-1])


def closing(*said: tuple[str, bytes] | Incident, clock_rate: float = 1.0) -> str:
    driver = seen(*said, Incident.SERVER_CLOSED)
    return excuse_for_closing(driver, driver.conversation.exchanges[-1], clock_rate)


@pytest.mark.parametrize("command", [b"NOOP\r\n", b"XXXX\r\n", b"no such thing\r\n", b"USER x\r\n", b"LIST\n"])
def test_an_answer_is_due_to_every_command(command: bytes) -> None:
    assert silence(*LOGIN, ("C", command)) == ""
    assert closing(*LOGIN, ("C", command)) == ""


@pytest.mark.parametrize("command", [b"PASS sesame\r\n", b"APOP alice 0\r\n", b"AUTH PLAIN AGEAYg==\r\n"])
def test_a_login_may_take_its_time(command: bytes) -> None:
    assert silence(HELLO, ("C", command)) == "servers slow down who guesses passwords"
    assert closing(HELLO, ("C", command)) == ""


def test_whoever_failed_to_log_in_may_wait_or_be_shown_the_door() -> None:
    assert silence(*FAILED, ("C", b"NOOP\r\n")) == "servers slow down who guesses passwords"
    assert closing(*FAILED, ("C", b"NOOP\r\n")) == "a server may close after a login that failed"


def test_an_empty_line_may_be_passed_over() -> None:
    assert silence(*LOGIN, ("C", b"\r\n")) == "a server may pass over an empty line"


def test_something_that_still_comes_is_no_silence() -> None:
    driver = seen(*LOGIN, ("C", b"RETR 1\r\n"), ("S", b"+OK\r\nSubject: "), Incident.WAITED)
    driver.too_slow = True
    assert excuse_for_silence(driver, driver.conversation.exchanges[-1]) == "something of it still came, only slowly"


def test_what_was_said_to_nobody_gets_no_answer() -> None:
    driver = seen(*LOGIN, Incident.SERVER_CLOSED, ("C", b"NOOP\r\n"))
    excuse = excuse_for_closing(driver, driver.conversation.exchanges[-1])
    assert excuse == "the connection had ended before that was said"


@pytest.mark.parametrize("greeting", [(), (("S", b"-ERR busy\r\n"),), (("S", b"hm\r\n"),)])
def test_a_server_that_did_not_welcome_us_may_close(greeting: tuple[tuple[str, bytes], ...]) -> None:
    assert may_have_closed(seen(*greeting), len(greeting), 1.0) == "the server refused service"


def test_patience_ends_behind_commands_that_nobody_understands() -> None:
    nonsense = (("C", b"XXXX\r\n"), ("S", b"-ERR\r\n"))
    assert closing(*LOGIN, *nonsense, ("C", b"NOOP\r\n")) == ""
    assert "does not understand" in closing(*LOGIN, *nonsense, *nonsense, ("C", b"NOOP\r\n"))
    noop = (("C", b"NOOP\r\n"), ("S", b"+OK\r\n"))
    assert closing(*LOGIN, *nonsense, *nonsense, *noop, ("C", b"NOOP\r\n")) == ""


def test_a_plausible_command_tries_nobodys_patience() -> None:
    refused = (("C", b"RETR 9\r\n"), ("S", b"-ERR\r\n"))
    assert closing(*LOGIN, *refused, *refused, *refused, ("C", b"NOOP\r\n")) == ""


@pytest.mark.parametrize(
    "begun, late, clock_rate, may",
    [
        (LOGIN, 599.0, 1.0, False),
        (LOGIN, 600.5, 1.0, True),
        (LOGIN, 1.5, 600.0, True),
        ((HELLO,), 29.0, 1.0, False),
        ((HELLO,), 31.0, 1.0, True),
    ],
)
def test_a_connection_on_which_nothing_happens_may_end(
    begun: tuple[tuple[str, bytes], ...], late: float, clock_rate: float, may: bool
) -> None:
    driver = seen(*begun, ("C", b"NOOP\r\n"), late=late)
    exchange = driver.conversation.exchanges[-1]
    excuse = may_have_closed(driver, exchange.number, exchange.sent_at, clock_rate)
    assert ("on which nothing happens" in excuse) is may
