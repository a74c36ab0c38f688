"""Exchanges: a recording read as commands and their replies."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.transcript.evidence import Evidence, Span
from conformance.transcript.recording import LOSSES, Chunk, Incident, Mark, Transcript
from conformance.wire import (
    Answered,
    Connection,
    Defect,
    Event,
    Given,
    Greeted,
    Line,
    LineBuffer,
    Reply,
    Sent,
    State,
    Turn,
)

__all__ = ["Conversation", "Exchange"]

_EXTRA_KEPT: Final = 100
"""Lines that no command explains and that are kept; a server may send them without end."""
_LISTING_KEPT: Final = 200_000
"""Lines of a listing that are read."""
_LONGEST_KEPT: Final = 1 << 20
"""Octets of one line of a body that are kept."""
_BY_SERVER: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})
_CONTROL: Final = re.compile(rb"[\x01-\x1f\x7f]")
_SURE_LENGTH: Final = 512
"""Octets up to which a command line is taken for one command by every server (RFC 1939 §3 and RFC 2449 §4)."""


@dataclass(slots=True)
class Exchange:
    """A command, or a turn of AUTH, and what came back; or the greeting."""

    number: int
    """Position in the conversation; 0 is the greeting."""
    transcript: Transcript
    command: Given | None
    """None for the greeting."""
    state: State
    """The session's state when the reply came, or now while it has not."""
    sent_at: float = 0.0
    """Seconds since the connection was opened."""
    reply: Reply | None = None
    """None while it has not come."""
    answered_at: float | None = None
    lost: Incident | None = None
    """Why no reply came, or not all of it: the server closed, was waited for in vain, sent more than is read...

    None again when it came late after all.
    """
    extra: list[Line] = field(default_factory=list)
    """Lines that came behind the reply and that no command explains, the first hundred of them."""
    extra_lines: int = 0
    """How many there were in all."""
    pipelined: bool = False
    """Whether it was sent before the reply to the command before it had come."""
    certain: bool = True
    """Whether it is certain that the reply is to this command.

    It is not behind a line that servers may lawfully read as none, one or several commands: one with a lone LF or CR,
    with a NUL, or longer than any limit; nor behind one with another control character, which may count as a space, so
    that nobody knows whether a body follows. Nor is it behind a reply that was given up when half of it had come, nor
    where a command followed STLS in the clear.
    """

    @property
    def verb(self) -> str:
        """The keyword in capitals, ``greeting`` for the greeting; AUTH for its turns."""
        return self.command.verb if self.command is not None else "greeting"

    @property
    def positive(self) -> bool:
        """Whether the reply begins with +OK."""
        return self.reply is not None and self.reply.positive

    @property
    def negative(self) -> bool:
        """Whether the reply begins with -ERR."""
        return self.reply is not None and self.reply.negative

    @property
    def complete(self) -> bool:
        """Whether the whole reply is there."""
        return self.reply is not None and self.lost is None

    @property
    def status(self) -> bytes:
        """The status line without its line end."""
        return self.reply.status.content if self.reply is not None else b""

    @property
    def when(self) -> float:
        """When it was over, on the clock that the connections of a scenario share."""
        return self.transcript.opened + (self.sent_at if self.answered_at is None else self.answered_at)

    def evidence(self, *spans: tuple[int, int]) -> Evidence:
        """This exchange as evidence, with offending octets of the server: the status line, unless others are named."""
        if not spans and self.reply is not None:
            spans = ((self.reply.start, self.reply.status.end),)
        return Evidence(self.transcript.name, self.number, tuple(Span("S", start, end) for start, end in spans))

    def body_octets(self) -> bytes:
        """The octets of the reply's body, stuffing included, terminating line not. For bodies known to be small."""
        if self.reply is None or self.reply.body is None:
            return b""
        return self.transcript.octets("S", self.reply.body.start, self.reply.body.content_end)

    def body_blocks(self) -> Iterator[bytes]:
        """The same in blocks, for bodies of any size."""
        if self.reply is not None and self.reply.body is not None:
            yield from self.transcript.blocks("S", self.reply.body.start, self.reply.body.content_end)

    def body_lines(self) -> list[Line]:
        """The lines of the reply's body as they came, the terminating line left out. For listings.

        A body without end gives as many lines as any listing has, and no more.
        """
        if self.reply is None or self.reply.body is None:
            return []
        lines: list[Line] = []
        buffer = LineBuffer(self.reply.body.start, limit=_LONGEST_KEPT)
        for block in self.body_blocks():
            at = 0
            while at < len(block):
                line, at = buffer.read(block, at)
                if line is not None:
                    lines.append(line)
                if len(lines) == _LISTING_KEPT:
                    return lines
        last = buffer.flush()
        return [*lines, last] if last is not None else lines


class Conversation:
    """Reads a transcript, growing or finished, into exchanges."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.exchanges: list[Exchange] = []
        self.connection = Connection()
        self._unanswered: deque[Exchange] = deque()
        self._last_answered: Exchange | None = None
        self._read = 0
        self._cut_short = False
        """Whether `follow` is at work, or was, and did not come to its end."""
        self._certain = True
        self._tls_is_due = False
        """Whether STLS is out, not refused, and TLS has not begun: whatever comes in the clear then is out of order."""

    @property
    def state(self) -> State:
        """Where the session stands, as far as the replies show."""
        return self.connection.state

    @property
    def greeting(self) -> Exchange | None:
        """The exchange that is the greeting."""
        return self.exchanges[0] if self.exchanges and self.exchanges[0].command is None else None

    @property
    def unanswered(self) -> Exchange | None:
        """The oldest command without a whole reply."""
        return self._unanswered[0] if self._unanswered else None

    def follow(self) -> None:
        """Read what the transcript holds that was not read yet; nothing more once an exception cut a reading short.

        Ctrl-C can strike anywhere, and what was read by half cannot be read on.
        """
        if self._cut_short:
            return
        self._cut_short = True
        entries = self.transcript.entries
        while self._read < len(entries):
            entry = entries[self._read]
            self._read += 1
            if isinstance(entry, Mark):
                self._incident(entry)
            else:
                self._chunk(entry)
        self._cut_short = False

    def _chunk(self, chunk: Chunk) -> None:
        take = self.connection.client_sent if chunk.sender == "C" else self.connection.server_sent
        for block in self.transcript.blocks(chunk.sender, chunk.start, chunk.end):
            for event in take(block):
                self._event(event, chunk.at)

    def _event(self, event: Event, at: float) -> None:
        if isinstance(event, Sent):
            self._sent(event.command, at)
        elif isinstance(event, Answered):
            exchange = self._unanswered.popleft()
            exchange.command, exchange.reply, exchange.answered_at = event.command, event.reply, at
            exchange.state = event.state
            exchange.lost = None  # late is not lost
            self._last_answered = exchange
            self._tls_is_due &= not (exchange.verb == "STLS" and exchange.negative)
        elif isinstance(event, Greeted):
            greeting = Exchange(0, self.transcript, None, State.CONNECTED, 0.0, event.reply, at)
            self.exchanges.insert(0, greeting)
            for number, exchange in enumerate(self.exchanges):
                exchange.number = number
            self._last_answered = greeting
        elif self._last_answered is not None and self._last_answered.lost is None:
            self._last_answered.extra_lines += 1
            if len(self._last_answered.extra) < _EXTRA_KEPT:
                self._last_answered.extra.append(event.line)

    def _sent(self, command: Given, at: float) -> None:
        exchange = Exchange(len(self.exchanges), self.transcript, command, self.state, at)
        exchange.pipelined = bool(self._unanswered) or self.state is State.CONNECTED
        defects = command.line.defects
        long = command.line.length > _SURE_LENGTH and not isinstance(command, Turn)  # which has no limit (RFC 5034 §4)
        if long or any(defect is not Defect.NOT_ASCII for defect in defects) or _is_blurred(command):
            self._certain = False
        self._certain &= not self._tls_is_due
        self._tls_is_due |= exchange.verb == "STLS"
        exchange.certain = self._certain
        self.exchanges.append(exchange)
        self._unanswered.append(exchange)

    def _incident(self, mark: Mark) -> None:
        if mark.incident is Incident.TLS:
            self._secured()
        if mark.incident not in LOSSES:
            return
        for event in self.connection.server_stopped():  # what was half read
            self._event(event, mark.at)
            if isinstance(event, Answered | Greeted) and self._last_answered is not None:
                self._last_answered.lost = mark.incident
                self._certain = False  # its rest may still come, and is not the reply to what follows
        for exchange in self._unanswered:
            if exchange.lost not in _BY_SERVER:  # who closes behind the server changes nothing
                exchange.lost = mark.incident

    def _secured(self) -> None:
        """RFC 2595 §4: what was said in the clear behind STLS has no answer inside TLS."""
        self._tls_is_due = False
        if self.connection.secured():
            self._certain = False
            self._last_answered = None  # whose answer it is that comes all the same, nobody can tell
        for exchange in self._unanswered:
            exchange.lost = Incident.TLS
        self._unanswered.clear()


def _is_blurred(command: Given) -> bool:
    """Whether a line holds control characters, which some servers take for spaces; a turn of AUTH has no body."""
    return not isinstance(command, Turn) and _CONTROL.search(command.line.content) is not None
