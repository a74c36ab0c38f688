"""report.html: the run on one page, which opens from disk and asks nobody for anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.reporters.files import write_file
from conformance.reporters.proofs import findings
from conformance.reporters.sections import count, rfcs, told
from conformance.reporters.templates import page
from conformance.reporters.words import broken_clauses, counted, played, verdict_line
from conformance.results import FailOn, RunResult, Standing, TargetInfo, latencies

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
    broken, clauses = broken_clauses(result, fail_on), told(result.clauses)
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
        rfcs=list(rfcs(clauses)),
        standings=[(standing, number) for standing in Standing if (number := count(clauses, standing))],
        played=played(result),
        left_out=_left_out(result),
        capabilities=list(_capabilities(result.target)),
        latencies=latencies(result.cases),
        notes=list(dict.fromkeys(note for case in result.cases for note in case.notes)),
    )


def _left_out(result: RunResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for left in result.left_out:
        reasons.setdefault(left.why, []).append(left.what)
    return reasons


def _capabilities(target: TargetInfo) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Under which heading which are shown: once what is listed in every state, then what else there is in each."""
    lists = {one.state: one.capabilities for one in target.listed}
    if not lists:
        yield "capabilities", target.capabilities
        return
    first, *others = lists.values()
    common = tuple(name for name in first if all(name in other for other in others))
    more = {state: tuple(name for name in names if name not in common) for state, names in lists.items()}
    if not others:
        yield f"capabilities {target.listed[0].state}", common
    elif common:
        yield "capabilities in each state" if any(more.values()) else "capabilities, the same in each state", common
    for state, names in more.items():
        if names:
            yield f"besides, {state}" if common else f"capabilities {state}", names
