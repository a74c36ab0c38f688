"""The run as Markdown, for the page of a CI job: the verdict, what to mend first with its proof, and the table.

Whatever a server said stands there as text: every character that Markdown reads has a backslash before it, and what was
said is in a fence that is longer than any in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.reporters.files import add_to_file, write_file
from conformance.reporters.printable import printable
from conformance.reporters.proofs import Finding, findings
from conformance.reporters.sections import rfcs, told
from conformance.reporters.window import fitted, underline
from conformance.reporters.words import broken_clauses, counted, force, listed, played, verdict_line, why_known
from conformance.results import FailOn, RunResult, Standing
from conformance.transcript import TextLine

__all__ = ["MarkdownReporter", "inert", "report_markdown"]

_FIRST: Final = 3
"""Things that are shown with their proof."""
_LISTED: Final = 50
"""Clauses that are named."""
_LONGEST: Final = 200
"""Characters of a line of what was said."""
_READ: Final = re.compile(r"[\\`*_{}\[\]()#!|<>~&@$]|:(?=/)|(?<=www)\.|^[-+=]", re.IGNORECASE)
"""What Markdown reads, and what it makes links of; at the beginning also what begins lists and rules."""
_NUMBERED: Final = re.compile(r"^(\d+)([.)])")


@dataclass(frozen=True, slots=True)
class MarkdownReporter:
    """Writes a Markdown file, or adds to one that others write to as well."""

    path: Path
    fail_on: FailOn = FailOn.MUST
    add: bool = False

    def report(self, result: RunResult) -> None:
        """Write it."""
        put = add_to_file if self.add else write_file
        put(self.path, report_markdown(result, self.fail_on))


def report_markdown(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The text."""
    return "\n".join(_lines(result, fail_on)) + "\n"


def _lines(result: RunResult, fail_on: FailOn) -> Iterator[str]:
    broken, target = broken_clauses(result, fail_on), result.target
    yield f"## {inert(verdict_line(result, fail_on))}"
    yield ""
    software = f" ({inert(target.software)})" if target.software else ""
    when = f"{inert(result.started)}: {played(result)} in {result.seconds:.1f} s, pop3spec {inert(result.version)}"
    yield f"**{inert(target.address)}**{software}, {when}"
    if result.ended_early:
        yield from ("", inert(result.ended_early))
    first = findings(broken, result)[:_FIRST]
    for finding in first:
        yield from _proof(finding)
    shown = {clause.id for finding in first for clause in finding.clauses}
    if others := [clause for clause in broken if clause.id not in shown]:
        yield from ("", f"### Broken as well: {counted(len(others), 'clause')}", "")
        for clause in others[:_LISTED]:
            yield f"* **{inert(clause.id)}** ({inert(clause.citation)}): {inert(clause.says)}"
        if len(others) > _LISTED:
            yield f"* and {counted(len(others) - _LISTED, 'more clause')}"
    yield from _known(result)
    if result.errored:
        yield from ("", f"### Not played to their end: {counted(len(result.errored), 'scenario')}", "")
        yield f"{inert(result.errored[0].id)}: {inert(result.errored[0].reason)}"
    yield from ("", "| RFC | kept | broken | unclear | not judged |", "|---|--:|--:|--:|--:|")
    for rfc in rfcs(told(result.clauses)):
        yield f"| {rfc.number} | " + " | ".join(str(count or "") for _, count in rfc.counts) + " |"


def _known(result: RunResult) -> Iterator[str]:
    """What is broken and fails nothing, since it was known, and what is not broken any more."""
    if still := result.known_that(Standing.BROKEN):
        yield from ("", f"### Known: {counted(len(still), 'clause')} broken", "")
        for one in still[:_LISTED]:
            says = f"{inert(one.clause.says)} ({inert(why_known(one))})"
            yield f"* **{inert(one.clause.id)}** ({inert(one.clause.citation)}): {says}"
        if len(still) > _LISTED:
            yield f"* and {counted(len(still) - _LISTED, 'more clause')}"
    if mended := result.known_that(Standing.KEPT):
        yield from ("", f"Fixed, and known to be broken before: {inert(listed([one.clause.id for one in mended]))}")


def _proof(finding: Finding) -> Iterator[str]:
    yield from ("", f"### {', '.join(inert(clause.id) for clause in finding.clauses)}", "")
    for clause in finding.clauses:
        yield f"* {inert(clause.citation)}, {inert(force(clause))}: {inert(clause.says)}"
    for reason in finding.reasons:
        yield from ("", inert(reason))
    if finding.lines:
        said = [text for line in finding.lines for text in _said(line)]
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", "\n".join(said))), default=0))
        yield from ("", f"{fence}text", *said, fence)
    if finding.case is not None:
        yield from ("", f"Play it again: `pop3spec run TARGET --scenario {finding.case.id}`")


def _said(line: TextLine) -> Iterator[str]:
    """A line, and below it what is wrong of it."""
    shown = fitted(line, _LONGEST)
    yield f"{line.kind}: {printable(shown.text)}".replace("\n", " ")
    if shown.marks:
        yield f"   {underline(shown.marks)}"


def inert(text: str) -> str:
    """Text in a line, of which nothing is read as Markdown or as HTML."""
    return _NUMBERED.sub(r"\1\\\2", _READ.sub(r"\\\g<0>", " ".join(printable(text).split())))
