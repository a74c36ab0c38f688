"""Remembers what the server answered, so that nothing is asked twice, and sees that it answers the same again.

Answers are kept as a tree of words. Where a row of words is answered in another way than it was before, the row is said
again: what is heard most counts. Behind an end and behind a silence nothing is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from conformance.learning.asking import Asker
from conformance.learning.bounds import Unsteady
from conformance.learning.session import END
from conformance.learning.words import Heard, Word

__all__ = ["Memory", "Relearn"]

_AGAIN: Final = 3
"""Times that a row is said again which was answered in two ways."""


class Relearn(Exception):
    """What was remembered was wrong, and has been forgotten: what was made of it must be made anew."""


@dataclass(slots=True)
class _Node:
    heard: Heard | None = None
    behind: "dict[Word, _Node]" = field(default_factory=dict)


class Memory:
    """Answers from memory, or asks."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._root = _Node()
        self.size = 0
        """Words that are remembered."""

    def query(self, words: Sequence[Word]) -> tuple[Heard, ...]:
        """What is heard for each of the words. `Unsteady` when that depends on chance, and else as `Asker.ask`."""
        known = self._known(words)
        if len(known) < len(words) and not (known and known[-1] in END):
            heard = self._ask(words)
            if heard[: len(known)] != known:
                heard = self._settle(words, known, heard)
            self._keep(words, heard)
            return heard
        return known + known[-1:] * (len(words) - len(known))

    def last(self, words: Sequence[Word]) -> Heard | None:
        """What was heard for the last of these words; None when that was never asked."""
        known = self._known(words)
        return known[-1] if len(known) == len(words) else None

    def rows(self) -> Iterator[tuple[tuple[Word, ...], tuple[Heard, ...]]]:
        """Every row of words that is known to its end, with what was heard."""
        stack: list[tuple[_Node, tuple[Word, ...], tuple[Heard, ...]]] = [(self._root, (), ())]
        while stack:
            node, words, heard = stack.pop()
            if not node.behind:
                yield words, heard
            for word, following in node.behind.items():
                assert following.heard is not None  # noqa: S101 - all but the root have one
                stack.append((following, (*words, word), (*heard, following.heard)))

    def _known(self, words: Sequence[Word]) -> tuple[Heard, ...]:
        node, heard = self._root, []
        for word in words:
            following = node.behind.get(word)
            if following is None or following.heard is None:
                break
            heard.append(following.heard)
            node = following
        return tuple(heard)

    def _keep(self, words: Sequence[Word], heard: Sequence[Heard]) -> None:
        node = self._root
        for word, answer in zip(words, heard, strict=True):
            if word not in node.behind:
                node.behind[word] = _Node()
                self.size += 1
            node = node.behind[word]
            node.heard = answer
            if answer in END:
                return

    def _ask(self, words: Sequence[Word]) -> tuple[Heard, ...]:
        answered = self._asker.ask(words)
        answered.conversation.transcript.close()
        return answered.heard

    def _settle(self, words: Sequence[Word], known: tuple[Heard, ...], heard: tuple[Heard, ...]) -> tuple[Heard, ...]:
        """The beginning of the row was answered otherwise before: find out what holds, and what the row is answered.

        `Relearn` when it is not what was remembered, `Unsteady` when it is neither.
        """
        self._asker.doubt()
        places = len(known)
        votes = [self._ask(words) for _ in range(_AGAIN)]
        for_known = [vote for vote in votes if vote[:places] == known]
        if len(for_known) > _AGAIN // 2:
            return for_known[0]
        at = next(place for place in range(places) if known[place] is not heard[place])
        if all(vote[: at + 1] == heard[: at + 1] for vote in votes):
            self._forget(words[: at + 1])
            raise Relearn
        said = ", ".join(word.label for word in words[: at + 1])
        message = f"{said}: the last of these is answered by {known[at]} at one time, and by {heard[at]} at another"
        raise Unsteady(message)

    def _forget(self, row: Sequence[Word]) -> None:
        node = self._root
        for word in row[:-1]:
            node = node.behind[word]
        node.behind.pop(row[-1], None)
