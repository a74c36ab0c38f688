"""Which scenarios are played and which clauses are judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from conformance.clauses import CATALOGUE, Clause
from conformance.scenario import Scenario

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for, and what was not."""

    rfc: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    not_rfc: tuple[str, ...] = ()
    not_section: tuple[str, ...] = ()
    not_clause: tuple[str, ...] = ()
    not_scenario: tuple[str, ...] = ()
    not_level: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "Selection":
        """Out of the options' values by name."""
        return cls(**{name: tuple(options.get(name.replace("_", "-")) or ()) for name in cls.__dataclass_fields__})

    def clauses(self) -> frozenset[str]:
        """The ids of the clauses that are judged."""
        return frozenset(clause.id for clause in CATALOGUE.values() if self._judged(clause))

    def takes(self, scenario: Scenario, clauses: frozenset[str]) -> bool:
        """Whether a scenario is played: it judges at least one of the clauses, and it is not excluded by name."""
        if self.scenario and not _any(scenario.id, self.scenario):
            return False
        return not _any(scenario.id, self.not_scenario) and not clauses.isdisjoint(scenario.clauses)

    def _judged(self, clause: Clause) -> bool:
        tests = (
            (self.rfc, self.not_rfc, lambda text: str(clause.rfc) == text.upper().removeprefix("RFC").strip()),
            (self.section, self.not_section, lambda text: _in_section(clause, text)),
            (self.clause, self.not_clause, lambda text: fnmatchcase(clause.id, text.upper())),
            (self.level, self.not_level, lambda text: clause.grade.value == text.lower()),
        )
        return all(
            (not wanted or any(map(test, wanted))) and not any(map(test, unwanted)) for wanted, unwanted, test in tests
        )


def _in_section(clause: Clause, text: str) -> bool:
    rfc, colon, section = text.rpartition(":")
    if colon and str(clause.rfc) != rfc.upper().removeprefix("RFC").strip():
        return False
    return clause.section == section or clause.section.startswith(section + ".")


def _any(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
