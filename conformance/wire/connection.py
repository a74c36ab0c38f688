"""Framing of both directions: which reply belongs to which command. No I/O, no clock, no side.

A connection takes octets as they were seen to pass and gives events. It works on any recording: a peer's fault is data.
Replies are matched to commands in order (RFC 1939 §5); octets that no command explains are unsolicited. What a client
says behind a challenge is a turn of AUTH, and no command, whatever it looks like (RFC 5034 §4).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from conformance.wire.commands import Command, InvalidCommand, parse_command
from conformance.wire.lines import Line, LineBuffer
from conformance.wire.multiline import Body, BodyReader
from conformance.wire.replies import Reply
from conformance.wire.sasl import Turn
from conformance.wire.states import REFUSED_TRANSITIONS, TRANSITIONS, State

__all__ = ["Answered", "Connection", "Event", "Given", "Greeted", "Sent", "Unsolicited"]

Given = Command | InvalidCommand | Turn
"""What a client's line can be."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The client finished a line."""

    command: Given
    """As it looks now: what is sent before the replies to what was before it may turn out to be a turn of AUTH."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """The server's first line."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to the oldest command that had none; `reply.body` is unterminated when the server stopped in it."""

    command: Given
    reply: Reply
    state: State
    """The state in which the command was answered."""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A line from the server that no command explains."""

    line: Line


Event = Sent | Greeted | Answered | Unsolicited

_BLOCK: Final = 1 << 16
"""Octets that are shown to the reader of a body at a time: it hands back what is behind the body."""


class Connection:
    """Feed it what either side sent; it says what happened."""

    def __init__(self) -> None:
        self.state = State.CONNECTED
        self.waiting: deque[Given] = deque()
        """Commands and turns without a reply, the oldest first."""
        self._client = LineBuffer()
        self._server = LineBuffer()
        self._reading: tuple[Line, BodyReader] | None = None
        """A status line and the body behind it, until that ends."""
        self._challenged = False
        """Whether the oldest line without a reply, or the next one, is a turn of AUTH (RFC 5034 §4)."""

    def client_sent(self, octets: bytes) -> list[Event]:
        """Octets from the client, in any pieces."""
        events: list[Event] = []
        at = 0
        while at < len(octets):
            line, at = self._client.read(octets, at)
            if line is not None:
                command = Turn(line) if self._challenged and not self.waiting else parse_command(line)
                self.waiting.append(command)
                events.append(Sent(command))
        return events

    def server_sent(self, octets: bytes) -> list[Event]:
        """Octets from the server, in any pieces."""
        events: list[Event] = []
        event: Event | None
        at = 0
        while at < len(octets):
            if self._reading is not None:
                status, reader = self._reading
                block = octets[at : at + _BLOCK]
                body, behind = reader.feed(block)
                at += len(block) - len(behind)
                event = self._read(status, body) if body is not None else None
            else:
                line, at = self._server.read(octets, at)
                event = self._status_line(line) if line is not None else None
            if event is not None:
                events.append(event)
        return events

    def server_stopped(self) -> list[Event]:
        """No more will come, or none came in time: what is half read becomes an event."""
        line = self._server.flush()
        event = self._status_line(line) if line is not None else None
        if self._reading is not None:  # it may have begun with this very line, +OK without a line end
            status, reader = self._reading
            event = self._read(status, reader.cut())
        return [event] if event is not None else []

    def secured(self) -> bool:
        """TLS began: what was said in the clear is over and done with, whether it was answered or not (RFC 2595 §4).

        True where something was pending: a command, or a part of a line. Its answer may come all the same.
        """
        pending = bool(self.waiting or self._client.held or self.in_reply)
        self.waiting.clear()
        self._client.flush()
        self._server.flush()
        if self._reading is not None:
            status, reader = self._reading
            self._server = LineBuffer(status.end + reader.received)
        self._reading, self._challenged = None, False
        return pending

    @property
    def in_reply(self) -> bool:
        """Whether a reply has begun and not ended."""
        return self._reading is not None or len(self._server) > 0

    @property
    def body_octets(self) -> int:
        """Octets of the body that is being read."""
        return self._reading[1].received if self._reading is not None else 0

    @property
    def unfinished(self) -> bytes:
        """What is kept of a client's line that has no line end yet."""
        return self._client.held

    def _status_line(self, line: Line) -> Event | None:
        reply = Reply(line)
        if self.state is State.CONNECTED:
            self.state = TRANSITIONS[State.CONNECTED, "greeting"]
            return Greeted(reply)
        if not self.waiting:
            return Unsolicited(line)
        if not self._challenged and self.waiting[0].multiline and reply.positive:
            self._reading = line, BodyReader(line.end)
            return None
        return self._answer(reply)

    def _read(self, status: Line, body: Body) -> Answered:
        self._server = LineBuffer(body.end)
        self._reading = None
        return self._answer(Reply(status, body))

    def _answer(self, reply: Reply) -> Answered:
        """Move as the reply shows: what the server took for a command was one to it, well-formed or not."""
        command, before = self.waiting.popleft(), self.state
        if self._challenged:
            command = Turn(command.line)
        if reply.positive and reply.body is None:  # a body behind AUTH is a list of mechanisms, no login
            self.state = TRANSITIONS.get((before, command.verb), before)
        elif reply.negative and command.wellformed:
            self.state = REFUSED_TRANSITIONS.get((before, command.verb), before)
        self._challenged = command.verb == "AUTH" and reply.challenges
        return Answered(command, reply, before)
