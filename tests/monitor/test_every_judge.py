"""Every clause that is judged is broken by one transcript and kept by another, and stands in the catalogue."""

import importlib
import pkgutil
import re
from types import ModuleType

import pytest

import conformance.monitor
import tests.monitor
from conformance.clauses import CATALOGUE, Subject
from conformance.monitor import JUDGES
from tests.monitor.scripts import Case

MODULES = [
    importlib.import_module(f"tests.monitor.{module.name}")
    for module in pkgutil.iter_modules(tests.monitor.__path__)
    if module.name.startswith("test_") and module.name != "test_every_judge"
]


def cases(module: ModuleType) -> list[Case]:
    return list(getattr(module, "CASES", []))


def full(clause: str) -> str:
    return clause if re.match(r"R[0-9]+-", clause) else f"R1939-{clause}"


CASES = [case for module in MODULES for case in cases(module)]
BROKEN = {full(clause) for case in CASES for clause in case.broken.split()}
KEPT = {full(clause) for case in CASES for clause in case.kept.split()}


@pytest.mark.parametrize("clause", JUDGES)
def test_a_transcript_breaks_it(clause: str) -> None:
    assert clause in BROKEN


@pytest.mark.parametrize("clause", JUDGES)
def test_a_transcript_keeps_it(clause: str) -> None:
    assert clause in KEPT


@pytest.mark.parametrize("clause", JUDGES)
def test_it_is_a_clause_for_servers(clause: str) -> None:
    assert CATALOGUE[clause].subject in (Subject.SERVER, Subject.BOTH)


@pytest.mark.parametrize("clause", JUDGES)
def test_its_judges_say_what_they_go_by(clause: str) -> None:
    assert all(judge.__doc__ for judge in JUDGES[clause])


def test_what_is_public_is_named() -> None:
    assert set(conformance.monitor.__all__) == {"JUDGES", "Ledger", "Monitor", "judge", "judge_session"}
    assert all(hasattr(conformance.monitor, name) for name in conformance.monitor.__all__)
