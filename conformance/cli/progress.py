"""How far a run has come: a bar on a terminal, lines in the log of a continuous integration."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol, Self

from conformance.cli.status import printable

if TYPE_CHECKING:
    from rich.status import Status as Spinner

    from conformance.cli.console import Output

__all__ = ["Bar", "Lines", "Meter", "Progress", "progress_for"]

_LINES: Final = 10
"""Lines, about, that tell of scenarios without trouble."""


class Progress(Protocol):
    """Told what happens, and shows it."""

    def begin(self, total: int) -> None:
        """So many scenarios will be played."""
        ...

    def playing(self, title: str) -> None:
        """This one is being played."""
        ...

    def played(self, trouble: str = "") -> None:
        """One is over; `trouble` tells what was wrong, with the server or with the play."""
        ...

    def end(self) -> None:
        """No more will be played."""
        ...


def progress_for(output: "Output") -> Progress:
    """The one that fits where the output goes."""
    return Bar(output) if output.terminal else Lines(output)


class Lines:
    """A line now and then, and one at once where there is trouble."""

    def __init__(self, output: "Output") -> None:
        self._output = output
        self._total = self._played = self._troubled = 0
        self._step = 1

    def begin(self, total: int) -> None:
        """Tell the number."""
        self._total, self._step = total, max(1, -(-total // _LINES))
        self._output.line(f"{total} scenario{'s' if total != 1 else ''} to play")

    def playing(self, title: str) -> None:
        """Nothing to tell yet."""

    def played(self, trouble: str = "") -> None:
        """Tell trouble, and how far it is."""
        self._played += 1
        if trouble:
            self._troubled += 1
            self._output.line(trouble)
        if self._played % self._step == 0 or self._played == self._total:
            found = f", {self._troubled} with findings" if self._troubled else ""
            self._output.line(f"{self._played} of {self._total} played{found}")

    def end(self) -> None:
        """Set the report apart."""
        self._output.line()


class Bar:
    """A bar with the title of what is being played; it goes away when all is over."""

    def __init__(self, output: "Output") -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Moving
        from rich.table import Column

        rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._moving = Moving(
            BarColumn(20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[found]}", style="red", markup=False),
            TextColumn("{task.description}", markup=False, table_column=rest),
            console=output.console,
            transient=True,
            expand=True,
        )
        self._task = self._moving.add_task("", total=None, found="")
        self._troubled = 0

    def begin(self, total: int) -> None:
        """Show it."""
        self._moving.update(self._task, total=total)
        self._moving.start()

    def playing(self, title: str) -> None:
        """Show the title."""
        self._moving.update(self._task, description=printable(title).replace("\n", " "))

    def played(self, trouble: str = "") -> None:
        """One step further."""
        self._troubled += bool(trouble)
        found = f"{self._troubled} with findings" if self._troubled else ""
        self._moving.update(self._task, advance=1, found=found)

    def end(self) -> None:
        """Take it away."""
        with suppress(BrokenPipeError):
            self._moving.stop()


class Meter:
    """For work whose end nobody knows: on a terminal how far it is, elsewhere a line when it begins."""

    def __init__(self, output: "Output", doing: str) -> None:
        self._output = output
        self._doing = doing
        self._spinner: Spinner | None = None

    def __enter__(self) -> Self:
        if self._output.terminal:
            self._spinner = self._output.console.status(f"{self._doing}...")
            self._spinner.start()
        else:
            self._output.line(f"{self._doing}...")
        return self

    def __exit__(self, *_: object) -> None:
        if self._spinner is not None:
            self._spinner.stop()

    def tell(self, how_far: str) -> None:
        """Show it."""
        if self._spinner is not None:
            self._spinner.update(f"{self._doing}: {printable(how_far)}")
