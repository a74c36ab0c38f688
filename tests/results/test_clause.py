import pytest

from conformance.clauses import Advisory, Clause, Grade, Level, Subject
from conformance.results import CaseResult, ClauseResult, Standing
from conformance.results.clause import judge_clauses
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import clause

STAT = clause("STAT-02", "5", "STAT", Level.FACT, "STAT always succeeds.")


def case(name: str, *verdicts: Verdict, names: tuple[str, ...] = (), reason: str = "") -> CaseResult:
    return CaseResult(name, name, 1939, "5", Outcome.KEPT, reason, verdicts, clauses=names)


def stat(outcome: Outcome, reason: str = "") -> Verdict:
    return Verdict("R1939-STAT-02", outcome, reason)


def judge(
    *cases: CaseResult, demand: Clause = STAT, not_run: dict[str, str] | None = None, subject: Subject = Subject.SERVER
) -> ClauseResult:
    (result,) = judge_clauses([demand], cases, not_run or {}, subject)
    return result


def test_a_clause_broken_in_one_scenario_and_kept_in_others_is_broken() -> None:
    result = judge(
        case("a", stat(Outcome.KEPT, "fine")),
        case("b", stat(Outcome.BROKEN, "got -ERR")),
        case("c", stat(Outcome.KEPT)),
        case("d", stat(Outcome.BROKEN, "got nothing")),
    )
    assert result.outcome is Standing.BROKEN
    assert result.scenarios == ("a", "b", "c", "d")
    assert result.broken_in == ("b", "d")
    assert result.reason == "got -ERR"
    assert result.judged


def test_a_kept_clause_has_no_reason() -> None:
    result = judge(case("a", stat(Outcome.KEPT, "as it should be")))
    assert (result.outcome, result.reason, result.broken_in, result.judged) == (Standing.KEPT, "", (), True)


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.NOT_IMPLEMENTED, Outcome.NOT_APPLICABLE])
def test_a_clause_that_was_tried_in_vain_says_why(outcome: Outcome) -> None:
    result = judge(case("a", stat(outcome, "no message")))
    assert (result.outcome.value, result.reason, result.judged) == (outcome.value, "no message", False)


def test_a_clause_that_nobody_judged_is_not_tested() -> None:
    result = judge()
    assert (result.outcome, result.reason) == (Standing.NOT_TESTED, "no scenario that was run judges it")


def test_a_clause_of_a_scenario_that_was_left_out_says_so() -> None:
    result = judge(not_run={"R1939-STAT-02": "05-stat/x was not run: no account"})
    assert (result.outcome, result.reason) == (Standing.NOT_TESTED, "05-stat/x was not run: no account")


@pytest.mark.parametrize("reason,told", [("", ""), ("it crashed", ": it crashed")])
def test_a_clause_of_a_scenario_that_came_to_no_verdict_says_so(reason: str, told: str) -> None:
    result = judge(case("a", names=("R1939-STAT-02",), reason=reason))
    assert (result.outcome, result.scenarios) == (Standing.NOT_TESTED, ())
    assert result.reason == f"a came to no verdict on it{told}"


def test_an_excuse_is_the_reason_why_a_clause_is_not_tested() -> None:
    excused = clause("SITE-01", "8", "site policy", Level.SHOULD, "Users know.", excuse="untestable: users are people")
    result = judge(demand=excused, not_run={"R1939-SITE-01": "never"})
    assert (result.outcome, result.reason, result.excuse) == (Standing.NOT_TESTED, excused.excuse, excused.excuse)


@pytest.mark.parametrize(
    "binds,judged,outcome",
    [
        (Subject.CLIENT, Subject.SERVER, Standing.NOT_APPLICABLE),
        (Subject.SERVER, Subject.CLIENT, Standing.NOT_APPLICABLE),
        (Subject.BOTH, Subject.SERVER, Standing.NOT_TESTED),
        (Subject.BOTH, Subject.CLIENT, Standing.NOT_TESTED),
        (Subject.CLIENT, Subject.CLIENT, Standing.NOT_TESTED),
        (Subject.CLIENT, Subject.BOTH, Standing.NOT_TESTED),
    ],
)
def test_a_clause_that_binds_the_other_side_does_not_apply(binds: Subject, judged: Subject, outcome: Standing) -> None:
    demand = clause("NET-07", "3", "greeting", Level.FACT, "The client waits.", subject=binds)
    assert judge(demand=demand, subject=judged).outcome is outcome


def test_a_clause_of_the_other_side_that_was_judged_all_the_same_is_told() -> None:
    demand = clause("STAT-02", "5", "STAT", Level.FACT, "x", subject=Subject.CLIENT)
    assert judge(case("a", stat(Outcome.BROKEN)), demand=demand).outcome is Standing.BROKEN


def test_a_verdict_on_an_unknown_clause_is_not_swallowed() -> None:
    with pytest.raises(ValueError, match="R1939-NONE-01"):
        judge(case("a", Verdict("R1939-NONE-01", Outcome.KEPT)))


@pytest.mark.parametrize(
    "level,advisory,grade",
    [
        (Level.FACT, None, Grade.MUST),
        (Level.MUST_NOT, None, Grade.MUST),
        (Level.SHOULD, None, Grade.SHOULD),
        (Level.MUST, Advisory.DISPUTED, Grade.MAY),
        (Level.MAY, Advisory.PERMISSION, Grade.MAY),
    ],
)
def test_a_clause_counts_at_the_grade_of_its_level_unless_it_is_advisory(
    level: Level, advisory: Advisory | None, grade: Grade
) -> None:
    assert judge(demand=clause("STAT-02", "5", "STAT", level, "x", advisory=advisory)).grade is grade


@pytest.mark.parametrize("section,citation", [("5", "RFC 1939 §5"), ("Appendix A", "RFC 1939 Appendix A")])
def test_a_clause_is_cited_as_people_write_it(section: str, citation: str) -> None:
    demand = clause("STAT-02", section, "STAT", Level.FACT, "x")
    assert judge(demand=demand).citation == demand.citation == citation
