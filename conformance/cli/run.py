"""`pop3spec run`: the plug-in, with a friendly face."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.cli.files import SUFFIX, bundled_files, read, scenario_files
from conformance.cli.main import ours
from conformance.cli.run_options import GroupedCommand, run_options
from conformance.cli.status import Failure, Status
from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    from conformance.cli.isolated import Ended
    from conformance.plugin.run import Run
    from conformance.plugin.sweeps import Sweeps
    from conformance.plugin.targets import Described
    from conformance.results import RunResult
    from conformance.transcript import Secrets

__all__ = ["run"]

_HELP: Final = """\
Judge a POP3 server, clause by clause: play scenarios against it and judge every octet that comes back.

TARGET is a POP URL, such as pop://host:110, or a TOML file. FILES are scenario files (*.pop3.yaml) or folders of them,
to be played in place of those that come with pop3spec.

The accounts must be there for the run alone: it fills and empties their maildrops. One that holds mail is never
touched: the run stops, unless --allow-nonempty or --backup says what to do.

\b
Examples:
  pop3spec run pop://localhost:1110 --account alice:secret --fill 'maildir:/srv/mail/{user}'
  pop3spec run --host mx --account a:x --account b:y --fill lmtp:mx:24 -n 2
  pop3spec run server.toml --section 5 --not-clause 'R1939-TOP-*'
  pop3spec run server.toml my.pop3.yaml
  POP3SPEC_PASSWORD=secret pop3spec run pop://alice@mx --allow-nonempty --fill none

\b
A target file:
  host = "mx.example.org"
  port = 110
  fill = "lmtp:mx.example.org:24"
  restart = "systemctl restart pop3d"
  [[account]]
  name = "alice"
  password-env = "ALICE_PASSWORD"     # or password = "..."
  [[account]]
  name = "bob"
  password = "..."
  apop = true                         # its password is an APOP secret
  [accept]                            # what the server is to go on breaking, and why
  R1939-USER-02 = "a client of ours sends USER without a name"
"""

_EPILOG: Final = """\
\b
Exit status:
  0   nothing is broken at the level that fails (--fail-on)
  1   something is broken, or a scenario could not be played to its end
  2   the command line or a file is wrong, or nothing is selected
  3   the server cannot be reached, logged in to or filled, or a maildrop holds mail
  70  a fault of pop3spec itself;  130  interrupted;  143  stopped by SIGTERM
"""


@click.command(
    "run",
    cls=GroupedCommand,
    params=[click.Argument(["places"], nargs=-1, metavar="[TARGET] [FILES]..."), *run_options()],
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=True,
)
def run(places: tuple[str, ...], expression: str | None, workers: int, alluredir: Path | None, **given: Any) -> int:
    """Play, and say what came of it."""
    asked = _asked(places, given)
    arguments = [*_pytest_arguments(asked), *_others(expression, workers, alluredir)]
    return _Play(asked, alluredir).run(arguments)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for, understood and checked as far as that goes without the server."""

    options: dict[str, Any]
    """Values by name."""
    described: "Described"
    files: list[Path]
    """Scenario files to play."""
    named: tuple[str, ...]
    """Those that the command line names, as they stand there."""
    sweeps: "Sweeps"
    """What is played besides."""

    @property
    def secrets(self) -> "Secrets":
        from conformance.transcript import Secrets

        return Secrets(secret for account in self.described.target.accounts for secret in account.secrets)


def _asked(places: tuple[str, ...], given: dict[str, Any]) -> _Asked:
    from conformance.plugin.known import known_deviations
    from conformance.plugin.sweeps import Sweeps
    from conformance.plugin.targets import UsageError, describe

    options = {option.name: given[option.name.replace("-", "_")] for option in OPTIONS}
    targets = [place for place in places if _is_target(place)]
    named = tuple(place for place in places if place not in targets)
    if options["target"]:
        targets.append(options["target"])
    if len(targets) > 1:
        raise click.UsageError("more than one target is named; a run judges one server")
    options["target"] = targets[0] if targets else None
    files = [path.resolve() for path in scenario_files(map(Path, named))] if named else bundled_files()
    try:
        if (described := describe(options)) is not None:
            known_deviations(options, described)
    except UsageError as error:
        raise Failure(str(error)) from None
    if described is None:
        raise click.UsageError("no target is named: pop://HOST:PORT, a TOML file, or --host HOST")
    sweeps = Sweeps.from_options(options, described.target.address)
    _check_selection(options, files, sweeps)
    if sweeps.by_chance:
        options["seed"] = sweeps.seed
    return _Asked(options, described, files, named, sweeps)


def _is_target(place: str) -> bool:
    if "://" in place or place.endswith(".toml"):
        return True
    if place.endswith(SUFFIX) or Path(place).exists():
        return False
    raise click.UsageError(
        f"{place!r} is neither a target (pop://{place}, or a .toml file) nor a scenario file (*{SUFFIX}) or a folder"
    )


def _check_selection(options: dict[str, Any], files: list[Path], sweeps: "Sweeps") -> None:
    """What can be known before the server is spoken to: that the files are good, and that something is left to play."""
    from conformance.plugin.selection import Selection
    from conformance.plugin.sweeps import is_judged

    found, problems = read(files)
    if problems:
        raise Failure("\n".join(["these scenario files cannot be played:", *map(str, problems)]))
    scenarios = list(sweeps.all_of(found))
    selection = Selection.from_options(options)
    if mistake := selection.mistake(scenario.id for scenario in scenarios):
        raise Failure(mistake)
    clauses = selection.clauses()
    if not any(selection.takes(scenario, clauses) and is_judged(scenario, clauses) for scenario in scenarios):
        raise Failure(
            "nothing is selected: no scenario judges a clause that is left; "
            "`pop3spec clauses` and `pop3spec scenarios` list what there is"
        )


def _pytest_arguments(asked: _Asked) -> list[str]:
    arguments = []
    for option in OPTIONS:
        value = asked.options[option.name]
        if option.kind == "switch":
            arguments += [option.flag] if value else []
        elif value is not None:
            arguments += [f"{option.flag}={one}" for one in (value if option.many else (value,))]
    return [*arguments, *(str(path) for path in asked.files)]


def _others(expression: str | None, workers: int, alluredir: Path | None) -> list[str]:
    from conformance.reporters import ReportError, check_folder

    arguments = [] if expression is None else [f"-k={expression}"]
    if workers > 1:
        arguments += ["-p", "xdist", f"-n={workers}", "--max-worker-restart=0"]
    if alluredir is not None:
        if importlib.util.find_spec("allure_pytest") is None:
            raise Failure("--alluredir needs allure-pytest, which is not installed: pip install 'pop3spec[allure]'")
        try:
            check_folder(alluredir)
        except ReportError as error:
            raise Failure(f"--alluredir: {error}") from None
        arguments += ["-p", "allure_pytest", f"--alluredir={alluredir}"]
    return arguments


class _Play:
    """One run, from the first connection to the last word."""

    def __init__(self, asked: _Asked, alluredir: Path | None) -> None:
        from conformance.cli.console import Output
        from conformance.cli.front import Front
        from conformance.cli.progress import progress_for
        from conformance.cli.repeat import Repeat

        self._output: Output = Output()
        self._mask = asked.secrets.words
        self._front: Front = Front(progress_for(self._output), self._mask)
        self._repeat: Repeat = Repeat(
            asked.options, asked.named, self._mask, asked.sweeps.asked_by, asked.sweeps.generated.file_of
        )
        if asked.sweeps.by_chance:
            self._output.line(f"What is random is made of --seed {asked.sweeps.seed}")
        self._alluredir = alluredir

    def run(self, arguments: list[str]) -> int:
        """Play; the exit status."""
        from conformance.cli.isolated import play

        ended = play(arguments, self._front)
        if self._front.interrupted or ended.interrupted:
            return self._interrupted(ended)
        self._summary()
        if self._front.faults:
            raise self._fault(ended)
        if self._front.run is None or self._front.run.trouble:
            raise self._trouble(ended)
        if self._front.run.ended_early:
            raise Failure(self._mask(self._front.run.ended_early), Status.TARGET)
        if (result := self._front.run.result) is None:
            raise self._nothing(ended)
        if result.errored and not result.judged_anything:
            return Status.TARGET
        return result.exit_status(self._front.run.fail_on)

    def _summary(self, *, finished: bool = True) -> None:
        """What came of it, and where the reports are."""
        from conformance.reporters import MarkdownReporter, ReportError

        run = self._front.run
        if run is None or run.result is None:
            return
        if run.cases:
            self._tell(run, run.result, finished=finished)
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            try:
                MarkdownReporter(Path(summary), run.fail_on, add=True).report(run.result)
            except ReportError as error:
                self._output.line(f"The step summary was left out: {error}")
        if self._alluredir is not None and run.cases:
            self._output.line(f"Allure results in {self._alluredir}")

    def _tell(self, run: "Run", result: "RunResult", *, finished: bool) -> None:
        from conformance.reporters import TerminalReporter

        folder = None if run.trouble else run.folder
        reporter = TerminalReporter(
            sys.stdout, self._repeat, folder, self._repeat.hint, fail_on=run.fail_on, finished=finished
        )
        try:
            reporter.report(result)
        except BrokenPipeError:
            self._output.drop()

    def _interrupted(self, ended: "Ended") -> int:
        played = len(self._front.run.cases) if self._front.run is not None else 0
        self._output.line(f"Interrupted after {played} scenario{'s' if played != 1 else ''}.", "bold")
        self._summary(finished=False)
        return Status.TERMINATED if ended.terminated else Status.INTERRUPTED

    def _fault(self, ended: "Ended") -> Failure:
        if os.environ.get("POP3SPEC_TRACEBACK"):
            for story in (*self._front.story, self._mask(ended.said)):
                self._output.line(story)
        first, *more = self._front.faults
        return Failure(ours(first + (f" (and {len(more)} more)" if more else "")), Status.OURS)

    def _trouble(self, ended: "Ended") -> Failure:
        """The target cannot be worked with, or pytest did not like what it was asked for."""
        if self._front.run is not None and self._front.run.trouble:
            status = Status.TARGET if ended.status == Status.TARGET else Status.USAGE
            return Failure(self._mask(self._front.run.trouble), status)
        return Failure(self._mask(_message(ended.said)) or "pytest did not start")

    def _nothing(self, ended: "Ended") -> Failure:
        if message := _message(ended.said):
            return Failure(self._mask(message))
        return Failure("nothing is selected: -k leaves no scenario; `pop3spec scenarios` lists what there is")


def _message(said: str) -> str:
    """What pytest said, without the word that it puts before it."""
    return "\n".join(line.removeprefix("ERROR: ") for line in said.splitlines() if line.strip())
