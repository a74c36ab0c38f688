"""The learner: AALpy's KV, which asks rows of words, and our search for a row that its hypothesis gets wrong.

AALpy is imported when somebody learns, and not before.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from aalpy.base import SUL, Oracle
from aalpy.learning_algs import run_KV

from conformance.learning.book import Page
from conformance.learning.comparing import compared
from conformance.learning.machine import Machine
from conformance.learning.memory import Memory
from conformance.learning.session import END
from conformance.learning.words import Heard, Word

__all__ = ["hypothesis_of", "learned"]

_WALKS: Final = 12
"""Random rows behind each state."""
_STEPS: Final = 8
"""Words of each."""
_SEED: Final = 1939
_TELLING: Final = frozenset({"USER", "STAT"})
"""Verbs besides logins that are tried behind a wrong password, of which there are to be few."""

Progress = Callable[[Machine], None]


def learned(memory: Memory, words: Sequence[Word], first: Page, noted: Progress) -> None:
    """Learn, and hand each machine that is thought of to `noted`: the last one is what was learned.

    What the memory raises comes through.
    """
    system = _System(memory)
    run_KV(
        list(words), system, _Search(words, system, first, noted), "mealy",
        cache_and_non_det_check=False, print_level=0,
    )  # fmt: skip


def hypothesis_of(words: tuple[Word, ...], automaton: Any) -> Machine:
    """AALpy's machine as ours."""
    states = [automaton.initial_state, *(s for s in automaton.states if s is not automaton.initial_state)]
    number = {id(state): place for place, state in enumerate(states)}
    raw = [{word: (s.output_fun[word], number[id(s.transitions[word])]) for word in words} for s in states]
    return Machine.ordered(words, raw)


class _System(SUL):  # type: ignore[misc]  # AALpy has no types
    """The server, as AALpy sees it."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory = memory

    def query(self, word: tuple[Word, ...]) -> list[Heard]:
        """Answers for all words of a row."""
        self.num_queries += 1
        return list(self.memory.query(word))

    def pre(self) -> None:
        """Nothing: each row has a connection of its own."""

    def post(self) -> None:
        """Likewise."""

    def step(self, letter: Word) -> Heard:
        """A row of one word."""
        return self.memory.query((letter,))[-1]


class _Search(Oracle):  # type: ignore[misc]  # likewise
    """Looks for a row of words that the server answers otherwise than a machine would."""

    def __init__(self, words: Sequence[Word], system: _System, first: Page, noted: Progress) -> None:
        super().__init__(list(words), system)
        self._words = tuple(words)
        self._memory = system.memory
        self._first = first
        self._noted = noted
        self._chance = random.Random(_SEED)  # noqa: S311 - not for secrets

    def find_cex(self, hypothesis: Any) -> tuple[Word, ...] | None:
        """The shortest beginning of such a row; None when none was found."""
        machine = hypothesis_of(self._words, hypothesis)
        self._noted(machine)
        for row in self._rows(machine):
            heard, thought = self._memory.query(row), machine.run(row)
            for place, (one, other) in enumerate(zip(heard, thought, strict=True), 1):
                if one is not other:
                    return row[:place]
        return None

    def _rows(self, machine: Machine) -> Iterator[tuple[Word, ...]]:
        """What is known; every word wherever book and machine lead; and chance."""
        for row, _ in list(self._memory.rows()):
            yield row
        found = compared(machine, self._first)
        yield from (difference.words for difference in found.differences)
        harmless = tuple(word for word in self._words if not word.guesses)
        telling = tuple(word for word in harmless if word.proof or word.verb in _TELLING)
        for place in found.places:
            guessed = any(word.guesses for word in place)
            yield from ((*place, word) for word in (telling if guessed else harmless))
        for way in machine.ways().values():
            for _ in range(_WALKS):
                yield self._walk(machine, way, harmless)

    def _walk(self, machine: Machine, way: tuple[Word, ...], words: Sequence[Word]) -> tuple[Word, ...]:
        row, state = way, machine.state_behind(way)
        for _ in range(_STEPS):
            word = self._chance.choice(words)
            heard, state = machine.table[state][word]
            row = (*row, word)
            if heard in END:
                break
        return row
