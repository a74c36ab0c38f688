"""Where it shows best that a clause is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from conformance.reporters.window import window
from conformance.results import CaseResult, ClauseResult, RunResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

__all__ = ["Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A broken clause, and the part of a session that proves it."""

    clause: ClauseResult
    case: CaseResult | None
    """None where no scenario holds a verdict on it."""
    lines: tuple[TextLine, ...]
    reason: str

    @classmethod
    def of(cls, clause: ClauseResult, result: RunResult) -> Self:
        """The first there is."""
        for case, verdict in _verdicts(clause, result):
            return cls(clause, case, window(case, verdict), verdict.reason or clause.reason)
        return cls(clause, None, (), clause.reason)


def _verdicts(clause: ClauseResult, result: RunResult) -> Iterator[tuple[CaseResult, Verdict]]:
    for scenario in clause.broken_in:
        if (case := result.case(scenario)) is not None:
            for verdict in case.verdicts:
                if verdict.clause == clause.id and verdict.outcome is Outcome.BROKEN:
                    yield case, verdict
