"""Plays variants of scenarios, and compares what is answered with what the scenario itself is answered.

A difference accuses when it is firm: the scenario and its variant are played twice more, in turns, and show the same
difference at the same place each time. Then it is the way of cutting that makes it, and the clause about that is the
one that is broken; whatever else went wrong behind it goes unsaid. One that does not come again accuses nobody.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.machine.heard import Difference, Heard, difference, hear
from conformance.machine.listening import Played, counted, listen
from conformance.machine.ways import BATCH, BATCH_AT_LOGIN, MARK, SEGMENTS, judged_by
from conformance.results import CaseResult
from conformance.scenario import Scenario, Stage, play
from conformance.transcript import Conversation, Evidence
from conformance.verdicts import Outcome, Verdict

__all__ = ["Segmentation"]

_AGAIN: Final = 2
"""How often both are played once more."""
_ENOUGH: Final = 3
"""Variants of one kind that were found broken, behind which no more of the kind are played: each may wait long."""
_OFTEN: Final = 8
"""Likewise, variants that were answered in another way, but not every time."""
_REMEMBERED: Final = 16
"""Scenarios whose replies are kept; their variants are played next."""
_NOT_PLAYED: Final = frozenset({Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED, Outcome.ERRORED})


@dataclass(slots=True)
class Segmentation:
    """One worker's sweep."""

    stage: Stage
    clauses: Collection[str]
    """Those that are judged."""
    _wholes: dict[str, Played] = field(default_factory=dict)
    """Scenarios as they stand, by their ids."""
    _found: Counter[str] = field(default_factory=Counter)
    """How many variants of each kind were found broken."""
    _unsteady: Counter[str] = field(default_factory=Counter)
    """How many of each kind showed a difference that did not come again."""

    def whole(self, scenario: Scenario) -> CaseResult:
        """Play a scenario as it stands, and keep in mind what was answered."""
        played = listen(scenario, self.stage, self.clauses)
        self._wholes[scenario.id] = played
        if len(self._wholes) > _REMEMBERED:
            del self._wholes[next(iter(self._wholes))]
        return played.case

    def play(self, variant: Scenario) -> CaseResult:
        """Play a variant and compare."""
        whole, kind = variant.origin, variant.id.rpartition(MARK)[2]
        assert whole is not None  # noqa: S101 - a variant is one of something
        if self._found[kind] >= _ENOUGH:
            return self._unplayed(variant, Outcome.NOT_APPLICABLE, f"{_ENOUGH} scenarios have shown what {kind} would")
        if self._unsteady[kind] >= _OFTEN:
            reason = f"{_OFTEN} scenarios were answered in different ways when {kind}, and not always"
            return self._unplayed(variant, Outcome.NOT_APPLICABLE, reason)
        if whole.id not in self._wholes:
            self.whole(whole)
        first = self._wholes[whole.id]
        if first.case.outcome in _NOT_PLAYED:
            return self._unplayed(variant, first.case.outcome, first.case.reason)
        played = listen(variant, self.stage, self.clauses)
        if played.case.outcome in _NOT_PLAYED:
            return played.case
        found = difference(first.heard, played.heard)
        clause = _clause(variant, found)
        if found is None:
            return self._as_it_was(played, clause)
        if clause not in self.clauses:
            reason = f"{_told(found)}; that is for {clause}, which is not judged here"
            return self._unplayed(variant, Outcome.INCONCLUSIVE, reason)
        return self._tried_again(variant, found, clause)

    def _as_it_was(self, played: Played, clause: str) -> CaseResult:
        """The variant's case, with the clause kept that a difference would have broken."""
        if clause not in self.clauses or played.case.outcome is not Outcome.KEPT:
            return played.case
        verdicts = [verdict for verdict in played.case.verdicts if verdict.clause != clause]
        kept = Verdict(clause, Outcome.KEPT, "", _last(played.heard))
        return replace(played.case, verdicts=tuple(sorted((*verdicts, kept), key=lambda one: one.clause)))

    def _tried_again(self, variant: Scenario, found: Difference, clause: str) -> CaseResult:
        """Play both again and again; broken where the difference comes each time, inconclusive where it does not."""
        whole, kind = variant.origin, variant.id.rpartition(MARK)[2]
        assert whole is not None  # noqa: S101 - see above
        for _ in range(_AGAIN):
            once_more = listen(whole, self.stage, self.clauses)
            accusation = _Accusation(found, clause, once_more.heard, counted(variant))
            case = play(variant, self.stage, {clause}, judge=accusation)
            if not accusation.stands or case.outcome is not Outcome.BROKEN:
                self._unsteady[kind] += 1
                return self._unplayed(variant, Outcome.INCONCLUSIVE, f"{_told(found)}; but not every time")
        self._found[kind] += 1
        return case

    def _unplayed(self, variant: Scenario, outcome: Outcome, reason: str) -> CaseResult:
        """A case in which nothing was found out."""
        judged = [clause for clause in judged_by(variant) if clause in self.clauses]
        return CaseResult(
            id=variant.id,
            title=variant.title,
            rfc=variant.rfc,
            section=variant.section,
            outcome=outcome,
            reason=reason,
            verdicts=tuple(Verdict(clause, outcome, reason) for clause in judged),
            clauses=variant.clauses,
        )


@dataclass(slots=True)
class _Accusation:
    """A judge who looks for one difference."""

    found: Difference
    clause: str
    whole: Heard
    counts: bool
    stands: bool = False

    def __call__(self, conversations: Sequence[Conversation]) -> Iterable[Verdict]:
        """Broken where the difference is there again, shown by the octets of this play."""
        heard = hear(conversations, counts=self.counts)
        self.stands = self.found.is_in(self.whole, heard)
        if self.stands:
            evidence = heard[self.found.connection][self.found.place].evidence
            yield Verdict(self.clause, Outcome.BROKEN, f"{_told(self.found)}, each of three times", evidence)


def _clause(variant: Scenario, found: Difference | None) -> str:
    if SEGMENTS in judged_by(variant):
        return SEGMENTS
    return BATCH_AT_LOGIN if found is not None and found.early else BATCH


def _told(found: Difference) -> str:
    one, other = (f"{reply.said!r}{_counts(reply.counts)}" for reply in (found.whole, found.cut))
    return f"{found.whole.verb} is answered {other} when it is sent so, and {one} when it is sent as usual"


def _counts(numbers: tuple[int, ...]) -> str:
    return f" with {len(numbers)} rows" if len(numbers) > 1 else ""


def _last(heard: Heard) -> Evidence | None:
    replies = [reply for connection in heard.values() for reply in connection if reply.answered]
    return replies[-1].evidence if replies else None
