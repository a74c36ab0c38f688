"""A run in which whatever a server may have a hand in is markup, of every kind that a report may be read as."""

from conformance.clauses import CATALOGUE
from conformance.results import CaseResult, Known, LeftOut, Listed, RunResult, TargetInfo, run_result
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict

__all__ = ["HOSTILE", "hostile_run"]

HOSTILE = (
    "</pre></script><script>alert(1)</script><img src=//evil.example onerror=alert(2)>\x1b[31m\u202e{{ 7*7 }}\"'"
    "\n```\n# x\n- [link](http://evil.example) ![image](//evil.example) <b>bold</b> | cell | `code` &amp; **strong**"
    "\n\n1. one"
)


LISTED = (Listed("before login", (HOSTILE,)), Listed(HOSTILE, (HOSTILE, f"{HOSTILE} and more")))


def hostile_run() -> RunResult:
    """One in which whatever a server may have a hand in is markup."""
    broken, kept = Verdict("R1939-STAT-06", Outcome.BROKEN, HOSTILE), Verdict("R1939-STAT-02", Outcome.KEPT, HOSTILE)
    known = Verdict("R1939-LIST-10", Outcome.BROKEN, HOSTILE)
    lines = (TextLine("A", 0.0, "S", HOSTILE, ((0, len(HOSTILE)),)), TextLine("B", 0.1, "S", HOSTILE, ((3, 3),)))
    case = CaseResult(
        "x/y/z",
        HOSTILE,
        1939,
        "5",
        Outcome.BROKEN,
        HOSTILE,
        (broken, kept, known),
        (HOSTILE,),
        transcript=lines,
        clauses=(),
    )
    return run_result(
        CATALOGUE.values(),
        [case],
        target=TargetInfo(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), ((HOSTILE, HOSTILE),), LISTED),
        started=HOSTILE,
        seconds=1.0,
        version="0.1.0",
        left_out=(LeftOut(HOSTILE, HOSTILE),),
        options=((HOSTILE, HOSTILE),),
        known=[Known(name, HOSTILE, broken_in=(HOSTILE,)) for name in ("R1939-STAT-02", "R1939-LIST-10")],
    )
