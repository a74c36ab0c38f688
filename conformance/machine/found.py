"""What generated sessions found, as cases of the report and as scenario files that play it again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.machine.explore import Explorer, Finding
from conformance.results import CaseResult
from conformance.scenario import SUFFIX, Scenario
from conformance.scenario.document import slug
from conformance.scenario.write import as_text
from conformance.verdicts import Outcome, Verdict

__all__ = ["FOLDER", "cases", "write_found"]

FOLDER: Final = "found"
"""The folder in that of the reports where scenario files are written to, and the group of their scenarios."""


def cases(explorer: Explorer, title: str, seconds: float, name: str) -> Iterator[CaseResult]:
    """One case for all that was drawn, and one for each finding."""
    broken = {finding.clause for finding in explorer.findings}
    verdicts = tuple(Verdict(clause, Outcome.KEPT) for clause in sorted(explorer.kept - broken))
    yield CaseResult(
        id=name,
        title=title,
        rfc=0,
        section="",
        outcome=Outcome.ERRORED if explorer.gone else Outcome.KEPT,
        reason=explorer.gone,
        verdicts=verdicts,
        notes=tuple(_notes(explorer, seconds)),
        seconds=seconds,
        clauses=tuple(verdict.clause for verdict in verdicts),
    )
    for finding in explorer.findings:
        yield _case(finding)


def _notes(explorer: Explorer, seconds: float) -> Iterator[str]:
    yield f"{explorer.drawn} sessions with {explorer.commands} commands, seed {explorer.seed}, in {seconds:.1f} s"
    if explorer.penalty_seen:
        yield (
            f"the server takes {explorer.penalty:.1f} s to refuse a login, so wrong passwords were sent in the first "
            "sessions only"
        )
    elif explorer.spent:
        yield f"--failed-logins allows no more than the {explorer.guesses} wrong passwords that were sent"
    if explorer.given_up:
        yield f"{explorer.in_vain} sessions were left without a whole answer, so no more were drawn"
    if delay := explorer.stage.target.pace.seconds:
        yield f"the server wants {delay:g} s between two logins, which were waited for"
    for reason, count in explorer.reasons.most_common(3):
        yield f"{count} of the sessions ended early: {reason}"


def _case(finding: Finding) -> CaseResult:
    clause = CATALOGUE[finding.clause]
    if not finding.shown:
        reason = f"it was seen once, and not again when the same session was played {finding.plays} times more"
        verdicts: tuple[Verdict, ...] = (Verdict(finding.clause, Outcome.INCONCLUSIVE, reason),)
        outcome = Outcome.INCONCLUSIVE
    else:
        verdicts, outcome, reason = finding.case.verdicts, Outcome.BROKEN, ""
        if not finding.firm:
            reason = f"flaky: of {finding.plays} plays of this session {finding.shown} showed it"
            verdicts = tuple(replace(verdict, reason=f"{verdict.reason} ({reason})") for verdict in verdicts)
    return replace(
        finding.case,
        id=_id(finding),
        title=_title(finding),
        rfc=clause.rfc,
        section=clause.section,
        outcome=outcome,
        reason=reason,
        verdicts=tuple(verdict for verdict in verdicts if verdict.clause == finding.clause),
        clauses=(finding.clause,),
    )


def write_found(finding: Finding, folder: Path) -> Path:
    """Write the shortest session as a scenario file, which needs no hypothesis to be played. Raises OSError."""
    path = folder / FOLDER / f"{_stem(finding)}{SUFFIX}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(_scenario(finding), _remarks(finding)), encoding="utf-8")
    return path


def _scenario(finding: Finding) -> Scenario:
    return replace(finding.scenario, title=_title(finding), clauses=(finding.clause,))


def _remarks(finding: Finding) -> Iterator[str]:
    clause = CATALOGUE[finding.clause]
    yield f"{clause.id}, {clause.citation}, {clause.level.value}: {' '.join(clause.says.split())}"
    for verdict in finding.case.verdicts:
        if verdict.clause == finding.clause and verdict.outcome is Outcome.BROKEN:
            yield f"What was seen: {verdict.reason}"
    if not finding.firm:
        yield f"Flaky: of {finding.plays} plays of this session {finding.shown} showed it."
    yield "What was said:"
    for line in finding.case.transcript:
        yield f"  {line.connection}> {line.kind}: {line.text}"
    yield "Play it again: pop3spec run TARGET FILE"


def _stem(finding: Finding) -> str:
    return finding.clause.lower()


def _title(finding: Finding) -> str:
    return " ".join(CATALOGUE[finding.clause].says.split()).rstrip(".")


def _id(finding: Finding) -> str:
    return f"{FOLDER}/{_stem(finding)}/{slug(_title(finding))}"
