"""When a fault strikes: on a verb, in a state, on the Nth command or connection, or by chance."""

import re
from dataclasses import dataclass
from random import Random
from typing import Final

from conformance.wire import State

__all__ = ["ALWAYS", "Moment", "When", "WhenError"]

_STATES: Final = {state.name: state for state in (State.AUTHORIZATION, State.TRANSACTION)}
_VERB: Final = re.compile(r"(?P<verb>[A-Za-z*]+)?(?:#(?P<nth>[1-9][0-9]{0,8}))?")
_GREETING: Final = "GREETING"
_FORMS: Final = (
    "a verb (RETR), the Nth of a verb (RETR#2), the Nth command (#5), GREETING, AUTHORIZATION or TRANSACTION, "
    "connection=N, or chance=0.25"
)


class WhenError(ValueError):
    """It is not understood when a fault is to strike; the text says why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a session stands."""

    connection: int
    """The number of the connection, from 1."""
    verb: str
    """The command that is being obeyed; GREETING before the first."""
    nth: int
    """How many of that verb there were on the connection, this one included."""
    command: int
    """How many commands there were."""
    state: State
    """The state in which the command came."""


@dataclass(frozen=True, slots=True)
class When:
    """Conditions that must all hold."""

    verb: str = ""
    """A verb, or GREETING; any, where empty."""
    nth: int = 0
    """Which of the verb's commands, or of all commands; any, where 0."""
    state: State | None = None
    connection: int = 0
    """Which connection; any, where 0."""
    chance: float = 1.0
    """How often, of all the times when the rest holds."""

    @classmethod
    def parse(cls, text: str) -> "When":
        """Read conditions with commas between them, such as ``RETR#2,connection=3``. Raises WhenError."""
        given: dict[str, object] = {}
        for condition in filter(None, (part.strip() for part in text.split(","))):
            for name, value in _condition(condition).items():
                if name in given:
                    raise WhenError(f"{condition!r} says once more what was said before")
                given[name] = value
        return cls(**given)  # type: ignore[arg-type]  # each value was made for its name

    def __str__(self) -> str:
        nth = f"#{self.nth}" if self.nth else ""
        parts = [f"{self.verb}{nth}" if self.verb or nth else "", self.state.name if self.state else ""]
        parts += [f"connection={self.connection}" if self.connection else ""]
        parts += [f"chance={self.chance:g}" if self.chance < 1 else ""]
        return ",".join(filter(None, parts))

    def holds(self, moment: Moment, random: Random) -> bool:
        """Whether this is such a moment; the dice are cast only where the rest holds."""
        nth = moment.nth if self.verb else moment.command
        return (
            self.verb in ("", moment.verb)
            and self.nth in (0, nth)
            and self.state in (None, moment.state)
            and self.connection in (0, moment.connection)
            and (self.chance >= 1 or random.random() < self.chance)
        )


def _condition(text: str) -> dict[str, object]:
    name, equals, value = text.partition("=")
    if equals:
        return {name: _number(name, value)}
    if (state := _STATES.get(text.upper())) is not None:
        return {"state": state}
    found = _VERB.fullmatch(text)
    if found is None or not (found["verb"] or found["nth"]):
        raise WhenError(f"{text!r} does not say when: {_FORMS} is expected")
    verb = {"verb": found["verb"].upper()} if found["verb"] else {}
    return {**verb, **({"nth": int(found["nth"])} if found["nth"] else {})}


def _number(name: str, value: str) -> int | float:
    try:
        if name == "connection" and int(value) > 0:
            return int(value)
        if name == "chance" and 0 < float(value) <= 1:
            return float(value)
    except ValueError:
        pass
    forms = {"connection": "a number from 1 on", "chance": "a number above 0 and up to 1"}
    if name in forms:
        raise WhenError(f"{name}={value}: {forms[name]} is expected")
    raise WhenError(f"{name!r} is no condition: {_FORMS} is expected")


ALWAYS: Final = When()
