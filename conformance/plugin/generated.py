"""Generated sessions as a part of a run: one item draws and plays them all, or one a worker."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.results import CaseResult
from conformance.scenario import SUFFIX, Scenario, Stage
from conformance.scenario.steps import Place

__all__ = ["Generated"]

_NAME: Final = "generated/sessions"
_FOUND: Final = "found"
_MANY: Final = 1_000_000
"""Sessions where only a time is told."""


@dataclass(frozen=True, slots=True)
class Generated:
    """How many sessions are drawn, for how long, and what becomes of findings."""

    sessions: int = 0
    seconds: float | None = None
    """None for as long as it takes."""
    seed: int = 0
    folder: Path = Path("pop3spec-report")
    """That of the reports."""

    @property
    def wanted(self) -> bool:
        """Whether there are any."""
        return self.sessions > 0 or self.seconds is not None

    def items(self, workers: int) -> list[Scenario]:
        """What stands for them among the scenarios: one for each worker."""
        if not self.wanted:
            return []
        names = [_NAME] if workers == 1 else [f"{_NAME}-{worker}" for worker in range(1, workers + 1)]
        return [_pseudo(name) for name in names]

    @staticmethod
    def is_one(scenario: Scenario) -> bool:
        """Whether a scenario stands for generated sessions."""
        return scenario.id.startswith(_NAME)

    def file_of(self, scenario: str) -> str:
        """The scenario file that was written for a finding; empty for what is none."""
        group, _, rest = scenario.partition("/")
        stem = rest.partition("/")[0]
        return str(self.folder / _FOUND / f"{stem}{SUFFIX}") if self.wanted and group == _FOUND else ""

    def play(self, scenario: Scenario, stage: Stage, clauses: frozenset[str], workers: int) -> tuple[CaseResult, ...]:
        """Draw and play this worker's share, and write what was found; the cases."""
        from conformance.machine.explore import Budget, Explorer
        from conformance.machine.found import cases, write_found

        worker = int(scenario.id.removeprefix(_NAME).removeprefix("-") or 1)
        share = -(-(self.sessions or _MANY) // workers)
        explorer = Explorer(stage, clauses, seed=self.seed + worker - 1, database=_cache(stage))
        began = time.monotonic()
        explorer.explore(Budget(sessions=share, seconds=self.seconds))
        for finding in explorer.findings:
            write_found(finding, self.folder)
        title = f"{explorer.drawn} generated sessions"
        return tuple(cases(explorer, title, time.monotonic() - began, scenario.id))


def _pseudo(name: str) -> Scenario:
    return Scenario(
        id=name,
        title="generated sessions",
        path=Path("generated"),
        place=Place(1, 1),
        clauses=tuple(clause.id for clause in CATALOGUE.values() if clause.judges_server),
        maildrop=None,
        needs=(),
        wrong_logins=0,
        steps=(),
    )


def _cache(stage: Stage) -> Path:
    """Where hypothesis remembers what failed on this target."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    name = "".join(c if c.isalnum() or c in ".-" else "-" for c in stage.target.address)
    return Path(base, "pop3spec", "examples", name)
