"""`pop3spec faults`: the ways in which the reference server can be wrong, as a list, or one explained."""

import json
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from conformance.clauses import CATALOGUE
from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.server.faults import Fault

__all__ = ["faults"]


@click.command()
@click.argument("patterns", nargs=-1, metavar="[NAME|PATTERN]...")
@click.option("--room", multiple=True, metavar="ROOM", help="Only those of this group, such as octets or auth.")
@click.option("--clause", multiple=True, metavar="ID", help="Only those that break this clause, or one that matches.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with everything that is known of each.")
def faults(patterns: tuple[str, ...], room: tuple[str, ...], clause: tuple[str, ...], *, as_json: bool) -> None:
    """List the faults that the reference server can have. With a name, explain that one.

    \b
    A fault is named with its parameters, and with the moments when it strikes:
      retr-not-stuffed                      whenever it can
      cut(after=120)@RETR#2                 in the second RETR of a connection
      silence@TRANSACTION,connection=3      in the third connection, behind the login
      delay(seconds=2)@#5,chance=0.5        at the fifth command, every other time

    \b
    Examples:
      pop3spec faults                       all of them
      pop3spec faults --room listings       one group's
      pop3spec faults --clause R1939-UPD-08 those that break this clause
      pop3spec faults cut                   what it does, and how it is set
      pop3spec serve --user alice:secret --fault 'cut(after=120)@RETR'
    """
    from conformance.cli.console import Output
    from conformance.server.faults import FAULTS

    chosen = [fault for fault in FAULTS.values() if _fits(fault, room, clause)]
    if patterns:
        names = {name for pattern in patterns for name in _named(pattern, list(FAULTS))}
        chosen = [fault for fault in chosen if fault.name in names]
    if not chosen:
        raise Failure("no fault is left by this selection; `pop3spec faults` lists them all")
    output = Output()
    if as_json:
        output.raw(json.dumps([_as_plain(fault) for fault in chosen], indent=2, ensure_ascii=False))
    elif patterns and all(pattern in FAULTS for pattern in patterns):
        for fault in chosen:
            _explain(output, fault)
    else:
        output.rows(((fault.room, fault.name, fault.says) for fault in chosen), ("cyan", "bold"))


def _fits(fault: "Fault", rooms: tuple[str, ...], clauses: tuple[str, ...]) -> bool:
    if rooms and fault.room not in rooms:
        return False
    return not clauses or any(fnmatchcase(known, wanted.upper()) for known in fault.clauses for wanted in clauses)


def _named(pattern: str, names: list[str]) -> list[str]:
    if pattern in names:
        return [pattern]
    found = [name for name in names if fnmatchcase(name, pattern) or pattern in name]
    if not found:
        close = get_close_matches(pattern, names, n=1, cutoff=0.5)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise Failure(f"there is no fault called {pattern!r}{meant}; `pop3spec faults` lists them all")
    return found


def _explain(output: "Output", fault: "Fault") -> None:
    output.line(f"{fault.name}  ({fault.room})", "bold")
    output.block(fault.says)
    if fault.story:
        output.block(fault.story)
    facts = [
        (CATALOGUE[clause].id, f"{CATALOGUE[clause].citation}: {CATALOGUE[clause].says}") for clause in _sorted(fault)
    ]
    output.line("    breaks:" if facts else "    breaks no clause")
    if facts:
        output.rows((f"      {clause}", text) for clause, text in facts)
    if fault.at_least:
        output.block(f"and perhaps more: {fault.at_least}")
    if fault.parameters:
        output.block("parameters: " + ", ".join(map(str, fault.parameters)))
    arguments = ",".join(map(str, fault.parameters))
    words = " ".join(["pop3spec serve --user alice:secret", *_about_tls(fault), "--fault"])
    output.block(f"{words} '{fault.name}{f'({arguments})' if arguments else ''}'")
    output.line()


def _about_tls(fault: "Fault") -> list[str]:
    """Options of a server that shows what is wrong with its TLS."""
    from conformance.server.faults import CLEARTEXT_REFUSED, POPS, STARTTLS

    if CLEARTEXT_REFUSED in fault.over:
        return ["--tls --require-tls"]
    stls = ["--tls"] if STARTTLS in fault.over or fault.room == "tls" else []
    return ["--tls-port 0"] if POPS in fault.over else stls


def _sorted(fault: "Fault") -> list[str]:
    return [clause for clause in CATALOGUE if clause in fault.clauses]


def _as_plain(fault: "Fault") -> dict[str, Any]:
    return {
        "name": fault.name,
        "room": fault.room,
        "says": fault.says,
        "story": fault.story,
        "clauses": _sorted(fault),
        "at_least": fault.at_least or None,
        "parameters": {parameter.name: parameter.default for parameter in fault.parameters},
    }
