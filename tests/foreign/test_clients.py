"""Clients that others wrote read mail from the reference server in every way that they know, and do what is written."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.foreign.clients.programs import CLIENTS, Client
from tests.foreign.clients.secure import DANGERS, NO_WAY, WAYS, danger_outcome, way_outcome
from tests.foreign.clients.table import FAULTS, MARKDOWN, NOTHING, PUBLISHED, as_markdown, outcome


@pytest.fixture(scope="module")
def published() -> Any:
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


@pytest.fixture(params=tuple(CLIENTS.values()), ids=tuple(CLIENTS))
def client(request: pytest.FixtureRequest) -> Client:
    found: Client = request.param
    if found.version() is None:
        pytest.skip(f"{found.name} is not installed (.ci/foreign-servers does it)")
    return found


def test_it_gets_all_mail_from_a_server_that_is_right(client: Client) -> None:
    assert outcome(client, NOTHING) == "4 whole, exit 0"


def test_the_table_is_of_todays_faults(published: Any) -> None:
    assert [row["fault"] for row in published["rows"]] == list(FAULTS), "make clients"
    assert [row["way"] for row in published["ways"]] == list(WAYS), "make clients"
    assert [row["danger"] for row in published["dangers"]] == list(DANGERS), "make clients"
    assert MARKDOWN.read_text(encoding="utf-8") == as_markdown(published), "make clients"


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if not fault.startswith("silence")])
def test_it_does_of_a_fault_what_was_written_down(client: Client, fault: str, published: Any) -> None:
    assert outcome(client, fault) == _written(published, "rows", client, {"fault": fault})


@pytest.mark.parametrize("way", WAYS)
def test_it_gets_in_by_every_way_that_it_knows(client: Client, way: str) -> None:
    whole = NO_WAY if WAYS[way][1] not in client.mechanisms else "4 whole, exit 0"
    in_the_clear = (client.name, way) == ("fetchmail", "STLS, APOP")
    assert way_outcome(client, way) == whole + ", in the clear" * in_the_clear


@pytest.mark.parametrize("danger", DANGERS)
def test_it_turns_back_where_the_server_is_not_what_it_ought_to_be(client: Client, danger: str, published: Any) -> None:
    assert danger_outcome(client, danger) == _written(published, "dangers", client, {"danger": danger})


def test_none_takes_a_wrong_certificate(published: Any) -> None:
    rows = [row for row in published["dangers"] if "certificate" in row["danger"]]
    assert {row[name].partition(",")[0] for row in rows for name in CLIENTS} == {"0 whole"}


def _written(published: Any, table: str, client: Client, named: Mapping[str, str]) -> str:
    """What the table says of that row; the test is skipped where it was another version that did it."""
    written, here = published["versions"][client.name], client.version()
    if here != written:
        pytest.skip(f"the table is of {client.name} {written}, and here is {here}")
    row = next(row for row in published[table] if named.items() <= row.items())
    told: str = row[client.name]
    return told
