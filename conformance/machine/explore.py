"""Draws sessions, plays them, and keeps what broke: the shortest session for each clause.

hypothesis draws, from a seed, and remembers in its example database what failed, to try that first the next time. What
is drawn is shortened here, turn by turn: a play costs milliseconds or, on a server that falls silent, seconds, so the
number of plays has to have a bound.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from hypothesis.errors import Flaky

from conformance.clauses import CATALOGUE
from conformance.machine.drawing import draw
from conformance.machine.heard import slowest_refusal
from conformance.machine.offers import Offers
from conformance.machine.remembered import Remembered
from conformance.machine.sessions import sessions
from conformance.machine.shorten import shortened
from conformance.results import CaseResult, fold
from conformance.scenario import Judge, Scenario, Stage, play
from conformance.scenario.steps import Send
from conformance.transcript import Conversation
from conformance.verdicts import Outcome, Verdict

__all__ = [
    "BATCH",
    "IN_PIECES",
    "PATIENCE",
    "SLOW_REFUSAL",
    "Budget",
    "Explorer",
    "Finding",
    "broken_clauses",
    "laid_to_pieces",
    "needs_pieces",
]

BATCH: Final = 50
"""Sessions that are drawn by one strategy; behind each batch it is seen what must be done otherwise."""
SLOW_REFUSAL: Final = 0.3
"""Seconds: a refused login that takes longer is slowed down on purpose."""
PATIENCE: Final = 5
"""Sessions in a row that errored, behind which it is seen whether the server is still there."""
IN_PIECES: Final = "R1939-GRAM-08"
"""What breaks when a command comes in several segments, and else does not."""
_IN_VAIN: Final = 20
"""Sessions that ended by waiting in vain, behind which no more are drawn."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is tried."""

    sessions: int = 200
    seconds: float | None = None
    """When no further session is begun."""
    plays: int = 250
    """To shorten one finding."""
    patience: float = 60.0
    """Seconds to shorten one finding."""
    again: int = 3
    """How often the shortest session is played once more, to see whether the finding is firm."""
    findings: int = 30
    """After so many clauses the rest is not looked for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that broke, and the shortest session that shows it."""

    clause: str
    scenario: Scenario
    case: CaseResult
    """How that session went, when it showed it last."""
    at: int
    """Which session showed it first, counted from 1."""
    plays: int
    """How often the shortest session was played again, to see."""
    shown: int
    """How often it showed it."""

    @property
    def firm(self) -> bool:
        """Whether it showed it each time."""
        return self.shown == self.plays


@dataclass(slots=True)
class Explorer:
    """One stage, explored."""

    stage: Stage
    clauses: Collection[str]
    """Ids of those that are judged."""
    judge: Judge | None = None
    """Heard besides the monitor."""
    seed: int = 0
    database: Path | None = None
    """The folder of hypothesis' examples."""
    findings: list[Finding] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """How the drawn sessions went, shortening aside."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why some of them judged nothing."""
    kept: set[str] = field(default_factory=set)
    """Clauses that a drawn session has seen kept."""
    drawn: int = 0
    commands: int = 0
    """Said in drawn sessions."""
    penalty: float = 0.0
    """Seconds of the slowest refused login."""
    guesses: int = 0
    """Wrong passwords that were sent."""
    penalty_seen: bool = False
    """Whether no more wrong passwords were sent, as the server takes its time to refuse them."""
    spent: bool = False
    """Whether no more of them were sent, as no more are allowed."""
    gone: str = ""
    """Why it ended early: nobody can be reached any more."""
    in_vain: int = 0
    """Sessions that were left without a whole answer."""
    _in_a_row: int = 0
    """Sessions that errored, one behind the other."""
    _memory: Remembered | None = None
    _known: set[str] = field(default_factory=set)
    _deadline: float | None = None

    def explore(self, budget: Budget) -> list[Finding]:
        """Draw and play; what broke, in the order of time. `TargetError` when the target is gone at the start."""
        offers = Offers.of(self.stage)
        self._deadline = None if budget.seconds is None else time.monotonic() + budget.seconds
        self._memory = Remembered(self.database) if self.database is not None else None
        self._try_again(budget)
        while self._goes_on(budget):
            self.penalty_seen |= offers.wrong and self.penalty > SLOW_REFUSAL
            self.spent |= offers.wrong and self._allowance() <= 0
            wrong, pieces = not (self.penalty_seen or self.spent), IN_PIECES not in self._known
            offers = replace(offers, wrong=offers.wrong and wrong, pieces=pieces)
            self._batch(offers, min(BATCH, budget.sessions - self.drawn), budget)
        return self.findings

    def _try_again(self, budget: Budget) -> None:
        """What failed on this target before."""
        for scenario in self._memory.recall() if self._memory is not None else ():
            if not self._goes_on(budget):
                return
            case, at = self._play(scenario), self.drawn
            broken = broken_clauses(case)
            for clause in broken:
                self._note(clause, scenario, case, at, budget)
            if not broken and self._memory is not None and case.outcome is Outcome.KEPT:
                self._memory.forget(scenario)

    def _goes_on(self, budget: Budget) -> bool:
        enough = self.drawn >= budget.sessions or len(self._known) >= budget.findings
        return not (enough or self._late() or self.gone or self.given_up)

    @property
    def given_up(self) -> bool:
        """Whether no more were drawn, as the server leaves too many of them without an answer."""
        return self.in_vain >= _IN_VAIN

    # -- drawing -------------------------------------------------------------------------------------------------

    def _batch(self, offers: Offers, size: int, budget: Budget) -> None:
        """Play so many sessions, or fewer if one breaks something that nobody knows yet; note what that was."""
        broken: list[tuple[str, Scenario, CaseResult, int]] = []
        left = size

        def played(scenario: Scenario) -> None:
            nonlocal left
            if broken and scenario == broken[0][1]:
                raise _Broken
            if broken or self._late() or self.gone or self.given_up or left <= 0:
                return
            left -= 1
            case = self._play(scenario)
            new = [clause for clause in broken_clauses(case) if clause not in self._known]
            if new:
                broken.extend((clause, scenario, case, self.drawn) for clause in new)
                raise _Broken

        drawn = sessions(offers, own=self.stage.provisioner.spec != "none")
        with suppress(_Broken, Flaky):
            draw(drawn, played, size, self.seed, self.drawn)
        for one in broken:
            self._note(*one, budget)

    def _note(self, clause: str, scenario: Scenario, case: CaseResult, at: int, budget: Budget) -> None:
        if clause in self._known:
            return
        finding = self._finding(clause, scenario, case, at, budget)
        if self._memory is not None and finding.shown:
            self._memory.keep(finding.scenario, clause)
        finding = laid_to_pieces(finding)
        if finding.clause not in self._known:
            self.findings.append(finding)
        self._known.add(finding.clause)

    def _play(self, scenario: Scenario) -> CaseResult:
        self.drawn += 1
        self.guesses += scenario.wrong_logins
        case = self._replay(scenario)
        self._see_whether_it_is_there(case)
        self.outcomes[case.outcome] += 1
        if case.outcome not in (Outcome.KEPT, Outcome.BROKEN):
            self.reasons[case.reason] += 1
        self.kept |= {verdict.clause for verdict in case.verdicts if verdict.outcome is Outcome.KEPT}
        return case

    def _see_whether_it_is_there(self, case: CaseResult) -> None:
        self.in_vain += bool(case.reason) and case.seconds > self.stage.target.limits.reply
        self._in_a_row = self._in_a_row + 1 if case.outcome is Outcome.ERRORED else 0
        if self._in_a_row >= PATIENCE:
            self._in_a_row = 0
            if not self.stage.alive():
                self.gone = f"the server is gone: it takes no connections any more. {case.reason}"

    def _heard(self, conversations: Collection[Conversation]) -> Iterator[Verdict]:
        """Count what was said, notice what was slow, and hear the other judge."""
        exchanges = (exchange for conversation in conversations for exchange in conversation.exchanges)
        self.commands += sum(exchange.command is not None for exchange in exchanges)
        self.penalty = max(self.penalty, slowest_refusal(conversations))
        if self.judge is not None:
            yield from self.judge(tuple(conversations))

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _allowance(self) -> int:
        """Wrong passwords that may still be sent."""
        return self.stage.settings.failed_logins - self.guesses

    # -- shortening ----------------------------------------------------------------------------------------------

    def _finding(self, clause: str, scenario: Scenario, case: CaseResult, at: int, budget: Budget) -> Finding:
        """Shorten the session, then see whether what it shows is firm."""
        before = self.commands

        def shows(candidate: Scenario) -> bool:
            return clause in broken_clauses(self._replay(candidate))

        short = scenario
        if shows(scenario):  # else it takes luck, and there is no telling what is needed for it
            short = shortened(scenario, shows, plays=budget.plays, seconds=budget.patience)
        if needs_pieces(short) and shows(whole := _in_one(short)):  # there may have been no time to find out
            short = whole
        cases = [self._replay(short, tell=True) for _ in range(budget.again)]
        showing = [one for one in cases if clause in broken_clauses(one)]
        self.commands = before
        return Finding(clause, short, showing[-1] if showing else case, at, len(cases), len(showing))

    def _replay(self, scenario: Scenario, *, tell: bool = False) -> CaseResult:
        settings = self.stage.settings
        self.stage.settings = replace(settings, shows=tell)
        try:
            return play(scenario, self.stage, self.clauses, judge=self._heard)
        finally:
            self.stage.settings = settings


class _Broken(AssertionError):
    """A session broke a clause; hypothesis stops drawing and remembers it."""


def broken_clauses(case: CaseResult) -> tuple[str, ...]:
    """Clauses that can fail a server and broke, the most telling first."""
    broken = [verdict.clause for verdict in case.verdicts if verdict.outcome is Outcome.BROKEN]
    return tuple(clause for clause in broken if CATALOGUE[clause].can_fail)


def needs_pieces(scenario: Scenario) -> bool:
    """Whether the shortest session still says a command octet by octet: whole, it did not show the same."""
    return any(isinstance(step, Send) and step.piece for step in scenario.steps)


def _in_one(scenario: Scenario) -> Scenario:
    """The same with each command in one segment."""
    steps = (replace(step, piece=0) if isinstance(step, Send) else step for step in scenario.steps)
    return replace(scenario, steps=tuple(steps))


def laid_to_pieces(finding: Finding) -> Finding:
    """What breaks only when a command comes in several segments is about that, and not about the command."""
    if not needs_pieces(finding.scenario):
        return finding
    verdicts = [verdict for verdict in finding.case.verdicts if verdict.outcome is not Outcome.BROKEN]
    for verdict in finding.case.verdicts:
        if verdict.clause == finding.clause:
            reason = f"said in one segment it is answered as it should be, octet by octet it is not: {verdict.reason}"
            verdicts.append(replace(verdict, clause=IN_PIECES, reason=reason))
    return replace(finding, clause=IN_PIECES, case=replace(finding.case, verdicts=fold(verdicts)))
