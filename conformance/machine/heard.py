"""The replies of a play as they are compared with those of another: what must be the same, and nothing that may differ.

Texts, sizes, unique-ids, time stamps, challenges and what a relay adds to mail may differ from one play to the next,
and which of several messages comes first as well. Whether a command was answered, with success or without, with a body
or without, how many messages there are and which numbers they have: that may not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from typing import Final

from conformance.machine.content import Content, content_of
from conformance.transcript import Conversation, Evidence, Exchange, Incident, escape
from conformance.wire import Command, State

__all__ = ["Difference", "Heard", "Reply", "difference", "hear", "slowest_refusal"]

_LISTINGS: Final = frozenset({"LIST", "UIDL"})
_LOGINS: Final = frozenset({"PASS", "APOP", "AUTH"})
_BEFORE_LOGIN: Final = frozenset({State.CONNECTED, State.AUTHORIZATION})
_ROWS: Final = 10_000
"""Rows of a listing that are compared."""
_TOLD: Final = 80


@dataclass(frozen=True, slots=True)
class Reply:
    """A command and what came back, as it is compared."""

    number: int
    """Of the exchange in its conversation."""
    verb: str
    kind: str
    """How it begins: ``+OK``, ``-ERR``, ``+``, something else; empty where no whole reply came."""
    body: bool
    counts: tuple[int, ...]
    """Messages counted, or the numbers that a listing has."""
    early: bool
    """Whether the client was not in the TRANSACTION state when it came to this, or to what it came together with."""
    certain: bool
    """Whether it is certain that this is the reply to that command, and so it is with any behind it."""
    excused: bool
    """Whether nothing came, from a server that may have left or slowed down."""
    lost: Incident | None
    """Why no whole reply came; None where one did."""
    late: bool
    """Whether it came only when the next command was said, and so may be the answer to that."""
    content: Content | None
    """What a body holds; None where that is not compared."""
    said: str
    """For people."""
    evidence: Evidence

    @property
    def answered(self) -> bool:
        """Whether a whole reply came."""
        return bool(self.kind)

    @property
    def comparable(self) -> bool:
        """Whether this reply, and any behind it, can be held against the server."""
        return self.certain and not self.excused

    def same_as(self, other: "Reply") -> bool:
        """Whether nothing is different that must not be."""
        return (self.verb, self.kind, self.body, self.counts) == (other.verb, other.kind, other.body, other.counts)


Heard = Mapping[str, Sequence[Reply]]
"""The replies on each connection, by its name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first reply that is another one."""

    connection: str
    place: int
    whole: Reply
    """As it comes to the scenario as it stands."""
    cut: Reply
    """As it comes to the variant."""

    def is_in(self, whole: Heard, cut: Heard) -> bool:
        """Whether two other plays show the same difference at the same place."""
        found = difference(whole, cut)
        return (
            found is not None
            and (found.connection, found.place) == (self.connection, self.place)
            and found.whole.same_as(self.whole)
            and found.cut.same_as(self.cut)
        )

    @property
    def early(self) -> bool:
        """Whether it concerns what is said before or across a login."""
        return self.whole.early or self.cut.early


def difference(whole: Heard, cut: Heard) -> Difference | None:
    """Where two plays differ first, as far as they say the same and it is certain what is answered by what."""
    for connection, replies in whole.items():
        for place, (one, other) in enumerate(zip(replies, cut.get(connection, ()), strict=False)):
            if not (one.comparable and other.comparable and one.answered and one.verb == other.verb):
                break
            if not one.same_as(other):
                return Difference(connection, place, one, other)
    return None


def hear(conversations: Iterable[Conversation], *, counts: bool = True, contents: bool = False) -> Heard:
    """The replies of a play. Messages are not counted where more of them came in meanwhile.

    With `contents` it is kept what bodies hold.
    """
    return {found.transcript.name: tuple(_replies(found, counts, contents)) for found in conversations}


def slowest_refusal(conversations: Iterable[Conversation]) -> float:
    """Seconds that the slowest refused login took; 0 where none was refused."""
    return max(
        (
            exchange.answered_at - exchange.sent_at
            for conversation in conversations
            for exchange in conversation.exchanges
            if exchange.verb in _LOGINS and exchange.negative and exchange.answered_at is not None
        ),
        default=0.0,
    )


def _replies(conversation: Conversation, counts: bool, contents: bool) -> Iterator[Reply]:
    early = refused = False
    for exchange, following in zip_longest(conversation.exchanges, conversation.exchanges[1:]):
        together = exchange.pipelined and exchange.command is not None
        early = exchange.state in _BEFORE_LOGIN or (together and early)
        excused = exchange.reply is None and refused and _may_have_closed(exchange)
        late = following is not None and _is_late(exchange, following)
        yield _reply(exchange, early=early, excused=excused, late=late, counts=counts, contents=contents)
        refused |= exchange.negative


def _is_late(exchange: Exchange, following: Exchange) -> bool:
    answered, said, said_next = exchange.answered_at, exchange.sent_at, following.sent_at
    return answered is not None and said < said_next < answered


def _may_have_closed(exchange: Exchange) -> bool:
    """Whether a server that has refused something may have left, or slowed down."""
    return exchange.lost is not Incident.WAITED or exchange.state in _BEFORE_LOGIN


def _reply(exchange: Exchange, *, early: bool, excused: bool, late: bool, counts: bool, contents: bool) -> Reply:
    whole = exchange.complete and exchange.reply is not None
    kind = exchange.reply.indicator.value if whole and exchange.reply is not None else ""
    said = escape(exchange.status)[:_TOLD] if exchange.reply is not None else "nothing"
    return Reply(
        number=exchange.number,
        verb=exchange.verb,
        kind=kind,
        body=whole and exchange.reply is not None and exchange.reply.body is not None,
        counts=_counts(exchange) if counts and whole and exchange.positive else (),
        early=early,
        certain=exchange.certain,
        excused=excused,
        lost=exchange.lost,
        late=late,
        content=content_of(exchange) if contents and whole else None,
        said=said,
        evidence=exchange.evidence(),
    )


def _counts(exchange: Exchange) -> tuple[int, ...]:
    if not isinstance(exchange.command, Command) or exchange.state is not State.TRANSACTION:
        return ()
    words = exchange.status.split()[1:2]
    if exchange.verb == "STAT" or (exchange.verb in _LISTINGS and any(exchange.command.arguments)):
        return tuple(_numbers(words))
    if exchange.verb in _LISTINGS:
        rows = (line.content.split()[:1] for line in exchange.body_lines()[:_ROWS])
        return tuple(number for row in takewhile(bool, rows) for number in _numbers(row))
    return ()


def _numbers(words: Iterable[bytes]) -> Iterator[int]:
    return (int(word) for word in words if word.isdigit() and len(word) < 20)
