"""Verdicts folded into what a run came to."""

from conformance.results.case import CaseResult, fold

__all__ = ["CaseResult", "fold"]
