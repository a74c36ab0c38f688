"""What the command ends with."""

from enum import IntEnum

import click

__all__ = ["Failure", "Status", "printable"]


class Status(IntEnum):
    """Exit statuses."""

    FINE = 0
    """Nothing is broken at the level that fails."""
    BROKEN = 1
    """Something is."""
    USAGE = 2
    """Something is wrong in what was asked for, or in a file that it names."""
    TARGET = 3
    """The target cannot be reached, logged in to or filled."""
    OURS = 70
    """A fault of pop3spec itself."""
    INTERRUPTED = 130
    """Ctrl-C."""
    TERMINATED = 143
    """SIGTERM."""


class Failure(click.ClickException):
    """Ends the command with a message on standard error."""

    def __init__(self, message: str, status: Status = Status.USAGE) -> None:
        super().__init__(printable(message))
        vars(self)["exit_code"] = int(status)  # click's stubs have one for the class alone


def printable(text: str) -> str:
    """The text without anything that a terminal would obey; line ends stay."""
    if text.isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
