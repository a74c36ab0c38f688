"""The report folder: everything that a run leaves behind as files."""

from pathlib import Path

from conformance.reporters.html import HtmlReporter
from conformance.reporters.junit import JunitReporter
from conformance.reporters.reporter import Reporter
from conformance.reporters.results_file import ResultsReporter
from conformance.results import FailOn, RunResult

__all__ = ["write_all"]


def write_all(result: RunResult, folder: Path, fail_on: FailOn = FailOn.MUST) -> tuple[Path, ...]:
    """Write results.json, junit.xml and report.html into the folder, which is made where it is missing; where they are.

    Raises `ReportError` when that is not possible. Files of an earlier run are replaced.
    """
    results, junit, page = folder / "results.json", folder / "junit.xml", folder / "report.html"
    reporters: tuple[Reporter, ...] = (
        ResultsReporter(results),
        JunitReporter(junit, fail_on),
        HtmlReporter(page, fail_on),
    )
    for reporter in reporters:
        reporter.report(result)
    return results, junit, page
