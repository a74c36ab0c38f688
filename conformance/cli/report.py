"""`pop3spec report`: what can be made of the results of runs, without a server."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from conformance.cli.status import Failure
from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    from conformance.results import FailOn, RunResult

__all__ = ["report"]

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., object])
_LEVELS: Final = next(option.choices for option in OPTIONS if option.name == "fail-on")
_FAIL_ON: Final = click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    help="From which level on a broken clause counts; as the run was told, if not given.",
)
_FAIL_ALL_ON: Final = click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="must",
    show_default=True,
    help="From which level on a broken clause counts, the same for all.",
)
_RESULTS: Final = click.Path(path_type=Path)
_EPILOG: Final = """\
\b
Exit status:
  0   no regression
  1   a clause is newly broken at the level that fails, or the newer run judged nothing or ended early
  2   a file does not hold the results of a run
"""


def _outputs(text: str) -> Callable[[_F], _F]:
    """Several files to write, their kinds by their names."""
    return click.option("-o", "--output", "outputs", type=click.Path(path_type=Path), multiple=True, help=text)


@click.group("report", no_args_is_help=True)
def report() -> None:
    """Make something of the results of runs.

    RESULTS is a results.json that `pop3spec run` wrote, or the folder that it is in, such as pop3spec-report.

    \b
    Examples:
      pop3spec report html pop3spec-report --output server-1.4.html
      pop3spec report merge dovecot=a/results.json courier=b/results.json -o matrix.html
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
def html(results: Path, output: Path | None, fail_on: str | None) -> None:
    """Write the page of a run, as `pop3spec run` does.

    \b
    Examples:
      pop3spec report html pop3spec-report --output server-1.4.html
    """
    from conformance.reporters import HtmlReporter

    run, path = _read(results), output or _file(results).with_name("report.html")
    _write(HtmlReporter(path, _level(fail_on, run)).report, run)
    click.echo(f"Page in {path}")


@report.command("markdown")
@click.argument("results", type=_RESULTS)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file to write; standard output, if not given."
)
@_FAIL_ON
def markdown(results: Path, output: Path | None, fail_on: str | None) -> None:
    """Write a summary of a run as Markdown, for a pull request or the page of a CI job.

    \b
    Examples:
      pop3spec report markdown pop3spec-report >> "$GITHUB_STEP_SUMMARY"
    """
    from conformance.reporters import MarkdownReporter, report_markdown

    run = _read(results)
    level = _level(fail_on, run)
    if output is None:
        click.echo(report_markdown(run, level), nl=False)
    else:
        _write(MarkdownReporter(output, level).report, run)


@report.command("badge")
@click.argument("results", type=_RESULTS)
@_outputs("A file to write, .svg or .json; can be given again. badge.svg beside RESULTS, if not given.")
@_FAIL_ON
def badge(results: Path, outputs: tuple[Path, ...], fail_on: str | None) -> None:
    """Write a badge: an image, or the JSON that shields.io makes one of.

    \b
    Examples:
      pop3spec report badge pop3spec-report -o public/pop3.svg -o public/pop3.json
    """
    from conformance.reporters import BadgeReporter

    run, paths = _read(results), outputs or (_file(results).with_name("badge.svg"),)
    _check_suffixes(paths, (".svg", ".json"))
    for path in paths:
        _write(BadgeReporter(path, _level(fail_on, run)).report, run)
        click.echo(f"Badge in {path}")


@report.command("merge", short_help="Write the matrix of several servers.")
@click.argument("results", nargs=-1, required=True, metavar="[NAME=]RESULTS...")
@_outputs("A file to write, .html or .md; can be given again. pop3spec-matrix.html, if not given.")
@_FAIL_ALL_ON
def merge(results: tuple[str, ...], outputs: tuple[Path, ...], fail_on: str) -> None:
    """Write the matrix of several servers: clauses by servers.

    A server is called NAME, or what it calls itself, or by its address.

    \b
    Examples:
      pop3spec report merge old=release-1.3/results.json new=pop3spec-report
      pop3spec report merge */results.json -o matrix.html -o matrix.md
    """
    from conformance.reporters import MatrixHtml, MatrixMarkdown
    from conformance.results import FailOn
    from conformance.results import merge as merged

    writers: dict[str, type[MatrixHtml | MatrixMarkdown]] = {".html": MatrixHtml, ".md": MatrixMarkdown}
    paths = outputs or (Path("pop3spec-matrix.html"),)
    _check_suffixes(paths, writers)
    matrix = merged([(name, _read(place)) for name, place in map(_named, results)])
    for path in paths:
        _write(writers[path.suffix](path, FailOn(fail_on)).report, matrix)
        click.echo(f"Matrix in {path}")


def _named(text: str) -> tuple[str, Path]:
    """The name of a server, empty where none is given, and where its results lie."""
    name, equals, place = text.partition("=")
    if equals and not place:
        raise Failure(f"{text}: no file is named behind the =; write {text}RESULTS")
    return (name, Path(place)) if equals and not Path(text).exists() else ("", Path(text))


@report.command("compare", epilog=_EPILOG, short_help="Compare two runs; 1 where something is newly broken.")
@click.argument("old", type=_RESULTS)
@click.argument("new", type=_RESULTS)
@_FAIL_ON
def compare(old: Path, new: Path, fail_on: str | None) -> int:
    """Compare two runs: what is newly broken, fixed, newly tested, gone and still broken.

    A clause that is broken now and was not judged before counts as newly broken.

    \b
    Examples:
      pop3spec report compare release-1.3/results.json pop3spec-report
    """
    from conformance.cli.compared import tell
    from conformance.cli.console import Output
    from conformance.results import compare as compared

    found = compared(_read(old), _read(new))
    level = _level(fail_on, found.new)
    tell(found, level, Output())
    return found.exit_status(level)


def _level(fail_on: str | None, run: "RunResult") -> "FailOn":
    from conformance.results import FailOn

    return FailOn(fail_on) if fail_on else run.fail_on


def _check_suffixes(paths: Iterable[Path], suffixes: Iterable[str]) -> None:
    for path in paths:
        if path.suffix not in suffixes:
            raise Failure(f"{path}: the name of this file ends in {' or in '.join(suffixes)}")


def _write(report: Callable[[_T], None], what: _T) -> None:
    from conformance.reporters import ReportError

    try:
        report(what)
    except ReportError as error:
        raise Failure(str(error)) from None


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
