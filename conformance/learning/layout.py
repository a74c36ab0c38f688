"""Where the states of a machine stand in a drawing, and which arrows lead from one to another."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word

__all__ = ["Arrow", "arrows", "layers"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """All transitions from one state to another that are lawful, or all that are not."""

    origin: int
    goal: int
    unlawful: bool
    texts: tuple[str, ...]
    """What is said, and what is heard: one line for each answer."""


def layers(machine: Machine) -> list[list[int]]:
    """The states in rows: by the words that it takes to get there; one that nothing leads out of in the last row."""
    depth = {state: len(way) for state, way in machine.ways().items()}
    last = [state for state in machine.states if state and _is_end(machine, state)]
    rows: dict[int, list[int]] = defaultdict(list)
    for state in machine.states:
        if state not in last:
            rows[depth[state]].append(state)
    return [*(rows[key] for key in sorted(rows)), *([last] if last else [])]


def arrows(machine: Machine, unlawful: Collection[tuple[int, Word]]) -> list[Arrow]:
    """The arrows: what changes the state, and what is unlawful."""
    grouped: dict[tuple[int, int, bool], dict[Heard, list[str]]] = defaultdict(lambda: defaultdict(list))
    for state in machine.states:
        for word in machine.words:
            heard, goal = machine.table[state][word]
            wrong = (state, word) in unlawful
            if goal != state or wrong:
                grouped[state, goal, wrong][heard].append(word.label)
    return [
        Arrow(origin, goal, wrong, tuple(f"{_several(labels)} / {heard}" for heard, labels in by_heard.items()))
        for (origin, goal, wrong), by_heard in grouped.items()
    ]


def _several(labels: list[str], most: int = 3) -> str:
    return (
        ", ".join(labels)
        if len(labels) <= most
        else f"{', '.join(labels[: most - 1])} and {len(labels) - most + 1} more"
    )


def _is_end(machine: Machine, state: int) -> bool:
    return all(goal == state for _, goal in machine.table[state].values())
