"""Several runs beside each other."""

from dataclasses import replace

import pytest

from conformance.clauses import CATALOGUE
from conformance.results import CaseResult, RunResult, Standing, TargetInfo, merge, run_result
from conformance.verdicts import Outcome, Verdict

STAT, LIST = "R1939-STAT-06", "R1939-LIST-10"


def judged(*verdicts: tuple[str, Outcome], software: str = "", address: str = "mx:110") -> RunResult:
    """A run that judged RFC 1939 in one scenario."""
    worst = next((outcome for _, outcome in verdicts), Outcome.KEPT)
    case = CaseResult("x/y", "x", 1939, "5", worst, verdicts=tuple(Verdict(*verdict) for verdict in verdicts))
    return run_result(
        [clause for clause in CATALOGUE.values() if clause.rfc == 1939],
        [case],
        target=TargetInfo(address, software=software),
        started="2026-03-14T09:26:53+00:00",
        seconds=1.0,
        version="0.1.0",
    )


GOOD, BAD = judged((STAT, Outcome.KEPT)), judged((STAT, Outcome.BROKEN))


def test_a_row_has_a_cell_for_each_server_in_their_order() -> None:
    matrix = merge([("bad", BAD), ("good", GOOD)])
    row = next(row for row in matrix.rows if row.clause.id == STAT)
    assert [cell.outcome for cell in row.cells if cell] == [Standing.BROKEN, Standing.KEPT]
    assert matrix.that(Standing.BROKEN) == (row,)
    assert row.judged
    assert not next(row for row in matrix.rows if row.clause.id == LIST).judged


def test_rows_are_in_the_order_of_the_catalogue_and_what_a_run_does_not_know_is_empty() -> None:
    less = replace(GOOD, clauses=tuple(clause for clause in GOOD.clauses if clause.id == LIST))
    matrix = merge([("less", less), ("good", GOOD)])
    ids = [row.clause.id for row in matrix.rows]
    assert ids == [name for name in CATALOGUE if name in ids]
    assert [row.cells[0] is None for row in matrix.rows if row.clause.id in (STAT, LIST)] == [True, False]


def test_a_clause_that_this_catalogue_does_not_have_stands_at_the_end() -> None:
    odd = replace(GOOD.clauses[0], id="R1939-OLD-01")
    matrix = merge([("old", replace(GOOD, clauses=(odd, *GOOD.clauses)))])
    assert matrix.rows[-1].clause.id == "R1939-OLD-01"


def test_what_binds_clients_alone_is_no_row() -> None:
    clients = {clause.id for clause in CATALOGUE.values() if clause.subject.value == "client"}
    assert clients & {clause.id for clause in GOOD.clauses}
    assert not clients & {row.clause.id for row in merge([("", GOOD)]).rows}


@pytest.mark.parametrize(
    "runs, names",
    [
        ([("a", GOOD), ("b", GOOD)], ["a", "b"]),
        ([("", GOOD), ("", replace(GOOD, target=TargetInfo("b:110", software="B 1")))], ["mx:110", "B 1"]),
        ([("a", GOOD), ("a", judged(address="b:110"))], ["a, mx:110", "a, b:110"]),
        ([("a", GOOD), ("a", GOOD)], ["a, mx:110 (1)", "a, mx:110 (2)"]),
        ([("", GOOD), ("", GOOD), ("", BAD)], ["mx:110 (1)", "mx:110 (2)", "mx:110 (3)"]),
    ],
)
def test_servers_can_be_told_apart(runs: list[tuple[str, RunResult]], names: list[str]) -> None:
    assert [column.name for column in merge(runs).columns] == names
