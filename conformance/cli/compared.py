"""What `pop3spec report compare` says."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.cli.console import Output
from conformance.reporters.words import counted
from conformance.results import Change, Comparison, FailOn, Turn

__all__ = ["tell"]

_TOLD: Final = 20
"""Clauses of one kind that are told one by one."""
_STYLES: Final[Mapping[Turn, str]] = {Turn.BROKEN: "bold red", Turn.FIXED: "bold green"}


def tell(found: Comparison, fail_on: FailOn, output: Output) -> None:
    """The verdict in a line, then what became of which clauses."""
    output.line(_verdict(found, fail_on), "bold red" if found.exit_status(fail_on) else "bold green")
    for name, run in (("old", found.old), ("new", found.new)):
        software = f" ({run.target.software})" if run.target.software else ""
        output.line(f"{name}: {run.target.address}{software}, {run.started}", "dim")
    for turn in Turn:
        if changes := found.of(turn):
            output.line()
            output.line(f"{turn.value.capitalize()}: {counted(len(changes), 'clause')}", _STYLES.get(turn, "bold"))
            _tell_each(changes, output)


def _verdict(found: Comparison, fail_on: FailOn) -> str:
    if not found.new.judged_anything:
        return "Failed: the newer run judged nothing, so there is nothing to compare"
    early = f"; the newer run ended early: {found.new.ended_early}" if found.new.ended_early else ""
    if regressions := found.regressions(fail_on):
        return f"Failed: {counted(len(regressions), 'regression')}{early}"
    if early:
        return f"Failed: no regression so far{early}"
    if not found.in_common:
        return "Failed: the two runs judged no clause in common, so there is nothing to compare"
    level = f" at the level that fails ({fail_on.value})" if found.of(Turn.BROKEN) else ""
    return f"Passed: no regression{level} among {counted(found.in_common, 'clause')} that both runs judged"


def _tell_each(changes: Sequence[Change], output: Output) -> None:
    for change in changes[:_TOLD]:
        clause = change.clause
        output.whole(f"{clause.id}  {clause.citation}, {clause.grade.value.upper()}", indent=4)
        for text in (clause.says, *_seen(change)):
            output.block(text, 8)
    if len(changes) > _TOLD:
        output.block(f"and {counted(len(changes) - _TOLD, 'more clause')}")


def _seen(change: Change) -> Iterator[str]:
    """What else there is to say of it."""
    if change.turn is Turn.BROKEN and (change.before is None or not change.before.judged):
        yield "It was not judged before."
    if change.after is None:
        selected = change.clause.id in CATALOGUE
        yield "It was not selected in the newer run." if selected else "The newer run knows of no such clause."
    elif change.turn in (Turn.BROKEN, Turn.GONE) and change.after.reason:
        yield change.after.reason
