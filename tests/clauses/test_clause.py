from dataclasses import FrozenInstanceError, replace

import pytest

from conformance.clauses import Advisory, Clause, Grade, Level, Subject

CLAUSE = Clause(
    id="R1939-STAT-02",
    rfc=1939,
    section="5",
    topic="STAT",
    subject=Subject.SERVER,
    level=Level.FACT,
    inferred=True,
    says="STAT in TRANSACTION always succeeds.",
    how="Send STAT; require +OK.",
    observe=("active", "passive"),
    needs=("account",),
)


@pytest.mark.parametrize(
    "level, grade",
    [
        (Level.MUST, Grade.MUST),
        (Level.MUST_NOT, Grade.MUST),
        (Level.FACT, Grade.MUST),
        (Level.SHOULD, Grade.SHOULD),
        (Level.SHOULD_NOT, Grade.SHOULD),
        (Level.MAY, Grade.MAY),
    ],
)
def test_a_level_weighs_by_its_grade(level: Level, grade: Grade) -> None:
    assert level.grade is grade
    assert replace(CLAUSE, level=level).grade is grade


def test_every_level_has_a_grade() -> None:
    assert {level.grade for level in Level} == set(Grade)


@pytest.mark.parametrize("advisory", Advisory)
@pytest.mark.parametrize("level", Level)
def test_an_advisory_clause_weighs_no_more_than_a_permission_and_never_fails(level: Level, advisory: Advisory) -> None:
    clause = replace(CLAUSE, level=level, advisory=advisory)
    assert clause.grade is Grade.MAY
    assert not clause.can_fail


def test_a_plain_clause_can_fail_at_must_and_at_should() -> None:
    assert CLAUSE.can_fail
    assert replace(CLAUSE, level=Level.SHOULD_NOT).can_fail


def test_a_permission_cannot_fail() -> None:
    assert not replace(CLAUSE, level=Level.MAY).can_fail


def test_an_excused_clause_cannot_fail() -> None:
    assert not replace(CLAUSE, excuse="out-of-band: the store is not on the wire").can_fail


def test_an_untestable_clause_cannot_fail() -> None:
    assert not replace(CLAUSE, subject=Subject.CLIENT, observe=("untestable",)).can_fail


def test_a_citation_reads_as_people_write_it() -> None:
    assert CLAUSE.citation == "RFC 1939 §5"
    assert replace(CLAUSE, section="6.7").citation == "RFC 1939 §6.7"
    assert replace(CLAUSE, rfc=1957, section="Observations").citation == "RFC 1957 Observations"


@pytest.mark.parametrize("subject, judged", [(Subject.SERVER, True), (Subject.BOTH, True), (Subject.CLIENT, False)])
def test_a_server_is_judged_by_what_binds_servers(subject: Subject, judged: bool) -> None:
    assert replace(CLAUSE, subject=subject).judges_server is judged


def test_a_clause_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        CLAUSE.level = Level.MAY  # type: ignore[misc]  # the point of the test
