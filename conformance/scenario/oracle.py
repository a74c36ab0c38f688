"""What the model makes of a session: the second judge, heard where whatever comes is taken.

It replays a session by the book, which knows where sound servers differ, and sees whether +OK or -ERR was open to the
server. What a reply says, and what breaks only in company of another session, is for the monitor. It stops where it
is not certain what the server has read, and says nothing of commands that are refused or obeyed for a reason of their
own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from conformance.model import Maildrop, Session
from conformance.transcript import Conversation, Exchange
from conformance.verdicts import Outcome, Verdict
from conformance.wire import Command, State
from conformance.wire.grammar import NUMBER

__all__ = ["oracle"]

_NOBODYS: Final = frozenset({"NOPE", "STATS", "TOPS", "ST", "NOO", "A1", "FOOBAR"})
"""Keywords that no server has: to any other it could say +OK because it knows it."""
_OWED: Final = MappingProxyType({"RETR": "R1939-OPT-01", "TOP": "R2449-CAP-01", "UIDL": "R2449-CAP-01"})
"""What a refusal breaks where none is open to the server; elsewhere the monitor knows why."""


def oracle(conversations: Sequence[Conversation], announced: Collection[str] = ()) -> Iterator[Verdict]:
    """What broke, by the model; `announced` are the capabilities that the server lists."""
    for conversation in conversations:
        if not any(_beside(conversation, other) for other in conversations if other is not conversation):
            yield from _Replay(conversation, announced).verdicts()


def _beside(one: Conversation, other: Conversation) -> bool:
    """Whether the other was open to the same maildrop, or might have been, while this one was."""
    if not (one.exchanges and other.exchanges):
        return False
    return one.transcript.opened <= other.exchanges[-1].when and other.transcript.opened <= one.exchanges[-1].when


@dataclass(slots=True)
class _Replay:
    """One conversation, and the session of the model that follows it."""

    conversation: Conversation
    announced: Collection[str]
    session: Session = field(init=False)
    proven: bool = False
    """Whether a command has succeeded since the login, so that the maildrop is open."""
    listed: bool = False
    """Whether the model knows the maildrop."""
    touched: set[int | None] = field(default_factory=set)
    """Messages that were named by DELE."""

    def __post_init__(self) -> None:
        self.session = Session(offers=self.announced)

    def verdicts(self) -> Iterator[Verdict]:
        """What is wrong, up to where it is no longer certain."""
        for exchange in self.conversation.exchanges:
            if exchange.command is None:
                continue
            if not _is_certain(exchange) or self.session.state is not exchange.state:
                return
            if (clause := self._broken_by(exchange)) is not None:
                what = "is open to no server" if exchange.positive else "is not open to a server here"
                reason = f"by the model {exchange.status[:4].decode()} {what}; {exchange.verb} was answered that"
                yield Verdict(clause, Outcome.BROKEN, reason, exchange.evidence())
                return
            self._follow(exchange)

    def _broken_by(self, exchange: Exchange) -> str | None:
        command = exchange.command
        if not isinstance(command, Command):
            return None
        expected = self.session.expect(command)
        if exchange.positive:
            return "R1939-STATE-01" if expected.positive is None and command.verb in _NOBODYS else None
        owed = exchange.negative and not expected.negative and self.proven and self.listed and self.session.count > 0
        if not owed or not command.wellformed or command.message in self.touched:
            return None
        return _OWED.get(command.verb)

    def _follow(self, exchange: Exchange) -> None:
        command, reply = exchange.command, exchange.reply
        if command is None or reply is None:
            return
        before = self.session.state
        self.session.advance(command, positive=exchange.positive, challenge=reply.challenges)
        if self.session.state is not before:
            self.proven = self.listed = False
        elif before is State.TRANSACTION:
            self.proven |= exchange.positive
            self.touched |= {command.message} if isinstance(command, Command) and command.verb == "DELE" else set()
            if exchange.positive and command.verb == "LIST" and reply.body is not None and not self.session.marked:
                self._open(exchange)

    def _open(self, exchange: Exchange) -> None:
        """Note the messages; those of a listing with gaps, or with rows that cannot be read, are not known."""
        words = [line.content.split() for line in exchange.body_lines()]
        rows = [(int(row[0]), int(row[1])) for row in words if len(row) > 1 and all(map(NUMBER.fullmatch, row[:2]))]
        self.listed = [number for number, _ in rows] == [*range(1, len(words) + 1)]
        if self.listed:
            self.session.open(Maildrop.of((octets, b"-") for _, octets in rows))


def _is_certain(exchange: Exchange) -> bool:
    answered = exchange.complete and exchange.reply is not None and not exchange.extra_lines
    said = exchange.command is not None and bool(exchange.command.line.content.strip())  # else it may be passed over
    return answered and said and exchange.certain and not exchange.pipelined
