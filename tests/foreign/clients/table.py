"""What clients do when a server is wrong, for `reports/clients.md`: `python -m tests.foreign.clients.table`."""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

import click

from conformance import bundled
from conformance.mail import maildrop
from conformance.server import Account, ReferenceServer
from conformance.server.faults import Armed
from tests.foreign.clients.programs import CLIENTS, PASSWORD, USER, Client

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

_MAILS: Final = ("plain", "dots", "plain", "blank-lines")

_LEAD: Final = """\
# What clients do when a server is wrong

Four POP3 clients fetch four messages, two of them the same, from the reference server with one fault at a time, and
leave them there. They are not judged: the table shows that the faults are real to real clients, and what a user would
see of them. `make clients` makes this page.

`4 whole` are messages as they were delivered, but for line ends and trace headers on top; `exit 0` says that the client
noticed nothing; a client that `hangs` was stopped after six seconds, when its own time-out of three had passed.
"""


def main() -> None:
    """Let each client meet each fault, and write down what it does."""
    lacking = [name for name, client in CLIENTS.items() if client.version() is None]
    if lacking:
        raise click.ClickException(f"not installed: {', '.join(lacking)}; `make foreign` installs them")
    rows = [{"fault": fault, **{name: outcome(client, fault) for name, client in CLIENTS.items()}} for fault in FAULTS]
    versions = {name: client.version() for name, client in CLIENTS.items()}
    plain = {"schema": "pop3spec-clients/1", "versions": versions, "rows": rows}
    PUBLISHED.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    MARKDOWN.write_text(as_markdown(plain), encoding="utf-8")


def outcome(client: Client, fault: str) -> str:
    """What the client comes away with, in words."""
    faults = () if fault == NOTHING else (fault,)
    mails = [mail.octets for mail in maildrop(_MAILS)]
    with ReferenceServer([Account(USER, PASSWORD)], faults=faults) as server, tempfile.TemporaryDirectory() as folder:
        for octets in mails:
            server.deliver(USER, octets)
        fetched = client.fetch(server.port, Path(folder))
    left = [_bare(octets) for octets in mails]
    whole = 0
    for got in map(_bare, fetched.mails):
        match = next((octets for octets in left if got.endswith(octets)), None)
        if match is not None:
            whole += 1
            left.remove(match)
    altered = len(fetched.mails) - whole
    parts = [f"{whole} whole", f"{altered} altered" if altered else ""]
    return ", ".join([*filter(None, parts), "hangs" if fetched.status is None else f"exit {fetched.status}"])


def _bare(octets: bytes) -> bytes:
    """Without what any client may change: line ends, also at the end."""
    return octets.replace(b"\r\n", b"\n").rstrip(b"\n")


def as_markdown(plain: dict[str, Any]) -> str:
    """The table for people."""
    head = [f"{name} {version}" for name, version in plain["versions"].items()]
    lines = [_LEAD, f"| the server | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    for row in plain["rows"]:
        fault = row["fault"]
        says = "is right" if fault == NOTHING else f"`{fault}`: {Armed.parse(fault).fault.says}"
        lines.append(f"| {says} | {' | '.join(row[name] for name in plain['versions'])} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
