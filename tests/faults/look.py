"""Shows what the suite finds of faults: `python -m tests.faults.look [--whole] FAULT...`, in their notation.

Those scenarios are played that are about the clauses of a fault, or all. `clean` is a server without faults.
"""

import sys
import time

import click

from conformance.server.faults import Armed
from tests.faults.suite import run, run_for


def main(*texts: str) -> None:
    """Print what is declared and what was found, one fault after another."""
    whole = "--whole" in texts
    for text in texts:
        if text.startswith("--"):
            continue
        fault = None if text == "clean" else Armed.parse(text).fault
        began = time.monotonic()
        if fault is None:
            found, clauses = run(), frozenset[str]()
        else:
            found, clauses = run_for(fault, text, whole=whole), fault.clauses
        click.echo(f"\n{text}: {len(found.broken)} broken in {time.monotonic() - began:.1f} s")
        for clause in sorted(found.broken.keys() | clauses):
            sign = "=" if clause in found.broken and clause in clauses else "+" if clause in found.broken else "-"
            click.echo(f"  {sign} {clause}  {found.reasons.get(clause, 'declared, and not found')}")
        for scenario, reason in found.errored.items():
            click.echo(f"  ! {scenario}: {reason}")


if __name__ == "__main__":
    main(*sys.argv[1:])
