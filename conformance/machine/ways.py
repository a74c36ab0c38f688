"""Variants of a scenario that say the same and cut it otherwise, for which a server must answer the same.

`lines`, `octets` and `pieces` change nothing but where segments end. `joined` sends commands together that the scenario
says one after another, where no reply is needed to know the next one; that takes PIPELINING (RFC 2449 §6.6).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from conformance.driver import Cutting, Way
from conformance.machine.joining import joined
from conformance.scenario import Scenario
from conformance.scenario.document import walk
from conformance.scenario.steps import Block, Restart, Send

__all__ = ["BATCH", "BATCH_AT_LOGIN", "JOINED", "MARK", "SEGMENTS", "judged_by", "variants"]

MARK: Final = "@"
"""What stands between the id of a scenario and the way in which a variant cuts it."""
JOINED: Final = "joined"
SEGMENTS: Final = "R1939-GRAM-08"
"""A command is complete at its CRLF, however its octets are spread over segments."""
BATCH: Final = "R2449-PIPE-01"
"""Commands that were sent together are obeyed one after another."""
BATCH_AT_LOGIN: Final = "R2449-PIPE-02"
"""Also before login and across it."""
_PIPELINING: Final = "PIPELINING"
_LEFT_OUT: Final = frozenset({"slow", "LOGIN-DELAY"})
"""What a scenario needs that is about time."""
_SAYS: Final = {
    Way.LINES: "sent line by line",
    Way.OCTETS: "sent octet by octet",
    Way.PIECES: "sent in random pieces",
}


def variants(scenario: Scenario, seed: int) -> Iterator[Scenario]:
    """The variants of a scenario; none of one that sends wrong passwords, restarts the server or is about time.

    What sends a batch is not cut within a line: a server that loses some of a batch would lose it there, too. Random
    pieces come from the seed and the scenario's id.
    """
    if scenario.wrong_logins or not _LEFT_OUT.isdisjoint(scenario.needs) or _restarts(scenario.steps):
        return
    for way in (Way.LINES,) if _has_batches(scenario) else (Way.OCTETS, Way.PIECES):
        cut = Cutting(way, f"{seed}/{scenario.id}")
        yield _variant(scenario, way.value, _SAYS[way], cut=cut)
    if (steps := joined(scenario.steps)) != scenario.steps:
        needs = (*scenario.needs, *([] if _PIPELINING in scenario.needs else [_PIPELINING]))
        yield _variant(scenario, JOINED, "sent together", steps=steps, needs=needs)


def judged_by(variant: Scenario) -> tuple[str, ...]:
    """The clauses that can be broken by a variant alone."""
    if variant.id.endswith((MARK + JOINED, MARK + Way.LINES)):
        return (BATCH, BATCH_AT_LOGIN)
    return (SEGMENTS,)


def _variant(scenario: Scenario, name: str, says: str, **more: object) -> Scenario:
    made = replace(
        scenario,
        id=f"{scenario.id}{MARK}{name}",
        title=f"{scenario.title} ({says})",
        origin=scenario,
        **more,  # type: ignore[arg-type] # the fields of a scenario
    )
    return replace(made, clauses=tuple(dict.fromkeys((*scenario.clauses, *judged_by(made)))))


def _restarts(block: Block) -> bool:
    return any(isinstance(step, Restart) for step in walk(block))


def _has_batches(scenario: Scenario) -> bool:
    """Whether commands come together of which the server says that it answers each."""
    sends = (step for step in walk(scenario.steps) if isinstance(step, Send))
    return _PIPELINING in scenario.needs and any(_line_ends(send) > 1 for send in sends)


def _line_ends(send: Send) -> int:
    literal = sum(part.count(b"\n") for part in send.template.parts if isinstance(part, bytes))
    return literal + send.line
