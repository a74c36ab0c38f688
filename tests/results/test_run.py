import dataclasses

import pytest

from conformance.clauses import Advisory, Grade, Level
from conformance.results import CaseResult, FailOn, Known, LeftOut, RunResult, Standing, TargetInfo, run_result
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import CASES, clause, known_run, sample_run

DEMANDS = {
    "must": clause("STAT-01", "5", "STAT", Level.FACT, "x"),
    "should": clause("STAT-02", "5", "STAT", Level.SHOULD_NOT, "x"),
    "disputed": clause("STAT-03", "5", "STAT", Level.MUST, "x", advisory=Advisory.DISPUTED),
    "permission": clause("STAT-04", "5", "STAT", Level.MAY, "x", advisory=Advisory.PERMISSION),
    "other": clause("STAT-05", "5", "STAT", Level.FACT, "x"),
}


def run(*cases: CaseResult, known: tuple[str, ...] = ()) -> RunResult:
    return run_result(
        DEMANDS.values(),
        cases,
        target=TargetInfo("localhost:110"),
        started="2026-01-01T00:00:00",
        seconds=1.0,
        version="1",
        known=[Known(DEMANDS[kind].id, "because") for kind in known],
    )


def broken(kind: str, *more: Verdict) -> CaseResult:
    verdicts = (Verdict(DEMANDS[kind].id, Outcome.BROKEN, "bad"), Verdict(DEMANDS["other"].id, Outcome.KEPT), *more)
    return CaseResult("05-stat/x", "x", 1939, "5", Outcome.BROKEN, verdicts=verdicts)


KEPT = CaseResult("05-stat/y", "y", 1939, "5", Outcome.KEPT, verdicts=(Verdict(DEMANDS["other"].id, Outcome.KEPT),))
ERRORED = CaseResult("05-stat/z", "z", 1939, "5", Outcome.ERRORED, "cannot fill")


@pytest.mark.parametrize(
    "kind,failing",
    [
        ("must", {FailOn.MUST, FailOn.SHOULD, FailOn.ANY}),
        ("should", {FailOn.SHOULD, FailOn.ANY}),
        ("disputed", {FailOn.ANY}),
        ("permission", set()),
    ],
)
def test_a_broken_clause_fails_from_its_grade_on(kind: str, failing: set[FailOn]) -> None:
    result = run(broken(kind), KEPT)
    assert {fail_on for fail_on in FailOn if result.failed(fail_on)} == failing
    assert {fail_on for fail_on in FailOn if result.exit_status(fail_on)} == failing


def test_a_run_in_which_all_is_kept_ends_with_zero() -> None:
    assert {run(KEPT).exit_status(fail_on) for fail_on in FailOn} == {0}


def test_a_run_that_judged_nothing_never_ends_with_zero() -> None:
    verdicts = (Verdict(DEMANDS["must"].id, Outcome.INCONCLUSIVE),)
    vain = CaseResult("05-stat/x", "x", 1939, "5", Outcome.INCONCLUSIVE, verdicts=verdicts)
    for result in (run(), run(vain)):
        assert not result.judged_anything
        assert {result.exit_status(fail_on) for fail_on in FailOn} == {1}


def test_a_scenario_that_errored_is_not_a_pass() -> None:
    result = run(KEPT, ERRORED)
    assert result.errored == (ERRORED,)
    assert [result.exit_status(fail_on) for fail_on in FailOn] == [1, 1, 1, 0]
    assert not any(result.failed(fail_on) for fail_on in FailOn)


def test_cases_are_in_the_order_of_their_ids_whoever_came_first() -> None:
    assert run(KEPT, ERRORED, broken("must")) == run(broken("must"), KEPT, ERRORED)
    assert [case.id for case in run(ERRORED, KEPT).cases] == ["05-stat/y", "05-stat/z"]


def test_clauses_are_in_the_order_of_the_catalogue() -> None:
    assert [result.id for result in run(KEPT).clauses] == [demand.id for demand in DEMANDS.values()]


def test_clauses_are_counted_by_grade_and_standing() -> None:
    result = run(broken("must"), KEPT)
    assert dict(result.counts(Grade.MUST)) == {Standing.BROKEN: 1, Standing.KEPT: 1}
    assert dict(result.counts(Grade.SHOULD)) == {Standing.NOT_TESTED: 1}
    assert dict(result.counts(Grade.MAY)) == {Standing.NOT_TESTED: 2}
    assert [clause.id for clause in result.of_grade(Grade.MUST, Standing.KEPT)] == ["R1939-STAT-05"]
    assert len(result.of_grade(Grade.MAY)) == 2


def test_a_case_is_found_by_its_id() -> None:
    assert run(KEPT).case("05-stat/y") is KEPT
    assert run(KEPT).case("05-stat/none") is None


def test_what_was_left_out_explains_the_clauses_that_are_not_tested() -> None:
    result = run_result(
        DEMANDS.values(),
        [KEPT],
        target=TargetInfo("localhost:110"),
        started="2026-01-01T00:00:00",
        seconds=1.0,
        version="1",
        left_out=[LeftOut("a", "no account", ("R1939-STAT-01",)), LeftOut("b", "too slow", ("R1939-STAT-01",))],
    )
    assert result.clauses[0].reason == "a was not run: no account"


def test_the_sample_has_something_of_everything() -> None:
    result = sample_run()
    assert {case.outcome for case in CASES} | {Outcome.NOT_APPLICABLE} == set(Outcome)
    assert {clause.outcome for clause in result.clauses} | {Standing.ERRORED} == set(Standing)
    assert {clause.grade for clause in result.clauses} == set(Grade)


# -- what is known ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["must", "should", "disputed"])
def test_what_is_known_to_be_broken_fails_at_no_level(kind: str) -> None:
    result = run(broken(kind), KEPT, known=(kind,))
    assert not any(result.failed(fail_on) or result.exit_status(fail_on) for fail_on in FailOn)
    assert result.clauses == run(broken(kind), KEPT).clauses


def test_what_is_known_excuses_nothing_else() -> None:
    result = run(broken("must"), KEPT, ERRORED, known=("should",))
    assert [clause.id for clause in result.failing(FailOn.MUST)] == [DEMANDS["must"].id]
    assert run(KEPT, ERRORED, known=("must", "other")).exit_status(FailOn.MUST) == 1
    assert run(known=("must",)).exit_status(FailOn.MUST) == 1


def test_a_known_deviation_is_told_by_how_its_clause_stands() -> None:
    result = known_run()
    told = {standing: [one.clause.id for one in result.known_that(standing)] for standing in Standing}
    assert {standing: ids for standing, ids in told.items() if ids} == {
        Standing.BROKEN: ["R1939-RESP-03", "R1939-STAT-06"],
        Standing.KEPT: ["R1939-STAT-02"],
        Standing.NOT_IMPLEMENTED: ["R1939-UIDL-09"],
    }


def test_where_a_known_deviation_did_not_show_before_is_told() -> None:
    seen, accepted = known_run().known_that(Standing.BROKEN)
    assert seen.newly_broken_in == seen.clause.broken_in
    assert accepted.newly_broken_in == ()
    again = dataclasses.replace(seen, known=dataclasses.replace(seen.known, broken_in=seen.clause.broken_in))
    assert again.newly_broken_in == ()


def test_a_baseline_is_all_that_was_broken_but_what_is_permitted() -> None:
    first = run(broken("must"), KEPT)
    assert first.as_baseline() == (
        Known(
            DEMANDS["must"].id, f"broken in the baseline, localhost:110 at {first.started}", broken_in=("05-stat/x",)
        ),
    )
    assert run(broken("permission")).as_baseline() == ()
    assert len(run(broken("disputed")).as_baseline()) == 1
    assert not run(broken("must"), known=("must",)).as_baseline()[0].accepted


def test_a_run_that_ended_early_is_no_pass_though_nothing_broke() -> None:
    result = dataclasses.replace(run(KEPT), ended_early="nobody can log in any more")
    assert {result.exit_status(fail_on) for fail_on in FailOn} == {1}
    assert not result.failed(FailOn.ANY)


@pytest.mark.parametrize(
    "told, level", [("should", FailOn.SHOULD), ("none", FailOn.NONE), ("", FailOn.MUST), ("SHOULD", FailOn.MUST)]
)
def test_a_run_knows_from_which_level_on_it_was_to_fail(told: str, level: FailOn) -> None:
    assert dataclasses.replace(run(KEPT), options=(("fail-on", told),)).fail_on is level
    assert run(KEPT).fail_on is FailOn.MUST
