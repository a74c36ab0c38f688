"""Every clause that a server can break is put to the test, or says why it is not."""

from collections.abc import Iterator

import pytest

from conformance import bundled
from conformance.clauses import CATALOGUE
from conformance.monitor import JUDGES
from conformance.scenario import SUFFIX, Scenario, load


def scenarios() -> Iterator[Scenario]:
    for path in sorted(bundled.SCENARIOS.rglob(f"*{SUFFIX}")):
        found, problems = load(path)
        assert problems == []
        yield from found


@pytest.fixture(scope="module")
def covered() -> set[str]:
    return {clause for scenario in scenarios() for clause in scenario.clauses}


def test_each_clause_about_servers_is_named_by_a_scenario_or_excused(covered: set[str]) -> None:
    about_servers = [clause for clause in CATALOGUE.values() if clause.judges_server]
    left = [clause.id for clause in about_servers if clause.id not in covered and not clause.excuse]
    assert left == []
    assert len(about_servers) >= 167


def test_no_excused_clause_is_judged_all_the_same(covered: set[str]) -> None:
    excused = {clause.id for clause in CATALOGUE.values() if clause.excuse}
    assert excused & (covered | JUDGES.keys()) == set()


def test_judges_and_scenarios_judge_servers_only(covered: set[str]) -> None:
    assert {clause for clause in covered | JUDGES.keys() if not CATALOGUE[clause].judges_server} == set()


def test_no_two_scenarios_have_one_id() -> None:
    ids = [scenario.id for scenario in scenarios()]
    assert len(ids) == len(set(ids))


def test_a_token_goes_through_tls_or_to_a_server_that_is_said_to_refuse_it() -> None:
    showing = [s for s in scenarios() if {"SASL-OAUTHBEARER", "SASL-XOAUTH2"} & set(s.needs)]
    assert len(showing) >= 8
    assert [s.id for s in showing if not {"TLS", "cleartext-refused"} & set(s.needs)] == []
