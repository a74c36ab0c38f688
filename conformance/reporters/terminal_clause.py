"""One broken clause on a terminal: in words, with the exchange that broke it, what was expected, how to repeat it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from conformance.reporters.proofs import Finding
from conformance.reporters.terminal_text import INDENT, copyable, indented, paragraph
from conformance.reporters.window import fitted, underline
from conformance.reporters.words import counted, force
from conformance.results import ClauseResult
from conformance.transcript import TextLine

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["demand", "how_it_broke"]

_OTHERS: Final = 3
"""Further scenarios that are named."""
_KINDS: Final = {"C": "cyan", "S": "", "*": "dim"}


def demand(clause: ClauseResult) -> "Iterator[RenderableType]":
    """The clause in words, and where it stands."""
    yield paragraph((clause.says, "bold"))
    yield paragraph((f"{clause.citation}, {clause.topic}; {force(clause)}", "dim"))


def how_it_broke(finding: Finding, style: str, width: int, repeat: Callable[[str], str]) -> "Iterator[RenderableType]":
    """The exchange, what is wrong with it by each clause, and the command that plays it again."""
    if (case := finding.case) is None:
        yield indented(paragraph(finding.clauses[0].reason))
        return
    if finding.lines:
        names = {line.connection for line in case.transcript}
        column = max(map(len, names)) if len(names) > 1 else 0
        yield paragraph()
        for line in finding.lines:
            yield from _line(line, style, width - INDENT, column)
    yield paragraph()
    for reason in finding.reasons:
        yield indented(paragraph(reason))
    broken_in = dict.fromkeys(name for clause in finding.clauses for name in clause.broken_in)
    if others := [name for name in broken_in if name != case.id]:
        yield indented(paragraph(("also in", "dim")))
        yield from map(copyable, others[:_OTHERS])
        if len(others) > _OTHERS:
            yield indented(paragraph((f"and {counted(len(others) - _OTHERS, 'more scenario')}", "dim")))
    yield paragraph()
    yield copyable(repeat(case.id))


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
