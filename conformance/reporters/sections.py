"""The clauses of a run by RFC and section, and how many of them stand how."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from conformance.clauses import Subject
from conformance.results import ClauseResult, Row, Standing

__all__ = ["Rfc", "by_rfc", "count", "rfcs", "told"]

_T = TypeVar("_T")
_FIRST: Final = 1939
"""The RFC that the others are about."""


@dataclass(frozen=True, slots=True)
class Rfc:
    """The clauses of one RFC."""

    number: int
    sections: tuple[tuple[str, tuple[ClauseResult, ...]], ...]
    """With their names, in the order of the catalogue."""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many were kept, were broken, are unclear and were not judged."""
        clauses = [clause for _, section in self.sections for clause in section]
        kept, broken = count(clauses, Standing.KEPT), count(clauses, Standing.BROKEN)
        unclear = count(clauses, Standing.INCONCLUSIVE) + count(clauses, Standing.ERRORED)
        rest = len(clauses) - kept - broken - unclear
        return ("kept", kept), ("broken", broken), ("unclear", unclear), ("not judged", rest)


def told(clauses: Iterable[ClauseResult]) -> list[ClauseResult]:
    """Those that a report of a server tells of: what only clients can break is no business of its vendor."""
    other = Subject.CLIENT, Standing.NOT_APPLICABLE
    return [clause for clause in clauses if (clause.subject, clause.outcome) != other]


def rfcs(clauses: Sequence[ClauseResult]) -> Iterator[Rfc]:
    """One by one: RFC 1939, then its family in the order of the catalogue."""
    for number, own in _by(clauses, lambda clause: clause.rfc):
        sections = dict.fromkeys(clause.citation for clause in own)
        yield Rfc(number, tuple((name, tuple(c for c in own if c.citation == name)) for name in sections))


def by_rfc(rows: Sequence[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Clauses of several runs, in the same order."""
    return _by(rows, lambda row: row.clause.rfc)


def _by(things: Sequence[_T], rfc: Callable[[_T], int]) -> Iterator[tuple[int, list[_T]]]:
    numbers = dict.fromkeys(map(rfc, things))
    for number in sorted(numbers, key=lambda number: number != _FIRST):
        yield number, [thing for thing in things if rfc(thing) == number]


def count(clauses: Sequence[ClauseResult], standing: Standing) -> int:
    """How many stand so."""
    return sum(clause.outcome is standing for clause in clauses)
