"""junit.xml: one test case a scenario, for continuous integration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.reporters.files import write_file
from conformance.reporters.printable import one_line, printable
from conformance.reporters.window import window
from conformance.reporters.words import why_known
from conformance.results import CaseResult, ClauseResult, FailOn, LeftOut, RunResult, Standing
from conformance.transcript import render
from conformance.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from junitparser import TestCase
    from junitparser.junitparser import FinalResult

__all__ = ["JunitReporter", "junit_xml"]


@dataclass(frozen=True, slots=True)
class JunitReporter:
    """Writes junit.xml."""

    path: Path
    fail_on: FailOn = FailOn.MUST
    """What is broken below this level is told and is no failure, as for the exit status."""

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, junit_xml(result, self.fail_on))


def junit_xml(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The text of junit.xml."""
    from junitparser import JUnitXml, TestSuite  # for those who want a report

    clauses = {clause.id: clause for clause in result.clauses}
    suite = TestSuite(f"pop3spec {printable(result.target.address)}")
    suite.timestamp = result.started
    suite.add_property("version", result.version)
    suite.add_property("target", printable(result.target.address))
    for name, text in result.target.facts:
        suite.add_property(printable(name), printable(text))
    failing = frozenset(clause.id for clause in result.failing(fail_on))
    known = {one.clause.id: why_known(one) for one in result.known_that(Standing.BROKEN)}
    if result.ended_early:
        suite.add_testcase(_ended_early(result.ended_early))
    suite.add_testcases([_test_case(case, clauses, failing, known) for case in result.cases])
    suite.add_testcases([_not_run(item) for item in result.left_out if result.case(item.what) is None])
    xml = JUnitXml("pop3spec")
    xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call] # junitparser does not say that it returns nothing
    octets = BytesIO()
    xml.write(octets, pretty=True)
    return octets.getvalue().decode()


def _class_of(case: CaseResult) -> str:
    """RFC and section; the folder, for a scenario that judges nothing and tells facts."""
    return f"rfc{case.rfc}.{case.section}" if case.rfc else case.id.partition("/")[0]


def _test_case(
    case: CaseResult, clauses: dict[str, ClauseResult], failing: frozenset[str], known: dict[str, str]
) -> "TestCase":
    from junitparser import TestCase

    test = TestCase(case.id, _class_of(case), round(case.seconds, 3))
    test.result = list(_results(case, clauses, failing, known))
    if case.outcome in (Outcome.BROKEN, Outcome.ERRORED, Outcome.INCONCLUSIVE) and case.transcript:
        test.system_out = printable(f"{case.title}\n\n{render(case.transcript)}")
    return test


def _ended_early(why: str) -> "TestCase":
    from junitparser import Error, TestCase

    test = TestCase("the run to its end", "run", 0.0)
    test.result = [Error(one_line(why), "ended early")]
    return test


def _not_run(item: LeftOut) -> "TestCase":
    from junitparser import Skipped, TestCase

    test = TestCase(printable(item.what), "left-out", 0.0)
    test.result = [Skipped(one_line(f"not run: {item.why}"), "not run")]
    return test


def _results(
    case: CaseResult, clauses: dict[str, ClauseResult], failing: frozenset[str], known: dict[str, str]
) -> "Iterator[FinalResult]":
    from junitparser import Error, Failure, Skipped

    broken = [verdict for verdict in case.verdicts if verdict.outcome is Outcome.BROKEN]
    fatal = [verdict for verdict in broken if verdict.clause in failing]
    if fatal:
        failure = Failure(one_line(_message(fatal, clauses)), "broken")
        failure.text = printable("\n".join(_told(case, verdict, clauses[verdict.clause]) for verdict in fatal))
        yield failure
    elif broken:  # known, or below the level that fails: what was said stands in the output
        told = [f"{name} is known to be broken: {known[name]}" for name in (v.clause for v in broken) if name in known]
        if told:
            yield Skipped(one_line("; ".join(told)), "known")
    elif case.outcome is Outcome.ERRORED:
        yield Error(one_line(case.reason), "errored")
    elif case.outcome is not Outcome.KEPT:
        yield Skipped(one_line(f"{case.outcome.value}: {case.reason}"), case.outcome.value)


def _message(verdicts: Iterable[Verdict], clauses: dict[str, ClauseResult]) -> str:
    found = (clauses[verdict.clause] for verdict in verdicts)
    return "; ".join(f"{clause.id} ({clause.citation}): {clause.says}" for clause in found)


def _told(case: CaseResult, verdict: Verdict, clause: ClauseResult) -> str:
    head = f"{clause.id}  {clause.citation}  {clause.level.value}\n{clause.says}\n\n"
    several = len({line.connection for line in case.transcript}) > 1
    return f"{head}{render(window(case, verdict), several=several)}\n{verdict.reason}\n"
