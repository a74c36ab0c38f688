"""The machine that was learned, as data: states are numbers, and every word has an answer and leads somewhere."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.learning.words import Heard, Word

__all__ = ["Machine"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A Mealy machine; it begins in state 0."""

    words: tuple[Word, ...]
    table: tuple[Mapping[Word, tuple[Heard, int]], ...]
    """For each state and word, what is heard and which state follows."""

    @property
    def states(self) -> range:
        """Their numbers, in the order in which they are reached."""
        return range(len(self.table))

    def run(self, words: Sequence[Word]) -> tuple[Heard, ...]:
        """What is heard, by the machine."""
        state, heard = 0, []
        for word in words:
            answer, state = self.table[state][word]
            heard.append(answer)
        return tuple(heard)

    def state_behind(self, words: Sequence[Word]) -> int:
        """Where the words lead."""
        state = 0
        for word in words:
            state = self.table[state][word][1]
        return state

    def ways(self) -> dict[int, tuple[Word, ...]]:
        """A shortest row of words that leads to each state."""
        found: dict[int, tuple[Word, ...]] = {0: ()}
        queue = deque([0])
        while queue:
            state = queue.popleft()
            for word in self.words:
                following = self.table[state][word][1]
                if following not in found:
                    found[following] = (*found[state], word)
                    queue.append(following)
        return found

    @classmethod
    def ordered(cls, words: tuple[Word, ...], raw: Sequence[Mapping[Word, tuple[Heard, int]]]) -> "Machine":
        """The same machine with its states numbered as they are reached, and without those that are not."""
        new = {old: number for number, old in enumerate(cls(words, tuple(raw)).ways())}
        table = [{word: (heard, new[to]) for word, (heard, to) in raw[old].items()} for old in new]
        return cls(words, tuple(table))
