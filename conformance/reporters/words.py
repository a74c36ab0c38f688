"""A run in words: the verdict in a line, and how clauses and scenarios are spoken of."""

from collections.abc import Iterable, Sequence
from typing import Final

from conformance.clauses import Advisory, Grade, Level
from conformance.results import ClauseResult, Deviation, FailOn, RunResult, Standing
from conformance.verdicts import Outcome

__all__ = ["SIGNS", "broken_clauses", "counted", "force", "listed", "played", "verdict_line", "weight", "why_known"]

SIGNS: Final = {
    Standing.KEPT: "✓",
    Standing.BROKEN: "✗",
    Standing.ERRORED: "?",
    Standing.INCONCLUSIVE: "?",
    Standing.NOT_IMPLEMENTED: "–",
    Standing.NOT_APPLICABLE: "·",
    Standing.NOT_TESTED: "·",
}
"""How a clause stands, in a character."""
_WEIGHT: Final = tuple(Grade)


def counted(number: int, what: str) -> str:
    """``1 clause``, ``2,000 clauses``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def force(clause: ClauseResult) -> str:
    """With what force the RFC speaks, for people."""
    words = "stated as a fact, weighs as a MUST" if clause.level is Level.FACT else clause.level.value
    return f"{words}, in a text that can be read in two ways" if clause.advisory is Advisory.DISPUTED else words


def weight(clause: ClauseResult) -> str:
    """What a break of it weighs, in a word: ``MUST NOT``, ``SHOULD``, ``disputed``; a fact weighs as a MUST."""
    if clause.advisory is Advisory.DISPUTED:
        return clause.advisory.value
    return Level.MUST.value if clause.level is Level.FACT else clause.level.value


def played(result: RunResult) -> str:
    """How many scenarios were played, of how many: ``316 of 411 scenarios``."""
    all_of_them = counted(len(result.cases), "scenario")
    return all_of_them if result.played == len(result.cases) else f"{result.played:,} of {all_of_them}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """The first few of some names, and how many more there are."""
    told = ", ".join(names[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most} more"


def broken_clauses(result: RunResult, fail_on: FailOn = FailOn.MUST) -> tuple[ClauseResult, ...]:
    """What to mend, the first thing first: by grade, then by the number of scenarios that show it.

    Clauses whose text is disputed are among them only where they make the run fail, and those that were known before
    are not.
    """
    known = {one.clause for one in result.known}
    grades = [grade for grade in Grade if grade is not Grade.MAY]
    broken = [clause for grade in grades for clause in result.of_grade(grade, Standing.BROKEN)]
    broken = [clause for clause in broken if clause.id not in known]
    broken += [clause for clause in result.failing(fail_on) if clause.advisory is Advisory.DISPUTED]
    return tuple(sorted(broken, key=lambda clause: (_WEIGHT.index(clause.grade), -len(clause.broken_in))))


def why_known(deviation: Deviation) -> str:
    """Why a known deviation does not fail the run, and where it shows that it did not show before."""
    known, more = deviation.known, deviation.newly_broken_in
    why = f"accepted: {known.reason}" if known.accepted else known.reason
    return f"{why}; now in {listed(more, 2)} as well" if more else why


def verdict_line(result: RunResult, fail_on: FailOn = FailOn.MUST, *, finished: bool = True) -> str:
    """The run in a line, the exit status as its first word."""
    if result.ended_early and not result.cases:
        return "Not judged: the run could not begin"
    failing = bool(result.exit_status(fail_on))
    if not finished:
        word = "Interrupted"
    elif result.ended_early:
        word = "Ended early"
    elif not failing and result.exit_status(FailOn.MUST):
        word = f"Passed, for nothing is to fail ({fail_on.value})"
    else:
        word = "Failed" if failing else "Passed"
    return f"{word}: {_found(result, fail_on)}"


def _found(result: RunResult, fail_on: FailOn) -> str:
    parts = list(_broken(broken_clauses(result, fail_on)))
    if result.errored:
        parts.append(f"{counted(len(result.errored), 'scenario')} errored")
    known = counted(len(result.known_that(Standing.BROKEN)), "known deviation")
    if parts:
        return ", ".join(parts) + (f", beside {known}" if result.known_that(Standing.BROKEN) else "")
    if not result.judged_anything:
        return "nothing was judged, no clause was found kept or broken"
    must, should = (len(result.of_grade(grade, Standing.KEPT)) for grade in (Grade.MUST, Grade.SHOULD))
    broken = f"nothing broken but {known}" if result.known_that(Standing.BROKEN) else "no clause broken"
    unclear = sum(case.outcome is Outcome.INCONCLUSIVE for case in result.cases)
    more = f", {counted(unclear, 'scenario')} unclear" if unclear else ""
    return f"{broken}, {must} MUST and {should} SHOULD kept{more}"


def _broken(clauses: Sequence[ClauseResult]) -> Iterable[str]:
    must, should, disputed = (sum(clause.grade is grade for clause in clauses) for grade in _WEIGHT)
    if must:
        yield f"{counted(must, 'MUST clause')} broken"
    elif clauses:
        yield "no MUST clause broken"
    if should:
        yield f"{counted(should, 'SHOULD clause')} broken"
    if disputed:
        yield f"{counted(disputed, 'disputed clause')} broken"
