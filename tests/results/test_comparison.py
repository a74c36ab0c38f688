"""Two runs beside each other."""

import pytest

from conformance.clauses import CATALOGUE
from conformance.results import CaseResult, FailOn, RunResult, TargetInfo, Turn, compare, run_result
from conformance.verdicts import Outcome, Verdict

MUST, SHOULD, DISPUTED = "R1939-STAT-06", "R1939-STAT-07", "R1939-ARG-01"


def run(*outcomes: tuple[str, Outcome], clauses: tuple[str, ...] = (MUST, SHOULD, DISPUTED)) -> RunResult:
    verdicts = tuple(Verdict(clause, outcome, f"it was {outcome.value}") for clause, outcome in outcomes)
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT, verdicts=verdicts)
    catalogue = [CATALOGUE[clause] for clause in clauses]
    return run_result(catalogue, [case], target=TargetInfo("mx:110"), started="", seconds=1, version="0")


UNTRIED = run((SHOULD, Outcome.KEPT))
KEPT, BROKEN = run((MUST, Outcome.KEPT), (SHOULD, Outcome.KEPT)), run((MUST, Outcome.BROKEN), (SHOULD, Outcome.KEPT))
UNCLEAR = run((MUST, Outcome.INCONCLUSIVE), (SHOULD, Outcome.KEPT))
UNKNOWN = run((SHOULD, Outcome.KEPT), clauses=(SHOULD,))


@pytest.mark.parametrize(
    "old, new, turn, status",
    [
        (KEPT, KEPT, None, 0),
        (KEPT, BROKEN, Turn.BROKEN, 1),
        (UNTRIED, BROKEN, Turn.BROKEN, 1),
        (UNCLEAR, BROKEN, Turn.BROKEN, 1),
        (UNKNOWN, BROKEN, Turn.BROKEN, 1),
        (BROKEN, BROKEN, Turn.STILL, 0),
        (BROKEN, KEPT, Turn.FIXED, 0),
        (UNTRIED, KEPT, Turn.TESTED, 0),
        (UNKNOWN, KEPT, Turn.TESTED, 0),
        (KEPT, UNTRIED, Turn.GONE, 0),
        (KEPT, UNCLEAR, Turn.GONE, 0),
        (BROKEN, UNTRIED, Turn.GONE, 0),  # nobody knows: it is told, and no regression
        (BROKEN, UNKNOWN, Turn.GONE, 0),
        (UNTRIED, UNCLEAR, None, 0),
    ],
)
def test_what_became_of_a_clause(old: RunResult, new: RunResult, turn: Turn | None, status: int) -> None:
    found = compare(old, new)
    assert [(change.clause.id, change.turn) for change in found.changes] == ([(MUST, turn)] if turn else [])
    assert found.exit_status() == status


@pytest.mark.parametrize(
    "clause, failing",
    [
        (MUST, {FailOn.MUST, FailOn.SHOULD, FailOn.ANY}),
        (SHOULD, {FailOn.SHOULD, FailOn.ANY}),
        (DISPUTED, {FailOn.ANY}),
    ],
)
def test_only_what_is_newly_broken_at_the_level_that_fails_is_a_regression(clause: str, failing: set[FailOn]) -> None:
    found = compare(run((clause, Outcome.KEPT)), run((clause, Outcome.BROKEN)))
    assert {fail_on for fail_on in FailOn if found.exit_status(fail_on)} == failing
    assert len(found.of(Turn.BROKEN)) == 1


def test_a_newer_run_that_judged_nothing_is_never_a_good_one() -> None:
    found = compare(KEPT, run((MUST, Outcome.INCONCLUSIVE)))
    assert found.regressions() == ()
    assert found.exit_status() == 1
