"""What `pop3spec learn` says: how far it is, and what came of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.clauses import CATALOGUE
from conformance.cli.status import printable

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.learning import Learned, Seen

__all__ = ["counted", "told"]

_COLUMN: Final = 6


def told(learned: "Learned", address: str, files: Sequence[Path], output: "Output", mask: Callable[[str], str]) -> None:
    """Say what came of it; everything that a server said is masked and escaped."""
    _found(learned, address, output, mask)
    for seen in learned.differences:
        _difference(seen, output)
    output.line()
    if unsure := sum(bool(seen.session) and not seen.confirmed for seen in learned.seen):
        output.line(
            f"{counted(unsure, 'more answer')} that would not be lawful did not come a second time; see the JSON."
        )
    if learned.not_looked_at:
        output.line(f"{counted(learned.not_looked_at, 'more difference')} were not looked at once more; see the JSON.")
    for text in learned.remarks:
        output.line(f"Note: {mask(text)}")
    for text in learned.left_out:
        output.line(f"Left out: {mask(text)}")
    _verdict(learned, output)
    for path in files:
        output.whole(str(path), indent=2)


def _verdict(learned: "Learned", output: "Output") -> None:
    if many := len(learned.differences):
        output.line(f"{counted(many, 'difference')} from what the RFCs allow", "bold red")
    elif learned.complete:
        output.line("No difference was found: the session is as the RFCs say.", "bold green")
    elif not learned.ended_early:
        output.line("No difference was found in what was asked.", "bold green")


def _found(learned: "Learned", address: str, output: "Output", mask: Callable[[str], str]) -> None:
    cost = f"{counted(learned.sessions, 'session')}, {learned.seconds:.0f} s, {learned.failed_logins} failed logins"
    if learned.machine is None or learned.comparison is None:
        output.line(f"Nothing was learned of {address} ({cost}).", "bold")
    else:
        states = counted(len(learned.machine.states), "state")
        found = (
            f"{states} of the session of {address} found"
            if learned.ended_early
            else f"The session of {address} has {states}"
        )
        output.line(f"{found} ({cost}):", "bold")
        ways = learned.machine.ways()
        rows = [
            (f"{state:>{_COLUMN}}", learned.comparison.labels[state], ", ".join(word.label for word in ways[state]))
            for state in learned.machine.states
        ]
        output.rows(rows)
    if learned.ended_early:
        output.line(f"Learning ended before all was learned: {mask(learned.ended_early)}", "bold yellow")


def _difference(seen: "Seen", output: "Output") -> None:
    difference = seen.difference
    lawful = " or ".join(difference.lawful) or "no answer"
    output.line()
    said = (
        f"{difference.words[-1].label} in {difference.state} is answered by {difference.heard}, where {lawful} is due"
    )
    output.line(said, "bold red")
    for clause in difference.clauses:
        output.whole(f"{clause}  {CATALOGUE[clause].says}", indent=4)
    for line in seen.session:
        if line.kind in ("C", "S"):
            output.whole(f"{line.kind}: {printable(line.text)}", indent=4)


def counted(number: int, what: str) -> str:
    """A number of things, in words."""
    return f"{number} {what}" + ("" if number == 1 else "s")
