"""The kill matrix: for each fault, what the suite finds broken is what the fault declares."""

import json

import pytest

from conformance.clauses import CATALOGUE
from conformance.server.faults import CERTIFIED, CLEARTEXT_REFUSED, FAULTS, POPS, STARTTLS, Fault
from tests.faults.publish import PUBLISHED
from tests.faults.suite import Found, folders_of, run, run_for, run_on_strangers

_TRIES = 4


@pytest.mark.parametrize("slow", [False, True])
def test_a_server_without_faults_breaks_nothing(slow: bool) -> None:
    found = run(slow=slow, large=True)
    assert (found.broken, found.errored) == ({}, {})


@pytest.mark.parametrize("over", [STARTTLS, POPS, CERTIFIED, CLEARTEXT_REFUSED])
def test_it_breaks_nothing_however_a_client_comes(over: str) -> None:
    found = run(over=over)
    assert (found.broken, found.errored) == ({}, {})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_suite_finds_just_what_a_fault_breaks(fault: Fault) -> None:
    found = run_for(fault)
    if not (_as_declared(fault, found) and _unproven(fault, found) == set()):
        found = run_for(fault, patient=True)
    assert _as_declared(fault, found), _difference(fault, found)
    unproven = _unproven(fault, found)
    for _ in range(_TRIES):  # whether octets come before TLS begins takes luck on a busy machine
        if unproven:
            unproven &= _unproven(fault, run_for(fault, patient=True))
    assert unproven == set()


def _unproven(fault: Fault, found: Found) -> set[str]:
    """What the published matrix says that this fault makes fail, and did not; of folders that are not played the page
    alone tells."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    rules = {rule for rule, by in published["rules"].items() if by == fault.name}
    folders = folders_of(fault)
    scenarios = {s for s, by in published["scenarios"].items() if by == fault.name and s.split("/")[0] in folders}
    return (rules - found.accusers) | (scenarios - found.failed)


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
