"""Why a scenario fails, as the text of a pytest failure."""

from collections.abc import Collection, Iterator

from conformance.clauses import CATALOGUE, Advisory, Grade
from conformance.reporters.printable import one_line, printable
from conformance.results import CaseResult, FailOn
from conformance.transcript import render
from conformance.verdicts import Outcome

__all__ = ["case_failure", "known_failure"]


def case_failure(case: CaseResult, fail_on: FailOn, known: Collection[str] = ()) -> str:
    """The clauses that broke and what was said; empty when the case does not fail at this level.

    `known` are ids of clauses whose break is known, and fails nothing.
    """
    if fail_on is FailOn.NONE:
        return ""
    lines = [f"could not be judged: {one_line(case.reason)}"] if case.outcome is Outcome.ERRORED else []
    for name, reason in _broken(case, fail_on):
        if name not in known:
            clause = CATALOGUE[name]
            lines += [f"{clause.id}, {clause.citation}, {clause.level.value}: {clause.says}", f"    {one_line(reason)}"]
    return "\n".join([*lines, "", printable(render(case.transcript))]) if lines else ""


def known_failure(case: CaseResult, fail_on: FailOn, known: Collection[str]) -> str:
    """The ids of the clauses for which the case would fail if they were not known; empty when there are none."""
    return ", ".join(name for name, _ in _broken(case, fail_on) if name in known) if fail_on is not FailOn.NONE else ""


def _broken(case: CaseResult, fail_on: FailOn) -> Iterator[tuple[str, str]]:
    for verdict in case.verdicts:
        if verdict.outcome is Outcome.BROKEN and _counts(verdict.clause, fail_on):
            yield verdict.clause, verdict.reason


def _counts(clause_id: str, fail_on: FailOn) -> bool:
    clause = CATALOGUE[clause_id]
    if clause.advisory is Advisory.PERMISSION or clause.grade is Grade.MAY:
        return fail_on is FailOn.ANY and clause.advisory is Advisory.DISPUTED
    return clause.grade is Grade.MUST or fail_on in (FailOn.SHOULD, FailOn.ANY)
