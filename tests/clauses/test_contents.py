"""The catalogue that is shipped."""

from collections import Counter
from pathlib import Path

import pytest

import conformance.clauses
from conformance.clauses import (
    CATALOGUE,
    NEED_FAMILIES,
    NEEDS,
    OBSERVATIONS,
    Advisory,
    Clause,
    Level,
    Subject,
)

FOLDER = Path(conformance.clauses.__file__).parent


def select(**fields: object) -> set[str]:
    return {
        clause.id
        for clause in CATALOGUE.values()
        if clause.rfc in (1939, 1957) and all(getattr(clause, name) == value for name, value in fields.items())
    }


def test_rfc_1939_has_205_clauses_and_rfc_1957_has_two() -> None:
    assert (len(CATALOGUE.of_rfc(1939)), len(CATALOGUE.of_rfc(1957))) == (205, 2)


def test_no_clause_got_lost_or_changed_sides() -> None:
    subjects = Counter(clause.subject for clause in CATALOGUE.of_rfc(1939))
    assert subjects == {Subject.SERVER: 167, Subject.CLIENT: 37, Subject.BOTH: 1}
    assert {clause.subject for clause in CATALOGUE.of_rfc(1957)} == {Subject.CLIENT}


def test_the_levels_of_rfc_1939() -> None:
    assert Counter(clause.level for clause in CATALOGUE.of_rfc(1939)) == {
        Level.MUST: 35,
        Level.MUST_NOT: 12,
        Level.SHOULD: 11,
        Level.SHOULD_NOT: 7,
        Level.MAY: 9,
        Level.FACT: 131,
    }


def test_numbers_of_a_topic_run_without_gaps() -> None:
    numbers: dict[str, set[int]] = {}
    for name in select():
        series, _, number = name.rpartition("-")
        numbers.setdefault(series, set()).add(int(number))
    assert {series: max(found) for series, found in numbers.items()} == {
        series: len(found) for series, found in numbers.items()
    }


def test_clauses_stand_in_the_order_of_sections_and_each_topic_stands_together() -> None:
    for rfc in {clause.rfc for clause in CATALOGUE.values()}:
        clauses = CATALOGUE.of_rfc(rfc)
        sections = [_order(clause) for clause in clauses]
        assert sections == sorted(sections)
        blocks = [
            (clause.section, clause.topic)
            for before, clause in zip((None, *clauses), clauses, strict=False)
            if before is None or (before.section, before.topic) != (clause.section, clause.topic)
        ]
        assert len(blocks) == len(set(blocks))


def _order(clause: Clause) -> tuple[int, ...]:
    numbers = clause.section.split(".")
    return tuple(map(int, numbers)) if numbers[0].isdigit() else (999,)


def test_sections_are_those_that_demand_something() -> None:
    assert {clause.section for clause in CATALOGUE.of_rfc(1939)} == {"3", "4", "5", "6", "7", "8", "9", "11", "13"}
    assert {clause.section for clause in CATALOGUE.of_rfc(1957)} == {"Observations"}


def test_permissions_are_exactly_the_may_clauses() -> None:
    assert select(advisory=Advisory.PERMISSION) == select(level=Level.MAY)


def test_the_disputed_clauses_are_these() -> None:
    assert select(advisory=Advisory.DISPUTED) == {
        "R1939-ARG-01",
        "R1939-PASS-04",
        "R1939-UPD-10",
        "R1939-USER-08",
    }


def test_the_server_clauses_that_no_run_can_judge_are_these() -> None:
    excused = {clause.id for clause in CATALOGUE.values() if clause.excuse is not None} & select()
    assert excused == {
        "R1939-APOP-14",
        "R1939-AUTH-06",
        "R1939-NET-01",
        "R1939-SITE-04",
        "R1939-SITE-05",
        "R1939-UPD-03",
        "R1939-UPD-04",
        "R1939-USER-05",
    }


def test_the_client_clauses_that_nothing_shows_are_these() -> None:
    assert select(observe=("untestable",), subject=Subject.CLIENT) == {"R1939-SITE-01", "R1939-STATE-09"}


@pytest.mark.parametrize(
    "lawful, says",
    [
        ("R1939-AUTH-04", "Where a maildrop is open to one session at a time"),  # isolated snapshots
        ("R1939-UIDL-08", "identical copies may share one"),  # hashing
        ("R1939-TOP-09", "or it is refused"),  # a refused huge count
        ("R1939-TIMER-02", "in TRANSACTION"),  # short login timers
        ("R1939-NET-05", "As long as the server keeps the connection"),  # hanging up
    ],
)
def test_a_clause_leaves_room_for_what_is_lawful(lawful: str, says: str) -> None:
    assert says in CATALOGUE[lawful].says


@pytest.mark.parametrize(
    "clause", ["R1939-STAT-05", "R1939-TIMER-07", "R1939-UPD-09"], ids=["STAT sum", "idle lock", "aborted lock"]
)
def test_what_the_text_does_not_demand_outright_is_a_recommendation(clause: str) -> None:
    assert CATALOGUE[clause].level is Level.SHOULD
    assert CATALOGUE[clause].inferred


@pytest.mark.parametrize("clause", CATALOGUE.values(), ids=lambda clause: clause.id)
def test_texts_are_whole_sentences(clause: Clause) -> None:
    for text in (clause.says, clause.how):
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert text.isprintable()
    assert "ADVISORY" not in clause.how
    assert clause.excuse is None or not clause.excuse.endswith(".")


def test_a_clause_that_speaks_of_another_speaks_of_one_that_exists() -> None:
    for clause in CATALOGUE.values():
        for word in clause.how.replace("(", " ").replace(")", " ").split():
            name = word.rstrip(".,;:")
            if name.startswith(("R1939-", "R1957-")):
                assert name in CATALOGUE, clause.id


def test_the_readme_names_every_observation_and_every_need() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {*OBSERVATIONS, *NEEDS, *(f"{family}*" for family in NEED_FAMILIES)}
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_every_clause_file_is_read() -> None:
    files = {int(path.stem.removeprefix("rfc")) for path in FOLDER.glob("*.toml")}
    assert files == {clause.rfc for clause in CATALOGUE.values()}


def test_the_exports_are_what_the_package_shows() -> None:
    exported = conformance.clauses.__all__
    assert len(exported) == len(set(exported))
    modules = {"catalogue", "clause", "files", "rules"}
    shown = {name for name in vars(conformance.clauses) if not name.startswith(("_", "@"))}
    assert shown - modules == set(exported)
