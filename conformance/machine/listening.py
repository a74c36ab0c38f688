"""Plays a scenario and keeps what was heard in it, to be compared with another play."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.machine.heard import Heard, hear, slowest_refusal
from conformance.results import CaseResult
from conformance.scenario import Scenario, Stage, play
from conformance.scenario.document import walk
from conformance.scenario.steps import Deliver
from conformance.transcript import Conversation
from conformance.verdicts import Verdict

__all__ = ["Played", "counted", "listen"]


@dataclass(frozen=True, slots=True)
class Played:
    """A play, and what was heard in it."""

    case: CaseResult
    heard: Heard
    commands: int
    """How many were said."""
    penalty: float
    """Seconds of the slowest refused login."""


def listen(
    scenario: Scenario, stage: Stage, clauses: Collection[str], *, contents: bool = False, tell: bool = True
) -> Played:
    """Play it, judged by these clauses. The case has a transcript only if there is somebody to `tell`."""
    heard: Heard = {}
    commands, penalty = 0, 0.0

    def hears(conversations: Sequence[Conversation]) -> Iterator[Verdict]:
        nonlocal heard, commands, penalty
        heard = hear(conversations, counts=counted(scenario), contents=contents)
        commands = sum(reply.verb != "greeting" for replies in heard.values() for reply in replies)
        penalty = slowest_refusal(conversations)
        return iter(())

    settings = stage.settings
    stage.settings = replace(settings, shows=settings.shows and tell)
    try:
        case = play(scenario, stage, clauses, judge=hears)
    finally:
        stage.settings = settings
    return Played(case, heard, commands, penalty)


def counted(scenario: Scenario) -> bool:
    """Whether messages can be counted, as no more of them come in meanwhile."""
    return not any(isinstance(step, Deliver) for step in walk(scenario.steps))
