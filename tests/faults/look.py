"""Shows what the suite finds of faults: `python -m tests.faults.look FAULT...`, in their notation."""

import sys
import time

import click

from conformance.server.faults import Armed
from tests.faults.suite import run


def main(*texts: str) -> None:
    """Print what is declared and what was found, one fault after another."""
    for text in texts:
        armed = Armed.parse(text)
        began = time.monotonic()
        found = run(text, slow=armed.fault.slow, large=armed.fault.large)
        click.echo(f"\n{text}: {len(found.broken)} broken in {time.monotonic() - began:.1f} s")
        for clause in sorted(found.broken.keys() | armed.fault.clauses):
            sign = (
                "="
                if clause in found.broken and clause in armed.fault.clauses
                else "+"
                if clause in found.broken
                else "-"
            )
            click.echo(f"  {sign} {clause}  {found.reasons.get(clause, 'declared, and not found')}")
        for scenario, reason in found.errored.items():
            click.echo(f"  ! {scenario}: {reason}")


if __name__ == "__main__":
    main(*sys.argv[1:])
