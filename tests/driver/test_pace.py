"""Servers that want some time between two logins, and those that only say so."""

import time

import pytest

from conformance.driver import Account, Limits, Target, TargetError, learn_pace, recognise, session, too_early
from conformance.server import Account as Opened
from conformance.server import Policy, ReferenceServer

ALICE = Account("alice", "secret")
OPENED = (Opened("alice", "secret"),)
RATE = 600.0
"""A minute takes a tenth of a second."""


def target(server: ReferenceServer, rate: float = RATE, login_delay: float = 5.0) -> Target:
    return Target("127.0.0.1", server.port, (ALICE,), Limits(reply=5, login_delay=login_delay), rate)


def learn(place: Target) -> float:
    learn_pace(place, ALICE, recognise(place))
    return place.pace.seconds


def test_a_delay_that_is_kept_is_waited_for() -> None:
    with ReferenceServer(OPENED, policy=Policy(login_delay=60), clock_rate=RATE) as server:
        place = target(server)
        assert learn(place) == pytest.approx(0.1)
        began = time.monotonic()
        for _ in range(3):
            with session(place, ALICE, "again"):
                pass
        assert time.monotonic() - began >= 0.25


def test_a_delay_is_learned_also_right_behind_the_login_of_another_run() -> None:
    with ReferenceServer(OPENED, policy=Policy(login_delay=60), clock_rate=RATE) as server:
        with session(target(server), ALICE, "before"):
            pass
        place = target(server)
        assert learn(place) == pytest.approx(0.1)
        with session(place, ALICE, "behind"):
            pass


def test_a_delay_that_nobody_keeps_is_not_waited_for() -> None:
    with ReferenceServer(OPENED, faults=["delay-not-kept"]) as server:
        assert learn(target(server, 1.0)) == 0


def test_a_refusal_without_a_reason_may_be_for_a_lock() -> None:
    with ReferenceServer(OPENED, faults=["delay-not-kept", "no-way-to-log-in@connection=3"]) as server:
        assert learn(target(server, 1.0)) == 0


def test_without_a_delay_nobody_logs_in_to_find_out() -> None:
    with ReferenceServer(OPENED) as server:
        assert learn(target(server)) == 0


def test_a_delay_that_is_too_long_ends_the_run_before_it_begins() -> None:
    with ReferenceServer(OPENED, policy=Policy(login_delay=900)) as server:
        place = target(server, 1.0, login_delay=60)
        with pytest.raises(TargetError, match=r"lets alice in every 900 s .* `login-delay` under \[limits\]"):
            learn(place)


def test_a_wrong_password_is_told_by_whoever_logs_in_next() -> None:
    with ReferenceServer(OPENED, policy=Policy(login_delay=60)) as server:
        place = Target("127.0.0.1", server.port, (Account("alice", "wrong"),))
        learn_pace(place, place.accounts[0], recognise(place))
        assert place.pace.seconds == 0


def test_there_is_no_refusal_in_nothing() -> None:
    assert not too_early(None)
