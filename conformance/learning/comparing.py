"""Compares the machine with the book: both are walked together, and a shortest row of words to each difference kept.

Behind a difference nothing is compared: what follows from it is not a fault of its own.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from conformance.learning.book import Page, clauses
from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word

__all__ = ["BEYOND", "Comparison", "Difference", "compared", "shown"]

BEYOND: Final = "behind a difference"
"""What a state is called to which no lawful answers lead."""


class Answers(Protocol):
    """What the server has answered."""

    def rows(self) -> Iterator[tuple[Sequence[Word], Sequence[Heard]]]:
        """Rows of words, and what was heard for each word."""

    def last(self, words: Sequence[Word]) -> Heard | None:
        """What was heard for the last of these words; None when that was never asked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that is not lawful where it is given."""

    words: tuple[Word, ...]
    """What is said; the last word is answered so."""
    heard: Heard
    lawful: tuple[Heard, ...]
    """What would have been."""
    state: str
    """Where the session stood, by the book."""
    clauses: tuple[str, ...]
    """What it breaks; empty where no clause is clear."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it."""

    differences: tuple[Difference, ...]
    """One for each kind: the same word, answered so in the same state and against the same clauses, is told once."""
    unlawful: frozenset[tuple[int, Word]]
    """Every transition of the machine that some session shows not to be lawful."""
    labels: tuple[str, ...]
    """For each state of the machine, where a session stands there by the book."""
    places: tuple[tuple[Word, ...], ...]
    """Rows of words that together lead everywhere in both."""


def compared(machine: Machine, first: Page, answers: Answers | None = None) -> Comparison:
    """Walk machine and book together.

    With `answers` only those count that were heard, as a machine that is not learned to its end may be mistaken; and
    all that were heard are compared.
    """
    differences: dict[object, Difference] = {}
    unlawful: set[tuple[int, Word]] = set()
    labels: dict[int, str] = {}
    places: dict[object, tuple[Word, ...]] = {}
    for state, page, said in _together(machine, first):
        labels.setdefault(state, page.label)
        places.setdefault((state, page.rough), said)
        for word in machine.words:
            heard = machine.table[state][word][0]
            row = (*said, word)
            if heard not in page.lawful(word) and (answers is None or answers.last(row) is heard):
                unlawful.add((state, word))
                _note(differences, page, row, heard)
    for words, heard_there in sorted(answers.rows() if answers is not None else (), key=lambda row: len(row[0])):
        if (departs := _departs(first, words, heard_there)) is not None:
            place, page = departs
            _note(differences, page, tuple(words[:place]), heard_there[place - 1])
    named = tuple(labels.get(state, BEYOND) for state in machine.states)
    return Comparison(tuple(differences.values()), frozenset(unlawful), named, tuple(places.values()))


def shown(difference: Difference, first: Page, heard: Sequence[Heard]) -> bool:
    """Whether these answers to its words show it: all before the last one lawful, and that one as it was."""
    departs = _departs(first, difference.words, heard)
    return departs is not None and departs[0] == len(difference.words) and heard[-1] is difference.heard


def _departs(page: Page, words: Sequence[Word], answers: Sequence[Heard]) -> tuple[int, Page] | None:
    """After how many words comes an answer that is not lawful, and where."""
    for place, (word, heard) in enumerate(zip(words, answers, strict=True), 1):
        if heard not in page.lawful(word):
            return place, page
        page = page.after(word, heard)
    return None


def _note(differences: dict[object, Difference], page: Page, said: tuple[Word, ...], heard: Heard) -> None:
    """Note a difference, unless one of its kind is known."""
    word, lawful = said[-1], page.lawful(said[-1])
    broken = clauses(page, word, heard)
    told = tuple(one for one in Heard if one in lawful)
    differences.setdefault((word.verb, heard, broken, page.state), Difference(said, heard, told, page.label, broken))


def _together(machine: Machine, first: Page) -> Iterator[tuple[int, Page, tuple[Word, ...]]]:
    """Every state of the machine with every page that a session can be at there, the nearest first."""
    queue: deque[tuple[int, Page, tuple[Word, ...]]] = deque([(0, first, ())])
    seen = {(0, first.key)}
    while queue:
        state, page, said = queue.popleft()
        yield state, page, said
        for word in machine.words:
            heard, following = machine.table[state][word]
            if heard not in page.lawful(word):
                continue
            behind = page.after(word, heard)
            if (following, behind.key) not in seen:
                seen.add((following, behind.key))
                queue.append((following, behind, (*said, word)))
