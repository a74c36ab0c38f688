"""One TCP connection: moves octets between a socket and an engine, and watches its deadline.

Octets are taken from the engine a batch at a time, each batch in one write. While the socket takes no more, nothing is
asked of the engine and nothing is read from the client, so neither side's octets pile up. Between batches other
connections have their turn.
"""

import asyncio
import fcntl
import ssl
import termios
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from struct import Struct
from typing import Final, cast

from conformance.server.engine import Engine
from conformance.server.tls import ServerTls

__all__ = ["HANDSHAKE", "SHUTDOWN", "Clock", "Connection", "Connections"]

_BATCH: Final = 1 << 16
"""Octets of one write, about."""
_BLOCKS: Final = 64
"""Blocks of one write; as many replies, perhaps, that were read from a store."""
_TURN: Final = 8
"""Writes until others have their turn."""
HANDSHAKE: Final = 30.0
"""Seconds for a TLS handshake."""
SHUTDOWN: Final = 1.0
"""Seconds for the client's close alert to answer the server's, before the connection is closed all the same."""
_NOT_YET: Final = -1
_INT: Final = Struct("i")


class Clock:
    """The server's time in seconds: the loop's, times a rate, so that timers can be tested."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rate: float = 1.0) -> None:
        self._loop, self._rate = loop, rate

    def now(self) -> float:
        """The time, from an arbitrary start."""
        return self._loop.time() * self._rate

    def call_at(self, at: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Have something called at a time of this clock."""
        return self._loop.call_at(at / self._rate, callback)


class Connections:
    """The connections of a server: no more than a limit are open, others wait for their greeting."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._open: set[Connection] = set()
        self._waiting: deque[Connection] = deque()
        self._over = False

    def enter(self, connection: "Connection") -> None:
        """Greet the client, now or when there is room; one that comes when all is over is dropped."""
        if self._over:
            connection.drop()
            return
        self._waiting.append(connection)
        self._let_in()

    def leave(self, connection: "Connection") -> None:
        """Make room."""
        if connection in self._open:
            self._open.remove(connection)
            self._let_in()
        elif connection in self._waiting:
            self._waiting.remove(connection)

    def drop_all(self) -> None:
        """End every session and connection at once, without UPDATE, and those that are still on their way."""
        self._over = True
        for connection in (*self._waiting, *self._open):
            connection.drop()

    def _let_in(self) -> None:
        while self._waiting and (self._limit is None or len(self._open) < self._limit):
            connection = self._waiting.popleft()
            self._open.add(connection)
            connection.greet()


class Connection(asyncio.BufferedProtocol):
    """A connection with its engine; all connections of a loop may receive into the same buffer."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        connections: Connections,
        buffer: memoryview,
        tls: ServerTls | None = None,
    ) -> None:
        self._tls = tls
        self._secure = self._lost = False
        self._securing: asyncio.Task[None] | None = None
        self._buffer = buffer
        self._engine, self._clock, self._connections = engine, clock, connections
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._blocked = False
        self._written = 0
        self._progress = _NOT_YET
        """Octets that had left when the timer was last looked at."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait to be let in."""
        self._transport = cast(asyncio.Transport, transport)
        self._look_for_tls()
        self._transport.pause_reading()
        self._connections.enter(self)

    def greet(self) -> None:
        """Begin the session."""
        self._engine.touch(at=self._clock.now())
        self._timer = self._clock.call_at(self._engine.deadline, self._look_at_deadline)
        self._pump()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's signature
        """Where to put what comes."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Obey what came."""
        self._engine.receive(bytes(self._buffer[:nbytes]), at=self._clock.now())
        self._pump()

    def eof_received(self) -> bool:
        """Answer what the client sent before it closed its side; the connection stays open for that."""
        self._engine.receive_end()
        self._pump()
        return not (self._secure or self._securing)  # inside TLS asyncio leaves no connection half open

    def pause_writing(self) -> None:
        """The client is slower than the server."""
        self._blocked = True

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._blocked = False
        self._engine.touch(at=self._clock.now())
        self._loop.call_soon(self._pump)  # not from here: asyncio is in mid-write, and would not see a write fail

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """Let go of the maildrop, whatever ended the connection."""
        if self._lost:
            return
        self._lost = True
        if self._timer is not None:
            self._timer.cancel()
        self._engine.hang_up()
        self._connections.leave(self)

    def drop(self) -> None:
        """End the session and the connection at once, with no word and no UPDATE."""
        self._engine.hang_up()
        self._transport.abort()

    def _pump(self) -> None:
        """Obey and send, until there is nothing more or others should have their turn."""
        if self._transport.is_closing():
            return  # the connection broke, or is being closed: `connection_lost` does the rest
        try:
            self._send()
        except BaseException:
            self.drop()  # an error of ours or of the store's: whoever runs the loop is told, and nothing stays locked
            raise
        if self._engine.closing:
            self._transport.close()
        elif self._engine.securing:
            if self._securing is None:
                self._transport.pause_reading()  # what comes from now on comes through TLS
                self._securing = self._loop.create_task(self._begin_tls())
        elif not self._engine.busy:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()
            if not self._blocked:
                self._loop.call_soon(self._pump)

    async def _begin_tls(self) -> None:
        """RFC 2595 §4: the handshake begins behind the CRLF of the positive reply."""
        assert self._tls is not None  # noqa: S101 - else nobody promises it
        try:
            secured = await self._loop.start_tls(
                self._transport,
                self,
                self._context(self._tls),
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE,
                ssl_shutdown_timeout=SHUTDOWN,
            )
        except OSError:  # no handshake, or no client any more
            secured = None
        self._securing = None
        if secured is None:
            self.connection_lost(None)  # asyncio tells only those who had their TLS
            return
        self._transport = secured
        self._go_on_inside()

    def _context(self, tls: ServerTls) -> ssl.SSLContext:
        """What TLS is spoken with."""
        return tls.context

    def _go_on_inside(self) -> None:
        """The handshake is over."""
        self._look_for_tls()
        self._pump()

    def _look_for_tls(self) -> None:
        """See whether TLS is spoken, and let the session know."""
        spoken = self._transport.get_extra_info("ssl_object")
        if spoken is not None and self._tls is not None:
            self._secure = True
            self._engine.secured(self._tls.channel(spoken))

    def _send(self) -> None:
        for _ in range(_TURN):
            if self._blocked or not self._engine.busy or self._transport.is_closing():
                return
            batch = self._batch()
            self._written += len(batch)
            self._transport.write(batch)

    def _batch(self) -> bytes:
        blocks, octets = [], 0
        for block in self._engine.to_send():
            blocks.append(block)
            octets += len(block)
            if octets >= _BATCH or len(blocks) >= _BLOCKS:
                break
        return b"".join(blocks)

    def _look_at_deadline(self) -> None:
        """RFC 1939 §3: an idle session ends without a reply and without UPDATE; one that still sends is not idle."""
        now, left = self._clock.now(), self._undelivered()
        progress = self._written - left
        if left and progress != self._progress:
            self._engine.touch(at=now)
        self._progress = progress
        if now < self._engine.deadline:
            self._timer = self._clock.call_at(self._engine.deadline, self._look_at_deadline)
        else:
            self._expire()

    def _expire(self) -> None:
        """The autologout timer is over; whoever speaks TLS is told by that that all was said (RFC 8314 §3.4)."""
        if self._secure:
            self._engine.hang_up()
            self._transport.close()
        else:
            self.drop()

    def _undelivered(self) -> int:
        """Octets that the client has not got: those that wait here, and in the kernel, where that tells."""
        waiting = bytes(_INT.size)
        with suppress(OSError):
            waiting = fcntl.ioctl(self._transport.get_extra_info("socket"), termios.TIOCOUTQ, waiting)
        return self._transport.get_write_buffer_size() + int(_INT.unpack(waiting)[0])
