"""What one scenario came to."""

from dataclasses import dataclass, field, replace

from conformance.transcript import Secrets, TextLine
from conformance.verdicts import Outcome, Verdict, worst

__all__ = ["CaseResult", "fold", "masked"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One scenario, played once."""

    id: str
    """``FILE/SLUG``, as `--scenario` takes it."""
    title: str
    rfc: int
    section: str
    outcome: Outcome
    reason: str = ""
    """Why it is inconclusive, was not run, or errored; what broke is in the verdicts."""
    verdicts: tuple[Verdict, ...] = ()
    """One a clause, in the order of their ids."""
    notes: tuple[str, ...] = ()
    """Facts worth telling that are no verdicts: which of several lawful ways the server chose."""
    seconds: float = 0.0
    """From its beginning to its end, the filling of the maildrop included."""
    clauses: tuple[str, ...] = ()
    """Ids of the clauses that the scenario names, judged or not."""
    transcript: tuple[TextLine, ...] = field(default=(), repr=False)
    """What was said, secrets masked, long bodies left out."""
    accusers: tuple[str, ...] = field(default=(), repr=False)
    """The monitor's rules that found something broken, by name; for those who judge the judge, and in no report."""


def fold(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    """One verdict a clause: the one that matters most, the first of its kind."""
    by_clause: dict[str, Verdict] = {}
    for verdict in verdicts:
        known = by_clause.get(verdict.clause)
        if known is None or worst((known.outcome, verdict.outcome)) is not known.outcome:
            by_clause[verdict.clause] = verdict
    return tuple(by_clause[clause] for clause in sorted(by_clause))


def masked(case: CaseResult, secrets: Secrets) -> CaseResult:
    """The same, without secrets in its words: a reason may quote what a server said. The transcript has none."""
    return replace(
        case,
        reason=secrets.words(case.reason),
        verdicts=tuple(v if not v.reason else replace(v, reason=secrets.words(v.reason)) for v in case.verdicts),
        notes=tuple(map(secrets.words, case.notes)),
    )
