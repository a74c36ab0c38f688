"""What clients do, for `reports/clients.md`: `python -m tests.foreign.clients.table`."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

import click

from conformance import bundled
from conformance.server.faults import Armed
from tests.foreign.clients.meeting import meet
from tests.foreign.clients.programs import CLIENTS, Client, Place
from tests.foreign.clients.secure import DANGERS, WAYS, danger_outcome, way_outcome

__all__ = ["FAULTS", "MARKDOWN", "PUBLISHED", "as_markdown", "outcome"]

PUBLISHED: Final = bundled.REPORTS / "clients.json"
MARKDOWN: Final = bundled.REPORTS / "clients.md"

NOTHING: Final = "nothing"
"""Stands for a server that is right."""

FAULTS: Final = (
    NOTHING,
    "retr-not-stuffed",
    "no-terminator@RETR",
    "terminator-ends-in-lf@RETR",
    "message-lines-end-in-lf",
    "indicator-in-lower-case",
    "two-replies(verb=STAT)",
    "list-lacks-the-last",
    "half-close(after=300)@RETR",
    "silence@RETR",
    "greeting-without-indicator(text=* OK IMAP4rev1 ready)@GREETING",
)
"""A right server, and ten that are wrong."""

_LEAD: Final = """\
# What clients do when a server is wrong

Four POP3 clients fetch four messages, two of them the same, from the reference server with one fault at a time, and
leave them there. They are not judged: the table shows that the faults are real to real clients, and what a user would
see of them. `make clients` makes this page.

`4 whole` are messages as they were delivered, but for line ends and trace headers on top; `exit 0` says that the client
noticed nothing; a client that `hangs` was stopped after six seconds, when its own time-out of three had passed.
"""

_LEAD_WAYS: Final = """\
## How they get in

From the reference server as it is, with TLS where the client is told to demand it, by each way that the client can be
told to log in; `-` is a way that it does not know. `in the clear` is behind what came without TLS though TLS was
demanded: fetchmail asks for no capabilities before APOP, and so does not find STLS.
"""

_LEAD_DANGERS: Final = """\
## Where they turn back

They are told to demand TLS and to trust one authority, and find that the server is not what it ought to be. Who comes
away with mail has given the password.
"""


def main() -> None:
    """Let each client meet each fault, and write down what it does."""
    lacking = [name for name, client in CLIENTS.items() if client.version() is None]
    if lacking:
        raise click.ClickException(f"not installed: {', '.join(lacking)}; `make foreign` installs them")
    plain = {
        "schema": "pop3spec-clients/1",
        "versions": {name: client.version() for name, client in CLIENTS.items()},
        "rows": _rows("fault", FAULTS, outcome),
        "ways": _rows("way", WAYS, way_outcome),
        "dangers": _rows("danger", DANGERS, danger_outcome),
    }
    PUBLISHED.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    MARKDOWN.write_text(as_markdown(plain), encoding="utf-8")


def _rows(head: str, names: Iterable[str], told: Callable[[Client, str], str]) -> list[dict[str, str]]:
    return [{head: name, **{client.name: told(client, name) for client in CLIENTS.values()}} for name in names]


def outcome(client: Client, fault: str) -> str:
    """What the client comes away with from a server with that fault, in words."""
    return meet(client, Place(0), faults=() if fault == NOTHING else (fault,))


def as_markdown(plain: dict[str, Any]) -> str:
    """The tables for people."""
    versions = plain["versions"]
    faults = {_says(row["fault"]): row for row in plain["rows"]}
    ways = {row["way"]: row for row in plain["ways"]}
    dangers = {row["danger"]: row for row in plain["dangers"]}
    parts = [
        *(_LEAD, *_table("the server", versions, faults), ""),
        *(_LEAD_WAYS, *_table("the way", versions, ways), ""),
        *(_LEAD_DANGERS, *_table("the danger", versions, dangers)),
    ]
    return "\n".join([*parts, ""])


def _says(fault: str) -> str:
    return "is right" if fault == NOTHING else f"`{fault}`: {Armed.parse(fault).fault.says}"


def _table(corner: str, versions: dict[str, str], rows: dict[str, Any]) -> list[str]:
    head = [f"{name} {version}" for name, version in versions.items()]
    lines = [f"| {corner} | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    return [*lines, *(f"| {name} | {' | '.join(row[client] for client in versions)} |" for name, row in rows.items())]


if __name__ == "__main__":
    main()
