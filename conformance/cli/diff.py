"""`pop3spec diff`: two servers are told the same, and what they answer in different ways is told."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.cli.run_options import GroupedCommand, GroupedOption, run_option
from conformance.cli.staging import begin, described, secrets_of, staged
from conformance.cli.status import Failure, Status
from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.cli.differences import Told
    from conformance.machine.changes import Change
    from conformance.machine.differing import Differ
    from conformance.machine.explore import Budget
    from conformance.scenario import Stage

__all__ = ["diff"]

_HELP: Final = """\
Play the same sessions on two servers, say the old and the new release, and tell what is different.

A and B are POP URLs, such as pop://alice:secret@host:110, or TOML files, as for `pop3spec run`. Sessions are drawn by
chance, from what both offer. A clause that B breaks and A does not is a regression; the other way round it is mended.
What both may do, and each does in another way, is a change of behaviour. Each difference is shown by a shortest
session. Texts, sizes, unique-ids and times are not compared.

The options are for both servers. Where these differ, --fill-a and --fill-b or a TOML file for each say so. The account
must be there for this alone, and its maildrop empty: it is filled and emptied. Without a way to fill it nothing is
delivered, and the commands about messages find none.

\b
Examples:
  pop3spec diff pop://alice:secret@localhost:1110 pop://alice:secret@localhost:2110 \\
      --fill-a 'maildir:/srv/old/{user}' --fill-b 'maildir:/srv/new/{user}'
  pop3spec diff old.toml new.toml --generated 1000 --strict --json diff.json

Sessions that show a broken clause go to pop3spec-report/found/, as scenario files that `pop3spec run` plays again.
"""

_EPILOG: Final = """\
\b
Exit status:
  0   B breaks nothing that A keeps
  1   a regression; with --strict, a change of behaviour too
  2   the command line or a file is wrong
  3   a server cannot be reached, logged in to or filled, or a maildrop holds mail
  70  a fault of pop3spec itself;  130, 143  interrupted, stopped by SIGTERM
"""
_TAKEN: Final = frozenset(
    {
        "tls", "ca", "insecure", "server-name", "client-cert", "client-key", "account", "apop-account", "fill",
        "timeout", "clock-rate", "failed-logins", "allow-nonempty", "backup", "seed", "report",
    }
)  # fmt: skip
"""Options of a run that are understood here."""
_WHERE: Final = "pop3spec-report"
_SESSIONS: Final = 100
_MANY: Final = 1_000_000
"""Sessions where only a time is told."""
_FAILED: Final = 200


def _options() -> list[click.Parameter]:
    return [
        *(run_option(option) for option in OPTIONS if option.name in _TAKEN),
        GroupedOption("--fill-a", metavar="HOW", group="Target", help="How mail gets into A, in place of --fill."),
        GroupedOption("--fill-b", metavar="HOW", group="Target", help="How mail gets into B, in place of --fill."),
        GroupedOption(
            "--generated", type=click.IntRange(1), metavar="N", group="Generated",
            help=f"Sessions to draw, {_SESSIONS} unless told.",
        ),
        GroupedOption(
            "--generated-time", type=click.FloatRange(0, 86_400, min_open=True), metavar="SECONDS", group="Generated",
            help="Begin no further session after so long.",
        ),
        GroupedOption(
            "--strict", is_flag=True, group="Report", help="Changes of behaviour make the exit status 1 as well.",
        ),
        GroupedOption(
            "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", group="Report",
            help="Write what was found there too, for programs.",
        ),
    ]  # fmt: skip


@click.command(
    "diff",
    cls=GroupedCommand,
    params=[click.Argument(["place_a"], metavar="A"), click.Argument(["place_b"], metavar="B"), *_options()],
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=True,
)
def diff(place_a: str, place_b: str, *, strict: bool, json_file: Path | None, **given: Any) -> int:
    """Compare, and say what came of it."""
    from conformance.plugin.sweeps import seed_for
    from conformance.reporters import ReportError, check_folder

    folder = Path(given["report"] or _WHERE)
    a, b = _stage(place_a, given, given["fill_a"]), _stage(place_b, given, given["fill_b"])
    try:
        check_folder(folder)
    except ReportError as error:
        raise Failure(str(error)) from None
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise Failure(f"--json {json_file}: there is no folder {json_file.parent}; make it first")
    seed = seed_for(given, f"{a.target.address} {b.target.address}")
    begin(a, given["backup"])
    begin(b, given["backup"])
    told = _compared(a, b, seed, given, folder, strict=strict)
    if json_file is not None:
        told.write(json_file)
    if told.interrupted:
        return Status.TERMINATED if told.terminated else Status.INTERRUPTED
    if told.fails:
        return Status.BROKEN
    return Status.TARGET if told.differ.gone else Status.FINE


def _stage(place: str, given: dict[str, Any], fill: str | None) -> "Stage":
    from conformance.scenario import Settings

    options = {name.replace("_", "-"): value for name, value in given.items()}
    found = described(place, {**options, "fill": fill or options["fill"]})
    failed = _FAILED if given["failed_logins"] is None else given["failed_logins"]
    return staged(found, Settings(failed_logins=failed, touch=not given["allow_nonempty"]))


def _compared(a: "Stage", b: "Stage", seed: int, given: dict[str, Any], folder: Path, *, strict: bool) -> "Told":
    from conformance.clauses import CATALOGUE
    from conformance.cli.console import Output
    from conformance.cli.differences import Told
    from conformance.cli.progress import Meter
    from conformance.cli.stopping import stoppable
    from conformance.machine.changes import Kind
    from conformance.machine.differing import Differ
    from conformance.machine.explore import Budget

    output, mask = Output(), secrets_of(a, b).words
    timed = given["generated_time"] is not None
    budget = Budget(given["generated"] or (_MANY if timed else _SESSIONS), given["generated_time"])
    began = time.monotonic()
    with stoppable() as stopped, Meter(output, "comparing") as meter:

        def noted(how_far: str) -> None:
            stopped.heed()
            meter.tell(how_far)

        differ = Differ(a, b, CATALOGUE, seed, noted)
        interrupted = not _played(differ, budget)
    changes = sorted(differ.changes, key=lambda change: tuple(Kind).index(change.kind))
    files = _written(changes, folder)
    told = Told(differ, changes, files, time.monotonic() - began, strict, mask, interrupted, stopped.terminated)
    told.tell(output)
    return told


def _played(differ: "Differ", budget: "Budget") -> bool:
    """Play, and leave the maildrops empty; whether nobody interrupted it."""
    from conformance.driver import TargetError
    from conformance.mailboxes import FillError

    try:
        differ.differ(budget)
    except KeyboardInterrupt:
        return False
    except (TargetError, FillError) as error:
        words = secrets_of(differ.a, differ.b).words(str(error))
        raise Failure(words, Status.TARGET) from None
    finally:
        differ.a.end()
        differ.b.end()
    return True


def _written(changes: "Sequence[Change]", folder: Path) -> "dict[int, Path]":
    """Scenario files for what is broken, by the places of the changes; one for each clause."""
    from conformance.machine.found import write_found

    files: dict[int, Path] = {}
    for place, change in enumerate(changes):
        if change.clauses and all(changes[other].clauses[0] != change.clauses[0] for other in files):
            files[place] = write_found(change.finding, folder)
    return files
