"""Why a scenario fails, as the text of a pytest failure."""

from conformance.clauses import CATALOGUE, Advisory, Grade
from conformance.results import CaseResult, FailOn
from conformance.transcript import render
from conformance.verdicts import Outcome

__all__ = ["case_failure"]


def case_failure(case: CaseResult, fail_on: FailOn) -> str:
    """The clauses that broke and what was said; empty when the case does not fail at this level."""
    if fail_on is FailOn.NONE:
        return ""
    lines = [f"could not be judged: {case.reason}"] if case.outcome is Outcome.ERRORED else []
    for verdict in case.verdicts:
        if verdict.outcome is Outcome.BROKEN and _counts(verdict.clause, fail_on):
            clause = CATALOGUE[verdict.clause]
            lines += [f"{clause.id}, {clause.citation}, {clause.level.value}: {clause.says}", f"    {verdict.reason}"]
    return "\n".join([*lines, "", render(case.transcript)]) if lines else ""


def _counts(clause_id: str, fail_on: FailOn) -> bool:
    clause = CATALOGUE[clause_id]
    if clause.advisory is Advisory.PERMISSION or clause.grade is Grade.MAY:
        return fail_on is FailOn.ANY and clause.advisory is Advisory.DISPUTED
    return clause.grade is Grade.MUST or fail_on in (FailOn.SHOULD, FailOn.ANY)
