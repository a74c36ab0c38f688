"""The published matrix is that of today, and nothing in the suite is a check that cannot fail."""

import json
from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from conformance.monitor.registry import exchange_rules, session_rules
from conformance.server.faults import FAULTS
from tests.faults.excuses import EXCUSES
from tests.faults.publish import MARKDOWN, PUBLISHED, as_markdown, as_plain
from tests.faults.suite import scenarios


@pytest.fixture(scope="module")
def published() -> Any:
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def test_it_is_of_the_faults_that_there_are(published: Any) -> None:
    assert published["faults"] == as_plain({}, {})["faults"], "make matrix"


def test_the_page_is_of_the_same_matrix(published: Any) -> None:
    assert MARKDOWN.read_text(encoding="utf-8") == as_markdown(published), "make matrix"


def test_each_clause_that_can_fail_a_server_has_a_fault_or_an_excuse() -> None:
    declared = {clause for fault in FAULTS.values() for clause in fault.clauses}
    can_fail = {clause.id for clause in CATALOGUE.values() if clause.judges_server and clause.can_fail}
    assert can_fail - declared == set(EXCUSES)


def test_each_scenario_that_judges_can_be_made_to_fail(published: Any) -> None:
    judging = {s.id for s in scenarios() if any(CATALOGUE[clause].can_fail for clause in s.clauses)}
    assert judging - published["scenarios"].keys() == set()


def test_each_rule_of_the_monitor_can_be_made_to_accuse(published: Any) -> None:
    rules = {str(rule) for verb in exchange_rules().values() for rule in verb} | set(map(str, session_rules()))
    assert rules - published["rules"].keys() == set()
