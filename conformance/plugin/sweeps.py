"""The systematic sweeps of a run: variants of the scenarios that it plays, and sessions that are cut off."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from conformance.machine.cuts import FOLDER, cut_sessions
from conformance.machine.segmentation import Segmentation
from conformance.machine.ways import MARK, judged_by, variants
from conformance.plugin.generated import Generated
from conformance.results import CaseResult
from conformance.scenario import Scenario, Stage, play

__all__ = ["Player", "Sweeps", "is_judged", "seed_for"]

_SEEDS: Final = 1_000_000


def seed_for(options: Mapping[str, Any], address: str) -> int:
    """The seed that was given, or one that is the same whenever this target is judged."""
    given = options.get("seed")
    return zlib.crc32(address.encode()) % _SEEDS if given is None else int(given)


@dataclass(frozen=True, slots=True)
class Sweeps:
    """What is played besides."""

    segmentation: bool = False
    cuts: bool = False
    seed: int = 0
    generated: Generated = field(default_factory=Generated)
    workers: int = 1
    """Who play."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any], address: str, workers: int = 1) -> "Sweeps":
        """Out of the options' values by name."""
        seed = seed_for(options, address)
        folder = Path(options.get("report") or "pop3spec-report")
        generated = Generated(options.get("generated") or 0, options.get("generated-time"), seed, folder)
        return cls(bool(options.get("segmentation")), bool(options.get("cuts")), seed, generated, workers)

    @property
    def by_chance(self) -> bool:
        """Whether the seed matters."""
        return self.segmentation or self.generated.wanted

    def asked_by(self, scenario: str) -> tuple[str, ...]:
        """The options without which there is no scenario of this id, as they are written behind their prefix."""
        if self.segmentation and MARK in scenario:
            return ("segmentation", f"seed={self.seed}")
        if self.generated.wanted and scenario.startswith("generated/"):
            amount = f"generated={self.generated.sessions}" if self.generated.sessions else ""
            lasting = f"generated-time={self.generated.seconds:g}" if self.generated.seconds is not None else ""
            return (*filter(None, (amount, lasting)), f"seed={self.seed}")
        return ("cuts",) if self.cuts and scenario.startswith(f"{FOLDER}/") else ()

    def beside(self, scenario: Scenario) -> Iterator[Scenario]:
        """Variants of a scenario."""
        return variants(scenario, self.seed) if self.segmentation else iter(())

    def sessions(self) -> Iterator[Scenario]:
        """Scenarios that stand in no file."""
        yield from cut_sessions() if self.cuts else ()
        yield from self.generated.items(self.workers)

    def all_of(self, scenarios: Iterable[Scenario]) -> Iterator[Scenario]:
        """The scenarios, their variants, and those that stand in no file."""
        for scenario in scenarios:
            yield scenario
            yield from self.beside(scenario)
        yield from self.sessions()

    def player(self, stage: Stage, clauses: frozenset[str]) -> "Player":
        """Who plays them."""
        return Player(self, stage, clauses, Segmentation(stage, clauses) if self.segmentation else None)


@dataclass(frozen=True, slots=True)
class Player:
    """Plays scenarios and, where they are wanted, their variants."""

    sweeps: Sweeps
    stage: Stage
    clauses: frozenset[str]
    segmentation: Segmentation | None = None

    def play(self, scenario: Scenario) -> tuple[CaseResult, ...]:
        """Play one of them; generated sessions give a case for each thing that they found."""
        if Generated.is_one(scenario):
            return self.sweeps.generated.play(scenario, self.stage, self.clauses, self.sweeps.workers)
        if self.segmentation is None:
            return (play(scenario, self.stage, self.clauses),)
        if scenario.origin is None:
            return (self.segmentation.whole(scenario),)
        return (self.segmentation.play(scenario),)


def is_judged(scenario: Scenario, clauses: frozenset[str]) -> bool:
    """Whether, if it is a variant, what a variant can break is among the clauses."""
    return scenario.origin is None or not clauses.isdisjoint(judged_by(scenario))
