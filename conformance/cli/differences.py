"""What `pop3spec diff` says of two servers, for people and as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance import __version__
from conformance.clauses import CATALOGUE, Level
from conformance.cli.beside import beside
from conformance.cli.status import printable
from conformance.machine.changes import Change, Kind
from conformance.reporters.terminal_text import heading
from conformance.reporters.words import counted, listed
from conformance.scenario.write import session_lines
from conformance.transcript import render
from conformance.verdicts import Outcome

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.machine.differing import Differ

__all__ = ["Told"]

_STYLES: Final[Mapping[Kind, str]] = {Kind.REGRESSION: "bold red", Kind.MENDED: "bold green", Kind.BEHAVIOUR: "bold"}
_SIDES: Final[Mapping[str, str]] = {"A": "cyan", "B": "magenta"}
_ORDER: Final = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison that is over, on its way out."""

    differ: "Differ"
    changes: Sequence[Change]
    files: Mapping[int, Path]
    """Scenario files that were written, by the places of the changes that they show."""
    seconds: float
    strict: bool
    """Whether a change of behaviour fails."""
    mask: Callable[[str], str]
    interrupted: bool = False
    terminated: bool = False
    """Whether it was interrupted by SIGTERM."""

    @property
    def fails(self) -> bool:
        """Whether B is worse than A, or, where that is asked for, other than A."""
        failing = {Kind.REGRESSION, Kind.BEHAVIOUR} if self.strict else {Kind.REGRESSION}
        return any(change.kind in failing for change in self.changes)

    # -- for people ----------------------------------------------------------------------------------------------

    def tell(self, output: "Output") -> None:
        """Say it; what a server said is masked and escaped."""
        self._verdict(output)
        self._facts(output)
        for place, change in enumerate(self.changes):
            self._change(change, self.files.get(place), output)
        if self.changes:
            output.line()
            self._verdict(output)

    def _verdict(self, output: "Output") -> None:
        numbers = {kind: sum(change.kind is kind for change in self.changes) for kind in _ORDER}
        words = {
            Kind.REGRESSION: counted(numbers[Kind.REGRESSION], "regression"),
            Kind.MENDED: f"{counted(numbers[Kind.MENDED], 'clause')} mended",
            Kind.BEHAVIOUR: counted(numbers[Kind.BEHAVIOUR], "change") + " of behaviour",
        }
        found = ", ".join(words[kind] for kind in _ORDER if numbers[kind]) or "no difference"
        word = "Interrupted" if self.interrupted else "Failed" if self.fails else "Passed"
        output.line(f"{word}: {found}", "bold red" if self.fails else "bold green")

    def _facts(self, output: "Output") -> None:
        differ = self.differ
        output.line(f"A is {differ.a.target.address}, B is {differ.b.target.address}")
        drawn, said = counted(differ.drawn, "session"), counted(differ.commands, "command")
        output.line(f"{drawn} with {said} on each, --seed {differ.seed}, in {self.seconds:.1f} s")
        for note in self._notes():
            output.line(self.mask(note))

    def _notes(self) -> Iterator[str]:
        differ = self.differ
        if differ.gone:
            yield f"It ended early: {differ.gone}"
        if differ.full:
            yield f"It ended early: {len(self.changes)} differences are enough for once."
        if differ.once:
            yield f"{counted(differ.once, 'more difference')} came once and not again, and is not told."
        if differ.penalty_seen:
            yield (
                f"A refused login took {differ.penalty:.1f} s, so wrong passwords were sent in the first sessions only."
            )
        for reason, count in differ.reasons.most_common(3):
            yield f"{counted(count, 'session')} ended early {reason}"

    def _change(self, change: Change, file: Path | None, output: "Output") -> None:
        for piece in heading(_title(change), _STYLES[change.kind]):
            output.console.print(piece)
        for clause in map(CATALOGUE.__getitem__, change.clauses):
            force = "stated as a fact, weighs as a MUST" if clause.level is Level.FACT else clause.level.value
            output.line(" ".join(clause.says.split()), "bold")
            output.line(f"{clause.citation}; {force}", "dim")
        if change.answered is not None:
            output.line(f"A answers with {change.answered.a}, B with {change.answered.b}", "bold")
        output.line(self._how_often(change), "dim")
        output.line()
        if change.scenario.maildrop:
            output.line(f"    maildrop: {', '.join(change.scenario.maildrop)}", "dim")
        for lead, text in beside(change.a.transcript, change.b.transcript):
            output.whole(f"{lead} {printable(text)}", _SIDES.get(lead[-2:-1], ""), indent=4)
        for reason in _reasons(change):
            output.line()
            output.block(self.mask(reason))
        if file is not None:
            output.line()
            output.whole(f"pop3spec run TARGET {file}", indent=4)

    def _how_often(self, change: Change) -> str:
        words = [f"seen in {change.sessions} of {counted(self.differ.drawn, 'session')}"]
        if not change.firm:
            words.append(f"flaky: of {change.plays} plays of the shortest session {change.shown} showed it")
        if change.in_pieces:
            words.append("only where a command comes octet by octet")
        if change.answered is not None and change.answered.blurred:
            words.append("behind a line that servers may read in more than one way")
        return "; ".join(words)

    # -- for programs --------------------------------------------------------------------------------------------

    def write(self, path: Path) -> None:
        """All of it as JSON. Raises OSError."""
        differ = self.differ
        document = {
            "schema": "pop3spec-diff/1",
            "version": __version__,
            "a": differ.a.target.address,
            "b": differ.b.target.address,
            "seed": differ.seed,
            "sessions": differ.drawn,
            "seconds": round(self.seconds, 3),
            "ended_early": self.mask(differ.gone) or ("interrupted" if self.interrupted else ""),
            "failed": self.fails,
            "differences": [self._plain(change, self.files.get(place)) for place, change in enumerate(self.changes)],
        }
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def _plain(self, change: Change, file: Path | None) -> dict[str, Any]:
        answered = change.answered
        return {
            "kind": change.kind.value,
            "clauses": list(change.clauses),
            "command": answered.verb if answered is not None else "",
            "a": answered.a if answered is not None else "",
            "b": answered.b if answered is not None else "",
            "reasons": [self.mask(reason) for reason in _reasons(change)],
            "sessions": change.sessions,
            "plays": change.plays,
            "shown": change.shown,
            "maildrop": list(change.scenario.maildrop or ()),
            "session": list(session_lines(change.scenario.steps)),
            "on_a": render(change.a.transcript).splitlines(),
            "on_b": render(change.b.transcript).splitlines(),
            "file": str(file or ""),
        }


def _title(change: Change) -> str:
    if change.kind is Kind.REGRESSION:
        return f"Regression: B breaks {listed(change.clauses)}"
    return f"Behaviour: {change.answered.verb}" if change.answered else f"Mended: A breaks {listed(change.clauses)}"


def _reasons(change: Change) -> list[str]:
    """What is wrong by the clauses, each said once."""
    case = change.b if change.kind is Kind.REGRESSION else change.a
    verdicts = (verdict for verdict in case.verdicts if verdict.outcome is Outcome.BROKEN)
    return list(dict.fromkeys(verdict.reason for verdict in verdicts if verdict.clause in change.clauses))
