"""Asks more in a session, so that a judge can tell what a command did: what the maildrop shows before and behind it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from conformance.machine.shorten import Unit, units
from conformance.scenario import Scenario
from conformance.scenario.steps import Act, Action, Place, Send, Step, Template

__all__ = ["with_witnesses"]

_PLACE: Final = Place(1, 1)
_WITNESSES: Final = tuple(
    step
    for text in (b"STAT", b"LIST", b"UIDL")
    for step in (Send(_PLACE, "A", Template((text,)), line=True), Act(_PLACE, "A", Action.ANY))
)
_ENTER: Final = frozenset({Action.LOG_IN, Action.TRY_TO_LOG_IN})
_LEAVE: Final = frozenset({Action.CONNECT, Action.CLOSE, Action.RESET, Action.HALF_CLOSE})


def with_witnesses(scenario: Scenario) -> Scenario:
    """The same session, command by command, with STAT, LIST and UIDL behind each that is said behind a login."""
    steps: list[Step] = []
    inside = False
    for unit in (one for together in units(scenario.steps) for one in _one_by_one(together)):
        inside = _inside(unit, inside)
        steps += (*unit, *_WITNESSES) if inside else unit
    return replace(scenario, steps=tuple(steps))


def _one_by_one(unit: Unit) -> Iterator[Unit]:
    """Units that say each line for itself."""
    send, *rest = unit
    if isinstance(send, Send) and not send.line and isinstance(send.template.parts[0], bytes):
        lines = send.template.parts[0].split(b"\r\n")
        if not lines[-1]:
            for line in lines[:-1]:
                yield (replace(send, template=Template((line,)), line=True), *rest)
            return
    yield unit


def _inside(unit: Unit, inside: bool) -> bool:
    """Whether the first connection is logged in behind these steps, as far as the client can have it so."""
    for step in unit:
        if isinstance(step, Act) and step.connection == "A":
            inside = (inside or step.action in _ENTER) and step.action not in _LEAVE
        elif isinstance(step, Send) and step.connection == "A":
            text = b"".join(part for part in step.template.parts if isinstance(part, bytes)).upper()
            inside = (inside or text.startswith((b"PASS ", b"APOP "))) and b"QUIT" not in text
    return inside
