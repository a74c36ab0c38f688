import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from conformance.driver import Account
from conformance.learning.layout import Layout, Side, laid_out
from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word, alphabet

_WORDS = alphabet(Account("alice", "secret"), stamp=True, offers={"CAPA"}, stls=True)


def _machine(chance: random.Random, states: int) -> Machine:
    """A machine of some size whose states have a few neighbours each."""
    raw = []
    for _ in range(states):
        goals = chance.choices(range(states), k=3)
        raw.append({word: (chance.choice(list(Heard)), chance.choice(goals)) for word in _WORDS})
    return Machine.ordered(_WORDS, raw)


@pytest.fixture(params=range(12))
def case(request: pytest.FixtureRequest) -> tuple[Machine, set[tuple[int, Word]], Layout]:
    """A machine, what is unlawful in it, and how it is laid out."""
    chance = random.Random(request.param)  # noqa: S311 - not for secrets
    machine = _machine(chance, 1 + request.param)
    unlawful = {(state, word) for state in machine.states for word in _WORDS if chance.random() < 0.1}
    return machine, unlawful, laid_out(machine, unlawful)


Case = tuple[Machine, set[tuple[int, Word]], Layout]


def test_no_two_labels_are_on_one_row_of_a_side_and_each_is_beside_its_own_state(case: Case) -> None:
    _, _, layout = case
    rows = Counter((route.side, route.leaves) for route in layout.routes)
    assert not rows or max(rows.values()) == 1
    for route in layout.routes:
        for state, row in ((route.arrow.origin, route.leaves), (route.arrow.goal, route.enters)):
            first, end = layout.boxes[state]
            assert first <= row < end


def test_states_do_not_overlap(case: Case) -> None:
    machine, _, layout = case
    boxes = sorted(layout.boxes.values())
    assert len(boxes) == len(machine.states)
    assert all(end < following for (_, end), (following, _) in pairwise(boxes))


def _occupied(layout: Layout, side: Side) -> Iterator[tuple[tuple[int, int], tuple[int, bool]]]:
    """Each stretch of each lane, with what runs there."""
    for route in layout.routes:
        if route.side is side and route.arrow.origin != route.arrow.goal:
            low, high = sorted((route.leaves, route.enters))
            yield from (((route.lane, row), (route.arrow.goal, route.arrow.unlawful)) for row in range(low, high + 1))


@pytest.mark.parametrize("side", Side)
def test_only_arrows_to_the_same_state_share_a_stretch_of_a_lane(side: Side, case: Case) -> None:
    runs: dict[tuple[int, int], set[tuple[int, bool]]] = {}
    for where, what in _occupied(case[2], side):
        runs.setdefault(where, set()).add(what)
    assert all(len(what) == 1 for what in runs.values())


def test_there_is_an_arrow_for_what_changes_the_state_and_for_what_is_unlawful_and_only_that_is_red(case: Case) -> None:
    machine, unlawful, layout = case
    shown = {(route.arrow.origin, route.arrow.goal, route.arrow.unlawful) for route in layout.routes}
    due = {
        (state, machine.table[state][word][1], (state, word) in unlawful)
        for state in machine.states
        for word in machine.words
        if machine.table[state][word][1] != state or (state, word) in unlawful
    }
    assert shown == due
