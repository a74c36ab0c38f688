"""The report folder: everything that a run leaves behind as files."""

from pathlib import Path

from conformance.reporters.junit import JunitReporter
from conformance.reporters.reporter import Reporter
from conformance.reporters.results_file import ResultsReporter
from conformance.results import FailOn, RunResult

__all__ = ["write_all"]


def write_all(result: RunResult, folder: Path, fail_on: FailOn = FailOn.MUST) -> tuple[Path, ...]:
    """Write results.json and junit.xml into the folder, which is made where it is missing; where they are.

    Raises `ReportError` when that is not possible. Files of an earlier run are replaced.
    """
    results, junit = folder / "results.json", folder / "junit.xml"
    reporters: tuple[Reporter, ...] = (ResultsReporter(results), JunitReporter(junit, fail_on))
    for reporter in reporters:
        reporter.report(result)
    return results, junit
