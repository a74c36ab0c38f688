"""What is published of real servers is what the golden files say of them."""

import re

import pytest

from conformance.bundled import REPORTS
from conformance.clauses import CATALOGUE
from tests.foreign.interop import published
from tests.foreign.subjects import Subject

TEXT = (REPORTS / "interop" / "matrix.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("|")]
NAMES = next(row for row in ROWS if row[0] == "clause")[2:]
CLAUSES = {row[0].partition(",")[0]: row[2:] for row in ROWS if row[0].partition(",")[0] in CATALOGUE}


def test_every_server_that_is_judged_in_the_clear_has_a_column() -> None:
    names = [re.sub(r" [\d.]+", "", name) for name in NAMES]
    assert names == [", ".join([subject.server, *subject.flags]) for subject in published()]
    assert all(len(cells) == len(NAMES) for cells in CLAUSES.values())


@pytest.mark.parametrize("subject", published(), ids=str)
def test_a_cross_stands_where_the_golden_file_has_the_clause(subject: Subject) -> None:
    column = published().index(subject)
    crosses = {clause for clause, cells in CLAUSES.items() if cells[column] == "✗"}
    assert crosses == set(subject.golden()["broken"])


def test_the_page_and_the_pictures_lie_beside_it() -> None:
    folder = REPORTS / "interop"
    page = (folder / "matrix.html").read_text(encoding="utf-8")
    assert all(name in page for name in NAMES)
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in ("report.png", "matrix.png"))
