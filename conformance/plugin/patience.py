"""Sees that a run does not wait for a target that is dead: every scenario would wait for its time-outs."""

import time
from typing import Final

from conformance.driver import TargetError
from conformance.driver.survey import session
from conformance.results import CaseResult
from conformance.scenario import Stage
from conformance.verdicts import Outcome

__all__ = ["Patience"]

_IN_A_ROW: Final = 5
"""Scenarios without a good one among them, after which somebody looks whether the target still is there."""
_BAD: Final = frozenset({Outcome.ERRORED, Outcome.INCONCLUSIVE, Outcome.BROKEN})
_PAUSE: Final = 0.25


class Patience:
    """What is left of it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._bad = 0

    def lost_with(self, case: CaseResult) -> str:
        """Why there is no sense in going on after this case; empty when there is."""
        if case.outcome is Outcome.KEPT:
            self._bad = 0
        self._bad += case.outcome in _BAD
        if self._bad < _IN_A_ROW:
            return ""
        self._bad = 0
        trouble = self._trouble()
        return f"the run ends early: after {_IN_A_ROW} bad scenarios in a row, {trouble}" if trouble else ""

    def _trouble(self) -> str:
        """Why no session can be begun, tried until another one's lock must be gone."""
        deadline = time.monotonic() + self._stage.target.limits.unlock
        while trouble := self._try():
            if time.monotonic() + _PAUSE > deadline:
                return trouble
            time.sleep(_PAUSE)
        return ""

    def _try(self) -> str:
        target = self._stage.target
        try:
            with session(target, self._stage.account, "still there") as driver:
                answer = driver.ask(b"LIST")
        except TargetError as error:
            return str(error)
        if answer is None or not answer.complete:
            return f"{target.address} gives no whole answer to LIST"
        return ""
