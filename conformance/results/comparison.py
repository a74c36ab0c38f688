"""Two runs beside each other, the older and the newer: what broke since, what was mended, what was found out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.results.clause import ClauseResult, Standing
from conformance.results.run import FailOn, RunResult

__all__ = ["Change", "Comparison", "Turn", "compare"]


class Turn(StrEnum):
    """What became of a clause."""

    BROKEN = "newly broken"
    """It is broken now; it was kept before, or nobody had found out."""
    FIXED = "fixed"
    """It was broken, and is kept."""
    TESTED = "newly tested"
    """It is kept, and nobody had found out before."""
    GONE = "gone"
    """It was kept or broken, and this run did not find out."""
    STILL = "still broken"
    """It was broken and is."""


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that is not as it was, or is as broken as it was."""

    turn: Turn
    before: ClauseResult | None
    """None where the older run knew of no such clause."""
    after: ClauseResult | None
    """None where the newer one knows of none."""

    @property
    def clause(self) -> ClauseResult:
        """The clause as the newer run has it, if it has it."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - there is no change without either
        return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of them."""

    old: RunResult
    new: RunResult
    changes: tuple[Change, ...]
    """By what became of the clause, then in the order of the catalogue."""

    def of(self, turn: Turn) -> tuple[Change, ...]:
        """Those of one kind."""
        return tuple(change for change in self.changes if change.turn is turn)

    def regressions(self, fail_on: FailOn = FailOn.MUST) -> tuple[Change, ...]:
        """What is newly broken at the level that fails."""
        failing = self.new.failing(fail_on)
        return tuple(change for change in self.of(Turn.BROKEN) if change.after in failing)

    @property
    def in_common(self) -> int:
        """How many clauses both judged."""
        judged = {clause.id for clause in self.old.clauses if clause.judged}
        return sum(clause.judged and clause.id in judged for clause in self.new.clauses)

    def exit_status(self, fail_on: FailOn = FailOn.MUST) -> int:
        """1 where there is a regression, or where there is nothing to compare, or not all that was to be."""
        return int(bool(self.regressions(fail_on)) or not self.in_common or bool(self.new.ended_early))


def compare(old: RunResult, new: RunResult) -> Comparison:
    """What is otherwise in the newer run."""
    before, after = _by_id(old), _by_id(new)
    changes = []
    for name in {**after, **before}:
        was, now = before.get(name), after.get(name)
        if (turn := _turn(was, now)) is not None:
            changes.append(Change(turn, was, now))
    turns = list(Turn)
    return Comparison(old, new, tuple(sorted(changes, key=lambda change: turns.index(change.turn))))


def _by_id(run: RunResult) -> Mapping[str, ClauseResult]:
    return {clause.id: clause for clause in run.clauses}


def _turn(before: ClauseResult | None, after: ClauseResult | None) -> Turn | None:
    was = before.outcome if before is not None and before.judged else None
    now = after.outcome if after is not None and after.judged else None
    if was is now:
        return Turn.STILL if now is Standing.BROKEN else None
    if now is None:
        return Turn.GONE
    if now is Standing.BROKEN:
        return Turn.BROKEN
    return Turn.FIXED if was is Standing.BROKEN else Turn.TESTED
