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
from conformance.monitor.findings import quote
from conformance.transcript import Conversation, Exchange, Incident, Mark
from conformance.verdicts import Outcome, Verdict
from conformance.wire import Command, Given, State, Turn
from conformance.wire.grammar import NUMBER

__all__ = ["oracle"]

_NOBODYS: Final = frozenset({"NOPE", "STATS", "TOPS", "ST", "NOO", "A1", "FOOBAR"})
"""Keywords that no server has: to any other it could say +OK because it knows it."""
_OWED: Final = MappingProxyType(
    {"LIST": "R1939-OPT-01", "RETR": "R1939-OPT-01", "TOP": "R1939-OPT-02", "UIDL": "R1939-OPT-02"}
)
"""What a refusal breaks where none is open to the server; elsewhere the monitor knows why."""
_NO_MECHANISM: Final = b"XYZZ"
_LONGEST: Final = 18
"""Digits of a number that is read."""
_EXTENSIONS: Final = frozenset({"APOP", "TOP", "UIDL", "AUTH", "CAPA", "STLS", "UTF8", "LANG"})
_CLOSED: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})


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
    counted: bool = False
    """Whether STAT has counted a message, and none was marked since."""
    total: tuple[int, int] | None = None
    """What STAT said last, where nothing was said since that may change it."""
    touched: set[int | None] = field(default_factory=set)
    """Messages that were named by DELE."""

    def __post_init__(self) -> None:
        self.session = Session(offers={*self.announced, "TOP", "UIDL"})

    def verdicts(self) -> Iterator[Verdict]:
        """What is wrong, up to where it is no longer certain."""
        for exchange in self.conversation.exchanges:
            if exchange.command is None:
                if not exchange.positive:
                    return
                continue
            if not _is_certain(exchange) or self.session.state is not exchange.state:
                return
            if (broken := self._broken_by(exchange)) is not None:
                clause, reason = broken
                yield Verdict(clause, Outcome.BROKEN, reason, exchange.evidence())
                return
            if not exchange.complete or self._differs(exchange):
                return
            self._follow(exchange)

    def _broken_by(self, exchange: Exchange) -> tuple[str, str] | None:
        """The clause, and how; None where the model would have said the same, or nothing is known of it."""
        command = exchange.command
        if command is None or isinstance(command, Turn):
            return None
        expected, said = self.session.expect(command), quote(exchange.status)
        if not exchange.complete:
            if command.verb in _EXTENSIONS and not expected.may_close and self._was_well(exchange):
                return (
                    "R1939-STATE-02",
                    f"{command.verb} has to be answered, if only by -ERR; the connection was closed",
                )
        elif exchange.positive:
            if expected.positive is None and command.verb in _NOBODYS:
                return (
                    "R1939-STATE-01",
                    f"nobody has a command {command.verb}; it was answered {said}",
                )
            if command.verb == "AUTH" and command.arguments[:1] == (_NO_MECHANISM,):
                return "R1939-STATE-02", f"nobody has that mechanism; AUTH was answered {said}"
            if command.verb == "STAT" and self.total not in (None, found := _drop_listing(exchange)):
                reason = f"only DELE of marked messages came in between; STAT said {self.total}, and then {found}"
                return "R1939-DELE-04", reason
        elif exchange.negative and not expected.negative and command.wellformed and self._is_owed(command):
            clause = "R2449-CAP-01" if command.verb in self.announced else _OWED[command.verb]
            return clause, f"{command.verb} has to succeed here; it was answered {said}"
        return None

    def _was_well(self, exchange: Exchange) -> bool:
        """Whether nothing speaks for it that the server had closed before the command was said."""
        before = self.conversation.exchanges[exchange.number - 1]
        entries = self.conversation.transcript.entries
        ended = [e.at for e in entries if isinstance(e, Mark) and e.incident in _CLOSED]
        return before.positive and all(at > exchange.sent_at for at in ended)

    def _differs(self, exchange: Exchange) -> bool:
        """Whether the answer was not open to the server, so that the model no longer stands where the server does."""
        command = exchange.command
        if command is None or isinstance(command, Turn):
            return False
        expected = self.session.expect(command)
        return (exchange.positive and expected.positive is None) or (exchange.negative and not expected.negative)

    def _is_owed(self, command: Given) -> bool:
        """Whether it is known that there is a message to speak of, and that nothing stands in the way."""
        if not self.proven or command.verb not in _OWED or not isinstance(command, Command):
            return False
        if command.verb == "LIST":
            return self.counted and not command.arguments
        return self.listed and self.session.count > 0 and command.message not in self.touched

    def _follow(self, exchange: Exchange) -> None:
        command, reply = exchange.command, exchange.reply
        if command is None or reply is None:
            return
        before = self.session.state
        self.session.advance(command, positive=exchange.positive, challenge=reply.challenges)
        if self.session.state is not before:
            self.proven = self.listed = self.counted = False
        elif before is State.TRANSACTION:
            self.proven |= exchange.positive
            self._note(command, exchange)

    def _note(self, command: Given, exchange: Exchange) -> None:
        again = isinstance(command, Command) and command.verb == "DELE" and command.message in self.session.marked
        if not (again and exchange.negative):
            self.total = None
        if command.verb == "DELE":
            self.touched.add(command.message if isinstance(command, Command) else None)
            self.counted = False
        elif exchange.positive and command.verb == "STAT":
            self.total = _drop_listing(exchange)
            self.counted = self.total is not None and self.total[0] > 0
        elif exchange.positive and command.verb == "LIST" and not self.session.marked:
            self._open(exchange)

    def _open(self, exchange: Exchange) -> None:
        """Note the messages; those of a listing with gaps, or with rows that cannot be read, are not known."""
        if exchange.reply is None or exchange.reply.body is None:
            return
        words = [line.content.split() for line in exchange.body_lines()]
        rows = [(int(row[0]), int(row[1])) for row in words if _is_row(row)]
        self.listed = [number for number, _ in rows] == [*range(1, len(words) + 1)]
        if self.listed:
            self.session.open(Maildrop.of((octets, b"-") for _, octets in rows))


def _is_row(words: list[bytes]) -> bool:
    return len(words) > 1 and all(NUMBER.fullmatch(word) and len(word) <= _LONGEST for word in words[:2])


def _drop_listing(exchange: Exchange) -> tuple[int, int] | None:
    """Messages and octets of a reply to STAT; None where they cannot be read."""
    words = exchange.status.split()[1:]
    return (int(words[0]), int(words[1])) if _is_row(words) else None


def _is_certain(exchange: Exchange) -> bool:
    """Whether it is certain which answer is to this command, or that it was not answered before the end."""
    closed = exchange.reply is None and exchange.lost in _CLOSED
    said = exchange.command is not None and bool(exchange.command.line.content.strip())  # else it may be passed over
    return (exchange.complete or closed) and said and exchange.certain and not (exchange.extra or exchange.pipelined)
