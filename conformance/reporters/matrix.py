"""The matrix of several servers: clauses by servers, as a page and as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.clauses import Grade
from conformance.reporters.files import write_file
from conformance.reporters.markdown import inert
from conformance.reporters.proofs import Proof
from conformance.reporters.sections import by_rfc, count, told
from conformance.reporters.templates import page
from conformance.reporters.words import SIGNS, counted, weight
from conformance.results import Column, FailOn, Matrix, Row, Standing

__all__ = ["MatrixHtml", "MatrixMarkdown", "matrix_html", "matrix_markdown"]

_ABSENT: Final = (Standing.NOT_IMPLEMENTED, Standing.NOT_APPLICABLE)
_LEGEND: Final = (
    (Standing.KEPT, "kept"),
    (Standing.BROKEN, "broken"),
    (Standing.INCONCLUSIVE, "unclear"),
    (Standing.NOT_IMPLEMENTED, "not implemented"),
    (Standing.NOT_TESTED, "not judged"),
)


@dataclass(frozen=True, slots=True)
class MatrixHtml:
    """Writes the page."""

    path: Path
    fail_on: FailOn = FailOn.MUST

    def report(self, matrix: Matrix) -> None:
        """Write it; `ReportError` when that is not possible."""
        write_file(self.path, matrix_html(matrix, self.fail_on))


@dataclass(frozen=True, slots=True)
class MatrixMarkdown:
    """Writes the Markdown file."""

    path: Path
    fail_on: FailOn = FailOn.MUST

    def report(self, matrix: Matrix) -> None:
        """Write it; `ReportError` when that is not possible."""
        write_file(self.path, matrix_markdown(matrix, self.fail_on))


@dataclass(frozen=True, slots=True)
class _Server:
    """A column in a line."""

    column: Column
    fail_on: FailOn

    @property
    def good(self) -> bool:
        return not self.column.run.exit_status(self.fail_on)

    @property
    def word(self) -> str:
        if not self.column.run.judged_anything:
            return "not judged"
        if self.column.run.ended_early:
            return "ended early"
        known = len(self.column.run.known_that(Standing.BROKEN))
        return ("passed" if self.good else "failed") + (f", {known} known" if known else "")

    @property
    def about(self) -> str:
        run = self.column.run
        software = f"{run.target.software}, " if run.target.software not in ("", self.column.name) else ""
        return f"{software}{run.started[:10]}, pop3spec {run.version}"

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """MUST and SHOULD broken, kept, unclear and not judged, each with the name of its kind."""
        broken = self.column.run.of_grade
        clauses = told(self.column.run.clauses)
        kept, rest = count(clauses, Standing.KEPT), (*_ABSENT, Standing.NOT_TESTED)
        return (
            ("broken", len(broken(Grade.MUST, Standing.BROKEN))),
            ("unclear", len(broken(Grade.SHOULD, Standing.BROKEN))),
            ("kept", kept),
            ("unclear", count(clauses, Standing.INCONCLUSIVE) + count(clauses, Standing.ERRORED)),
            ("not-judged", sum(count(clauses, standing) for standing in rest)),
        )


# -- the page --------------------------------------------------------------------------------------------------------


def matrix_html(matrix: Matrix, fail_on: FailOn = FailOn.MUST) -> str:
    """The page of several servers."""
    kinds = [_kind(row) for row in matrix.rows]
    wrong = "broken" in kinds
    return page(
        "matrix.html.j2",
        matrix=matrix,
        title=_title(matrix),
        verdict=_verdict(matrix, fail_on),
        servers=[_Server(column, fail_on) for column in matrix.columns],
        legend=_LEGEND,
        kinds=[
            ("broken", "some server breaks", kinds.count("broken"), True),
            ("kept", "all keep that were judged", kinds.count("kept"), not wrong),
            ("not-judged", "nobody was judged by", kinds.count("not-judged"), not wrong),
        ],
        kind=_kind,
        rfcs=list(by_rfc(matrix.rows)),
        proofs=[(row, _proofs(matrix, row)) for row in matrix.that(Standing.BROKEN)],
    )


def _kind(row: Row) -> str:
    if row.stands(Standing.BROKEN):
        return "broken"
    return "kept" if row.judged else "not-judged"


def _proofs(matrix: Matrix, row: Row) -> list[tuple[Column, Proof]]:
    return [
        (column, Proof.of(cell, column.run))
        for column, cell in zip(matrix.columns, row.cells, strict=True)
        if cell is not None and cell.outcome is Standing.BROKEN
    ]


def _title(matrix: Matrix) -> str:
    return f"POP3 conformance of {counted(len(matrix.columns), 'server')}"


def _verdict(matrix: Matrix, fail_on: FailOn) -> str:
    passed = sum(_Server(column, fail_on).good for column in matrix.columns)
    broken, judged = len(matrix.that(Standing.BROKEN)), sum(row.judged for row in matrix.rows)
    found = f"{broken} of {counted(judged, 'judged clause')} broken by at least one"
    return f"{passed} of {counted(len(matrix.columns), 'server')} passed; {found}"


# -- Markdown --------------------------------------------------------------------------------------------------------


def matrix_markdown(matrix: Matrix, fail_on: FailOn = FailOn.MUST) -> str:
    """The same as Markdown: the servers, and the clauses that some of them break."""
    return "\n".join(_lines(matrix, fail_on)) + "\n"


def _lines(matrix: Matrix, fail_on: FailOn) -> Iterator[str]:
    yield from (f"## {_title(matrix)}", "", _verdict(matrix, fail_on))
    yield from (
        "",
        "| server | verdict | MUST broken | SHOULD broken | kept | unclear | not judged |",
        "|---|---|" + "--:|" * 5,
    )
    for column in matrix.columns:
        server = _Server(column, fail_on)
        counts = " | ".join(str(number or "") for _, number in server.counts)
        yield f"| **{inert(column.name)}**, {inert(server.about)} | {server.word} | {counts} |"
    if not (rows := matrix.that(Standing.BROKEN)):
        return
    yield from ("", "### Clauses that some server breaks", "")
    yield ", ".join(f"{SIGNS[standing]} {words}" for standing, words in _LEGEND)
    yield from ("", "| clause | | " + " | ".join(inert(column.name) for column in matrix.columns) + " |")
    yield "|---|---|" + ":-:|" * len(matrix.columns)
    for row in rows:
        cells = " | ".join(SIGNS[cell.outcome] if cell is not None else "" for cell in row.cells)
        clause = row.clause
        about = f"{clause.id}, {clause.citation}, {weight(clause)}"
        yield f"| {inert(about)} | {inert(clause.says)} | {cells} |"
