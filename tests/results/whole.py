"""A run as large as one of the whole suite: every clause of the catalogue, and a scenario for each that can be seen."""

from collections.abc import Iterator
from itertools import cycle

from conformance.clauses import CATALOGUE, Subject
from conformance.results import CaseResult, RunResult, TargetInfo, run_result
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

__all__ = ["whole_run"]

_OUTCOMES = (*([Outcome.KEPT] * 6), Outcome.BROKEN, Outcome.INCONCLUSIVE, Outcome.NOT_IMPLEMENTED)


def whole_run() -> RunResult:
    """One case a clause that binds servers; most are kept, and each way in which one may not be is there many times."""
    outcomes = cycle(_OUTCOMES)
    bind = [clause for clause in CATALOGUE.values() if clause.subject is not Subject.CLIENT and clause.excuse is None]
    return run_result(
        CATALOGUE.values(),
        [_case(clause.id, clause.rfc, clause.section, next(outcomes)) for clause in bind],
        target=TargetInfo("mail.example.com:110", "+OK Grocer 1.4 ready", "Grocer 1.4", ("TOP", "UIDL", "USER")),
        started="2026-03-14T09:26:53+00:00",
        seconds=195.1,
        version="0.1.0",
        seed=7,
    )


def _case(clause: str, rfc: int, section: str, outcome: Outcome) -> CaseResult:
    reason = "" if outcome is Outcome.KEPT else "expected +OK 2 and 3090 octets after message 2 was marked; got '+OK 3'"
    return CaseResult(
        f"rfc{rfc}/{section}/{clause.lower()}-is-kept-though-a-message-is-marked-as-deleted",
        f"{clause} is kept, though a message is marked as deleted",
        rfc,
        section,
        outcome,
        reason,
        (Verdict(clause, outcome, reason),),
        transcript=tuple(_said()),
    )


def _said() -> Iterator[TextLine]:
    yield TextLine("A", 0.0, "S", "+OK Grocer 1.4 ready <1896.697170952@mail.example.com>")
    for number in range(1, 31):
        yield TextLine("A", number / 100, "C", f"RETR {number}")
        yield TextLine("A", number / 100 + 0.005, "S", f"+OK {97 * number} octets", ((4, 6),) if number == 9 else ())
    yield TextLine("A", 0.2, "*", "server closed")
