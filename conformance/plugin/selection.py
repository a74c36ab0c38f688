"""Which scenarios are played and which clauses are judged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from conformance.clauses import CATALOGUE, Clause, Grade

if TYPE_CHECKING:
    from conformance.scenario import Scenario

__all__ = ["Selection"]

_FEW: Final = 12
"""Names that can be told all."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for, and what was not."""

    rfc: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    not_rfc: tuple[str, ...] = ()
    not_section: tuple[str, ...] = ()
    not_clause: tuple[str, ...] = ()
    not_scenario: tuple[str, ...] = ()
    not_level: tuple[str, ...] = ()
    not_group: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "Selection":
        """Out of the options' values by name."""
        return cls(**{name: tuple(options.get(name.replace("_", "-")) or ()) for name in cls.__dataclass_fields__})

    def clauses(self) -> frozenset[str]:
        """The ids of the clauses that are judged."""
        asked = [(texts, test, not option.startswith("not-")) for option, texts, test, _ in self._by_clause() if texts]
        return frozenset(
            clause.id
            for clause in CATALOGUE.values()
            if all(any(test(clause, text) for text in texts) is wanted for texts, test, wanted in asked)
        )

    def takes(self, scenario: "Scenario", clauses: frozenset[str]) -> bool:
        """Whether a scenario is played: it judges at least one of the clauses, and it is not excluded by name.

        One that judges none and tells facts is played unless clauses were chosen.
        """
        names = _names(scenario)
        if (self.scenario and not _any_of(names, self.scenario)) or _any_of(names, self.not_scenario):
            return False
        if (self.group and not _any(scenario.group, self.group)) or _any(scenario.group, self.not_group):
            return False
        if not scenario.clauses:
            return not any(texts for option, texts, _, _ in self._by_clause() if not option.startswith("not-"))
        return not clauses.isdisjoint(scenario.clauses)

    def mistake(self, scenarios: Iterable[str] | None = None) -> str:
        """What was named and does not exist, among clauses and, where they are given, scenarios; empty if all does."""
        for option, texts, test, known in self._by_clause():
            for text in texts:
                if not any(test(clause, text) for clause in CATALOGUE.values()):
                    what = option.removeprefix("not-")
                    noun = "RFC" if what == "rfc" else what
                    return f"--{option} {text}: there is no such {noun}{_hint(text, known)}"
        names = None if scenarios is None else tuple(scenarios)
        groups = None if names is None else tuple(dict.fromkeys(name.split("/")[0] for name in names))
        for option, texts in (("group", self.group), ("not-group", self.not_group)):
            for text in texts:
                if groups is not None and not any(fnmatchcase(group, text) for group in groups):
                    return f"--{option} {text}: there is no such group{_hint(text, groups)}"
        for option, texts in (("scenario", self.scenario), ("not-scenario", self.not_scenario)):
            for text in texts:
                if names is not None and not any(fnmatchcase(name, text) for name in names):
                    return f"--{option} {text}: there is no such scenario{_hint(text, names, '`pop3spec scenarios`')}"
        return ""

    def _by_clause(self) -> Iterator[tuple[str, tuple[str, ...], Callable[[Clause, str], bool], Iterable[str]]]:
        rfcs = tuple(dict.fromkeys(str(clause.rfc) for clause in CATALOGUE.values()))
        yield "rfc", self.rfc, _of_rfc, rfcs
        yield "not-rfc", self.not_rfc, _of_rfc, rfcs
        sections = tuple(dict.fromkeys(clause.section for clause in CATALOGUE.values()))
        yield "section", self.section, _in_section, sections
        yield "not-section", self.not_section, _in_section, sections
        yield "clause", self.clause, _called, CATALOGUE
        yield "not-clause", self.not_clause, _called, CATALOGUE
        yield "level", self.level, _of_level, tuple(Grade)
        yield "not-level", self.not_level, _of_level, tuple(Grade)


def _of_rfc(clause: Clause, text: str) -> bool:
    return str(clause.rfc) == text.upper().removeprefix("RFC").strip()


def _called(clause: Clause, text: str) -> bool:
    return fnmatchcase(clause.id, text.upper())


def _of_level(clause: Clause, text: str) -> bool:
    return clause.grade.value == text.lower()


def _in_section(clause: Clause, text: str) -> bool:
    rfc, colon, section = text.rpartition(":")
    if colon and str(clause.rfc) != rfc.upper().removeprefix("RFC").strip():
        return False
    return clause.section == section or clause.section.startswith(section + ".")


def _names(scenario: "Scenario") -> tuple[str, ...]:
    """Its id; a variant goes with what it is a variant of, too."""
    return (scenario.id,) if scenario.origin is None else (scenario.id, scenario.origin.id)


def _any_of(texts: Iterable[str], patterns: Iterable[str]) -> bool:
    wanted = tuple(patterns)
    return any(_any(text, wanted) for text in texts)


def _any(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _hint(text: str, known: Iterable[str], where: str = "`pop3spec clauses`") -> str:
    """What may have been meant: an id like it, the ids of a topic, ids that hold the text; else what there is."""
    names = list(known)
    near = get_close_matches(text, names, n=3, cutoff=0.7) or get_close_matches(text.upper(), names, n=3, cutoff=0.7)
    near = near or sorted({f"'{name.rpartition('-')[0]}-*'" for name in names if f"-{text.upper()}-" in name})
    if near := near or [name for name in names if text and text in name][:3]:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there is {', '.join(names)}" if 0 < len(names) <= _FEW else f"; {where} lists what there is"
