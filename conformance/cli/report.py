"""`pop3spec report`: what can be made of the results of runs, without a server."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from conformance.cli.status import Failure
from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    from conformance.results import RunResult

__all__ = ["report"]

_LEVELS: Final = next(option.choices for option in OPTIONS if option.name == "fail-on")
_FAIL_ON: Final = click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="must",
    show_default=True,
    help="From which level on a broken clause counts.",
)
_EPILOG: Final = """\
\b
Exit status:
  0   no regression
  1   a clause is newly broken at the level that fails, or the newer run judged nothing
  2   a file does not hold the results of a run
"""
_RESULTS: Final = click.Path(path_type=Path)


@click.group("report", no_args_is_help=True)
def report() -> None:
    """Make something of the results of runs.

    RESULTS is a results.json that `pop3spec run` wrote, or the folder that it is in, such as pop3spec-report.

    \b
    Examples:
      pop3spec report html pop3spec-report --output server-1.4.html
      pop3spec report compare release-1.3/results.json pop3spec-report
    """


@report.command("html")
@click.argument("results", type=_RESULTS)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write; report.html beside RESULTS, if not given.",
)
@_FAIL_ON
def html(results: Path, output: Path | None, fail_on: str) -> None:
    """Write the page of a run, as `pop3spec run` does.

    \b
    Examples:
      pop3spec report html pop3spec-report --output server-1.4.html
    """
    from conformance.reporters import HtmlReporter, ReportError
    from conformance.results import FailOn

    run, path = _read(results), output or _file(results).with_name("report.html")
    try:
        HtmlReporter(path, FailOn(fail_on)).report(run)
    except ReportError as error:
        raise Failure(str(error)) from None
    click.echo(f"Page in {path}")


@report.command("markdown")
@click.argument("results", type=_RESULTS)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file to write; standard output, if not given."
)
@_FAIL_ON
def markdown(results: Path, output: Path | None, fail_on: str) -> None:
    """Write a summary of a run as Markdown, for a pull request or the page of a CI job.

    \b
    Examples:
      pop3spec report markdown pop3spec-report >> "$GITHUB_STEP_SUMMARY"
    """
    from conformance.reporters import MarkdownReporter, ReportError, report_markdown
    from conformance.results import FailOn

    run, level = _read(results), FailOn(fail_on)
    if output is None:
        click.echo(report_markdown(run, level), nl=False)
        return
    try:
        MarkdownReporter(output, level).report(run)
    except ReportError as error:
        raise Failure(str(error)) from None


@report.command("compare", epilog=_EPILOG, short_help="Compare two runs; 1 where something is newly broken.")
@click.argument("old", type=_RESULTS)
@click.argument("new", type=_RESULTS)
@_FAIL_ON
def compare(old: Path, new: Path, fail_on: str) -> int:
    """Compare two runs: what is newly broken, fixed, newly tested, gone and still broken.

    A clause that is broken now and was not judged before counts as newly broken.

    \b
    Examples:
      pop3spec report compare release-1.3/results.json pop3spec-report
    """
    from conformance.cli.compared import tell
    from conformance.cli.console import Output
    from conformance.results import FailOn
    from conformance.results import compare as compared

    found, level = compared(_read(old), _read(new)), FailOn(fail_on)
    tell(found, level, Output())
    return found.exit_status(level)


def _file(place: Path) -> Path:
    return place / "results.json" if place.is_dir() else place


def _read(place: Path) -> "RunResult":
    """The results that lie there; `Failure` says why there are none."""
    from conformance.reporters import read_results
    from conformance.results import ResultsError

    try:
        return read_results(place)
    except ResultsError as error:
        raise Failure(str(error)) from None
