"""Where it shows best that a clause is broken, and which clauses the same octets broke."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from conformance.reporters.window import window
from conformance.results import CaseResult, ClauseResult, RunResult
from conformance.transcript import Evidence, TextLine
from conformance.verdicts import Outcome, Verdict

__all__ = ["Finding", "Proof", "findings"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A broken clause, and the part of a session that proves it."""

    clause: ClauseResult
    case: CaseResult | None
    """None where no scenario holds a verdict on it."""
    lines: tuple[TextLine, ...]
    reason: str
    evidence: Evidence | None = None

    @classmethod
    def of(cls, clause: ClauseResult, result: RunResult) -> Self:
        """The most telling there is."""
        if (found := _telling(clause, result)) is None:
            return cls(clause, None, (), clause.reason)
        case, verdict = found
        return cls(clause, case, window(case, verdict), verdict.reason or clause.reason, verdict.evidence)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with all the clauses that it breaks: the same octets prove them."""

    proofs: tuple[Proof, ...]
    """One a clause; never empty."""

    @property
    def clauses(self) -> tuple[ClauseResult, ...]:
        """What it breaks."""
        return tuple(proof.clause for proof in self.proofs)

    @property
    def case(self) -> CaseResult | None:
        """The scenario that shows it; None where none holds a verdict on it."""
        return self.proofs[0].case

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """What was said there."""
        return self.proofs[0].lines

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is wrong with it, each reason once."""
        return tuple(dict.fromkeys(proof.reason for proof in self.proofs))


def findings(clauses: Iterable[ClauseResult], result: RunResult) -> tuple[Finding, ...]:
    """The broken clauses by what broke them, in their order."""
    groups: dict[object, list[Proof]] = {}
    for clause in clauses:
        proof = Proof.of(clause, result)
        same = clause.id if proof.case is None or proof.evidence is None else (proof.case.id, proof.evidence)
        groups.setdefault(same, []).append(proof)
    return tuple(Finding(tuple(proofs)) for proofs in groups.values())


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
