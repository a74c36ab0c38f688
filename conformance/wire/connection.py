"""Framing of both directions: which reply belongs to which command. No I/O, no clock, no side.

A connection takes octets as they were seen to pass and gives events. It works on any recording: a peer's fault is data.
Replies are matched to commands in order (RFC 1939 §5); octets that no command explains are unsolicited.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from conformance.wire.commands import Command, InvalidCommand, parse_command
from conformance.wire.lines import Line, LineBuffer
from conformance.wire.multiline import BodyReader
from conformance.wire.replies import Reply
from conformance.wire.states import TRANSITIONS, State

__all__ = ["Answered", "Connection", "Event", "Greeted", "Sent", "Unsolicited"]


@dataclass(frozen=True, slots=True)
class Sent:
    """The client finished a line."""

    command: Command | InvalidCommand


@dataclass(frozen=True, slots=True)
class Greeted:
    """The server's first line."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to the oldest command that had none; `reply.body` is unterminated when the server stopped in it."""

    command: Command | InvalidCommand
    reply: Reply
    state: State
    """The state in which the command was answered."""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A line from the server that no command explains."""

    line: Line


Event = Sent | Greeted | Answered | Unsolicited

_NO_EVENT: Final = None


class Connection:
    """Feed it what either side sent; it says what happened."""

    def __init__(self) -> None:
        self.state = State.CONNECTED
        self.waiting: deque[Command | InvalidCommand] = deque()
        """Commands without a reply, the oldest first."""
        self._client = LineBuffer()
        self._server = LineBuffer()
        self._status: Line | None = None
        self._body: BodyReader | None = None

    def client_sent(self, octets: bytes) -> list[Event]:
        """Octets from the client, in any pieces."""
        events: list[Event] = []
        while octets:
            line, octets = self._client.take(octets)
            if line is not None:
                command = parse_command(line)
                self.waiting.append(command)
                events.append(Sent(command))
        return events

    def server_sent(self, octets: bytes) -> list[Event]:
        """Octets from the server, in any pieces."""
        events: list[Event] = []
        while octets:
            if self._body is not None:
                body, octets = self._body.feed(octets)
                if body is not None and self._status is not None:
                    reply = Reply(self._status, body)
                    self._server = LineBuffer(body.end)
                    self._status = self._body = None
                    events.append(self._answer(reply))
                continue
            line, octets = self._server.take(octets)
            if line is not None and (event := self._status_line(line)) is not None:
                events.append(event)
        return events

    def server_stopped(self) -> list[Event]:
        """No more will come, or none came in time: what is half read becomes an event."""
        if self._body is not None and self._status is not None:
            reply = Reply(self._status, self._body.cut())
            self._server = LineBuffer(reply.end)
            self._status = self._body = None
            return [self._answer(reply)]
        line = self._server.flush()
        event = self._status_line(line) if line is not None else _NO_EVENT
        if event is None and self._body is not None:  # +OK without a line end, then nothing
            return self.server_stopped()
        return [event] if event is not None else []

    @property
    def in_reply(self) -> bool:
        """Whether a reply has begun and not ended."""
        return self._body is not None or len(self._server) > 0

    @property
    def body_octets(self) -> int:
        """Octets of the body that is being read."""
        return self._body.received if self._body is not None else 0

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
        if reply.positive and self.waiting[0].multiline:
            self._status, self._body = line, BodyReader(line.end)
            return None
        return self._answer(reply)

    def _answer(self, reply: Reply) -> Answered:
        command, before = self.waiting.popleft(), self.state
        if reply.positive and command.wellformed:
            self.state = TRANSITIONS.get((before, command.verb), before)
        return Answered(command, reply, before)
