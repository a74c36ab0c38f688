import pytest

from conformance.clauses import Level
from conformance.reporters.words import counted, force, listed, verdict_line
from conformance.results import CaseResult, RunResult
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import CASES, sample_run


def run(**outcomes: Outcome) -> RunResult:
    verdicts = tuple(Verdict(f"R1939-{name.replace('_', '-')}", outcome) for name, outcome in outcomes.items())
    return sample_run(CaseResult("x", "x", 1939, "5", Outcome.KEPT, verdicts=verdicts))


@pytest.mark.parametrize("number,told", [(0, "0 clauses"), (1, "1 clause"), (2000, "2,000 clauses")])
def test_things_are_counted(number: int, told: str) -> None:
    assert counted(number, "clause") == told


def test_long_lists_are_cut() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], 3) == "a, b, c"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_a_fact_is_said_to_weigh_as_a_must() -> None:
    forces = {clause.level: force(clause) for clause in sample_run().clauses}
    assert forces[Level.FACT] == "stated as a fact, weighs as a MUST"
    assert forces[Level.SHOULD_NOT] == "SHOULD NOT"


@pytest.mark.parametrize(
    "result,told",
    [
        (sample_run(), "3 MUST clauses broken, 1 SHOULD clause broken, 1 scenario errored"),
        (run(STAT_06=Outcome.BROKEN), "1 MUST clause broken"),
        (run(STAT_07=Outcome.BROKEN), "No MUST clause broken, 1 SHOULD clause broken"),
        (run(STAT_06=Outcome.KEPT, STAT_07=Outcome.KEPT), "No clause broken; kept: 1 MUST, 1 SHOULD"),
        (run(STAT_06=Outcome.KEPT, ARG_01=Outcome.BROKEN), "No clause broken; kept: 1 MUST, 0 SHOULD"),
        (run(STAT_06=Outcome.INCONCLUSIVE), "Nothing was judged: no clause was found kept or broken"),
    ],
)
def test_the_verdict_is_a_line(result: RunResult, told: str) -> None:
    assert verdict_line(result) == told


def test_an_errored_scenario_is_in_the_verdict() -> None:
    errored = next(case for case in CASES if case.outcome is Outcome.ERRORED)
    assert verdict_line(sample_run(errored)) == "1 scenario errored"
