"""The protocol engine of one connection: octets in, octets out, a deadline. No socket, no clock.

Commands are obeyed as their replies are asked for. So the one who takes the octets away sets the pace: a client that
sends a thousand commands and reads nothing gets little done, and costs no memory.
"""

from collections.abc import Iterator
from typing import Final

from conformance.server.dialogue import Dialogue
from conformance.server.policy import Policy
from conformance.server.reader import CommandReader
from conformance.server.sasl import Channel
from conformance.server.stores import MaildropError

__all__ = ["Engine"]

_AT_ONCE: Final = 512
"""Short replies that are given as one block."""


class Engine:
    """A connection from the greeting to the end; `hang_up` is due when it is over, however it ended."""

    def __init__(self, dialogue: Dialogue, policy: Policy, *, at: float) -> None:
        self.closing = False
        """Whether the connection is to be closed, once what there is to send has been sent."""
        self.securing = False
        """Whether TLS is to begin, once what there is to send has been sent; until then nothing is obeyed."""
        self._dialogue = dialogue
        self._reader = CommandReader(policy.line_limit, policy.response_limit)
        self._reply: Iterator[bytes] | None = dialogue.greeting().blocks()
        self._autologout = policy.autologout
        self._active = at
        self._ended = False

    @property
    def deadline(self) -> float:
        """When the autologout timer expires, unless something happens before (RFC 1939 §3)."""
        return self._active + self._autologout

    @property
    def busy(self) -> bool:
        """Whether there is something to send."""
        return self._reply is not None or (bool(self._reader.waiting) and not self.securing)

    def receive(self, octets: bytes, *, at: float) -> None:
        """Take octets from the client. Any whole line restarts the autologout timer."""
        self._dialogue.now = at
        if not (self.closing or self._ended) and self._reader.feed(octets):
            self._active = at

    def receive_end(self) -> None:
        """The client will send no more; what it has sent is still answered, a line without an end is not one."""
        self._ended = True
        self._end_if_done()

    def secured(self, channel: Channel) -> None:
        """TLS is spoken from now on; the session goes on in it, and forgets what was said in the clear."""
        self.securing = False
        self._dialogue.secured(channel)

    def touch(self, *, at: float) -> None:
        """A reply made progress: a session is not idle while one is under way."""
        self._active = at

    def to_send(self) -> Iterator[bytes]:
        """Octets for the client, in blocks. It can be left after any block, and asked again later."""
        while self.busy:
            if self._reply is not None:
                yield from self._rest_of_reply()
            elif replies := self._short_replies():
                self._end_if_done()
                yield replies
        self._end_if_done()

    def hang_up(self) -> None:
        """End the session here: nothing is removed, nothing more is answered, the maildrop is let go of."""
        self.closing = True
        self._reader.clear()
        self._reply = None
        self._dialogue.hang_up()

    def _short_replies(self) -> bytes:
        """Obey what waits, up to a command with a long reply, and give the others' replies."""
        waiting, fixed = self._reader.waiting, self._dialogue.fixed
        replies: list[bytes] = []
        while waiting and self._reply is None and len(replies) < _AT_ONCE:
            line = waiting.popleft()
            if (known := fixed.get(line)) is not None:
                replies.append(known)
                continue
            if self._dialogue.in_exchange:
                response = self._dialogue.respond(self._reader.response(line))
            else:
                response = self._dialogue.answer(self._reader.read(line))
            fixed = self._dialogue.fixed
            if response.body is None:
                replies.append(response.status)
            else:
                self._reply = response.blocks()
            if response.closes:
                self.hang_up()
            elif response.secures:
                self._reader.clear()  # RFC 2595 §4: what came in the clear behind STLS is no command
                self.securing = True
        return b"".join(replies)

    def _rest_of_reply(self) -> Iterator[bytes]:
        try:
            while self._reply is not None and (block := next(self._reply, None)) is not None:
                yield block
        except MaildropError:
            self.hang_up()  # a reply that breaks off cannot be mended: no line may end it
        self._reply = None

    def _end_if_done(self) -> None:
        if self._ended and not self.busy:
            self.hang_up()
