"""report.html: the run on one page, which opens from disk and asks nobody for anything."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.reporters.files import write_file
from conformance.reporters.proofs import findings
from conformance.reporters.sections import count, rfcs
from conformance.reporters.templates import page
from conformance.reporters.words import broken_clauses, counted, verdict_line
from conformance.results import FailOn, RunResult, Standing

__all__ = ["HtmlReporter", "report_html"]

_FIRST: Final = 3
"""Things that are shown at the top, as those to mend first."""


@dataclass(frozen=True, slots=True)
class HtmlReporter:
    """Writes report.html."""

    path: Path
    fail_on: FailOn = FailOn.MUST

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, report_html(result, self.fail_on))


def report_html(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The page of a run."""
    broken = broken_clauses(result, fail_on)
    first = findings(broken, result)[:_FIRST]
    more = len(broken) - sum(len(finding.clauses) for finding in first)
    return page(
        "report.html.j2",
        result=result,
        verdict=verdict_line(result, fail_on),
        good=not result.exit_status(fail_on),
        first=first,
        more=counted(more, "more clause") if more else "",
        broken=[clause.id for clause in broken],
        still=result.known_that(Standing.BROKEN),
        mended=result.known_that(Standing.KEPT),
        rfcs=list(rfcs(result.clauses)),
        standings=[(standing, number) for standing in Standing if (number := count(result.clauses, standing))],
        left_out=_left_out(result),
        notes=list(dict.fromkeys(note for case in result.cases for note in case.notes)),
    )


def _left_out(result: RunResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for left in result.left_out:
        reasons.setdefault(left.why, []).append(left.what)
    return reasons
