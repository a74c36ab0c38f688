"""What one clause came to in a run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.clauses import Advisory, Clause, Grade, Level, Subject
from conformance.results.case import CaseResult
from conformance.verdicts import Outcome, Verdict, worst

__all__ = ["ClauseResult", "Standing", "judge_clauses"]


class Standing(StrEnum):
    """How a clause stands after a run: an outcome, or that no scenario came to one."""

    BROKEN = Outcome.BROKEN.value
    ERRORED = Outcome.ERRORED.value
    INCONCLUSIVE = Outcome.INCONCLUSIVE.value
    KEPT = Outcome.KEPT.value
    NOT_IMPLEMENTED = Outcome.NOT_IMPLEMENTED.value
    NOT_APPLICABLE = Outcome.NOT_APPLICABLE.value
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause, with what the run found out about it."""

    id: str
    rfc: int
    section: str
    topic: str
    level: Level
    subject: Subject
    says: str
    outcome: Standing
    scenarios: tuple[str, ...] = ()
    """Ids of the scenarios that judged it, those included whose recordings an observer judged in passing."""
    broken_in: tuple[str, ...] = ()
    """Ids of those in which it was broken."""
    reason: str = ""
    """In words, what was demanded and seen where it matters most, or why it was not tested."""
    excuse: str | None = None
    """Why no run over the wire can judge it."""
    advisory: Advisory | None = None
    """Set when it is reported on and never fails a server, a disputed one excepted where that was asked for."""

    @property
    def citation(self) -> str:
        """Where it stands, as people write it: ``RFC 1939 §5``."""
        mark = "§" if self.section[:1].isdigit() else ""
        return f"RFC {self.rfc} {mark}{self.section}"

    @property
    def grade(self) -> Grade:
        """The grade at which a break counts."""
        return self.level.grade if self.advisory is None else Grade.MAY

    @property
    def judged(self) -> bool:
        """Whether the run found out if it is kept."""
        return self.outcome in (Standing.KEPT, Standing.BROKEN)


def judge_clauses(
    clauses: Iterable[Clause], cases: Sequence[CaseResult], not_run: Mapping[str, str], subject: Subject
) -> tuple[ClauseResult, ...]:
    """One result a clause, in the clauses' order.

    `not_run` says for clauses why scenarios that would have judged them were not run. A clause that was broken in one
    scenario is broken, however many kept it. A clause that binds only the other side than `subject` does not apply.
    """
    by_clause: dict[str, list[tuple[str, Verdict]]] = {}
    declared: dict[str, CaseResult] = {}
    for case in cases:
        for verdict in case.verdicts:
            by_clause.setdefault(verdict.clause, []).append((case.id, verdict))
        for clause_id in case.clauses:
            declared.setdefault(clause_id, case)
    results = []
    for clause in clauses:
        found = by_clause.pop(clause.id, [])
        results.append(_judged(clause, found) if found else _unjudged(clause, declared, not_run, subject))
    if by_clause:
        message = f"verdicts on clauses that are not in the catalogue: {', '.join(sorted(by_clause))}"
        raise ValueError(message)
    return tuple(results)


def _judged(clause: Clause, found: Sequence[tuple[str, Verdict]]) -> ClauseResult:
    outcome = worst(verdict.outcome for _, verdict in found)
    reason = next((v.reason for _, v in found if v.outcome is outcome and v.reason), "")
    return _result(
        clause,
        Standing(outcome.value),
        scenarios=tuple(dict.fromkeys(case for case, _ in found)),
        broken_in=tuple(dict.fromkeys(case for case, verdict in found if verdict.outcome is Outcome.BROKEN)),
        reason="" if outcome is Outcome.KEPT else reason,
    )


_OTHER_SIDE: Final = {
    Subject.SERVER: (Subject.CLIENT, "it binds clients, and a server was judged"),
    Subject.CLIENT: (Subject.SERVER, "it binds servers, and a client was judged"),
}


def _unjudged(
    clause: Clause, declared: Mapping[str, CaseResult], not_run: Mapping[str, str], subject: Subject
) -> ClauseResult:
    other, why = _OTHER_SIDE.get(subject, (None, ""))
    if clause.subject is other:
        return _result(clause, Standing.NOT_APPLICABLE, reason=why)
    if clause.excuse is not None:
        return _result(clause, Standing.NOT_TESTED, reason=clause.excuse)
    if (case := declared.get(clause.id)) is not None:
        reason = f"{case.id} came to no verdict on it"
        return _result(clause, Standing.NOT_TESTED, reason=f"{reason}: {case.reason}" if case.reason else reason)
    return _result(clause, Standing.NOT_TESTED, reason=not_run.get(clause.id, "no scenario that was run judges it"))


def _result(
    clause: Clause,
    outcome: Standing,
    scenarios: tuple[str, ...] = (),
    broken_in: tuple[str, ...] = (),
    reason: str = "",
) -> ClauseResult:
    return ClauseResult(
        id=clause.id,
        rfc=clause.rfc,
        section=clause.section,
        topic=clause.topic,
        level=clause.level,
        subject=clause.subject,
        says=clause.says,
        outcome=outcome,
        scenarios=scenarios,
        broken_in=broken_in,
        reason=reason,
        excuse=clause.excuse,
        advisory=clause.advisory,
    )
