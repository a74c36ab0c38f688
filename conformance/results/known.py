"""Deviations that are known before a run, and so are told and do not fail it."""

from dataclasses import dataclass

from conformance.results.clause import ClauseResult

__all__ = ["Deviation", "Known"]


@dataclass(frozen=True, slots=True)
class Known:
    """A clause that is known to be broken."""

    clause: str
    """Its id."""
    reason: str
    """Why it is to be kept so, or which earlier run broke it."""
    accepted: bool = False
    """Whether somebody decided to keep it; an earlier run that broke it decides nothing."""
    broken_in: tuple[str, ...] = ()
    """Ids of the scenarios that showed it in the earlier run; empty where it was accepted."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known one, and what the run found of it."""

    known: Known
    clause: ClauseResult

    @property
    def newly_broken_in(self) -> tuple[str, ...]:
        """Scenarios that show it now and did not in the earlier run, or were not played there."""
        before = self.known.broken_in
        return tuple(name for name in self.clause.broken_in if name not in before) if before else ()
