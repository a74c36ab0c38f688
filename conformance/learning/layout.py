"""Where the states of a machine and its arrows stand in a drawing, in rows and lanes.

The states stand below each other, in the order in which they are reached. Arrows that lead down run on the right of
them, those that lead up on the left: each leaves its state on a row of its own, which has its label, and goes by the
lane of the state that it leads to. So no label can lie on another one, however many arrows there are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word

__all__ = ["Arrow", "Layout", "Route", "Side", "laid_out"]

_LEAST: Final = 3
"""Rows of a state with few arrows: it has that many lines of text."""
_GAP: Final = 2
"""Rows between two states."""


class Side(Enum):
    """Of the states, where an arrow runs."""

    LEFT = -1
    RIGHT = 1


@dataclass(frozen=True, slots=True)
class Arrow:
    """All transitions from one state to another with one answer that are lawful, or all that are not."""

    origin: int
    goal: int
    unlawful: bool
    text: str
    """What is said, what is heard, and the state that follows if it is another one."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an arrow."""

    arrow: Arrow
    side: Side
    leaves: int
    """The row on which it leaves its state; its label is there."""
    enters: int
    """The row on which it comes to the next one; the same for an arrow that leads back at once."""
    lane: int
    """Which lane it goes by, from 0, the one next to the labels."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands."""

    boxes: Mapping[int, tuple[int, int]]
    """For each state, its first row and the first that is not its own any more."""
    routes: Sequence[Route]

    @property
    def rows(self) -> int:
        """How many there are."""
        return max(end for _, end in self.boxes.values())

    def lanes(self, side: Side) -> int:
        """How many lanes there are on a side."""
        return max((route.lane + 1 for route in self.routes if route.side is side and not _loops(route)), default=0)


def laid_out(machine: Machine, unlawful: Collection[tuple[int, Word]]) -> Layout:
    """Find a place for everything: what changes the state, and what is unlawful."""
    order = _order(machine)
    place = {state: number for number, state in enumerate(order)}
    everything = _arrows(machine, unlawful)
    ports = {state: _ports(state, everything, place) for state in order}
    boxes, row = {}, 0
    for state in order:
        high = max(_LEAST, *map(len, ports[state].values()))
        boxes[state] = (row, row + high)
        row += high + _GAP
    rows = {
        (side, port): boxes[state][0] + number
        for state in order
        for side, there in ports[state].items()
        for number, port in enumerate(there)
    }
    ways = [(arrow, _side(arrow, place)) for arrow in everything]
    ends = [
        (arrow, side, rows[side, arrow], rows[side, _lane(arrow) if arrow.origin != arrow.goal else arrow])
        for arrow, side in ways
    ]
    lanes = _lanes(ends)
    routes = [
        Route(arrow, side, leaves, enters, lanes.get((side, _lane(arrow)), 0)) for arrow, side, leaves, enters in ends
    ]
    return Layout(boxes, routes)


def _order(machine: Machine) -> list[int]:
    """The states by the words that it takes to get there; those that nothing leads out of last."""
    depth = {state: len(way) for state, way in machine.ways().items()}
    return sorted(machine.states, key=lambda state: (state != 0 and _is_end(machine, state), depth[state], state))


def _is_end(machine: Machine, state: int) -> bool:
    return all(goal == state for _, goal in machine.table[state].values())


def _arrows(machine: Machine, unlawful: Collection[tuple[int, Word]]) -> list[Arrow]:
    grouped: dict[tuple[int, int, bool, Heard], list[str]] = defaultdict(list)
    for state in machine.states:
        for word in machine.words:
            heard, goal = machine.table[state][word]
            wrong = (state, word) in unlawful
            if goal != state or wrong:
                grouped[state, goal, wrong, heard].append(word.label)
    return [
        Arrow(origin, goal, wrong, f"{_several(labels)} / {heard}" + (f" → {goal}" if goal != origin else ""))
        for (origin, goal, wrong, heard), labels in grouped.items()
    ]


def _several(labels: list[str], most: int = 3) -> str:
    if len(labels) <= most:
        return ", ".join(labels)
    return f"{', '.join(labels[: most - 1])} and {len(labels) - most + 1} more"


_Lane = tuple[int, bool]
"""The state that a lane leads to, and whether by what is unlawful."""


def _lane(arrow: Arrow) -> _Lane:
    return arrow.goal, arrow.unlawful


def _side(arrow: Arrow, place: Mapping[int, int]) -> Side:
    return Side.RIGHT if place[arrow.goal] >= place[arrow.origin] else Side.LEFT


def _ports(state: int, everything: Sequence[Arrow], place: Mapping[int, int]) -> dict[Side, list[Arrow | _Lane]]:
    """What leaves and what enters a state on both sides, from above, such that few lines cross."""
    far: Callable[[Arrow], int] = lambda arrow: abs(place[arrow.goal] - place[arrow.origin])  # noqa: E731 - a key
    ports: dict[Side, list[Arrow | _Lane]] = {}
    for side in Side:
        there = [arrow for arrow in everything if _side(arrow, place) is side]
        leaving = sorted((a for a in there if a.origin == state), key=far, reverse=side is Side.RIGHT)
        entering = sorted({_lane(a) for a in there if a.goal == state != a.origin})
        ports[side] = [*entering, *leaving] if side is Side.RIGHT else [*leaving, *entering]
    return ports


def _lanes(ends: Sequence[tuple[Arrow, Side, int, int]]) -> dict[tuple[Side, _Lane], int]:
    """Give each lane the innermost place where it meets no other; the short ones first."""
    spans: dict[tuple[Side, _Lane], set[int]] = defaultdict(set)
    for arrow, side, *both in ends:
        if arrow.origin != arrow.goal:
            spans[side, _lane(arrow)].update(both)
    given: dict[tuple[Side, _Lane], int] = {}
    for key in sorted(spans, key=lambda key: max(spans[key]) - min(spans[key])):
        low, high = min(spans[key]), max(spans[key])
        met = {
            lane
            for other, lane in given.items()
            if other[0] is key[0] and low <= max(spans[other]) and min(spans[other]) <= high
        }
        given[key] = next(lane for lane in range(len(met) + 1) if lane not in met)
    return given


def _loops(route: Route) -> bool:
    return route.arrow.origin == route.arrow.goal
