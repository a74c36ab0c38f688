"""Publishes what the suite says of real servers: ``reports/interop/``; `make interop` runs this.

Every server that can be started here is judged in the clear, as `tests/foreign/test_judged.py` does; what is published
is the matrix of these runs, and how each server was set up.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.bundled import REPORTS
from conformance.reporters import HtmlReporter, MatrixHtml, MatrixMarkdown, read_results
from conformance.results import RunResult, merge
from tests.foreign.servers import Running, available
from tests.foreign.subjects import SUBJECTS, Subject
from tests.reporters.browser import missing, started

_FOLDER: Final = REPORTS / "interop"
_VERDICTS: Final = ("Passed", "Failed", "Ended early", "Not judged")
_PICTURED: Final = "dovecot"
"""The server whose page is shown in the README."""


@dataclass(frozen=True)
class Judged:
    """A server that was judged."""

    subject: Subject
    running: Running
    run: RunResult

    @property
    def name(self) -> str:
        """With the version, and what is special about it."""
        return ", ".join([f"{self.subject.server} {self.running.version}", *self.subject.flags])


def published() -> list[Subject]:
    """Those that are judged in the clear."""
    return [subject for subject in SUBJECTS if not subject.over]


def main() -> int:
    """Judge and publish; 1 where a server is missing, for then there is nothing to publish."""
    subjects = published()
    if missing := {name: why for name in {one.server for one in subjects} if (why := available(name)) is not None}:
        print(*(f"{name}: {why}" for name, why in sorted(missing.items())), sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    judged = list(_judged(subjects))
    matrix = merge((one.name, one.run) for one in judged)
    MatrixHtml(_FOLDER / "matrix.html").report(matrix)
    MatrixMarkdown(_FOLDER / "matrix.md").report(matrix)
    (_FOLDER / "servers.md").write_text("\n".join(_set_up(judged)), encoding="utf-8")
    _take_pictures(next(one.run for one in judged if one.subject.server == _PICTURED))
    return 0


def _take_pictures(run: RunResult) -> None:
    """Of the page of one run and of the matrix, where there is a browser."""
    if (reason := missing()) is not None:
        print(f"no pictures: {reason}", file=sys.stderr)  # noqa: T201
        return
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        HtmlReporter(page := Path(folder) / "report.html").report(run)
        with started(Path(folder) / "browser") as browser:
            for name, path, part in (("report", page, ""), ("matrix", _FOLDER / "matrix.html", "#clauses")):
                browser.clear()
                browser.open(path, part)
                browser.picture(_FOLDER / f"{name}.png")


def _judged(subjects: Sequence[Subject]) -> Iterator[Judged]:
    for subject in subjects:
        with tempfile.TemporaryDirectory(prefix="interop-") as folder:
            done, running = subject.judge(Path(folder))
            verdict = next((line for line in done.out.splitlines() if line.startswith(_VERDICTS)), done.err)
            print(f"{subject}: {verdict}", flush=True)  # noqa: T201
            yield Judged(subject, running, read_results(Path(folder) / "pop3spec-report"))


def _set_up(judged: Sequence[Judged]) -> Iterator[str]:
    yield "# How the servers were set up"
    yield ""
    yield "Capital words stand for ports and paths. `make interop` wrote this, with the [matrix](matrix.md)."
    for one in judged:
        yield from ("", f"## {one.name}", "")
        if options := list(one.subject.options()):
            yield from (f"Played with `{' '.join(options)}`.", "")
        yield from (f"    {line}".rstrip() for line in one.running.config.splitlines())
    yield ""


if __name__ == "__main__":
    sys.exit(main())
