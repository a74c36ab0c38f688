"""What a terminal shows of a run beside the clauses that broke: lists, each with what its things have in common."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from conformance.clauses import Advisory, Grade
from conformance.reporters.terminal_text import copyable, heading, indented, item, paragraph
from conformance.reporters.words import counted, why_known
from conformance.results import ClauseResult, RunResult, Standing
from conformance.verdicts import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["errored", "facts", "known", "left_out", "listed_clauses", "noted", "unclear"]

_TOLD: Final = 10
"""Things of one kind that are told one by one."""
_FIRST: Final = 3
"""Clauses that are named as the first to be mended."""
_SAME: Final = 4
"""Scenarios that are named where all have the same reason."""


def listed_clauses(clauses: Sequence[ClauseResult]) -> "Iterator[RenderableType]":
    """The first few, in a line or two each."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(no_wrap=True, style="dim")
    for clause in clauses[:_FIRST]:
        grid.add_row(*map(paragraph, (clause.id, clause.citation, clause.says)))
    yield indented(grid)
    if len(clauses) > _FIRST:
        yield indented(paragraph((f"and {counted(len(clauses) - _FIRST, 'more clause')}, told above", "dim")))


def facts(result: RunResult) -> "Iterator[RenderableType]":
    """What was seen of the server and breaks nothing."""
    from rich.table import Table

    if not result.target.facts:
        return
    yield from heading("Seen, and no matter of any clause")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(style="dim")
    for name, text in result.target.facts:
        grid.add_row(paragraph(name), paragraph(text))
    yield indented(grid)


def errored(result: RunResult, repeat: Callable[[str], str]) -> "Iterator[RenderableType]":
    """Scenarios that a fault ended which is not the server's, by that fault."""
    if not result.errored:
        return
    yield from heading("Scenarios that errored: not played to their end, and not passed")
    reasons = _grouped((case.reason, case.id) for case in result.errored)
    for why, ids in list(reasons.items())[:_TOLD]:
        yield paragraph(why)
        yield from _named(ids)
        yield paragraph()
        yield copyable(repeat(ids[0]))
    yield from _more(len(reasons), "reason")


def unclear(result: RunResult) -> "Iterator[RenderableType]":
    """Clauses that were tried and that nothing could be said about, and what scenarios show of no other clause."""
    clauses = [clause for clause in result.clauses if clause.outcome is Standing.INCONCLUSIVE]
    told = {name for clause in clauses for name in clause.scenarios}
    others = [case for case in result.cases if case.outcome is Outcome.INCONCLUSIVE and case.id not in told]
    if clauses or others:
        yield from heading("Unclear: tried, and could not be judged")
        for clause in clauses[:_TOLD]:
            yield item((f"{clause.id} ", "yellow"), clause.says)
            yield indented(paragraph((clause.reason, "dim")))
            yield from _named(clause.scenarios[:2])
        yield from _more(len(clauses), "clause")
        reasons = _grouped((case.reason, case.id) for case in others)
        for why, ids in list(reasons.items())[:_TOLD]:
            yield item(("-", "dim"), why)
            yield from _named(ids)
        yield from _more(len(reasons), "reason")


def noted(result: RunResult, broken: Sequence[ClauseResult]) -> "Iterator[RenderableType]":
    """What is not held against the server: another reading of a disputed text, a choice that the RFC leaves."""
    expected = {one.clause for one in result.known}
    disputed = [
        clause
        for clause in result.of_grade(Grade.MAY, Standing.BROKEN)
        if clause.advisory is Advisory.DISPUTED and clause not in broken and clause.id not in expected
    ]
    notes = list(dict.fromkeys(note for case in result.cases for note in case.notes))
    if disputed or notes:
        yield from heading("Noted, and not held against the server")
        for clause in disputed:
            reading = f"({clause.citation} can be read in two ways; {clause.reason})"
            yield item(("-", "dim"), (clause.id, "bold"), "  ", clause.says, " ", (reading, "dim"))
        for note in notes:
            yield item(("-", "dim"), note)


def known(result: RunResult) -> "Iterator[RenderableType]":
    """What was known to be broken: what still is, by the reason that it fails nothing, and what is not any more."""
    still, mended = result.known_that(Standing.BROKEN), result.known_that(Standing.KEPT)
    if still:
        yield from heading(f"Known: {counted(len(still), 'clause')} broken, and nothing fails by {_them(still)}")
        for deviation in still:
            why = (f"({deviation.clause.citation}; {why_known(deviation)})", "dim")
            yield item(("-", "dim"), (deviation.clause.id, "bold"), "  ", deviation.clause.says, " ", why)
    if mended:
        yield from heading(f"Fixed: {counted(len(mended), 'clause')} known to be broken, and kept", "bold green")
        for deviation in mended:
            where = "accept" if deviation.known.accepted else "the baseline"
            yield item(("-", "dim"), (deviation.clause.id, "bold"), "  ", deviation.clause.says)
            yield indented(paragraph((f"it can go out of {where} now", "dim")))


def _them(several: Sequence[object]) -> str:
    return "it" if len(several) == 1 else "them"


def left_out(result: RunResult) -> "Iterator[RenderableType]":
    """What was not played, by the reason; a whole folder of scenarios as the pattern that --scenario takes."""
    if not result.left_out:
        return
    yield from heading(f"Left out: {counted(len(result.left_out), 'scenario')}")
    for why, ids in _grouped((left.why, left.what) for left in result.left_out).items():
        yield paragraph(why)
        yield from _named(_shortened(ids, [case.id for case in result.cases]))


def _shortened(ids: Sequence[str], everything: Sequence[str]) -> list[str]:
    """The ids, with a pattern in place of those that are all there is in a folder."""
    short: list[str] = []
    for folder, inside in _grouped((name.rpartition("/")[0], name) for name in ids).items():
        whole = [name for name in everything if name.rpartition("/")[0] == folder]
        if folder and len(inside) > 1 and len(inside) >= len(whole):
            short.append(f"{shlex.quote(f'{folder}/*')}  ({counted(len(inside), 'scenario')})")
        else:
            short += inside
    return short


def _named(names: Sequence[str]) -> "Iterator[RenderableType]":
    told = len(names) if len(names) == _SAME + 1 else _SAME  # a line that counts one takes as much room as the one
    yield from map(copyable, names[:told])
    if len(names) > told:
        yield indented(paragraph((f"and {len(names) - _SAME:,} more, see the report", "dim")))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _more(number: int, what: str) -> "Iterator[RenderableType]":
    if number > _TOLD:
        yield paragraph((f"and {counted(number - _TOLD, f'more {what}')}, see the report", "dim"))
