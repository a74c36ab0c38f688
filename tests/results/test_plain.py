import copy
import json
from collections.abc import Callable
from typing import Any

import execnet
import pytest
from jsonschema import Draft202012Validator

from conformance.bundled import REPORTS
from conformance.results import (
    CaseResult,
    ResultsError,
    case_as_plain,
    case_from_plain,
    run_as_plain,
    run_from_plain,
)
from conformance.transcript import Evidence, Span, TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import CASES, known_run, sample_run

SCHEMA = json.loads((REPORTS / "results.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

FULL = CaseResult(
    id="05-stat/x",
    title="STAT — with marks",
    rfc=1939,
    section="5",
    outcome=Outcome.BROKEN,
    reason="because",
    verdicts=(
        Verdict("R1939-STAT-02", Outcome.KEPT),
        Verdict("R1939-STAT-06", Outcome.BROKEN, "got 3", Evidence("A", 4, (Span("S", 3, 9), Span("C", 0, 1)))),
        Verdict("R1939-STAT-07", Outcome.BROKEN, "got more", Evidence("B")),
    ),
    notes=("one", "two"),
    seconds=0.125,
    clauses=("R1939-STAT-06",),
    transcript=(
        TextLine("A", 0.0, "*", "connected"),
        TextLine("A", 0.5, "S", "+OK \\xff", ((0, 3), (4, 8)), 0),
        TextLine("B", 0.75, "S", "+O", (), 0, ended=False),
    ),
)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", [FULL, *CASES], ids=lambda case: case.id)
def test_a_case_comes_back_from_plain_values(case: CaseResult) -> None:
    assert case_from_plain(json.loads(json.dumps(case_as_plain(case)))) == case


def test_a_case_crosses_execnet() -> None:
    plain = case_as_plain(FULL)
    assert case_from_plain(execnet.loads(execnet.dumps(plain))) == FULL


def test_octets_that_are_no_utf8_do_not_stop_a_case() -> None:
    case = CaseResult(
        "a", "t\udcff", 1939, "5", Outcome.BROKEN, "r\udcff", (Verdict("R1939-STAT-02", Outcome.KEPT, "\ud800"),)
    )
    plain = case_as_plain(case)
    assert execnet.loads(execnet.dumps(plain)) == plain
    assert plain["reason"] == "r\\udcff"


def test_a_run_comes_back_from_plain_values() -> None:
    result = sample_run()
    plain = run_as_plain(result)
    assert run_from_plain(json.loads(json.dumps(plain))) == result


def test_a_run_fits_the_schema() -> None:
    VALIDATOR.validate(run_as_plain(sample_run()))
    VALIDATOR.validate(run_as_plain(known_run()))
    VALIDATOR.validate(run_as_plain(sample_run(FULL)))


def test_the_published_example_fits_the_schema_and_is_the_sample() -> None:
    plain = json.loads((REPORTS / "examples" / "results.json").read_bytes())
    VALIDATOR.validate(plain)
    assert run_from_plain(plain) == sample_run()


def test_what_was_known_comes_back_and_need_not_be_there() -> None:
    plain = json.loads(json.dumps(run_as_plain(known_run())))
    assert run_from_plain(plain) == known_run()
    del plain["known"]
    assert run_from_plain(plain) == sample_run()


def test_the_promised_keys_are_there() -> None:
    plain = run_as_plain(sample_run())
    assert plain["schema"] == "pop3spec-results/1"
    assert {"target", "summary", "clauses", "cases"} <= plain.keys()
    assert {"id", "level", "subject", "outcome", "scenarios"} <= plain["clauses"][0].keys()
    assert {"id", "outcome", "clauses", "seconds", "transcript"} <= plain["cases"][0].keys()


def test_the_summary_counts_clauses_and_cases() -> None:
    summary = run_as_plain(sample_run())["summary"]
    assert summary["failed"] == {"must": True, "should": True, "any": True}
    assert summary["clauses"]["must"]["broken"] == 3
    assert summary["clauses"]["may"] == {
        "broken": 1,
        "errored": 0,
        "inconclusive": 0,
        "kept": 1,
        "not implemented": 0,
        "not applicable": 0,
        "not tested": 0,
    }
    assert summary["cases"]["errored"] == 1
    assert sum(summary["cases"].values()) == len(CASES)


def test_no_password_is_in_the_results() -> None:
    assert "sesame" not in json.dumps(run_as_plain(sample_run()))


Plain = dict[str, Any]


def put(*path: str | int, value: object) -> Callable[[Plain], None]:
    def change(plain: Plain) -> None:
        place: Any = plain
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Plain], None]:
    def change(plain: Plain) -> None:
        place: Any = plain
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return change


def test_results_without_lists_and_latencies_are_read_as_well() -> None:
    plain = run_as_plain(sample_run())
    del plain["target"]["listed"], plain["latency"]
    VALIDATOR.validate(plain)
    result = run_from_plain(plain)
    assert result.target.listed == ()
    assert result.cases == sample_run().cases


def test_latencies_are_told_and_worked_out_anew_by_who_reads() -> None:
    plain = run_as_plain(sample_run())
    assert plain["latency"][0] == {"verb": "STAT", "count": 3, "median": 0.5, "p95": 0.5, "p99": 0.5, "max": 0.5}
    plain["latency"] = [{"verb": "STAT", "count": 9, "median": 9, "p95": 9, "p99": 9, "max": 9}]
    assert run_from_plain(plain) == sample_run()


def test_a_time_that_is_no_number_is_refused() -> None:
    plain = run_as_plain(sample_run())
    plain["cases"][0]["transcript"][0]["at"] = "soon"
    with pytest.raises(ResultsError):
        run_from_plain(plain)


@pytest.mark.parametrize(
    "change",
    [
        put("seconds", value=None),
        put("seconds", value=-5.0),
        put("seconds", value=1e308),
        put("seconds", value=float("nan")),
        put("started", value=3),
        put("version", value=None),
        put("ended_early", value=3),
        put("target", "address", value=3),
        put("target", "facts", value=[["a", 1]]),
        put("clauses", 0, "says", value=None),
        put("clauses", 1, "id", value="R1939-RESP-03"),
        put("cases", 0, "title", value=[]),
        put("cases", 0, "seconds", value="soon"),
        put("cases", 0, "transcript", 0, "text", value=7),
        put("left_out", 0, "why", value=None),
        put("options", value={"fill": 3}),
        put("known", value=[{"id": 3, "reason": "x", "accepted": False, "broken_in": []}]),
    ],
)
def test_values_of_another_kind_are_refused(change: Callable[[Plain], None]) -> None:
    plain = copy.deepcopy(run_as_plain(sample_run()))
    change(plain)
    with pytest.raises(ResultsError):
        run_from_plain(plain)


WRONG = {
    "another schema": put("schema", value="pop3spec-results/2"),
    "no target": drop("target"),
    "no address": drop("target", "address"),
    "capabilities of no state": drop("target", "listed", 0, "state"),
    "capabilities that are no list": put("target", "listed", 0, "capabilities", value="TOP"),
    "a latency of no verb": put("latency", 0, "verb", value="status"),
    "a latency that nobody measured": put("latency", 0, "count", value=0),
    "a latency before its time": put("latency", 0, "p99", value=-0.1),
    "a latency without its median": drop("latency", 0, "median"),
    "no summary": drop("summary"),
    "a count that is none": put("summary", "clauses", "must", "kept", value=-1),
    "a grade without counts": drop("summary", "clauses", "should"),
    "no clauses": drop("clauses"),
    "a clause without id": drop("clauses", 0, "id"),
    "a clause id of another form": put("clauses", 0, "id", value="STAT-1"),
    "an unknown level": put("clauses", 0, "level", value="OUGHT"),
    "an unknown standing": put("clauses", 0, "outcome", value="fine"),
    "an unknown subject": put("clauses", 0, "subject", value="user"),
    "a broken clause that is broken nowhere": put("clauses", 0, "broken_in", value=[]),
    "a kept clause that is broken somewhere": put("clauses", 5, "broken_in", value=["x"]),
    "scenarios that judged twice": put("clauses", 0, "scenarios", value=["x", "x"]),
    "no cases": drop("cases"),
    "a case that is not tested": put("cases", 0, "outcome", value="not tested"),
    "a case without transcript": drop("cases", 0, "transcript"),
    "a case that ended before it began": put("cases", 0, "seconds", value=-0.1),
    "a line of nobody": put("cases", 0, "transcript", 0, "kind", value="X"),
    "a terminal code in a line": put("cases", 0, "transcript", 0, "text", value="\x1b[2J"),
    "marks of one number": put("cases", 0, "transcript", 0, "marks", value=[[1]]),
    "spans of nobody": put("cases", 0, "clauses", 0, "evidence", "spans", value=[["X", 0, 1]]),
    "a date of another form": put("started", value="yesterday"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_schema_rejects(wrong: str) -> None:
    plain = copy.deepcopy(run_as_plain(sample_run()))
    WRONG[wrong](plain)
    assert not VALIDATOR.is_valid(plain)


def test_the_schema_lets_unknown_keys_be() -> None:
    plain = run_as_plain(sample_run())
    plain["more"] = plain["cases"][0]["more"] = plain["clauses"][0]["more"] = 1
    assert VALIDATOR.is_valid(plain)
    assert run_from_plain(plain) == sample_run()


@pytest.mark.parametrize(
    "plain", [{}, {"schema": "x"}, {"schema": "pop3spec-results/1"}, {"schema": "pop3spec-results/1", "target": 1}]
)
def test_what_is_no_run_is_refused(plain: Plain) -> None:
    with pytest.raises(ResultsError):
        run_from_plain(plain)


@pytest.mark.parametrize(
    "change", [drop("id"), put("outcome", value="fine"), put("transcript", value=[1]), put("clauses", value=3)]
)
def test_what_is_no_case_is_refused(change: Callable[[Plain], None]) -> None:
    plain = case_as_plain(FULL)
    change(plain)
    with pytest.raises(ResultsError, match="not the result of a scenario"):
        case_from_plain(plain)
