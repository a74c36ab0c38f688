"""The state machine for test suites that have hypothesis."""

from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.machine.fair import FAIR
from conformance.machine.stateful import pop3_machine
from tests.machine.generated import stage

SOME: Final = settings(
    backend=FAIR,
    max_examples=15,
    stateful_step_count=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ONCE: Final = settings(SOME, max_examples=200, phases=(Phase.generate,), report_multiple_bugs=False)


def test_the_reference_server_passes() -> None:
    with stage() as on:
        run_state_machine_as_test(pop3_machine(on), settings=SOME)


def test_a_fault_fails_it_with_its_clause_and_the_session() -> None:
    with stage("noop-not-implemented") as on, pytest.raises(AssertionError) as failed:
        run_state_machine_as_test(pop3_machine(on), settings=ONCE)
    assert "R1939-NOOP-01: NOOP has to succeed in TRANSACTION" in str(failed.value)
    assert "NOOP" in str(failed.value)


def test_clauses_that_are_not_judged_fail_nothing() -> None:
    with stage("noop-not-implemented") as on:
        run_state_machine_as_test(pop3_machine(on, {"R1939-STAT-06"}), settings=SOME)
