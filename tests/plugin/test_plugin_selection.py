"""What is selected, by clause and by scenario, and what is a mistake."""

from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import CATALOGUE, Clause
from conformance.plugin.selection import Selection
from conformance.scenario import Scenario
from conformance.scenario.steps import Place


def select(**options: list[str] | None) -> Selection:
    return Selection.from_options({name.replace("_", "-"): value for name, value in options.items()})


def clauses(**options: list[str]) -> set[str]:
    return set(select(**options).clauses())


def those(test: Any) -> set[str]:
    found = {clause.id for clause in CATALOGUE.values() if test(clause)}
    assert len(found) > 0
    return found


def scenario(name: str, *judges: str) -> Scenario:
    return Scenario(name, "It holds", Path("x.pop3.yaml"), Place(1, 1), judges, None, (), 0, ())


def test_all_is_judged_unless_something_is_said() -> None:
    assert clauses() == set(CATALOGUE)
    assert clauses(rfc=[], clause=[]) == set(CATALOGUE)
    assert select(rfc=None).clauses() == set(CATALOGUE)


def in_five(clause: Clause) -> bool:
    return clause.section == "5" or clause.section.startswith("5.")


@pytest.mark.parametrize(
    "options, test",
    [
        ({"rfc": ["1939"]}, lambda clause: clause.rfc == 1939),
        ({"rfc": ["rfc1939"]}, lambda clause: clause.rfc == 1939),
        ({"rfc": ["RFC 1939"]}, lambda clause: clause.rfc == 1939),
        ({"section": ["5"]}, in_five),
        ({"section": ["1939:5"]}, lambda clause: clause.rfc == 1939 and in_five(clause)),
        ({"section": ["RFC1939:5"]}, lambda clause: clause.rfc == 1939 and in_five(clause)),
        ({"section": ["5", "6"]}, lambda clause: clause.section.partition(".")[0] in ("5", "6")),
        ({"clause": ["R1939-STAT-01"]}, lambda clause: clause.id == "R1939-STAT-01"),
        ({"clause": ["r1939-stat-*"]}, lambda clause: clause.id.startswith("R1939-STAT-")),
        ({"clause": ["*-01", "*-02"]}, lambda clause: clause.id.endswith(("-01", "-02"))),
        ({"level": ["must"]}, lambda clause: clause.grade == "must"),
        ({"level": ["SHOULD", "may"]}, lambda clause: clause.grade != "must"),
        ({"not_rfc": ["1957"]}, lambda clause: clause.rfc != 1957),
        ({"not_section": ["5"]}, lambda clause: not in_five(clause)),
        ({"not_clause": ["R1939-TOP-*"]}, lambda clause: "-TOP-" not in clause.id),
        ({"not_level": ["must"]}, lambda clause: clause.grade != "must"),
        (
            {"section": ["5"], "level": ["must"], "not_clause": ["*-STAT-*", "*-LIST-*"]},
            lambda clause: (
                in_five(clause) and clause.grade == "must" and "-STAT-" not in clause.id and "-LIST-" not in clause.id
            ),
        ),
    ],
)
def test_clauses_are_selected_by_each_option_and_by_all_together(options: dict[str, list[str]], test: Any) -> None:
    assert clauses(**options) == those(test)


def test_a_section_is_no_prefix_of_another_number() -> None:
    assert not any(CATALOGUE[clause].section == "11" for clause in clauses(section=["1"]))
    assert {CATALOGUE[clause].section for clause in clauses(section=["11"])} == {"11"}


def test_what_excludes_all_leaves_nothing() -> None:
    assert clauses(rfc=["1939"], not_rfc=["1939"]) == set()
    assert clauses(clause=["R1939-STAT-01"], section=["7"]) == set()


STAT = scenario("rfc1939/05-stat/stat-counts", "R1939-STAT-01", "R1939-STAT-02")


@pytest.mark.parametrize(
    "options, taken",
    [
        ({}, True),
        ({"clause": ["R1939-STAT-02"]}, True),
        ({"clause": ["R1939-STAT-03"]}, False),
        ({"not_clause": ["R1939-STAT-02"]}, True),
        ({"not_clause": ["R1939-STAT-*"]}, False),
        ({"scenario": ["*/05-stat/*"]}, True),
        ({"scenario": ["rfc1939/05-stat/stat-counts"]}, True),
        ({"scenario": ["stat-counts"]}, False),
        ({"scenario": ["*/05-list/*", "*counts"]}, True),
        ({"not_scenario": ["*/05-stat/*"]}, False),
        ({"not_scenario": ["*/05-list/*"]}, True),
        ({"scenario": ["*/05-stat/*"], "not_scenario": ["*counts"]}, False),
        ({"scenario": ["*/05-stat/*"], "clause": ["R1939-TOP-01"]}, False),
    ],
)
def test_a_scenario_is_played_by_its_name_and_for_what_it_judges(options: dict[str, list[str]], taken: bool) -> None:
    selection = select(**options)
    assert selection.takes(STAT, selection.clauses()) is taken


@pytest.mark.parametrize(
    "options, mistake",
    [
        ({"rfc": ["1940"]}, "--rfc 1940: there is no such RFC; `pop3spec clauses` lists what there is"),
        ({"not_rfc": ["pop"]}, "--not-rfc pop: there is no such RFC"),
        ({"section": ["12.3"]}, "--section 12.3: there is no such section"),
        ({"section": ["1957:5"]}, "--section 1957:5: there is no such section"),
        ({"clause": ["R1939-STAT-1"]}, "--clause R1939-STAT-1: there is no such clause; did you mean R1939-STAT-01"),
        ({"not_clause": ["r1939-stta-01"]}, "did you mean R1939-STAT-01"),
        ({"level": ["musst"]}, "--level musst: there is no such level; did you mean must?"),
        ({"level": ["x"]}, "--level x: there is no such level; there is must, should, may"),
        (
            {"scenario": ["rfc1939/05-stat/stat-count"]},
            "there is no such scenario; did you mean rfc1939/05-stat/stat-c",
        ),
        ({"not_scenario": ["05-stat"]}, "--not-scenario 05-stat: there is no such scenario; did you mean rfc1939/05-"),
        ({"rfc": ["1939", "1940"]}, "--rfc 1940"),
    ],
)
def test_what_does_not_exist_is_a_mistake_with_a_hint(options: dict[str, list[str]], mistake: str) -> None:
    assert mistake in select(**options).mistake(["rfc1939/05-stat/stat-counts", "rfc1939/07-top/top-shows-lines"])


def test_scenarios_are_not_looked_up_where_they_are_not_known() -> None:
    assert select(scenario=["nothing"]).mistake() == ""
    assert select(scenario=["*/05-stat/*"], section=["5"], level=["MUST"]).mistake([STAT.id]) == ""
