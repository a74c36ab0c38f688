"""Clients that others wrote read mail from the reference server, and do of its faults what was written down."""

import json
from typing import Any

import pytest

from tests.foreign.clients.programs import CLIENTS, Client
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
    assert MARKDOWN.read_text(encoding="utf-8") == as_markdown(published), "make clients"


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if not fault.startswith("silence")])
def test_it_does_of_a_fault_what_was_written_down(client: Client, fault: str, published: Any) -> None:
    if client.version() != published["versions"][client.name]:
        pytest.skip(
            f"the table is of {client.name} {published['versions'][client.name]}, and here is {client.version()}"
        )
    row = next(row for row in published["rows"] if row["fault"] == fault)
    assert outcome(client, fault) == row[client.name]
