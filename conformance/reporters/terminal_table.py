"""How the clauses of each section stand, or of each RFC where there are many, as a small table."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from conformance.reporters.printable import printable
from conformance.reporters.sections import rfcs, told
from conformance.results import ClauseResult, RunResult, Standing

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["section_table"]

_SECTIONS: Final = 24
"""Rows that a reader takes in; where there are more sections, each RFC has a row."""
_DISPUTED: Final = "disputed"
_COLUMNS: Final = {
    Standing.KEPT.value: ("kept", "green"),
    Standing.BROKEN.value: ("broken", "bold red"),
    _DISPUTED: ("disputed", "yellow"),
    Standing.ERRORED.value: ("errored", "magenta"),
    Standing.INCONCLUSIVE.value: ("unclear", "yellow"),
    Standing.NOT_IMPLEMENTED.value: ("absent", "dim"),
    Standing.NOT_APPLICABLE.value: ("n/a", "dim"),
    Standing.NOT_TESTED.value: ("untested", "dim"),
}
"""Columns in order, with heading and style; one without a number in it is left out."""


def section_table(result: RunResult) -> "Table":
    """One row a section, RFC 1939 first, and one for the sum."""
    from rich.table import Table
    from rich.text import Text

    clauses = [clause for rfc in rfcs(told(result.clauses)) for _, section in rfc.sections for clause in section]
    many = len({clause.citation for clause in clauses}) > _SECTIONS
    rows: dict[str, Counter[str]] = {}
    for clause in clauses:
        rows.setdefault(f"RFC {clause.rfc}" if many else clause.citation, Counter())[_column(clause)] += 1
    total = sum(rows.values(), Counter[str]())
    columns = [key for key in _COLUMNS if total[key]]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_footer=bool(rows))
    table.add_column("RFC" if many else "section", Text("all"), no_wrap=True)
    for key in columns:
        heading, style = _COLUMNS[key]
        table.add_column(heading, Text(str(total[key])), justify="right", style=style)
    for citation, counts in rows.items():
        table.add_row(Text(printable(citation)), *(Text(str(counts[key] or "")) for key in columns))
    return table


def _column(clause: ClauseResult) -> str:
    """A broken clause that is only reported on has a column of its own, so that broken means broken."""
    return _DISPUTED if clause.outcome is Standing.BROKEN and clause.advisory is not None else clause.outcome.value
