"""The text of a pytest failure, and that it fails just where the run does."""

import pytest

from conformance.clauses import CATALOGUE
from conformance.plugin.failures import case_failure, known_failure
from conformance.results import CaseResult, FailOn, TargetInfo, run_result
from conformance.transcript import Secrets, text_lines
from conformance.verdicts import Outcome, Verdict
from tests.transcript.recordings import recording

STAT = "R1939-STAT-04"


def case(outcome: Outcome, *verdicts: Verdict, reason: str = "") -> CaseResult:
    said = recording(("S", b"+OK\r\n"), ("C", b"STAT\r\n"), ("S", b"+OK x\r\n"))
    transcript = text_lines([said], Secrets())
    return CaseResult("x/y/z", "It holds", 1939, "5", outcome, reason, verdicts, transcript=transcript)


def test_a_broken_clause_is_told_with_the_law_and_what_was_said() -> None:
    text = case_failure(case(Outcome.BROKEN, Verdict(STAT, Outcome.BROKEN, "no number")), FailOn.MUST)
    first, second, *rest = text.splitlines()
    assert first == f"{STAT}, RFC 1939 §5, {CATALOGUE[STAT].level.value}: {CATALOGUE[STAT].says}"
    assert second == "    no number"
    assert rest[-2:] == ["C: STAT", "S: +OK x"]


def test_what_could_not_be_judged_says_why() -> None:
    text = case_failure(case(Outcome.ERRORED, reason="the server is gone"), FailOn.MUST)
    assert text.startswith("could not be judged: the server is gone\n")


@pytest.mark.parametrize("outcome", [Outcome.KEPT, Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE])
def test_whatever_is_not_broken_does_not_fail(outcome: Outcome) -> None:
    assert case_failure(case(outcome, Verdict(STAT, outcome)), FailOn.ANY) == ""


def test_nothing_fails_where_nothing_is_to_fail() -> None:
    broken = case(Outcome.BROKEN, Verdict(STAT, Outcome.BROKEN))
    assert case_failure(broken, FailOn.NONE) == ""
    assert case_failure(case(Outcome.ERRORED), FailOn.NONE) == ""


@pytest.mark.parametrize("fail_on", FailOn)
def test_an_item_fails_just_where_the_run_fails(fail_on: FailOn) -> None:
    for clause in CATALOGUE.values():
        broken = case(Outcome.BROKEN, Verdict(clause.id, Outcome.BROKEN, "it is"))
        result = run_result(
            [clause], [broken], target=TargetInfo("localhost:110"), started="", seconds=0.0, version="0"
        )
        assert bool(case_failure(broken, fail_on)) is bool(result.exit_status(fail_on)), clause.id
        assert bool(known_failure(broken, fail_on, [clause.id])) is bool(result.exit_status(fail_on)), clause.id
        assert not case_failure(broken, fail_on, [clause.id])
