"""The catalogue: all clauses by id, read from their files when first asked for."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Final

from conformance.clauses.clause import Clause
from conformance.clauses.files import ClauseFileError, read_clauses

__all__ = ["CATALOGUE", "Catalogue", "UnknownClauseError"]


class UnknownClauseError(KeyError):
    """No clause has this id; the message names those that come nearest."""

    def __init__(self, clause: str, nearest: tuple[str, ...] = ()) -> None:
        hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"no clause is called {clause}{hint}")
        self.clause = clause
        self.nearest = nearest

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show it quoted


class Catalogue(Mapping[str, Clause]):
    """Every clause by its id, in the order of RFC, section and topic."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _clauses(self) -> dict[str, Clause]:
        clauses: dict[str, Clause] = {}
        for path in sorted(self._folder.glob("rfc*.toml"), key=lambda path: (len(path.name), path.name)):
            for clause in read_clauses(path):
                if clause.id in clauses:
                    message = f"{path}: {clause.id}: expected an id that no other clause has"
                    raise ClauseFileError(message)
                clauses[clause.id] = clause
        return clauses

    def __getitem__(self, clause: str) -> Clause:
        return self.find(clause)

    def __iter__(self) -> Iterator[str]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)

    def __contains__(self, clause: object) -> bool:
        return clause in self._clauses

    def find(self, clause: str) -> Clause:
        """The clause with this id, or `UnknownClauseError` with the ids that come nearest."""
        try:
            return self._clauses[clause]
        except KeyError:
            raise UnknownClauseError(clause, self._nearest(clause)) from None

    def of_rfc(self, rfc: int) -> tuple[Clause, ...]:
        """The clauses of one RFC."""
        return tuple(clause for clause in self.values() if clause.rfc == rfc)

    def of_section(self, rfc: int, section: str) -> tuple[Clause, ...]:
        """The clauses of one section and of those below it: ``5`` includes ``5.1``, not ``50``."""
        return tuple(
            clause
            for clause in self.of_rfc(rfc)
            if clause.section == section or clause.section.startswith(f"{section}.")
        )

    def matching(self, pattern: str) -> tuple[Clause, ...]:
        """The clauses whose id matches a pattern of the shell, such as ``R1939-STAT-*``."""
        return tuple(clause for clause in self.values() if fnmatchcase(clause.id, pattern))

    def _nearest(self, clause: str) -> tuple[str, ...]:
        from difflib import get_close_matches  # for the unlucky only

        return tuple(get_close_matches(clause.upper(), self._clauses, n=3, cutoff=0.7))


CATALOGUE: Final = Catalogue(Path(__file__).parent)
"""The clauses that pop3spec judges by."""
