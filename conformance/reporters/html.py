"""report.html: the run on one page, which opens from disk and asks nobody for anything.

Whatever a server said is hostile: Jinja2 escapes every value, characters that do not print are written as escapes
before that, and the page's own policy lets no script run but the one that was written here.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.bundled import REPORTS
from conformance.reporters.files import write_file
from conformance.reporters.printable import printable
from conformance.reporters.proofs import Proof
from conformance.reporters.sections import count, rfcs
from conformance.reporters.window import fitted
from conformance.reporters.words import broken_clauses, counted, force, verdict_line, why_known
from conformance.results import FailOn, RunResult, Standing
from conformance.transcript import TextLine

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["HtmlReporter", "report_html"]

_ASSETS: Final = REPORTS / "html"
_FIRST: Final = 3
"""Clauses that are shown at the top, as those to mend first."""
_LONGEST: Final = 400
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True)
class HtmlReporter:
    """Writes report.html."""

    path: Path
    fail_on: FailOn = FailOn.MUST

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, report_html(result, self.fail_on))


def report_html(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The page of a run."""
    broken = broken_clauses(result, fail_on)
    style, script = (_ASSETS / "report.css").read_text("utf-8"), (_ASSETS / "report.js").read_text("utf-8")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            verdict=verdict_line(result, fail_on),
            good=not result.exit_status(fail_on),
            first=[Proof.of(clause, result) for clause in broken[:_FIRST]],
            more=counted(len(broken) - _FIRST, "more clause") if len(broken) > _FIRST else "",
            broken=[clause.id for clause in broken],
            still=result.known_that(Standing.BROKEN),
            mended=result.known_that(Standing.KEPT),
            rfcs=list(rfcs(result)),
            standings=[(standing, number) for standing in Standing if (number := count(result.clauses, standing))],
            left_out=_left_out(result),
            notes=list(dict.fromkeys(note for case in result.cases for note in case.notes)),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:",
        )
    )


def _left_out(result: RunResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for left in result.left_out:
        reasons.setdefault(left.why, []).append(left.what)
    return reasons


# -- what the template calls ----------------------------------------------------------------------------------------


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"pieces": _pieces, "word": _word}
    environment.globals |= {"force": force, "counted": counted, "why_known": why_known}
    return environment


def _safe(value: Any) -> Any:
    """Every character a printable one, before it is escaped; what is marked as HTML comes from the templates alone."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _pieces(line: TextLine) -> Iterator[tuple[str, bool]]:
    """The text of a line, part by part, and whether each is what is wrong; an empty mark is the line end."""
    shown, done = fitted(line, _LONGEST), 0
    for start, end in sorted(shown.marks):
        if start > done:
            yield shown.text[done:start], False
        if end > done or start == end:
            yield shown.text[max(start, done) : end] or "\u21b5", True
        done = max(done, end)
    yield shown.text[done:], False


def _word(outcome: str) -> str:
    """As a class of the style sheet."""
    return outcome.replace(" ", "-")


def _hash(text: str) -> str:
    """As a content security policy names what it allows."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
