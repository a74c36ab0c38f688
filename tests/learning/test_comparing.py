from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.driver import Account
from conformance.learning.book import Page
from conformance.learning.comparing import compared, shown
from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word, alphabet

_ALICE = Account("alice", "secret")
_WORDS = {word.label: word for word in alphabet(_ALICE, wrong=False)}
_FIRST = Page.first(_ALICE, 2, ())
_STAT, _QUIT, _NOOP = _WORDS["STAT"], _WORDS["QUIT"], _WORDS["NOOP"]
_MACHINE = Machine(
    (_STAT, _NOOP, _QUIT),
    (
        {_STAT: (Heard.OK, 0), _NOOP: (Heard.ERR, 0), _QUIT: (Heard.OK, 1)},
        {_STAT: (Heard.CLOSED, 1), _NOOP: (Heard.CLOSED, 1), _QUIT: (Heard.CLOSED, 1)},
    ),
)
"""One that obeys STAT before login."""


@dataclass
class _Said:
    """What a server has answered."""

    answers: dict[tuple[Word, ...], tuple[Heard, ...]]

    def rows(self) -> Iterator[tuple[Sequence[Word], Sequence[Heard]]]:
        yield from self.answers.items()

    def last(self, words: Sequence[Word]) -> Heard | None:
        return self.answers.get(tuple(words), (None,))[-1]


def test_what_the_machine_says_otherwise_than_the_book_is_a_difference() -> None:
    found = compared(_MACHINE, _FIRST)
    assert [one.words for one in found.differences] == [(_STAT,)]
    assert found.unlawful == {(0, _STAT)}
    assert found.labels == ("AUTHORIZATION", "ENDED")


def test_what_was_never_heard_is_no_difference() -> None:
    found = compared(_MACHINE, _FIRST, _Said({(_QUIT,): (Heard.OK,)}))
    assert (found.differences, found.unlawful) == ((), frozenset())


def test_what_was_heard_otherwise_is_none_either() -> None:
    found = compared(_MACHINE, _FIRST, _Said({(_STAT,): (Heard.ERR,)}))
    assert (found.differences, found.unlawful) == ((), frozenset())


def test_what_was_heard_is_one_also_where_the_machine_does_not_know_it() -> None:
    found = compared(_MACHINE, _FIRST, _Said({(_STAT,): (Heard.OK,), (_QUIT, _NOOP): (Heard.OK, Heard.ERR)}))
    assert [one.words for one in found.differences] == [(_STAT,), (_QUIT, _NOOP)]
    assert found.unlawful == {(0, _STAT)}


def test_a_difference_is_shown_by_the_same_answers_alone() -> None:
    answers = _Said({(_NOOP, _NOOP, _STAT): (Heard.ERR, Heard.ERR, Heard.OK)})
    (difference,) = compared(_MACHINE, _FIRST, answers).differences
    assert shown(difference, _FIRST, (Heard.ERR, Heard.ERR, Heard.OK))
    assert not shown(difference, _FIRST, (Heard.ERR, Heard.ERR, Heard.ERR))
    assert not shown(difference, _FIRST, (Heard.ERR, Heard.OK, Heard.OK))
