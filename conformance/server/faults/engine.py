"""The protocol engine of a connection with faults: as `conformance.server.engine`, and it can ask for acts.

It takes its time where the other one hurries: one command after another, so that faults see each.
"""

from collections.abc import Iterable, Iterator

from conformance.server.faults.acts import CLOSE, Act
from conformance.server.faults.beginning import Beginning
from conformance.server.faults.dialogue import FaultyDialogue, outgoing
from conformance.server.faults.fault import Place
from conformance.server.policy import Policy
from conformance.server.reader import CommandReader
from conformance.server.responses import Response
from conformance.server.sasl import Channel
from conformance.server.stores import MaildropError
from conformance.server.tls import ServerTls

__all__ = ["FaultyEngine"]


class FaultyEngine:
    """A connection from the greeting to the end."""

    def __init__(self, dialogue: FaultyDialogue, policy: Policy, *, at: float) -> None:
        self.closing = False
        """Whether the connection is to be closed, once what there is to send has been sent."""
        self.securing = False
        """Whether TLS is to begin, once what there is to send has been sent."""
        self.act: Act | None = None
        """What is to be done to the connection before anything else is sent."""
        self._dialogue, self._scene = dialogue, dialogue.scene
        self._reader = CommandReader(policy.line_limit, policy.response_limit)
        self._policy = policy
        self._active = at
        self._ended = False
        self._closes = self._secures = False
        greeting = dialogue.greeting()
        self._closes = greeting.closes
        self._reply: Iterator[object] | None = outgoing(self._scene, greeting)

    @property
    def deadline(self) -> float:
        """When the autologout timer expires."""
        deadline: float = self._scene.through(Place.ACTIVITY, self._active + self._policy.autologout)
        return deadline

    @property
    def busy(self) -> bool:
        """Whether there is something to send, and nothing to be done before."""
        waiting = bool(self._reader.waiting) and not self.securing
        return self.act is None and (self._reply is not None or waiting)

    def receive(self, octets: bytes, *, at: float) -> None:
        """Take octets from the client."""
        self._dialogue.now = at
        if self.closing or self._ended:
            return
        if self._reader.feed(self._scene.through(Place.RECEIVE, octets)):
            self._active = at

    def receive_end(self) -> None:
        """The client will send no more."""
        self._ended = True
        if octets := self._scene.through(Place.RECEIVE, b""):
            self._reader.feed(octets)
        self._end_if_done()

    def beginning(self, tls: ServerTls) -> Beginning:
        """How TLS begins now."""
        begins: Beginning = self._scene.through(Place.TLS, Beginning(tls, tls.context))
        return begins

    def secured(self, channel: Channel) -> None:
        """TLS is spoken from now on; or not, and the session goes on all the same."""
        self.securing = False
        if channel.secure:
            self._dialogue.secured(channel)

    def touch(self, *, at: float) -> None:
        """A reply made progress."""
        self._active = at

    def to_send(self) -> Iterator[bytes]:
        """Octets for the client, in blocks, up to the next act."""
        while self.busy:
            if self._reply is None:
                response = self._next_response(self._reader.waiting.popleft())
                self._closes, self._secures = response.closes, response.secures
                self._reply = outgoing(self._scene, response)
            yield from self._rest_of_reply()
        self._end_if_done()

    def expire(self) -> bool:
        """The timer is over; whether anything is to be done but to drop the connection, as is right."""
        last: Iterable[object] = (*self._scene.through(Place.EXPIRY, ()),)
        if not last:
            return False
        self._reader.clear()
        self._reply, self._closes, self.act = iter((*last, CLOSE)), False, None
        return True

    def leave_reply(self) -> None:
        """Say nothing more of the reply that is under way."""
        self._reply = self.act = None
        if self._closes:
            self.hang_up()

    def hang_up(self) -> None:
        """End the session here."""
        self.closing = True
        self._reader.clear()
        self._reply = self.act = None
        self._dialogue.hang_up()

    def _next_response(self, line: bytes) -> Response:
        if self._dialogue.in_exchange:
            return self._dialogue.respond(self._reader.response(line))
        return self._dialogue.answer(self._reader.read(line))

    def _rest_of_reply(self) -> Iterator[bytes]:
        try:
            for block in self._reply or ():
                if isinstance(block, Act):
                    self.act = block
                    return
                if isinstance(block, bytes):
                    yield block
                    if self.closing:
                        return
        except MaildropError:
            self.hang_up()
        self._reply = None
        if self._closes:
            self.hang_up()
        elif self._secures:
            behind = self._reader.take()
            if kept := self._scene.through(Place.BEHIND_STLS, b"", behind):
                self._reader.feed(kept)
            self.securing, self._secures = True, False

    def _end_if_done(self) -> None:
        if self._ended and self.act is None and not self.busy:
            self.hang_up()
