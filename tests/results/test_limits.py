import pytest

from conformance.results import limits_met
from tests.results.sessions import case

GREETED = "A 0.0 *: connected\nA 0.1 S0: +OK ready\n"
NAMED = f"{GREETED}A 0.2 C1: USER alice\nA 0.3 S1: +OK\n"


def met(*sessions: str) -> dict[str, str]:
    return dict(limits_met(map(case, sessions)))


def refusals(number: int) -> str:
    """So many in a row on one connection, of half a second each."""
    said = [GREETED]
    for n in range(1, 2 * number, 2):
        said.append(f"A {n}.0 C{n}: USER alice\nA {n}.1 S{n}: +OK\nA {n}.5 C{n + 1}: PASS ********\n")
        said.append(f"A {n + 1}.0 S{n + 1}: -ERR wrong\n")
    return "".join(said)


def test_a_run_that_met_no_limit_tells_none() -> None:
    assert met() == {}
    assert met(f"{NAMED}A 0.4 C2: PASS ********\nA 0.5 S2: +OK\nA 0.6 C3: STAT\nA 0.7 S3: +OK 0 0") == {}


# -- refused logins --------------------------------------------------------------------------------------------------


def test_it_is_told_how_long_a_login_takes_to_be_refused() -> None:
    took = [f"{NAMED}A 1.0 C2: PASS ********\nA {at} S2: -ERR [AUTH] wrong" for at in (3.5, 1.001, 3.0)]
    assert met(*took)["login refused after"] == "1.0 ms to 2,500.0 ms, 2,000.0 ms in the median of 3"


@pytest.mark.parametrize(
    "said",
    [
        "A 1.0 C2: PASS ********\nA 3.0 S2: -ERR [IN-USE] another session",
        "A 1.0 C2: PASS ********\nA 3.0 S2: -ERR [login-delay] 5 s",
        "A 1.0 C2: PASS ********\nA 3.0 S2: -ERR [SYS/TEMP] later",
        "A 1.0 C2: CAPA\nA 1.1 S2: +OK\nA 1.1 S2: .\nA 1.2 C3: PASS ********\nA 3.2 S3: -ERR USER first",
        "B 0.9 *: connected\nA 1.0 C2: PASS ********\nA 3.0 S2: -ERR locked",
        "A 1.0 C2: PASS \nA 3.0 S2: -ERR a password is missing",
        "A 1.0 C2: PASS\nA 3.0 S2: -ERR a password is missing",
        "A 1.0 C2: APOP alice ********\nA 3.0 S2: -ERR wrong",
    ],
)
def test_other_refusals_are_no_refused_logins(said: str) -> None:
    assert "login refused after" not in met(NAMED + said)


def test_a_password_without_an_accepted_name_is_no_login() -> None:
    assert (
        met(f"{GREETED}A 0.2 C1: USER x\nA 0.3 S1: -ERR no\nA 0.4 C2: PASS ********\nA 0.5 S2: -ERR USER first") == {}
    )


def test_it_is_told_how_many_refused_logins_a_connection_lives_through() -> None:
    on = "A 99.0 C99: QUIT\nA 99.1 S99: +OK\nA 99.2 *: server closed"
    assert met(refusals(3) + on, refusals(2) + on)["refused logins in a row"] == "the session went on behind 3"
    assert "refused logins in a row" not in met(refusals(1))


@pytest.mark.parametrize("end", ["", "A 99.0 C99: USER alice\n"])
def test_it_is_told_behind_how_many_the_server_closes(end: str) -> None:
    told = met(f"{refusals(3)}{end}A 99.1 *: server closed", f"{refusals(4)}{end}A 99.1 *: server closed")
    assert told["refused logins in a row"] == "the session went on behind 3; the server closed behind 3"


@pytest.mark.parametrize(
    "said",
    [
        f"{GREETED}A 0.2 C1: PASS ********\nA 0.3 S1: -ERR USER first\n",
        f"{NAMED}A 0.4 C2: PASS \nA 0.5 S2: -ERR a password is missing\n",
        f"{NAMED}A 0.4 C2: CAPA\nA 0.5 S2: +OK\nA 0.6 C3: PASS ********\nA 0.7 S3: -ERR USER first\n",
    ],
)
def test_a_server_that_wants_a_name_or_a_password_refuses_no_login(said: str) -> None:
    assert met(f"{said}A 9.0 *: server closed") == {}


def test_an_end_behind_a_login_has_another_reason() -> None:
    entered = f"{refusals(1)}A 3.0 C3: USER alice\nA 3.1 S3: +OK\nA 3.2 C4: PASS ********\nA 3.3 S4: +OK\n"
    told = met(f"{entered}A 3.4 C5: NOOP\nA 3.5 *: server closed")
    assert told["refused logins in a row"] == "the session went on behind 1"


def test_a_server_that_closes_behind_the_first_one_forgives_none() -> None:
    assert met(f"{refusals(1)}A 3.0 *: server reset")["refused logins in a row"] == "the server closed behind 1"


@pytest.mark.parametrize(
    "end",
    [
        "A 99.0 C99: XYZZ\nA 99.1 *: server closed",
        "A 99.0 C99: STAT\nA 99.1 S99: -ERR log in\nA 99.2 *: server closed",
        "A 99.0 *: client closed",
    ],
)
def test_an_end_that_has_another_reason_is_not_told(end: str) -> None:
    assert "closed" not in met(refusals(2) + end)["refused logins in a row"]


def test_what_was_refused_for_another_reason_ends_the_row() -> None:
    before = f"{GREETED}A 0.2 C1: STAT\nA 0.3 S1: -ERR log in\n"
    wrong = "A 0.4 C2: USER alice\nA 0.5 S2: +OK\nA 0.6 C3: PASS ********\nA 0.7 S3: -ERR wrong\n"
    assert "refused logins in a row" not in met(f"{before}{wrong}A 0.8 *: server closed")


# -- long commands ---------------------------------------------------------------------------------------------------

LONG = f"XYZZ {'x' * 95} … 500 octets left out … {'x' * 34} NOOP"
"""Of 641 octets with its CRLF."""
IN = f"{NAMED}A 0.4 C2: PASS ********\nA 0.5 S2: +OK\n"
ON = "A 0.8 C4: NOOP\nA 0.9 S4: +OK"


def test_it_is_told_how_long_a_command_may_be() -> None:
    taken = f"{IN}A 0.6 C3: {LONG}\nA 0.7 S3: -ERR no such command\n{ON}"
    assert met(taken) == {"octets of a command": "answered up to 641"}
    longer = f"{IN}A 0.6 C3: {LONG.replace('500', '12,500')}\n"
    short = f"{IN}A 0.6 C3: LIST {'0' * 249}\nA 0.7 S3: -ERR no\n{ON}"
    assert met(taken, short) == met(taken)
    told = "answered up to 641; the server closed behind one of 12,641"
    assert met(taken, f"{longer}A 0.7 *: server closed")["octets of a command"] == told
    assert met(taken, f"{longer}A 0.7 S3: -ERR too long\nA 0.8 *: server reset")["octets of a command"] == told


@pytest.mark.parametrize(
    "said",
    [
        f"A 0.6 C3: LIST {'0' * 248}\nA 0.7 S3: -ERR no\n{ON}",
        f"A 0.6 C3: {LONG}\nA 0.7 S3: -ERR no\nA 0.7 S3: +OK that was NOOP\n{ON}",
        f"A 0.6 C3: {LONG}\nA 0.7 S3: -ERR no\nA 0.8 *: client closed",
        f"A 0.6 C3: {LONG}\nA 0.7 *: waited in vain: 0.1 s\n{ON}",
        f"A 0.6 C3: {LONG}\nA 0.7 S3: -ERR no\nA 0.7 *3: … 9 lines, 90 octets left out …\n{ON}",
        f"A 0.6 C3! {LONG}\nA 0.7 S3: -ERR no\n{ON}",
        f"A 0.6 C3: AUTH PLAIN ******** … 500 octets left out … ********\nA 0.7 S3: -ERR no\n{ON}",
        f"A 0.6 C3: {LONG}\nA 0.7 S2: -ERR no\n{ON}",
    ],
)
def test_what_shows_no_limit_of_commands_tells_none(said: str) -> None:
    assert "octets of a command" not in met(IN + said)


def test_a_server_that_closes_behind_two_bad_commands_shows_no_limit() -> None:
    assert "octets of a command" not in met(
        f"{IN}A 0.6 C3: XYZZ\nA 0.7 S3: -ERR\nA 0.8 C4: {LONG}\nA 0.9 *: server closed"
    )


def test_a_command_of_256_octets_with_its_line_end_is_a_long_one() -> None:
    told = met(f"{IN}A 0.6 C3: LIST {'0' * 249}\nA 0.7 S3: -ERR no\n{ON}")
    assert told == {"octets of a command": "answered up to 256"}


# -- silence ---------------------------------------------------------------------------------------------------------


def test_it_is_told_how_long_a_client_may_be_silent() -> None:
    lives = f"{IN}A 590.5 C3: NOOP\nA 590.6 S3: +OK"
    assert met(lives) == {"seconds without a command": "the session went on behind 590"}
    assert met(lives, lives.replace("A 59", "A 4")) == met(lives)
    dies = f"{IN}A 600.9 *: server closed"
    told = "the session went on behind 590; the server closed behind 600"
    assert met(lives, dies)["seconds without a command"] == told
    assert met("A 0.0 *: connected\nA 61.0 *: server closed") == {
        "seconds without a command": "the server closed behind 61"
    }


@pytest.mark.parametrize(
    "said",
    [
        "A 30.4 C3: NOOP\nA 30.5 S3: +OK",
        "A 50.0 C3: NOOP\nA 50.1 *: server closed",
        "A 0.6 C3: RETR 1\nA 90.0 *: server closed",
        "A 9.0 *: waited in vain: 8.0 s\nA 90.0 C3: NOOP\nA 90.1 S3: +OK",
        "A 90.0 *: client closed",
    ],
)
def test_what_shows_no_patience_tells_of_none(said: str) -> None:
    assert "seconds without a command" not in met(IN + said)
