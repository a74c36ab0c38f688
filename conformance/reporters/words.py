"""A run in words: the verdict in a line, and how clauses and scenarios are spoken of."""

from collections.abc import Iterable, Sequence

from conformance.clauses import Grade, Level
from conformance.results import ClauseResult, RunResult, Standing

__all__ = ["counted", "force", "listed", "verdict_line"]


def counted(number: int, what: str) -> str:
    """``1 clause``, ``2,000 clauses``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def force(clause: ClauseResult) -> str:
    """With what force the RFC speaks, for people."""
    return "stated as a fact, weighs as a MUST" if clause.level is Level.FACT else clause.level.value


def listed(names: Sequence[str], most: int = 4) -> str:
    """The first few of some names, and how many more there are."""
    told = ", ".join(names[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most} more"


def verdict_line(result: RunResult) -> str:
    """The run in a line."""
    parts = list(_broken(result))
    if result.errored:
        parts.append(f"{counted(len(result.errored), 'scenario')} errored")
    if parts:
        return ", ".join(parts)
    if not result.judged_anything:
        return "Nothing was judged: no clause was found kept or broken"
    must, should = (len(result.of_grade(grade, Standing.KEPT)) for grade in (Grade.MUST, Grade.SHOULD))
    return f"No clause broken; kept: {must} MUST, {should} SHOULD"


def _broken(result: RunResult) -> Iterable[str]:
    must, should = (len(result.of_grade(grade, Standing.BROKEN)) for grade in (Grade.MUST, Grade.SHOULD))
    if must:
        yield f"{counted(must, 'MUST clause')} broken"
    elif should:
        yield "No MUST clause broken"
    if should:
        yield f"{counted(should, 'SHOULD clause')} broken"
