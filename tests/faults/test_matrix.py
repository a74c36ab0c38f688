"""The kill matrix: for each fault, what the suite finds broken is what the fault declares."""

import json

import pytest

from conformance.clauses import CATALOGUE
from conformance.server.faults import FAULTS, Fault
from tests.faults.publish import PUBLISHED
from tests.faults.suite import Found, run, run_for, run_on_strangers


@pytest.mark.parametrize("slow", [False, True])
def test_a_server_without_faults_breaks_nothing(slow: bool) -> None:
    found = run(slow=slow, large=True)
    assert (found.broken, found.errored) == ({}, {})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_suite_finds_just_what_a_fault_breaks(fault: Fault) -> None:
    found = run_for(fault)
    if not _as_declared(fault, found):
        found = run_for(fault, patient=True)
    assert _as_declared(fault, found), _difference(fault, found)
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    shown = {
        kind: {what for what, by in published[kind].items() if by == fault.name} for kind in ("rules", "scenarios")
    }
    assert shown["rules"] <= found.accusers
    assert shown["scenarios"] <= found.failed


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if not fault.clauses])
def test_what_is_lawful_is_so_with_mail_of_strangers(fault: str) -> None:
    found = run_on_strangers(fault)
    if found.broken or found.errored:
        found = run_on_strangers(fault, patient=True)
    assert (found.broken, found.errored) == ({}, {})


def test_what_is_lawful_breaks_no_clause() -> None:
    assert {fault.name for fault in FAULTS.values() if fault.room in ("lawful", "lenient") and fault.clauses} == set()


def test_faults_break_clauses_about_servers() -> None:
    declared = {clause for fault in FAULTS.values() for clause in fault.clauses}
    assert {clause for clause in declared if clause not in CATALOGUE or not CATALOGUE[clause].judges_server} == set()


def _as_declared(fault: Fault, found: Found) -> bool:
    if fault.at_least:
        return fault.clauses <= found.broken.keys()
    return fault.clauses == found.broken.keys() and not found.errored


def _difference(fault: Fault, found: Found) -> str:
    missed = sorted(fault.clauses - found.broken.keys())
    more = [found.reasons[clause] for clause in sorted(found.broken.keys() - fault.clauses)]
    return "\n".join([f"{fault.name}: missed {missed}", *more, *(f"{k}: {v}" for k, v in found.errored.items())])
