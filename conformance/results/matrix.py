"""Several runs beside each other: clauses by servers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.clauses import CATALOGUE, Subject
from conformance.results.clause import ClauseResult, Standing
from conformance.results.run import RunResult

__all__ = ["Column", "Matrix", "Row", "merge"]


@dataclass(frozen=True, slots=True)
class Column:
    """A server."""

    name: str
    run: RunResult


@dataclass(frozen=True, slots=True)
class Row:
    """A clause."""

    clause: ClauseResult
    """As one of the runs has it, for what is the same in all."""
    cells: tuple[ClauseResult | None, ...]
    """As each has it, in the order of the columns; None where a run knows of no such clause."""

    def stands(self, standing: Standing) -> bool:
        """Whether it stands so in some run."""
        return any(cell is not None and cell.outcome is standing for cell in self.cells)

    @property
    def judged(self) -> bool:
        """Whether some run found out if it is kept."""
        return self.stands(Standing.KEPT) or self.stands(Standing.BROKEN)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All of them."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """In the order of the catalogue; clauses that bind clients alone are left out where no run judged them."""

    def that(self, standing: Standing) -> tuple[Row, ...]:
        """The clauses that stand so in some run."""
        return tuple(row for row in self.rows if row.stands(standing))


def merge(runs: Iterable[tuple[str, RunResult]]) -> Matrix:
    """The matrix of these runs.

    Each comes with the name of its column. Without one it is called by what the server calls itself, or by its address;
    where that is the same for several, the address stands behind it, and a number where that does not do.
    """
    named = list(runs)
    names = _told_apart([name or run.target.software or run.target.address for name, run in named], named)
    columns = tuple(Column(name, run) for name, (_, run) in zip(names, named, strict=True))
    by_id = [{clause.id: clause for clause in column.run.clauses} for column in columns]
    places = {name: place for place, name in enumerate(CATALOGUE)}
    ids = dict.fromkeys(name for clauses in by_id for name in clauses)
    rows = []
    for name in sorted(ids, key=lambda name: places.get(name, len(places))):
        cells = tuple(clauses.get(name) for clauses in by_id)
        row = Row(next(cell for cell in cells if cell is not None), cells)
        if row.judged or row.clause.subject is not Subject.CLIENT:
            rows.append(row)
    return Matrix(columns, tuple(rows))


def _told_apart(names: Sequence[str], runs: Sequence[tuple[str, RunResult]]) -> list[str]:
    longer = [
        f"{name}, {run.target.address}" if names.count(name) > 1 and name != run.target.address else name
        for name, (_, run) in zip(names, runs, strict=True)
    ]
    return [
        f"{name} ({longer[: place + 1].count(name)})" if longer.count(name) > 1 else name
        for place, name in enumerate(longer)
    ]
