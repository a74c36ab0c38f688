"""What `pop3spec learn` says: how far it is, and what came of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.clauses import CATALOGUE
from conformance.cli.status import printable

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.learning import Learned, Seen

__all__ = ["told"]

_COLUMN: Final = 6


def told(learned: "Learned", address: str, files: Sequence[Path], output: "Output", mask: Callable[[str], str]) -> None:
    """Say what came of it; everything that a server said is masked and escaped."""
    _found(learned, address, output, mask)
    for seen in learned.differences:
        _difference(seen, output)
    output.line()
    if unsure := len(learned.seen) - len(learned.differences):
        output.line(
            f"{_counted(unsure, 'more answer')} that would not be lawful did not come a second time; see the JSON."
        )
    for text in learned.left_out:
        output.line(f"Left out: {mask(text)}.")
    if learned.machine is not None and learned.comparison is not None and not learned.ended_early:
        many = len(learned.differences)
        verdict = f"{_counted(many, 'difference')} from what the RFCs allow" if many else "No difference was found."
        output.line(verdict, "bold red" if many else "bold green")
    for path in files:
        output.whole(str(path), indent=2)


def _found(learned: "Learned", address: str, output: "Output", mask: Callable[[str], str]) -> None:
    cost = f"{_counted(learned.sessions, 'session')}, {learned.seconds:.0f} s, {learned.failed_logins} failed logins"
    if learned.machine is None or learned.comparison is None:
        output.line(f"Nothing was learned of {address} ({cost}).", "bold")
    else:
        output.line(f"The session of {address} has {_counted(len(learned.machine.states), 'state')} ({cost}):", "bold")
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


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
