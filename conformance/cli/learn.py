"""`pop3spec learn`: the session of a server as a machine, and where that is not what the RFCs allow."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.cli.run_options import GroupedCommand, GroupedOption, run_option
from conformance.cli.staging import begin, described, secrets_of, staged
from conformance.cli.status import Failure, Status
from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.learning import Bounds, Learned
    from conformance.scenario import Stage
    from conformance.transcript import Secrets

__all__ = ["learn"]

_HELP: Final = """\
Learn a server's session as a state machine, draw it, and compare it with the RFC.

TARGET is a POP URL, such as pop://host:110, or a TOML file, as for `pop3spec run`. About twenty words (USER, PASS,
STAT, DELE 1, QUIT...) are said in every order that tells something, each row of them on a connection of its own, until
a machine is found that answers as the server does. Where it gives an answer that the RFCs do not allow, a shortest
session is shown that leads there, and said once more to be sure.

The first account is used. It must be there for this alone, and its maildrop empty: two messages are put there and taken
away again. Without --fill nothing is delivered, and the words about messages find none.

\b
Examples:
  pop3spec learn pop://localhost:1110 --account alice:secret --fill 'maildir:/srv/mail/{user}'
  pop3spec learn server.toml --failed-logins 0 --seconds 120

The drawing goes to pop3spec-report/learned/machine.svg, and all of it to learned.json beside.
It needs AALpy: pip install 'pop3spec[learn]'.
"""

_EPILOG: Final = """\
\b
Exit status:
  0   learned, and no difference
  1   a difference, or learning ended before all was learned
  2   the command line or a file is wrong, or AALpy is not installed
  3   the server cannot be reached, logged in to or filled, or the maildrop holds mail
  70  a fault of pop3spec itself
  130, 143  interrupted, stopped by SIGTERM; what was learned until then is told
"""
_TAKEN: Final = frozenset(
    {
        "target", "host", "port", "tls", "ca", "insecure", "server-name", "client-cert", "client-key", "account",
        "apop-account", "fill", "timeout", "clock-rate", "allow-nonempty", "backup", "report",
    }
)  # fmt: skip
"""Options of a run that are understood here."""
_WHERE: Final = "pop3spec-report"
_FAILED: Final = 120
_SESSIONS: Final = 4000
_SECONDS: Final = 600.0


def _options() -> list[click.Parameter]:
    return [
        *(run_option(option) for option in OPTIONS if option.name in _TAKEN),
        GroupedOption(
            "--failed-logins", type=click.IntRange(0), default=_FAILED, metavar="N", group="Safety",
            help=f"Logins that may be tried which must fail, {_FAILED} unless told; 0 if the account may lock.",
        ),
        GroupedOption(
            "--sessions", type=click.IntRange(1), default=_SESSIONS, metavar="N", group="Learning",
            help=f"Connections that may be made, {_SESSIONS} unless told.",
        ),
        GroupedOption(
            "--seconds", type=click.FloatRange(0, 86_400, min_open=True), default=_SECONDS, metavar="SECONDS",
            group="Learning", help=f"Time that learning may take, {_SECONDS:g} unless told.",
        ),
    ]  # fmt: skip


@click.command(
    "learn",
    cls=GroupedCommand,
    params=[click.Argument(["place"], required=False, metavar="[TARGET]"), *_options()],
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=True,
)
def learn(place: str | None, failed_logins: int, sessions: int, seconds: float, **given: Any) -> int:
    """Learn, and say what came of it."""
    if importlib.util.find_spec("aalpy") is None:
        raise Failure("pop3spec learn needs AALpy, which is not installed: pip install 'pop3spec[learn]'")
    from conformance.learning import Bounds
    from conformance.reporters import ReportError, check_folder
    from conformance.scenario import Settings

    folder = Path(given["report"] or _WHERE)
    options = {name.replace("_", "-"): value for name, value in given.items()}
    if place and options["target"]:
        raise click.UsageError("more than one target is named; one server is learned")
    found = described(place or options["target"], options)
    stage = staged(found, Settings(touch=not given["allow_nonempty"]))
    try:
        check_folder(folder)
    except ReportError as error:
        raise Failure(str(error)) from None
    bounds = Bounds(sessions=sessions, seconds=seconds, failed_logins=failed_logins)
    return _learn(stage, bounds, folder, given["backup"])


def _learn(stage: "Stage", bounds: "Bounds", folder: Path, backup: str | None) -> int:
    from conformance.cli.console import Output
    from conformance.cli.learned import told
    from conformance.cli.stopping import stoppable
    from conformance.learning import write_all
    from conformance.reporters import ReportError

    output, secrets = Output(), secrets_of(stage)
    with stoppable() as stopped:
        try:
            learned = _learned(stage, bounds, backup, output, secrets)
        except KeyboardInterrupt:
            if not stopped.terminated:
                raise
            click.echo("stopped", err=True)
            return Status.TERMINATED
    try:
        files = write_all(learned, stage.target.address, folder, secrets)
    except ReportError as error:
        raise Failure(str(error)) from None
    told(learned, stage.target.address, files, output, secrets.words)
    return Status.TERMINATED if stopped.terminated else _status(learned)


def _learned(stage: "Stage", bounds: "Bounds", backup: str | None, output: "Output", secrets: "Secrets") -> "Learned":
    from conformance.cli.learned import counted
    from conformance.cli.progress import Meter
    from conformance.driver import TargetError
    from conformance.learning import learn as study
    from conformance.mailboxes import FillError

    begin(stage, backup)
    try:
        with Meter(output, "learning") as meter:

            def noted(states: int, sessions: int) -> None:
                meter.tell(f"{counted(states, 'state')} after {counted(sessions, 'session')}")

            return study(stage, bounds, noted)
    except (TargetError, FillError) as error:
        raise Failure(secrets.words(str(error)), Status.TARGET) from None


def _status(learned: "Learned") -> Status:
    if learned.interrupted:
        return Status.INTERRUPTED
    if learned.lost and not learned.differences:
        return Status.TARGET
    return Status.BROKEN if learned.differences or learned.ended_early else Status.FINE
