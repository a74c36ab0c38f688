"""Plays the whole kill matrix and writes `reports/kill-matrix.json` and `.md`: `python -m tests.faults.publish`."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

import click

from conformance import bundled
from conformance.clauses import CATALOGUE, Advisory
from conformance.server.faults import FAULTS
from tests.faults.excuses import EXCUSES
from tests.faults.generated import BEYOND, EXAMPLES, FOUND_BY, Alone, find
from tests.faults.suite import Found, folders_of, run_for

__all__ = ["MARKDOWN", "PUBLISHED", "as_markdown", "as_plain", "main"]

PUBLISHED: Final = bundled.REPORTS / "kill-matrix.json"
MARKDOWN: Final = bundled.REPORTS / "kill-matrix.md"
_WORKERS: Final = 2

_LEAD: Final = """\
# The kill matrix

A conformance suite is believed when it is known what it catches. The reference server can break each clause on demand,
by a named fault, and the whole suite runs against a server that carries it: what it finds broken has to be exactly what
the fault declares. Less is a hole in the suite, more is a false accusation. `make matrix` makes this page with all
scenarios there are; the tests play the matrix each time with the scenarios of the RFCs whose clauses a fault breaks.

Of the faults that a session without special mail and without a clock can show, generated sessions alone have to find
each within 200 sessions from a fixed seed, and to show it by a session of at most three commands more than the shortest
there can be.

Faults that break no clause are odd and lawful: they show that nobody is accused of what the RFC leaves open.
"""


def main() -> None:
    """Play and write."""
    with ProcessPoolExecutor(_WORKERS) as pool:
        found = dict(zip(FAULTS, pool.map(_find, FAULTS), strict=True))
        alone = dict(zip(FOUND_BY, pool.map(find, FOUND_BY), strict=True))
    plain = as_plain(found, alone)
    PUBLISHED.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    MARKDOWN.write_text(as_markdown(plain), encoding="utf-8")
    wrong = [f for f in FAULTS.values() if not f.at_least and f.clauses != found[f.name].broken.keys()]
    for fault in wrong:
        click.echo(f"{fault.name}: found {sorted(found[fault.name].broken)}", err=True)
    missed = [name for name, how in alone.items() if how is None]
    for name in missed:
        click.echo(f"{name}: not found by {EXAMPLES} generated sessions", err=True)
    sys.exit(bool(wrong or missed))


def _find(name: str) -> Found:
    fault = FAULTS[name]
    found = run_for(fault, whole=True)
    return found if fault.clauses == found.broken.keys() else run_for(fault, patient=True, whole=True)


def as_plain(found: dict[str, Found], alone: Mapping[str, Alone | None]) -> dict[str, Any]:
    """The matrix as data: what each fault breaks, for each rule and scenario a fault that makes it fail, and how
    generated sessions find the faults of sessions."""
    rules: dict[str, str] = {}
    scenarios: dict[str, str] = {}
    for name in sorted(found, key=lambda name: bool(FAULTS[name].at_least)):  # those that are exact prove more
        rules |= {rule: name for rule in found[name].accusers if rule not in rules}
        for scenario in found[name].failed:
            before = scenarios.get(scenario)
            if before is None or _plays(name, scenario) > _plays(before, scenario):
                scenarios[scenario] = name
    return {
        "schema": "pop3spec-kill-matrix/1",
        "faults": [
            {
                "name": fault.name,
                "room": fault.room,
                "says": fault.says,
                "breaks": sorted(fault.clauses),
                "at_least": fault.at_least or None,
            }
            for fault in FAULTS.values()
        ],
        "rules": dict(sorted(rules.items())),
        "scenarios": dict(sorted(scenarios.items())),
        "generated": {name: how.as_plain() for name, how in alone.items() if how is not None},
    }


def _plays(name: str, scenario: str) -> bool:
    """Whether the tests play that scenario on a server with that fault."""
    return scenario.split("/")[0] in folders_of(FAULTS[name])


def as_markdown(plain: dict[str, Any]) -> str:
    """The same for people: fault by clause, and clause by fault."""
    faults = plain["faults"]
    exact = sum(fault["at_least"] is None for fault in faults)
    lines = [_LEAD, f"{len(faults)} faults, {exact} of them exact.", ""]
    for room in dict.fromkeys(fault["room"] for fault in faults):
        lines += [
            f"## {room}",
            "",
            *_table([fault for fault in faults if fault["room"] == room], plain["generated"]),
            "",
        ]
    lines += ["## Clause by fault", "", "| clause | broken by |", "|---|---|"]
    lines += [f"| {clause} | {_names(faults, clause)} |" for clause in CATALOGUE if CATALOGUE[clause].judges_server]
    return "\n".join([*lines, ""])


def _table(faults: Sequence[dict[str, Any]], alone: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The faults of a room; with a column for generated sessions where these have to find some of them."""
    asked = any(fault["name"] in alone or fault["name"] in BEYOND for fault in faults)
    yield "| fault | the server | breaks |" + " found by generated sessions alone |" * asked
    yield "|---|---|---|" + "---|" * asked
    for fault in faults:
        yield _row(fault) + f" {_found_by(fault['name'], alone)} |" * asked


def _row(fault: dict[str, Any]) -> str:
    breaks = ", ".join(fault["breaks"]) or "nothing"
    more = f", and perhaps more: {fault['at_least']}" if fault["at_least"] else ""
    return f"| `{fault['name']}` | {fault['says']} | {breaks}{more} |"


def _found_by(name: str, alone: Mapping[str, dict[str, Any]]) -> str:
    """The session that showed it first, the clause, and the shortest session that shows it."""
    if (how := alone.get(name)) is not None:
        return f"in session {how['session']}, {how['clause']}: `{'`, `'.join(how['shortest'])}`"
    return f"not asked for: {BEYOND[name]}" if name in BEYOND else "not asked for"


def _names(faults: Iterable[dict[str, Any]], clause: str) -> str:
    names = [f"`{fault['name']}`" for fault in faults if clause in fault["breaks"]]
    return ", ".join(names) or f"no fault: {_why_none(clause)}"


def _why_none(clause: str) -> str:
    known = CATALOGUE[clause]
    if known.excuse is not None:
        return known.excuse
    return EXCUSES.get(clause) or ("a permission" if known.advisory is Advisory.PERMISSION else "its text is disputed")


if __name__ == "__main__":
    main()
