from dataclasses import replace

import pytest

from conformance.clauses import Level
from conformance.reporters.words import broken_clauses, counted, force, listed, verdict_line, weight, why_known
from conformance.results import CaseResult, FailOn, RunResult, Standing
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import CASES, known_run, sample_run, unplayed


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


def test_what_a_break_weighs_is_a_word_of_the_rfcs() -> None:
    words = {clause.id: weight(clause) for clause in sample_run().clauses}
    assert words["R1939-STAT-06"] == "MUST"
    assert words["R1939-UPD-02"] == "MUST NOT"
    assert words["R1939-ARG-01"] == "disputed"
    assert words["R1939-USER-04"] == "MAY"


def test_why_a_deviation_is_known_is_told_with_where_it_is_new() -> None:
    seen, accepted = known_run().known_that(Standing.BROKEN)
    assert why_known(accepted) == "accepted: old shops count on it"
    told = why_known(seen)
    assert told.startswith("broken in the baseline of 2026-02-01T00:00:00+00:00; now in ")
    assert told.endswith(" as well")
    assert seen.clause.broken_in[0] in told


def test_a_run_that_ended_early_does_not_say_that_it_passed() -> None:
    kept = replace(run(STAT_06=Outcome.KEPT), ended_early="nobody can log in any more")
    assert verdict_line(kept) == "Ended early: no clause broken, 1 MUST and 0 SHOULD kept"
    assert verdict_line(unplayed()) == "Not judged: the run could not begin"


@pytest.mark.parametrize(
    "result,fail_on,told",
    [
        (sample_run(), FailOn.MUST, "Failed: 3 MUST clauses broken, 1 SHOULD clause broken, 1 scenario errored"),
        (run(STAT_06=Outcome.BROKEN), FailOn.MUST, "Failed: 1 MUST clause broken"),
        (run(STAT_06=Outcome.BROKEN), FailOn.NONE, "Passed, for nothing is to fail (none): 1 MUST clause broken"),
        (run(STAT_07=Outcome.BROKEN), FailOn.MUST, "Passed: no MUST clause broken, 1 SHOULD clause broken"),
        (run(STAT_07=Outcome.BROKEN), FailOn.SHOULD, "Failed: no MUST clause broken, 1 SHOULD clause broken"),
        (
            run(STAT_06=Outcome.KEPT, STAT_07=Outcome.KEPT),
            FailOn.MUST,
            "Passed: no clause broken, 1 MUST and 1 SHOULD kept",
        ),
        (
            run(STAT_06=Outcome.KEPT, ARG_01=Outcome.BROKEN),
            FailOn.MUST,
            "Passed: no clause broken, 1 MUST and 0 SHOULD kept",
        ),
        (
            run(STAT_06=Outcome.KEPT, ARG_01=Outcome.BROKEN),
            FailOn.ANY,
            "Failed: no MUST clause broken, 1 disputed clause broken",
        ),
        (
            run(STAT_06=Outcome.INCONCLUSIVE),
            FailOn.MUST,
            "Failed: nothing was judged, no clause was found kept or broken",
        ),
    ],
)
def test_the_verdict_is_a_line_that_says_whether_the_run_passed(result: RunResult, fail_on: FailOn, told: str) -> None:
    assert verdict_line(result, fail_on) == told


def test_a_run_that_was_cut_short_has_not_passed() -> None:
    result = run(STAT_06=Outcome.KEPT)
    assert verdict_line(result, finished=False) == "Interrupted: no clause broken, 1 MUST and 0 SHOULD kept"


def test_an_errored_scenario_is_in_the_verdict() -> None:
    errored = next(case for case in CASES if case.outcome is Outcome.ERRORED)
    assert verdict_line(sample_run(errored)) == "Failed: 1 scenario errored"


def test_what_to_mend_first_is_what_weighs_most_and_then_what_most_scenarios_show() -> None:
    names = ("STAT-06", "STAT-07", "LIST-10")
    broken = tuple(Verdict(f"R1939-{name}", Outcome.BROKEN) for name in names)
    one = CaseResult("x", "x", 1939, "5", Outcome.BROKEN, verdicts=broken)
    two = CaseResult("y", "y", 1939, "5", Outcome.BROKEN, verdicts=broken[1:])
    ids = [clause.id for clause in broken_clauses(sample_run(one, two))]
    assert ids == ["R1939-LIST-10", "R1939-STAT-06", "R1939-STAT-07"]
