"""The summary on a terminal, or in the log of a continuous integration: calm, in words, with what to do next.

Nothing that a server sent is read as markup or as a terminal code: every piece is a `rich.text.Text`, and its
characters are printable ones.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from conformance.clauses import Advisory, Grade
from conformance.reporters.printable import printable
from conformance.reporters.terminal_clause import broken_clause, indented, paragraph
from conformance.reporters.terminal_table import section_table
from conformance.reporters.words import counted, listed, verdict_line
from conformance.results import FailOn, RunResult, Standing

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["TerminalReporter"]

_WIDEST: Final = 120
"""Columns that are used of a wide terminal; longer lines are hard to read."""
_TOLD: Final = 10
"""Things of one kind that are told one by one."""
_STYLES: Final = {Grade.MUST: "red", Grade.SHOULD: "yellow"}
_PADDING: Final = re.compile(r" +\n")
_ASCII: Final = str.maketrans({"§": "section ", "…": "...", "─": "-", "’": "'"})


def _repeat_with_a_target_file(scenario: str) -> str:
    return f"pop3spec run --target FILE --scenario {scenario}"


@dataclass(frozen=True, slots=True)
class TerminalReporter:
    """Prints the summary of a run."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    repeat: Callable[[str], str] = _repeat_with_a_target_file
    """The command that repeats one scenario, without passwords."""
    folder: Path | None = None
    """Where the report files are."""
    width: int | None = None
    """Columns; as wide as the terminal, if not given."""
    colour: bool | None = None
    """Whether the stream shows colours; as the stream says, if not given."""

    def report(self, result: RunResult) -> None:
        """Print it. Colour only on a terminal, and not where NO_COLOR is set."""
        from rich.console import Console

        console = Console(
            file=self.stream,
            markup=False,
            emoji=False,
            highlight=False,
            width=self.width,
            force_terminal=self.colour,
        )
        if self.width is None:
            console.width = min(console.width, _WIDEST)
        with console.capture() as capture:
            for piece in _pieces(result, self, console.width):
                console.print(piece, soft_wrap=isinstance(piece, str))
        self.stream.write(_encodable(_PADDING.sub("\n", capture.get()), console))
        self.stream.flush()


def _encodable(text: str, console: "Console") -> str:
    """The text in letters that the stream has."""
    if console.encoding.startswith("utf"):
        return text
    return text.translate(_ASCII).encode(console.encoding, "replace").decode(console.encoding)


def _pieces(result: RunResult, reporter: TerminalReporter, width: int) -> "Iterator[RenderableType]":
    yield paragraph((verdict_line(result), f"bold {_colour(result)}"))
    yield paragraph((_what_was_judged(result), "dim"))
    for grade in (Grade.MUST, Grade.SHOULD):
        for clause in result.of_grade(grade, Standing.BROKEN):
            yield from _space(f"{grade.value.upper()} broken: {clause.id}", f"bold {_STYLES[grade]}")
            yield from broken_clause(clause, result, _STYLES[grade], width, reporter.repeat)
    yield from _errored(result, reporter)
    yield from _inconclusive(result)
    yield from _noted(result)
    yield from _left_out(result)
    yield from _space("Clauses by section")
    yield section_table(result)
    if reporter.folder is not None:
        yield paragraph()
        yield f"Report in {printable(str(reporter.folder))}"


def _colour(result: RunResult) -> str:
    if result.exit_status(FailOn.MUST):
        return "red"
    return "yellow" if result.failed(FailOn.SHOULD) else "green"


def _what_was_judged(result: RunResult) -> str:
    target = result.target
    software = f" ({target.software})" if target.software else ""
    return f"{target.address}{software}: {counted(len(result.cases), 'scenario')} in {result.seconds:.1f} s"


def _space(title: str, style: str = "bold") -> "Iterator[RenderableType]":
    from rich.rule import Rule
    from rich.text import Text

    yield paragraph()
    yield Rule(Text(title, style), align="left", style="dim")


def _errored(result: RunResult, reporter: TerminalReporter) -> "Iterator[RenderableType]":
    if result.errored:
        yield from _space("Scenarios that errored: not played to their end, and not passed")
        for case in result.errored[:_TOLD]:
            yield paragraph((case.id, "magenta"))
            yield indented(paragraph(case.reason))
            yield " " * 4 + printable(reporter.repeat(case.id))
        yield from _more(len(result.errored), "scenario")


def _inconclusive(result: RunResult) -> "Iterator[RenderableType]":
    unclear = [clause for clause in result.clauses if clause.outcome is Standing.INCONCLUSIVE]
    if unclear:
        yield from _space("Unclear: tried, and could not be judged")
        for clause in unclear[:_TOLD]:
            yield paragraph((clause.id, "yellow"), "  ", clause.says)
            yield indented(paragraph((f"{clause.reason} ({listed(clause.scenarios, 2)})", "dim")))
        yield from _more(len(unclear), "clause")


def _noted(result: RunResult) -> "Iterator[RenderableType]":
    """What is not held against the server: another reading of a disputed text, a choice that the RFC leaves."""
    disputed = [c for c in result.of_grade(Grade.MAY, Standing.BROKEN) if c.advisory is Advisory.DISPUTED]
    notes = list(dict.fromkeys(note for case in result.cases for note in case.notes))
    if disputed or notes:
        yield from _space("Noted, and not held against the server")
        for clause in disputed:
            yield paragraph((clause.id, "bold"), "  ", clause.says)
            yield indented(paragraph((f"{clause.citation} can be read in two ways; {clause.reason}", "dim")))
        for note in notes:
            yield paragraph(note)


def _left_out(result: RunResult) -> "Iterator[RenderableType]":
    if result.left_out:
        yield from _space("Left out")
        by_reason: dict[str, list[str]] = {}
        for item in result.left_out:
            by_reason.setdefault(item.why, []).append(item.what)
        for why, what in by_reason.items():
            yield paragraph(f"{why}: ", (listed(what), "dim"))


def _more(number: int, what: str) -> "Iterator[RenderableType]":
    if number > _TOLD:
        yield paragraph((f"and {counted(number - _TOLD, f'more {what}')}, see the report", "dim"))
