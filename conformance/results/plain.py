"""Results as plain values, for results.json and for the way from a pytest-xdist worker.

Plain are dict, list, str, int, float, bool and None; every string can be encoded in UTF-8.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from conformance.clauses import Advisory, Grade, Level, Subject
from conformance.results.case import CaseResult
from conformance.results.clause import ClauseResult, Standing
from conformance.results.known import Known
from conformance.results.latency import Latency, latencies
from conformance.results.run import FailOn, LeftOut, Listed, RunResult, TargetInfo
from conformance.results.typed import misfits
from conformance.transcript import Evidence, Span, TextLine
from conformance.verdicts import Outcome, Verdict

__all__ = ["SCHEMA", "ResultsError", "case_as_plain", "case_from_plain", "run_as_plain", "run_from_plain"]

SCHEMA: Final = "pop3spec-results/1"
_LONGEST: Final = 1e8
"""Seconds: three years."""

Plain = dict[str, Any]


class ResultsError(ValueError):
    """Plain values are no results; says why."""


def case_as_plain(case: CaseResult) -> Plain:
    """A scenario's result."""
    return {
        "id": case.id,
        "title": _clean(case.title),
        "rfc": case.rfc,
        "section": case.section,
        "outcome": case.outcome.value,
        "reason": _clean(case.reason),
        "names": list(case.clauses),
        "clauses": [_verdict_as_plain(verdict) for verdict in case.verdicts],
        "notes": [_clean(note) for note in case.notes],
        "seconds": round(case.seconds, 6),
        "transcript": [_line_as_plain(line) for line in case.transcript],
    }


def case_from_plain(plain: Mapping[str, Any]) -> CaseResult:
    """The scenario's result that `case_as_plain` was given; `ResultsError` when it is none."""
    try:
        return _case(plain)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"not the result of a scenario: {type(error).__name__}: {error}"
        raise ResultsError(message) from error


def run_as_plain(result: RunResult) -> Plain:
    """A run, as results.json holds it."""
    return {
        "schema": SCHEMA,
        "version": result.version,
        "started": result.started,
        "seconds": round(result.seconds, 6),
        "seed": result.seed,
        "options": dict(result.options),
        "target": {
            "address": result.target.address,
            "greeting": result.target.greeting,
            "software": result.target.software,
            "capabilities": list(result.target.capabilities),
            "facts": [list(fact) for fact in result.target.facts],
            "listed": [{"state": one.state, "capabilities": list(one.capabilities)} for one in result.target.listed],
        },
        "ended_early": _clean(result.ended_early),
        "summary": _summary(result),
        "latency": [_latency_as_plain(latency) for latency in latencies(result.cases)],
        "known": [_known_as_plain(known) for known in result.known],
        "left_out": [{"what": o.what, "why": o.why, "clauses": list(o.clauses)} for o in result.left_out],
        "clauses": [_clause_as_plain(clause) for clause in result.clauses],
        "cases": [case_as_plain(case) for case in result.cases],
    }


def run_from_plain(plain: Mapping[str, Any]) -> RunResult:
    """The run that `run_as_plain` was given; `ResultsError` when it is none."""
    try:
        if plain["schema"] != SCHEMA:
            message = f"its schema is {plain['schema']!r}, not {SCHEMA!r}: another version of pop3spec wrote it"
            raise ResultsError(message)
        return _checked(_run(plain))
    except ResultsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ResultsError(message) from error


def _checked(run: RunResult) -> RunResult:
    """The run, if it can be told; `ValueError` for values of another kind, no times, and what stands twice."""
    if wrong := next(misfits(run, RunResult), ""):
        raise ValueError(wrong)
    if not all(0 <= seconds < _LONGEST for seconds in (run.seconds, *(case.seconds for case in run.cases))):
        message = f"the seconds are not between 0 and {_LONGEST:g}"
        raise ValueError(message)
    for what, ids in (("clause", [one.id for one in run.clauses]), ("case", [one.id for one in run.cases])):
        if twice := next((name for name, number in Counter(ids).items() if number > 1), ""):
            message = f"the {what} {twice} stands there twice"
            raise ValueError(message)
    return run


def _clean(text: str) -> str:
    """Text in which octets that are no UTF-8, smuggled in as lone surrogates, are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _summary(result: RunResult) -> Plain:
    outcomes = [case.outcome for case in result.cases]
    return {
        "failed": {fail_on.value: result.failed(fail_on) for fail_on in FailOn if fail_on is not FailOn.NONE},
        "clauses": {
            grade.value: {standing.value: result.counts(grade).get(standing, 0) for standing in Standing}
            for grade in Grade
        },
        "cases": {outcome.value: outcomes.count(outcome) for outcome in Outcome},
    }


def _known_as_plain(known: Known) -> Plain:
    return {
        "id": known.clause,
        "reason": _clean(known.reason),
        "accepted": known.accepted,
        "broken_in": list(known.broken_in),
    }


def _latency_as_plain(latency: Latency) -> Plain:
    """For programs; who reads results works it out anew."""
    return {
        "verb": latency.verb,
        "count": latency.count,
        "median": latency.median,
        "p95": latency.p95,
        "p99": latency.p99,
        "max": latency.longest,
    }


def _verdict_as_plain(verdict: Verdict) -> Plain:
    plain: Plain = {"id": verdict.clause, "outcome": verdict.outcome.value, "reason": _clean(verdict.reason)}
    if (evidence := verdict.evidence) is not None:
        spans = [[span.sender, span.start, span.end] for span in evidence.spans]
        plain["evidence"] = {"connection": evidence.connection, "exchange": evidence.exchange, "spans": spans}
    return plain


def _line_as_plain(line: TextLine) -> Plain:
    plain: Plain = {"connection": line.connection, "at": line.at, "kind": line.kind, "text": line.text}
    if line.marks:
        plain["marks"] = [list(mark) for mark in line.marks]
    if line.exchange is not None:
        plain["exchange"] = line.exchange
    if not line.ended:
        plain["ended"] = False
    return plain


def _clause_as_plain(clause: ClauseResult) -> Plain:
    return {
        "id": clause.id,
        "rfc": clause.rfc,
        "section": clause.section,
        "topic": clause.topic,
        "level": clause.level.value,
        "grade": clause.grade.value,
        "advisory": clause.advisory.value if clause.advisory is not None else None,
        "subject": clause.subject.value,
        "says": clause.says,
        "outcome": clause.outcome.value,
        "reason": _clean(clause.reason),
        "excuse": clause.excuse,
        "scenarios": list(clause.scenarios),
        "broken_in": list(clause.broken_in),
    }


def _case(plain: Mapping[str, Any]) -> CaseResult:
    return CaseResult(
        id=plain["id"],
        title=plain["title"],
        rfc=plain["rfc"],
        section=plain["section"],
        outcome=Outcome(plain["outcome"]),
        reason=plain["reason"],
        verdicts=tuple(_verdict(verdict) for verdict in plain["clauses"]),
        notes=tuple(plain["notes"]),
        seconds=plain["seconds"],
        clauses=tuple(plain["names"]),
        transcript=tuple(_line(line) for line in plain["transcript"]),
    )


def _verdict(plain: Mapping[str, Any]) -> Verdict:
    evidence = plain.get("evidence")
    if evidence is not None:
        spans = tuple(Span(*span) for span in evidence["spans"])
        evidence = Evidence(evidence["connection"], evidence["exchange"], spans)
    return Verdict(plain["id"], Outcome(plain["outcome"]), plain["reason"], evidence)


def _line(plain: Mapping[str, Any]) -> TextLine:
    marks = tuple((start, end) for start, end in plain.get("marks", ()))
    return TextLine(
        plain["connection"],
        float(plain["at"]),
        plain["kind"],
        plain["text"],
        marks,
        plain.get("exchange"),
        plain.get("ended", True),
    )


def _clause(plain: Mapping[str, Any]) -> ClauseResult:
    return ClauseResult(
        id=plain["id"],
        rfc=plain["rfc"],
        section=plain["section"],
        topic=plain["topic"],
        level=Level(plain["level"]),
        subject=Subject(plain["subject"]),
        says=plain["says"],
        outcome=Standing(plain["outcome"]),
        scenarios=tuple(plain["scenarios"]),
        broken_in=tuple(plain["broken_in"]),
        reason=plain["reason"],
        excuse=plain["excuse"],
        advisory=Advisory(plain["advisory"]) if plain["advisory"] is not None else None,
    )


def _run(plain: Mapping[str, Any]) -> RunResult:
    target = plain["target"]
    return RunResult(
        target=TargetInfo(
            target["address"],
            target["greeting"],
            target["software"],
            tuple(target["capabilities"]),
            tuple((name, text) for name, text in target.get("facts", ())),
            tuple(Listed(one["state"], tuple(one["capabilities"])) for one in target.get("listed", ())),
        ),
        started=plain["started"],
        seconds=plain["seconds"],
        version=plain["version"],
        cases=tuple(_case(case) for case in plain["cases"]),
        clauses=tuple(_clause(clause) for clause in plain["clauses"]),
        left_out=tuple(LeftOut(o["what"], o["why"], tuple(o["clauses"])) for o in plain["left_out"]),
        ended_early=plain.get("ended_early", ""),
        seed=plain["seed"],
        options=tuple(plain["options"].items()),
        known=tuple(
            Known(one["id"], one["reason"], one["accepted"], tuple(one["broken_in"])) for one in plain.get("known", ())
        ),
    )
