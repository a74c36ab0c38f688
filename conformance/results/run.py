"""What a run came to: every scenario, every clause, and what that means for the exit status."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from conformance.clauses import Advisory, Clause, Grade, Subject
from conformance.results.case import CaseResult
from conformance.results.clause import ClauseResult, Standing, judge_clauses
from conformance.results.known import Deviation, Known
from conformance.verdicts import Outcome

__all__ = ["FailOn", "LeftOut", "Listed", "RunResult", "TargetInfo", "run_result"]


class FailOn(StrEnum):
    """From which grade on a broken clause makes a run fail."""

    MUST = "must"
    SHOULD = "should"
    ANY = "any"
    """Disputed clauses as well; permissions never."""
    NONE = "none"


_FAILING: Final = {
    FailOn.MUST: frozenset({Grade.MUST}),
    FailOn.SHOULD: frozenset({Grade.MUST, Grade.SHOULD}),
    FailOn.ANY: frozenset(Grade),
    FailOn.NONE: frozenset[Grade](),
}


class LeftOut(NamedTuple):
    """Something that could have been run and was not."""

    what: str
    """The id of a scenario, or a name for several."""
    why: str
    clauses: tuple[str, ...] = ()
    """Ids of the clauses that it would have judged."""


class Listed(NamedTuple):
    """What a server announced in one state of a session."""

    state: str
    """In words: ``before login``, ``before login, inside TLS`` or ``after login``."""
    capabilities: tuple[str, ...]
    """Escaped, in the server's order."""


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """What was judged."""

    address: str
    """``host:port``."""
    greeting: str = ""
    """The server's first line, escaped."""
    software: str = ""
    """What it calls itself, where it says so."""
    capabilities: tuple[str, ...] = ()
    """What it announced, escaped."""
    facts: tuple[tuple[str, str], ...] = ()
    """What else was seen and breaks nothing: what it is about, and what there was to see; printable."""
    listed: tuple[Listed, ...] = ()
    """What it announced in each state in which it was asked; empty where that was not told apart."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A whole run."""

    target: TargetInfo
    started: str
    """Date and time in ISO 8601."""
    seconds: float
    version: str
    """Of pop3spec."""
    cases: tuple[CaseResult, ...] = field(repr=False)
    """In the order of their ids."""
    clauses: tuple[ClauseResult, ...] = field(repr=False)
    """In the order of the catalogue."""
    left_out: tuple[LeftOut, ...] = ()
    seed: int | None = None
    """What repeats the run's random choices."""
    options: tuple[tuple[str, str], ...] = ()
    """How the run was asked for, without passwords."""
    known: tuple[Known, ...] = ()
    """Deviations that were known before and fail nothing, one a clause."""
    ended_early: str = ""
    """Why nothing was played, or why not all of it; empty where all was."""

    def of_grade(self, grade: Grade, *standings: Standing) -> tuple[ClauseResult, ...]:
        """The clauses of a grade, those of some standings alone where these are named."""
        return tuple(c for c in self.clauses if c.grade is grade and (not standings or c.outcome in standings))

    def counts(self, grade: Grade) -> Mapping[Standing, int]:
        """How many clauses of a grade stand how."""
        return Counter(clause.outcome for clause in self.clauses if clause.grade is grade)

    def case(self, scenario: str) -> CaseResult | None:
        """What a scenario came to."""
        return next((case for case in self.cases if case.id == scenario), None)

    @property
    def fail_on(self) -> FailOn:
        """The level that the run was asked to fail from, as its options tell."""
        asked = dict(self.options).get("fail-on", "")
        return FailOn(asked) if asked in tuple(FailOn) else FailOn.MUST

    @property
    def played(self) -> int:
        """How many scenarios were played, and not left out."""
        return sum(case.outcome not in (Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED) for case in self.cases)

    @property
    def errored(self) -> tuple[CaseResult, ...]:
        """The scenarios that could not be played to their end by a fault that is not the server's."""
        return tuple(case for case in self.cases if case.outcome is Outcome.ERRORED)

    @property
    def judged_anything(self) -> bool:
        """Whether any clause was found kept or broken."""
        return any(clause.judged for clause in self.clauses)

    def failing(self, fail_on: FailOn) -> tuple[ClauseResult, ...]:
        """The broken clauses that make the run fail; those among them that were known before do not."""
        grades, known = _FAILING[fail_on], {one.clause for one in self.known}
        return tuple(
            clause
            for clause in self.clauses
            if clause.outcome is Standing.BROKEN
            and clause.grade in grades
            and clause.advisory is not Advisory.PERMISSION
            and clause.id not in known
        )

    def known_that(self, *standings: Standing) -> tuple[Deviation, ...]:
        """The known deviations whose clauses stand so, in the order of the catalogue."""
        known = {one.clause: one for one in self.known}
        return tuple(
            Deviation(known[clause.id], clause)
            for clause in self.clauses
            if clause.id in known and clause.outcome in standings
        )

    def as_baseline(self) -> tuple[Known, ...]:
        """What this run found broken, as known to a later one."""
        reason = f"broken in the baseline, {self.target.address} at {self.started}"
        return tuple(
            Known(clause.id, reason, broken_in=clause.broken_in)
            for clause in self.clauses
            if clause.outcome is Standing.BROKEN and clause.advisory is not Advisory.PERMISSION
        )

    def failed(self, fail_on: FailOn) -> bool:
        """Whether something is broken at the failing level."""
        return bool(self.failing(fail_on))

    def exit_status(self, fail_on: FailOn) -> int:
        """0 or 1, as the command ends with when the run took place.

        A run that judged nothing, or that ended early, is never a good one. A scenario that errored was not passed: it
        counts as a failure unless nothing is to fail.
        """
        errored = bool(self.errored) and fail_on is not FailOn.NONE
        return int(self.failed(fail_on) or errored or not self.judged_anything or bool(self.ended_early))


def run_result(
    clauses: Iterable[Clause],
    cases: Iterable[CaseResult],
    *,
    target: TargetInfo,
    started: str,
    seconds: float,
    version: str,
    left_out: Sequence[LeftOut] = (),
    seed: int | None = None,
    options: Iterable[tuple[str, str]] = (),
    known: Iterable[Known] = (),
    ended_early: str = "",
    subject: Subject = Subject.SERVER,
) -> RunResult:
    """Fold the scenarios of a run into its result; `clauses` is the catalogue, or what of it is to be reported on."""
    cases = tuple(sorted(cases, key=lambda case: case.id))
    not_run = {clause: f"{item.what} was not run: {item.why}" for item in reversed(left_out) for clause in item.clauses}
    return RunResult(
        target=target,
        started=started,
        seconds=seconds,
        version=version,
        cases=cases,
        clauses=judge_clauses(clauses, cases, not_run, subject),
        left_out=tuple(left_out),
        seed=seed,
        options=tuple(options),
        known=tuple(known),
        ended_early=ended_early,
    )
