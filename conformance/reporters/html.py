"""report.html: the run on one page, which opens from disk and asks nobody for anything.

Whatever a server said is hostile: Jinja2 escapes every value, characters that do not print are written as escapes
before that, and the page's own policy lets no script run but the one that was written here.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.bundled import REPORTS
from conformance.reporters.files import write_file
from conformance.reporters.printable import printable
from conformance.reporters.window import fitted, window
from conformance.reporters.words import broken_clauses, counted, force, verdict_line
from conformance.results import CaseResult, ClauseResult, FailOn, RunResult, Standing
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

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
            first=[_Shown.of(clause, result) for clause in broken[:_FIRST]],
            more=counted(len(broken) - _FIRST, "more clause") if len(broken) > _FIRST else "",
            broken=[clause.id for clause in broken],
            rfcs=list(_rfcs(result)),
            standings=[(standing, count) for standing in Standing if (count := _count(result.clauses, standing))],
            left_out=_left_out(result),
            notes=list(dict.fromkeys(note for case in result.cases for note in case.notes)),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:",
        )
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A broken clause, and where it shows best."""

    clause: ClauseResult
    case: CaseResult | None
    lines: tuple[TextLine, ...]
    reason: str

    @classmethod
    def of(cls, clause: ClauseResult, result: RunResult) -> "_Shown":
        for case, verdict in _proofs(clause, result):
            return cls(clause, case, window(case, verdict), verdict.reason or clause.reason)
        return cls(clause, None, (), clause.reason)


def _proofs(clause: ClauseResult, result: RunResult) -> Iterator[tuple[CaseResult, Verdict]]:
    for scenario in clause.broken_in:
        case = result.case(scenario)
        for verdict in case.verdicts if case is not None else ():
            if case is not None and verdict.clause == clause.id and verdict.outcome is Outcome.BROKEN:
                yield case, verdict


@dataclass(frozen=True, slots=True)
class _Rfc:
    """The clauses of one RFC."""

    number: int
    sections: tuple[tuple[str, tuple[ClauseResult, ...]], ...]
    """With their names, in the order of the catalogue."""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many were kept, were broken, are unclear and were not judged."""
        clauses = [clause for _, section in self.sections for clause in section]
        kept, broken = _count(clauses, Standing.KEPT), _count(clauses, Standing.BROKEN)
        unclear = _count(clauses, Standing.INCONCLUSIVE) + _count(clauses, Standing.ERRORED)
        rest = len(clauses) - kept - broken - unclear
        return ("kept", kept), ("broken", broken), ("unclear", unclear), ("not judged", rest)


def _rfcs(result: RunResult) -> Iterator[_Rfc]:
    for number in dict.fromkeys(clause.rfc for clause in result.clauses):
        clauses = [clause for clause in result.clauses if clause.rfc == number]
        sections = dict.fromkeys(clause.citation for clause in clauses)
        yield _Rfc(number, tuple((name, tuple(c for c in clauses if c.citation == name)) for name in sections))


def _count(clauses: Sequence[ClauseResult], standing: Standing) -> int:
    return sum(clause.outcome is standing for clause in clauses)


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
    environment.globals |= {"force": force, "counted": counted}
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
