"""Where everything that the command says passes through: colour for terminals alone, and no markup, no codes.

Texts are never read as markup, and control characters are shown as escapes, so nothing that a server or a file says
can act on the terminal. A reader that goes away (`| head`) is no error: what is left to say is dropped.
"""

import os
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.cli.status import printable

__all__ = ["Output", "silence"]

_NARROWEST = 40


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """In place of an end with status 1: the reader of a pipe may go when it likes."""
        self.quiet = True
        silence()


class Output:
    """Standard output."""

    def __init__(self) -> None:
        self.console: Console = _Console(markup=False, highlight=False, emoji=False)

    @property
    def terminal(self) -> bool:
        """Whether somebody looks at it, and things may be redrawn."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def drop(self) -> None:
        """Nobody reads any more."""
        self.console.on_broken_pipe()

    def line(self, text: str = "", style: str = "") -> None:
        """Say one thing; it is wrapped on a terminal only."""
        self.console.print(Text(printable(text), style=style), soft_wrap=not self.console.is_terminal)

    def whole(self, text: str, style: str = "", indent: int = 0) -> None:
        """Something to be copied, such as an id: never wrapped here, though a narrow terminal may do so."""
        self.console.print(Text(" " * indent + printable(text), style=style), soft_wrap=True)

    def raw(self, text: str) -> None:
        """Text of our own for programs: as it is, on a terminal too."""
        self.console.print(Text(text), soft_wrap=True)

    def block(self, text: str, indent: int = 4) -> None:
        """A paragraph, indented."""
        if self.console.is_terminal:
            self.console.print(Padding(Text(printable(text)), (0, 0, 0, indent)))
        else:
            self.line(" " * indent + text)

    def rows(self, rows: Iterable[Sequence[str]], styles: Sequence[str] = ()) -> None:
        """Columns; on a terminal the last one is wrapped in its own, elsewhere each row is a line."""
        table = [[printable(cell).replace("\n", " ") for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
        if not self.console.is_terminal or self.console.width - sum(widths) < _NARROWEST:
            for row in table:
                *head, last = row
                cells = [cell.ljust(width) for cell, width in zip(head, widths, strict=True)]
                self.console.print(Text("  ".join([*cells, last]).rstrip()), soft_wrap=True)
            return
        grid = Table.grid(padding=(0, 2))
        for index in range(len(widths) + 1):
            style = styles[index] if index < len(styles) else ""
            grid.add_column(style=style, no_wrap=index < len(widths))
        for row in table:
            grid.add_row(*map(Text, row))
        self.console.print(grid)


def silence() -> None:
    """Nobody reads standard output any more: let the rest go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
