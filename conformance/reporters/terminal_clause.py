"""One broken clause on a terminal: in words, with the exchange that broke it, what was expected, how to repeat it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from conformance.reporters.terminal_text import INDENT, copyable, indented, paragraph
from conformance.reporters.window import fitted, underline, window
from conformance.reporters.words import counted, force
from conformance.results import CaseResult, ClauseResult, RunResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["demand", "how_it_broke", "told_together"]

_OTHERS: Final = 3
"""Further scenarios that are named."""
_KINDS: Final = {"C": "cyan", "S": "", "*": "dim"}


def told_together(clauses: Sequence[ClauseResult], result: RunResult) -> list[list[ClauseResult]]:
    """The clauses, those in one list that the same octets broke, so that these are shown once."""
    groups: dict[object, list[ClauseResult]] = {}
    for clause in clauses:
        case, verdict = _telling(clause, result) or (None, None)
        proof = verdict.evidence if verdict is not None else None
        same = clause.id if case is None or proof is None else (case.id, proof)
        groups.setdefault(same, []).append(clause)
    return list(groups.values())


def demand(clause: ClauseResult) -> "Iterator[RenderableType]":
    """The clause in words, and where it stands."""
    yield paragraph((clause.says, "bold"))
    yield paragraph((f"{clause.citation}, {clause.topic}; {force(clause)}", "dim"))


def how_it_broke(
    clauses: Sequence[ClauseResult], result: RunResult, style: str, width: int, repeat: Callable[[str], str]
) -> "Iterator[RenderableType]":
    """The exchange, what is wrong with it by each clause, and the command that plays it again."""
    told = [found for clause in clauses if (found := _telling(clause, result)) is not None]
    if not told:
        yield indented(paragraph(clauses[0].reason))
        return
    case, verdict = told[0]
    if lines := window(case, verdict):
        names = {line.connection for line in case.transcript}
        column = max(map(len, names)) if len(names) > 1 else 0
        yield paragraph()
        for line in lines:
            yield from _line(line, style, width - INDENT, column)
    yield paragraph()
    for reason in dict.fromkeys(verdict.reason for _, verdict in told):
        yield indented(paragraph(reason))
    broken_in = dict.fromkeys(name for clause in clauses for name in clause.broken_in)
    if others := [name for name in broken_in if name != case.id]:
        yield indented(paragraph(("also in", "dim")))
        yield from map(copyable, others[:_OTHERS])
        if len(others) > _OTHERS:
            yield indented(paragraph((f"and {counted(len(others) - _OTHERS, 'more scenario')}", "dim")))
    yield paragraph()
    yield copyable(repeat(case.id))


def _telling(clause: ClauseResult, result: RunResult) -> tuple[CaseResult, Verdict] | None:
    """The scenario that broke it and the verdict there: with evidence if there is any, and one that is about it.

    Else one that is about something else that broke there: it goes straight to the point, and tells of both at once.
    """
    found = [
        (case, verdict)
        for case in result.cases
        for verdict in case.verdicts
        if verdict.clause == clause.id and verdict.outcome is Outcome.BROKEN
    ]
    return min(found, key=lambda pair: (pair[1].evidence is None, _remote(clause, pair[0])), default=None)


def _remote(clause: ClauseResult, case: CaseResult) -> int:
    if clause.id in case.clauses:
        return 0
    broken = {verdict.clause for verdict in case.verdicts if verdict.outcome is Outcome.BROKEN}
    return 1 if broken.intersection(case.clauses) else 2


def _line(line: TextLine, style: str, width: int, column: int) -> "Iterator[RenderableType]":
    """A line of the exchange in one row, and carets below the offending octets.

    In a column of so many characters stands the name of the connection, where there are several.
    """
    lead = f"{line.connection:{column}}  {line.kind}: " if column else f"{line.kind}: "
    line = fitted(line, width - len(lead) - (0 if line.ended else len(_NO_END)))
    text = paragraph((lead, "dim"), (line.text, _KINDS.get(line.kind, "")), wrap=False)
    for start, end in line.marks:
        text.stylize(f"bold {style}", len(lead) + start, len(lead) + end)
    if not line.ended:
        text.append(_NO_END, "dim")
    yield indented(text)
    if line.marks:
        yield indented(paragraph(" " * len(lead), (underline(line.marks), style), wrap=False))


_NO_END: Final = "  (no line end)"
