"""The summary on a terminal, or in the log of a continuous integration: calm, in words, with what to do next.

Nothing that a server sent is read as markup or as a terminal code: every piece is a `rich.text.Text`, and its
characters are printable ones. What is to be copied, a scenario's id or a command, is a line of its own that is never
wrapped here. The verdict stands at both ends: the log of a machine is read from its head, a terminal from its foot.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from conformance.clauses import Grade
from conformance.reporters.printable import printable
from conformance.reporters.proofs import findings
from conformance.reporters.terminal_clause import demand, how_it_broke
from conformance.reporters.terminal_lists import errored, facts, known, left_out, listed_clauses, noted, unclear
from conformance.reporters.terminal_table import section_table
from conformance.reporters.terminal_text import heading, paragraph
from conformance.reporters.words import broken_clauses, played, verdict_line
from conformance.results import FailOn, RunResult

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["TerminalReporter"]

_WIDEST: Final = 120
"""Columns that are used of a wide terminal; longer lines are hard to read."""
_NAMES: Final = {Grade.MUST: "MUST", Grade.SHOULD: "SHOULD", Grade.MAY: "Disputed,"}
_STYLES: Final = {Grade.MUST: "red", Grade.SHOULD: "yellow", Grade.MAY: "yellow"}
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
    hint: str = ""
    """What to know before a command that repeats a scenario works."""
    fail_on: FailOn = FailOn.MUST
    """The level that decides whether the run passed."""
    finished: bool = True
    """Whether everything was played that was to be."""
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
    verdict = paragraph((_verdict(result, reporter), f"bold {_colour(result, reporter)}"))
    broken = broken_clauses(result, reporter.fail_on)
    yield verdict
    yield paragraph((_what_was_judged(result), "dim"))
    for finding in findings(broken, result):
        for clause in finding.clauses:
            yield from heading(f"{_NAMES[clause.grade]} broken: {clause.id}", f"bold {_STYLES[clause.grade]}")
            yield from demand(clause)
        yield from how_it_broke(finding, _STYLES[finding.clauses[0].grade], width, reporter.repeat)
    yield from errored(result, reporter.repeat)
    yield from known(result)
    yield from unclear(result)
    yield from noted(result, broken)
    yield from facts(result)
    yield from left_out(result)
    yield from heading("Clauses by RFC and section")
    yield section_table(result)
    yield paragraph()
    yield verdict
    if broken:
        yield paragraph("To mend first:" if len(broken) > 1 else "To mend:")
        yield from listed_clauses(broken)
        yield paragraph()
    if reporter.folder is not None:
        yield f"Report in {printable(str(reporter.folder))}"
    if reporter.hint and (broken or result.errored):
        yield paragraph(reporter.hint)


def _verdict(result: RunResult, reporter: TerminalReporter) -> str:
    return verdict_line(result, reporter.fail_on, finished=reporter.finished)


def _colour(result: RunResult, reporter: TerminalReporter) -> str:
    if result.exit_status(reporter.fail_on):
        return "red"
    return "yellow" if result.failed(FailOn.SHOULD) or not reporter.finished else "green"


def _what_was_judged(result: RunResult) -> str:
    target = result.target
    software = f" ({target.software})" if target.software else ""
    return f"{target.address}{software}: {played(result)} in {result.seconds:.1f} s"
