"""Verdicts folded into what a run came to: one result a scenario, one a clause, and the grade of the whole."""

from conformance.results.case import CaseResult, fold, masked
from conformance.results.clause import ClauseResult, Standing
from conformance.results.comparison import Change, Comparison, Turn, compare
from conformance.results.known import Deviation, Known
from conformance.results.latency import Latency, latencies
from conformance.results.limits import limits_met
from conformance.results.matrix import Column, Matrix, Row, merge
from conformance.results.plain import (
    SCHEMA,
    ResultsError,
    case_as_plain,
    case_from_plain,
    run_as_plain,
    run_from_plain,
)
from conformance.results.run import FailOn, LeftOut, Listed, RunResult, TargetInfo, run_result

__all__ = [
    "SCHEMA",
    "CaseResult",
    "Change",
    "ClauseResult",
    "Column",
    "Comparison",
    "Deviation",
    "FailOn",
    "Known",
    "Latency",
    "LeftOut",
    "Listed",
    "Matrix",
    "ResultsError",
    "Row",
    "RunResult",
    "Standing",
    "TargetInfo",
    "Turn",
    "case_as_plain",
    "case_from_plain",
    "compare",
    "fold",
    "latencies",
    "limits_met",
    "masked",
    "merge",
    "run_as_plain",
    "run_from_plain",
    "run_result",
]
