"""Generated sessions alone find the faults of sessions, and show each by a short session."""

import json

import pytest

from conformance.server.faults import FAULTS
from tests.faults.generated import BEYOND, FOUND_BY, SHORTEST, find
from tests.faults.publish import PUBLISHED

_MORE = 3
"""Commands that the shortest session found may have above the shortest there can be."""


@pytest.mark.parametrize("fault", FOUND_BY)
def test_a_fault_of_sessions_is_found_and_shown_by_a_short_session(fault: str) -> None:
    found = find(fault)
    assert found is not None
    assert found.clause in FAULTS[fault].clauses
    assert found.firm
    assert len(found.session) <= len(SHORTEST[fault]) + _MORE, found.session


def test_each_has_its_shortest_session_and_is_published() -> None:
    assert set(SHORTEST) == set(FOUND_BY)
    assert set(BEYOND) <= set(FAULTS)
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))["generated"]
    assert set(published) == set(FOUND_BY)
