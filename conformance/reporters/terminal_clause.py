"""One broken clause on a terminal: in words, with the exchange that broke it, what was expected, how to repeat it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from conformance.reporters.printable import printable
from conformance.reporters.window import fitted, underline, window
from conformance.reporters.words import force, listed
from conformance.results import CaseResult, ClauseResult, RunResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

__all__ = ["broken_clause", "indented", "paragraph"]

_INDENT: Final = 4
_KINDS: Final = {"C": "cyan", "S": "", "*": "dim"}


def paragraph(*pieces: str | tuple[str, str], wrap: bool = True) -> "Text":
    """Text from pieces, some with a style; nothing in them is markup."""
    from rich.text import Text

    safe = (printable(piece) if isinstance(piece, str) else (printable(piece[0]), piece[1]) for piece in pieces)
    text = Text.assemble(*safe)
    text.no_wrap = not wrap
    return text


def indented(renderable: "RenderableType", by: int = _INDENT) -> "RenderableType":
    """The same, further to the right."""
    from rich.padding import Padding

    return Padding(renderable, (0, 0, 0, by))


def broken_clause(
    clause: ClauseResult, result: RunResult, style: str, width: int, repeat: Callable[[str], str]
) -> "Iterator[RenderableType]":
    """All that is told of it; a `str` is a line to be copied, and is not to be wrapped."""
    yield paragraph((clause.says, "bold"))
    yield paragraph((f"{clause.citation}, {clause.topic}; {force(clause)}", "dim"))
    found = _telling(clause, result)
    if found is None:
        yield indented(paragraph(clause.reason))
        return
    case, verdict = found
    if lines := window(case, verdict):
        several = len({line.connection for line in case.transcript}) > 1
        yield paragraph()
        for line in lines:
            yield from _line(line, style, width - _INDENT, several=several)
    yield paragraph()
    yield indented(paragraph(verdict.reason))
    if others := [name for name in clause.broken_in if name != case.id]:
        yield indented(paragraph((f"also in {listed(others)}", "dim")))
    yield paragraph()
    yield " " * _INDENT + printable(repeat(case.id))


def _telling(clause: ClauseResult, result: RunResult) -> tuple[CaseResult, Verdict] | None:
    """The first scenario that broke it and the verdict there, one with evidence if there is any."""
    found = [
        (case, verdict)
        for case in result.cases
        for verdict in case.verdicts
        if verdict.clause == clause.id and verdict.outcome is Outcome.BROKEN
    ]
    return next((pair for pair in found if pair[1].evidence is not None), found[0] if found else None)


def _line(line: TextLine, style: str, width: int, *, several: bool) -> "Iterator[RenderableType]":
    """A line of the exchange in one row, and carets below the offending octets."""
    lead = f"{line.connection}  {line.kind}: " if several else f"{line.kind}: "
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
