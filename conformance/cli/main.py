"""The group of commands. Each is imported when it is called, so that help is there at once."""

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from conformance import __version__
from conformance.cli.status import Failure, Status, printable

__all__ = ["call", "main", "ours"]

_COMMANDS: Final = {
    "demo": "Run the whole suite against the built-in reference server.",
    "run": "Judge a POP3 server, clause by clause.",
    "probe": "See what is listening at an address, without logging in.",
    "diff": "Play the same sessions on two servers, and tell what is different.",
    "learn": "Learn a server's session as a state machine, draw it, and compare it with the RFC.",
    "report": "Make a page of a run's results, or compare two runs.",
    "serve": "Run the built-in reference server.",
    "faults": "List the ways in which that server can be wrong on purpose.",
    "clauses": "List what the RFCs demand, or explain one clause.",
    "scenarios": "List the scenarios, or check files of your own.",
}


class _Group(click.Group):
    """Knows the commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"conformance.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - likewise
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`pop3spec COMMAND --help` tells more about each, with examples.",
)
@click.version_option(__version__, "-V", "--version", prog_name="pop3spec", message="%(prog)s %(version)s")
def pop3spec() -> None:
    """Judge any POP3 server against RFC 1939 and its family.

    \b
    See it at work on the built-in server, in one command or in two:
      pop3spec demo
      pop3spec serve --user alice:secret --maildir /tmp/mail --port 1110
      pop3spec run pop://localhost:1110 --account alice:secret --fill 'maildir:/tmp/mail/{user}'

    \b
    Then judge your own, with an account whose mailbox is empty:
      pop3spec probe pop.example.org
      pop3spec run pop://pop.example.org --account test:secret --fill smtp:pop.example.org

    \b
    Exit status:
      0   nothing is broken at the level that fails (--fail-on, must unless told)
      1   something is broken, or a scenario could not be judged
      2   the command line, a target file or a scenario file is wrong, or nothing is selected
      3   the server cannot be reached, logged in to or filled with mail
      70  a fault of pop3spec itself
      130 interrupted (143 by SIGTERM)
    """


def main() -> None:
    """What the installed command calls."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # it was replaced by something simpler
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # for terminals without §
    sys.exit(call(sys.argv[1:]))


def call(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit status."""
    try:
        status = _called(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        from conformance.cli.console import silence

        silence()
        return Status.FINE
    return status


def _called(arguments: Sequence[str]) -> int:
    try:
        ended = pop3spec.main(list(arguments), prog_name="pop3spec", standalone_mode=False)
        return ended if isinstance(ended, int) else Status.FINE
    except click.Abort:
        click.echo("interrupted", err=True)
        return Status.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        Failure(f"{error.filename or 'pop3spec'}: {error.strerror or error}").show()
        return Status.USAGE
    except Exception as error:
        if os.environ.get("POP3SPEC_TRACEBACK"):
            raise
        click.echo(f"Error: {ours(_in_a_line(error))}", err=True)
        return Status.OURS


def ours(what: str) -> str:
    """What to say of a fault of ours."""
    return (
        f"pop3spec {__version__} itself failed, not the server: {printable(what)}. "
        "Please report this; with POP3SPEC_TRACEBACK=1 in the environment the whole story is shown."
    )


def _in_a_line(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = f" ({traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno})" if traceback is not None else ""
    return f"{type(error).__name__}: {error}".split("\n", 1)[0] + place
