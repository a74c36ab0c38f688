"""Verdicts: what a clause came to, with the evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.transcript import Evidence

__all__ = ["Outcome", "Verdict", "worst"]


class Outcome(StrEnum):
    """What became of a clause, a scenario or a step."""

    BROKEN = "broken"
    ERRORED = "errored"
    INCONCLUSIVE = "inconclusive"
    KEPT = "kept"
    NOT_IMPLEMENTED = "not implemented"
    NOT_APPLICABLE = "not applicable"


_WEIGHT: Final = {outcome: weight for weight, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The one that matters: a break outweighs all, a kept clause outweighs what was not judged."""
    return min(outcomes, key=_WEIGHT.__getitem__, default=Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement."""

    clause: str
    """Id of the clause."""
    outcome: Outcome
    reason: str = ""
    """In words, what was demanded and what was seen."""
    evidence: Evidence | None = None
