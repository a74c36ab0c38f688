"""Whole sessions, drawn at once: hypothesis chooses turns, and they become the steps of a scenario.

One draw a turn, not one rule a command: that is what makes generated sessions cheap. A session has one sitting or a few
in a row, each with its login, its turns and its end; in each a second connection may speak to the same maildrop.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from conformance.machine.commands import Kind, Turn, before_login, behind_login, farewells, lawful
from conformance.machine.mail import Filling, fillings
from conformance.machine.offers import Offers
from conformance.scenario import Scenario
from conformance.scenario.steps import Act, Action, Block, Deliver, Place, Send, Step
from conformance.scenario.templates import parse_template

__all__ = ["Sitting", "login", "scenario_of", "sessions"]

PLACE: Final = Place(1, 1)
_TURNS: Final = 48
"""Turns of a sitting at most."""
_FEW: Final = 24
"""Turns of one in which all is in order, so that it comes to its end."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """One login, or the attempt at one, and what follows."""

    opening: tuple[Turn | Action | Act, ...]
    turns: tuple[Turn, ...]
    ending: Action | Turn | None


_LOG_IN: Final = (Action.LOG_IN,)
_TRY: Final = (Action.TRY_TO_LOG_IN,)
_QUIT: Final = Turn("QUIT")
_BESIDE_A_NAME: Final = (
    Act(PLACE, "B", Action.CONNECT),
    Turn("USER {user}", connection="B"),
    Act(PLACE, "A", Action.LOG_IN, ("R1939-AUTH-16",)),
    Act(PLACE, "B", Action.CLOSE),
)


@cache
def sessions(offers: Offers, *, own: bool = True) -> st.SearchStrategy[Scenario]:
    """Scenarios that expect nothing and judge by the monitor alone."""
    inside = st.builds(
        Sitting,
        st.sampled_from((_LOG_IN, _LOG_IN, _LOG_IN, _TRY, *_openings(offers))),
        _turns(behind_login(offers)),
        st.sampled_from((None, _QUIT, _QUIT, Action.CLOSE, Action.HALF_CLOSE, Action.RESET)),
    )
    orderly = st.builds(
        Sitting,
        st.sampled_from((*[_LOG_IN] * 7, _TRY, *_openings(offers))),
        _turns(lawful(offers), _FEW),
        st.one_of(*[st.sampled_from(farewells(offers))] * 3, st.just(Action.CLOSE)),
    )
    outside = st.builds(
        Sitting,
        st.just((Action.CONNECT,)),
        _turns(before_login(offers)),
        st.sampled_from((None, _QUIT, Action.CLOSE, Action.RESET)),
    )
    passing = st.builds(Sitting, st.just((Action.CONNECT,)), st.just(()), st.just(_QUIT))
    errand = st.builds(Sitting, st.just(_LOG_IN), st.just(()), st.sampled_from(farewells(offers)))
    beside = st.builds(Sitting, st.just(_BESIDE_A_NAME if offers.plain else _LOG_IN), st.just(()), st.just(_QUIT))
    sitting = st.one_of(orderly, inside, orderly, inside, orderly, outside, errand, passing, beside)
    visits = st.tuples(errand, passing, errand)
    sittings = st.one_of(*[st.tuples(*[sitting] * count) for count in (1, 2, 3)] * 4, visits)
    filling = fillings(own=own) if offers.fills else st.none()
    return st.tuples(filling, sittings).map(lambda drawn: scenario_of(*drawn))


def _turns(table: tuple[Turn, ...], most: int = _TURNS) -> st.SearchStrategy[tuple[Turn, ...]]:
    """Any number of turns, each number as often as another: a plain list would mostly be short."""
    some = [st.tuples(*[st.sampled_from(table)] * count) for count in range(most + 1)]
    return st.sampled_from(some).flatmap(lambda turns: turns)


def _openings(offers: Offers) -> Iterator[tuple[Turn | Action, ...]]:
    """Logins by other ways than the run's own; nothing is deleted behind them, as the maildrop was not listed."""
    if offers.plain:
        yield Action.CONNECT, Turn("", Kind.LOGIN)
    if offers.apop:
        yield Action.CONNECT, Turn("APOP {user} {digest}")
    for name in offers.mechanisms:
        yield Action.CONNECT, Turn(name, Kind.AUTH)


def login(filling: Filling | None) -> Scenario:
    """The session that logs in and leaves, behind which it is known what the maildrop holds."""
    return scenario_of(filling, [Sitting(_LOG_IN, (), _QUIT)])


def scenario_of(filling: Filling | None, sittings: Iterable[Sitting]) -> Scenario:
    """The steps of these sittings; without a filling on whatever is in the maildrop."""
    steps: list[Step] = []
    wrong = 0
    for sitting in sittings:
        turns = tuple(_never_unseen(sitting))
        steps += _sat(sitting, turns)
        wrong += sum(turn.wrong for turn in turns)
    names, own = filling if filling is not None else (None, {})
    return Scenario(
        id="generated/session/x",
        title="a generated session",
        path=Path("generated"),
        place=PLACE,
        clauses=(),
        maildrop=names,
        needs=(),
        wrong_logins=wrong,
        steps=tuple(steps),
        mail=own,
    )


def _never_unseen(sitting: Sitting) -> Iterator[Turn]:
    """Its turns; without deletions where the maildrop was not listed behind the login."""
    unseen = len(sitting.opening) > 1 and sitting.opening[0] is Action.CONNECT
    for turn in sitting.turns:
        unseen |= turn.kind is Kind.LOGIN or turn.text.upper().startswith(("PASS {PASSWORD}", "APOP {USER} {"))
        if not (unseen and "DELE" in turn.text.upper()):
            yield turn


def _sat(sitting: Sitting, turns: Iterable[Turn]) -> Iterator[Step]:
    for one in sitting.opening:
        yield from _done(one, "A")
    two = False
    for turn in turns:
        if turn.connection == "B" and not two:
            two = True
            yield from _done(Action.TRY_TO_LOG_IN, "B")
        yield from _said(turn)
    if sitting.ending is not None:
        yield from _done(sitting.ending, "A")
    if two:
        yield Act(PLACE, "B", Action.CLOSE)


def _done(what: Turn | Action | Act, name: str) -> Block:
    if isinstance(what, Turn):
        return _said(what)
    return _acted(what if isinstance(what, Act) else Act(PLACE, name, what))


@cache
def _acted(act: Act) -> Block:
    if act.action in (Action.CONNECT, Action.HALF_CLOSE):
        return act, Act(PLACE, act.connection, Action.ANY)
    return (act,)


@cache
def _said(turn: Turn) -> Block:
    """The steps of a turn; the same objects each time."""
    any_answer = Act(PLACE, turn.connection, Action.ANY)
    match turn.kind:
        case Kind.DELIVER:
            return (Deliver(PLACE, turn.text),)
        case Kind.LOGIN:
            return (*_said(Turn("USER {user}")), *_said(Turn("PASS {password}")))
        case Kind.AUTH:
            return (Act(PLACE, turn.connection, Action.AUTHENTICATE, word=turn.text),)
        case Kind.PHRASE:
            return tuple(
                step for text in turn.text.split("; ") for step in _said(replace(turn, text=text, kind=Kind.LINE))
            )
        case Kind.TLS:
            return (*_said(Turn("STLS")), Act(PLACE, turn.connection, Action.START_TLS))
    template = parse_template(turn.text, PLACE)
    line, piece = turn.kind is not Kind.OCTETS, int(turn.kind is Kind.SLOWLY)
    return Send(PLACE, turn.connection, template, line, piece), any_answer
