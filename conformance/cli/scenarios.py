"""`pop3spec scenarios`: list them, check files, print the schema."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click

from conformance.cli.files import bundled_files, read, scenario_files
from conformance.cli.status import Failure, Status

__all__ = ["scenarios"]

_PATHS: Final = click.Path(path_type=Path)


class _ListByDefault(click.Group):
    """`scenarios PATTERN` is `scenarios list PATTERN`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args.insert(0, "list")
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault)
def scenarios() -> None:
    """List the scenarios that come with pop3spec, or check files of your own.

    \b
    Examples:
      pop3spec scenarios                        all of them
      pop3spec scenarios 'rfc1939/05-*'         by a pattern
      pop3spec scenarios check my.pop3.yaml     what is wrong in a file, if anything
      pop3spec scenarios schema > schema.json   for an editor that completes and checks
    """


@scenarios.command("list")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
def list_them(patterns: tuple[str, ...]) -> None:
    """List scenarios: id, title, and the clauses that each one judges. A pattern is a part of an id, or has a *."""
    from conformance.cli.console import Output

    found = [
        scenario
        for scenario in read(bundled_files())[0]
        if not patterns or any(_fits(scenario.id, pattern) for pattern in patterns)
    ]
    if not found:
        named = " or ".join(patterns)
        raise Failure(f"no scenario has an id like {named}; `pop3spec scenarios` lists them all")
    output = Output()
    for scenario in found:
        text = f"{scenario.title} [{', '.join(scenario.clauses)}]"
        if output.terminal:
            output.whole(scenario.id, "bold")
            output.block(text)
        else:
            output.line(f"{scenario.id}  {text}")


def _fits(scenario: str, pattern: str) -> bool:
    return fnmatchcase(scenario, pattern if any(mark in pattern for mark in "*?[") else f"*{pattern}*")


@scenarios.command(no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, type=_PATHS, metavar="FILE|FOLDER...")
def check(files: tuple[Path, ...]) -> int:
    """Say what is wrong in scenario files, as FILE:LINE:COLUMN: MESSAGE; exit status 2 when anything is."""
    from conformance.cli.console import Output

    paths = scenario_files(files)
    good, problems = read(paths)
    output = Output()
    for problem in problems:
        output.line(str(problem))
    if problems:
        return Status.USAGE
    output.line(
        f"{_count(len(good), 'scenario')} in {_count(len(paths), 'file')} {'is' if len(good) == 1 else 'are'} fine"
    )
    return Status.FINE


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from conformance.cli.console import Output
    from conformance.cli.schema import schema_text

    Output().raw(schema_text().rstrip("\n"))
