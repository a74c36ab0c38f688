"""What learning leaves behind: the drawing, and all of it as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from conformance.learning.drawing import drawn
from conformance.learning.learned import Learned, Seen
from conformance.reporters import ReportError
from conformance.reporters.files import write_file
from conformance.reporters.printable import printable
from conformance.transcript import Secrets, render

__all__ = ["FOLDER", "as_plain", "write_all"]

FOLDER: Final = "learned"
"""Its place in the folder of reports."""
_FORMAT: Final = 1


def write_all(learned: Learned, address: str, folder: Path, secrets: Secrets) -> tuple[Path, ...]:
    """Write the files; where they are. `ReportError` when that is not possible."""
    table = folder / FOLDER / "learned.json"
    write_file(table, json.dumps(as_plain(learned, address, secrets), indent=1, ensure_ascii=False) + "\n")
    drawing = folder / FOLDER / "machine.svg"
    if learned.machine is None or learned.comparison is None:
        try:
            drawing.unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
        except OSError as error:
            message = f"{drawing} cannot be removed: {error.strerror or error}. Name another folder with --report."
            raise ReportError(message) from error
        return (table,)
    title = f"The POP3 session of {address}"
    remarks = [secrets.words(text) for text in _remarks(learned, len(learned.machine.states))]
    write_file(drawing, drawn(learned.machine, learned.comparison, title, remarks))
    return drawing, table


def _remarks(learned: Learned, states: int) -> Iterator[str]:
    yield f"{states} states, learned in {learned.sessions} sessions. What the RFCs do not allow is red."
    if learned.ended_early:
        yield f"Not all was learned: {learned.ended_early}"
    yield from (f"Left out: {text}" for text in learned.left_out)
    yield from (f"{text[:1].upper()}{text[1:]}" for text in learned.remarks)


def as_plain(learned: Learned, address: str, secrets: Secrets) -> dict[str, Any]:
    """All that was learned, as plain data."""
    return {
        "format": _FORMAT,
        "target": printable(address),
        "complete": learned.complete,
        "ended_early": printable(secrets.words(learned.ended_early)),
        "left_out": [printable(secrets.words(text)) for text in learned.left_out],
        "remarks": [printable(secrets.words(text)) for text in learned.remarks],
        "sessions": learned.sessions,
        "failed_logins": learned.failed_logins,
        "seconds": round(learned.seconds, 1),
        "words": [word.label for word in learned.words],
        "states": _states(learned),
        "not_looked_at": learned.not_looked_at,
        "differences": [_difference(seen) for seen in learned.seen],
    }


def _states(learned: Learned) -> list[dict[str, Any]]:
    machine, comparison = learned.machine, learned.comparison
    if machine is None or comparison is None:
        return []
    ways = machine.ways()
    return [
        {
            "number": state,
            "label": comparison.labels[state],
            "way": [word.label for word in ways[state]],
            "transitions": {
                word.label: {
                    "heard": heard.value,
                    "to": goal,
                    "lawful": (state, word) not in comparison.unlawful,
                }
                for word, (heard, goal) in machine.table[state].items()
            },
        }
        for state in machine.states
    ]


def _difference(seen: Seen) -> dict[str, Any]:
    difference = seen.difference
    return {
        "say": [word.label for word in difference.words],
        "heard": difference.heard.value,
        "lawful": [heard.value for heard in difference.lawful],
        "state": difference.state,
        "clauses": list(difference.clauses),
        "confirmed": seen.confirmed,
        "session": render(seen.session).splitlines(),
    }
