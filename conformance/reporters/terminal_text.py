"""The pieces that a summary on a terminal is made of; none of them can be taken for markup."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from conformance.reporters.printable import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

__all__ = ["INDENT", "copyable", "heading", "indented", "item", "paragraph"]

INDENT: Final = 4


def paragraph(*pieces: str | tuple[str, str], wrap: bool = True) -> "Text":
    """Text from pieces, some with a style; nothing in them is markup."""
    from rich.text import Text

    safe = (printable(piece) if isinstance(piece, str) else (printable(piece[0]), piece[1]) for piece in pieces)
    text = Text.assemble(*safe)
    text.no_wrap = not wrap
    return text


def heading(title: str, style: str = "bold") -> "Iterator[RenderableType]":
    """An empty line, and the title of what follows."""
    from rich.rule import Rule
    from rich.text import Text

    yield paragraph()
    yield Rule(Text(printable(title), style), align="left", style="dim")


def indented(renderable: "RenderableType", by: int = INDENT) -> "RenderableType":
    """The same, further to the right."""
    from rich.padding import Padding

    return Padding(renderable, (0, 0, 0, by))


def item(lead: tuple[str, str], *pieces: str | tuple[str, str]) -> "RenderableType":
    """A paragraph with a word before it, wrapped beside that."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(paragraph(lead), paragraph(*pieces))
    return grid


def copyable(text: str) -> str:
    """A line to be copied. As a `str` it is printed as it is, however narrow the terminal; a terminal may wrap it."""
    return " " * INDENT + printable(text)
