"""What a reporter is."""

from typing import Protocol

from conformance.results import RunResult

__all__ = ["ReportError", "Reporter"]


class ReportError(Exception):
    """A report cannot be written; says where, why and what to do."""


class Reporter(Protocol):
    """Tells what a run came to, in one form."""

    def report(self, result: RunResult) -> None:
        """Tell it; `ReportError` when that is not possible."""
