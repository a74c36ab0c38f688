"""What failed on a target before, so that it is tried first the next time.

hypothesis' example database keeps it. What is kept is not the choices that hypothesis made but the shortest session, as
the text of a scenario: it lasts when strategies change, and no seed is needed to play it.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from hypothesis.database import DirectoryBasedExampleDatabase

from conformance.scenario import Scenario
from conformance.scenario.document import read
from conformance.scenario.write import as_text

__all__ = ["Remembered"]

_KEY: Final = b"generated sessions"
_MOST: Final = 40
"""Sessions that are tried again."""


class Remembered:
    """The sessions of one target."""

    def __init__(self, folder: Path) -> None:
        self._examples = DirectoryBasedExampleDatabase(folder)

    def recall(self) -> Iterator[Scenario]:
        """What failed before, the shortest session first; what cannot be read any more is forgotten."""
        for value in sorted(self._examples.fetch(_KEY), key=lambda value: (len(value), value))[:_MOST]:
            scenarios, _ = read(Path("remembered.pop3.yaml"), value.decode("utf-8", "replace"))
            if len(scenarios) == 1:
                yield scenarios[0]
            else:
                self._examples.delete(_KEY, value)

    def keep(self, scenario: Scenario, clause: str) -> None:
        """Remember a session that breaks this clause."""
        self._examples.save(_KEY, _value(replace(scenario, clauses=(clause,))))

    def forget(self, scenario: Scenario) -> None:
        """It does not fail any more."""
        self._examples.delete(_KEY, _value(scenario))


def _value(scenario: Scenario) -> bytes:
    return as_text(scenario).encode()
