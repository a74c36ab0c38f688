from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml

from conformance.bundled import REPORTS
from conformance.reporters import JunitReporter, junit_xml
from conformance.results import CaseResult, FailOn, LeftOut, RunResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.golden import matches
from tests.results.sample import CASES, known_run, sample_run, unplayed


def case_of(result: RunResult, name: str) -> ElementTree.Element:
    found = ElementTree.fromstring(junit_xml(result)).find(f".//testcase[@name='{name}']")  # noqa: S314 - our own
    assert found is not None
    return found


def broken(reason: str = "bad") -> CaseResult:
    verdict = Verdict("R1939-STAT-06", Outcome.BROKEN, reason)
    return CaseResult("x", "x", 1939, "5", Outcome.BROKEN, verdicts=(verdict,))


def test_the_published_example_is_what_is_written() -> None:
    assert matches(REPORTS / "examples" / "junit.xml", junit_xml(sample_run()))


def test_a_parser_of_others_counts_as_we_do(tmp_path: Path) -> None:
    JunitReporter(tmp_path / "junit.xml").report(sample_run())
    read = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (read.tests, read.failures, read.errors, read.skipped) == (9, 3, 1, 3)
    assert len(list(next(iter(read)))) == len(CASES) + 1


def test_a_scenario_is_filed_under_its_rfc_and_section() -> None:
    case = case_of(sample_run(), "05-stat/stat-with-an-argument")
    assert case.get("classname") == "rfc1939.5"
    assert len(case) == 0


def test_a_failure_tells_the_clause_and_the_exchange() -> None:
    failure = case_of(sample_run(), "05-list/list-leaves-out-what-is-marked").find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "R1939-LIST-10 (RFC 1939 §5): Messages marked as deleted do not appear in the full listing."
    )
    assert "S: 23 2231\n   ^^^^^^^\n" in str(failure.text)
    assert "expected no entry for message 23" in str(failure.text)


def test_a_disputed_clause_is_no_part_of_a_failure_beside_others() -> None:
    disputed = Verdict("R1939-ARG-01", Outcome.BROKEN, "another reading")
    mixed = replace(broken(), verdicts=(disputed, *broken().verdicts))
    failure = case_of(sample_run(mixed), "x").find("failure")
    assert failure is not None
    assert "ARG-01" not in f"{failure.get('message')}{failure.text}"


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED])
def test_what_was_not_judged_is_skipped_with_the_reason(outcome: Outcome) -> None:
    case = CaseResult("x", "x", 1939, "5", outcome, "no\nmessage")
    skipped = case_of(sample_run(case), "x").find("skipped")
    assert skipped is not None
    assert (skipped.get("type"), skipped.get("message")) == (outcome.value, f"{outcome.value}: no message")


def test_what_was_left_out_is_skipped_too() -> None:
    result = replace(sample_run(), left_out=(LeftOut("05-stat/y", "no account"),))
    case = case_of(result, "05-stat/y")
    assert case.get("classname") == "left-out"
    assert [skipped.get("message") for skipped in case] == ["not run: no account"]


def test_a_scenario_that_is_told_of_is_not_told_of_again() -> None:
    result = replace(sample_run(), left_out=(LeftOut(CASES[0].id, "no account"),))
    assert junit_xml(result).count(CASES[0].id) == 1


def test_an_error_is_an_error() -> None:
    case = CaseResult("x", "x", 1939, "5", Outcome.ERRORED, "cannot fill")
    assert [(error.tag, error.get("message")) for error in case_of(sample_run(case), "x")] == [("error", "cannot fill")]


@pytest.mark.parametrize("hostile", ["\x00\x1b[2J", "]]><b>&amp;", "\ud800\udcff\ufffe", "\x0b\x0c\x85\u2028"])
def test_no_reason_breaks_the_xml(hostile: str) -> None:
    case = replace(broken(hostile), reason=hostile, transcript=(TextLine("A", 0.0, "S", "]]>&<x>"),))
    for outcome in (Outcome.BROKEN, Outcome.ERRORED, Outcome.INCONCLUSIVE):
        found = case_of(sample_run(replace(case, outcome=outcome)), "x")
        assert "]]>&<x>" in str(found.findtext("system-out"))


def test_no_password_is_in_the_file() -> None:
    assert "sesame" not in junit_xml(sample_run())


def test_what_fails_the_run_is_a_failure_and_nothing_else() -> None:
    run = sample_run()
    told = {fail_on: junit_xml(run, fail_on).count("R1939-STAT-07 ") for fail_on in FailOn}
    assert junit_xml(run, FailOn.NONE).count("<failure") == 0
    assert told[FailOn.MUST] < told[FailOn.SHOULD]


def test_what_is_known_to_be_broken_is_skipped_with_the_reason() -> None:
    case = case_of(known_run(), CASES[0].id)
    (skipped,) = case.findall("skipped")
    assert skipped.get("message") == "R1939-STAT-06 is known to be broken: accepted: old shops count on it"
    assert case.find("failure") is None
    read = ElementTree.fromstring(junit_xml(known_run()))  # noqa: S314 - our own
    failures = [case.get("name") for case in read.iter("testcase") if case.find("failure") is not None]
    assert failures == ["05-list/list-leaves-out-what-is-marked"]


def test_what_is_known_hides_nothing_that_broke_beside_it() -> None:
    beside = Verdict("R1939-STAT-07", Outcome.BROKEN, "more than was asked for")
    mixed = replace(CASES[0], verdicts=(*CASES[0].verdicts, beside))
    run = replace(sample_run(mixed), known=known_run().known)
    case = ElementTree.fromstring(junit_xml(run, FailOn.SHOULD)).find(".//testcase")  # noqa: S314 - our own
    assert case is not None
    failure = case.find("failure")
    assert failure is not None
    assert "STAT-07" in str(failure.text)
    assert "STAT-06" not in str(failure.text)


def test_a_run_that_ended_early_has_an_error() -> None:
    run = replace(unplayed(), ended_early="nobody answers\x1b at mx:110")
    error = case_of(run, "the run to its end").find("error")
    assert error is not None
    assert error.get("message") == "nobody answers\\x1b at mx:110"
    assert "the run to its end" not in junit_xml(sample_run())
