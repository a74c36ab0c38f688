"""A shorter session that shows the same: turns are left out one after the other, then what is left is made plain."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from conformance.scenario import Scenario
from conformance.scenario.steps import Act, Action, Block, Send, Step, Template
from conformance.scenario.write import session_lines

__all__ = ["Unit", "shortened", "units"]

_PLAIN_MAILDROPS: Final = ((), ("tiny",), ("plain",), ("tiny", "plain"), ("tiny", "plain", "dots"))
_NUMBER: Final = re.compile(rb"(?<=\A(?:DELE|LIST|RETR|UIDL) )[1-9]\b|(?<=\ATOP )[1-9]\b")
"""That of a message, behind a command."""
_LOGIN: Final = ("C: <connect>", "S: <any>", "C: USER {user}", "S: <any>", "C: PASS {password}", "S: <any>")
Unit = Block
"""Steps that belong together: what the client does, and the wait for its answer."""


@dataclass(slots=True)
class _Search:
    shows: Callable[[Scenario], bool]
    plays: int
    deadline: float

    def try_(self, scenario: Scenario) -> bool:
        """Whether this one shows it too; not once the budget is used up."""
        if self.plays <= 0 or time.monotonic() > self.deadline:
            return False
        self.plays -= 1
        return self.shows(scenario)


def shortened(scenario: Scenario, shows: Callable[[Scenario], bool], *, plays: int, seconds: float) -> Scenario:
    """The shortest session found that still `shows` it, with so many plays and in so many seconds at most."""
    search = _Search(shows, plays, time.monotonic() + seconds)
    before = None
    while before != scenario:
        before = scenario
        scenario = _fewer(scenario, search)
        scenario = _plainer(scenario, search)
    return scenario


def _fewer(scenario: Scenario, search: _Search) -> Scenario:
    """Leave out runs of turns, long ones first."""
    turns = list(units(scenario.steps))
    size = max(1, len(turns) // 2)
    while size:
        at = len(turns) - size
        while at >= 0:
            candidate = _with(scenario, [*turns[:at], *turns[at + size :]])
            if search.try_(candidate):
                turns = [*turns[:at], *turns[at + size :]]
                scenario = candidate
            at -= size
        size = size // 2 if size > 1 else 0
    return scenario


def _plainer(scenario: Scenario, search: _Search) -> Scenario:
    """A simpler maildrop, whole lines, the run's own login, no end of its own."""
    for candidate in _simpler(scenario):
        if search.try_(candidate):
            return candidate
    return scenario


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    spec = scenario.maildrop
    for plain in _PLAIN_MAILDROPS[: _rank(spec)] if spec is not None else ():
        if len(plain) <= len(spec or ()):
            yield replace(scenario, maildrop=plain, mail={})
    for at in range(len(spec or ())):
        rest = (*spec[:at], *spec[at + 1 :]) if spec is not None else ()
        own = {name: octets for name, octets in scenario.mail.items() if name in rest}
        fewer = replace(scenario, maildrop=rest, mail=own)
        yield fewer
        lowered = tuple(_lowered(step, at + 1) for step in scenario.steps)
        if lowered != scenario.steps:
            yield replace(fewer, steps=lowered)
    for at, step in enumerate(scenario.steps):
        for plain_step in _plain_steps(step):
            yield replace(scenario, steps=(*scenario.steps[:at], plain_step, *scenario.steps[at + 1 :]))
        if _logs_in(scenario.steps[at:]):
            log_in = Act(step.place, "A", Action.LOG_IN)
            yield replace(scenario, steps=(*scenario.steps[:at], log_in, *scenario.steps[at + len(_LOGIN) :]))


def _lowered(step: Step, gone: int) -> Step:
    """The step where this message is no more, and those behind it have moved up."""
    if not isinstance(step, Send) or len(step.template.parts) != 1 or not isinstance(step.template.parts[0], bytes):
        return step
    text = _NUMBER.sub(lambda number: b"%d" % (int(number[0]) - (int(number[0]) > gone)), step.template.parts[0])
    return replace(step, template=Template((text,)))


def _rank(spec: tuple[str, ...]) -> int:
    return _PLAIN_MAILDROPS.index(spec) if spec in _PLAIN_MAILDROPS else len(_PLAIN_MAILDROPS)


def _plain_steps(step: Step) -> Iterator[Step]:
    if isinstance(step, Send) and step.piece:
        yield replace(step, piece=0)
    if isinstance(step, Send) and not step.line and isinstance(step.template.parts[0], bytes):
        lines = step.template.parts[0].split(b"\r\n")
        for line in dict.fromkeys(lines[:-1]):  # one of those that were sent together, or half of them
            yield replace(step, template=Template((line,)), line=True)
        if half := lines[: (len(lines) - 1) // 2]:
            yield replace(step, template=Template((b"\r\n".join((*half, b"")),)))
    if isinstance(step, Act) and step.action is Action.TRY_TO_LOG_IN and step.connection == "A":
        yield replace(step, action=Action.LOG_IN)


def _logs_in(steps: Block) -> bool:
    """Whether it begins with a connection and a login that is said in full."""
    return tuple(session_lines(steps[: len(_LOGIN)])) == _LOGIN


def units(steps: Block) -> Iterator[Unit]:
    """The steps, unit by unit."""
    unit: list[Step] = []
    for step in steps:
        if unit and not (isinstance(step, Act) and step.action is Action.ANY):
            yield tuple(unit)
            unit = []
        unit.append(step)
    if unit:
        yield tuple(unit)


def _with(scenario: Scenario, turns: list[Unit]) -> Scenario:
    return replace(scenario, steps=tuple(step for turn in turns for step in turn))
