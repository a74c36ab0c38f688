"""One TCP connection with faults: as `conformance.server.transport`, and it pauses, closes and resets when told."""

import asyncio
import socket
import ssl
from struct import Struct
from typing import Final, cast

from conformance.server.engine import Engine
from conformance.server.faults.acts import CLOSE, CUT, HALF_CLOSE, HEARD, RESET, SILENCE, Clear, Idle, Pause
from conformance.server.faults.beginning import Beginning, hello
from conformance.server.faults.engine import FaultyEngine
from conformance.server.tls import ServerTls
from conformance.server.transport import HANDSHAKE, Clock, Connection, Connections

__all__ = ["FaultyConnection"]

_LINGER: Final = Struct("ii").pack(1, 0)
"""A socket with this option resets its connection when it is closed."""
_AT_ONCE: Final = 0.06
"""Seconds in which a client that wants TLS begins it."""
_SOON: Final = 0.002
"""Seconds until it is looked again whether all octets have left."""


class FaultyConnection(Connection):
    """A connection with an engine that asks for acts."""

    def __init__(
        self,
        engine: FaultyEngine,
        clock: Clock,
        connections: Connections,
        buffer: memoryview,
        tls: ServerTls | None = None,
        *,
        implicit: bool = False,
    ) -> None:
        super().__init__(cast(Engine, engine), clock, connections, buffer, tls)  # which it stands in for
        self._faulty = engine
        self._implicit = implicit
        """Whether TLS is to be spoken from the start, and is not yet."""
        self._later: asyncio.TimerHandle | None = None
        self._mute = False
        self._plain: asyncio.Transport
        """What lies beneath TLS."""
        self._begins: Beginning

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait to be let in, or begin TLS before."""
        self._plain = cast(asyncio.Transport, transport)
        if not self._implicit:
            super().connection_made(transport)
            return
        self._transport = self._plain
        self._transport.pause_reading()
        self._securing = self._loop.create_task(self._begin_tls())

    async def _begin_tls(self) -> None:
        """Begin TLS as faults have it."""
        assert self._tls is not None  # noqa: S101 - else nobody promises it
        self._begins = self._faulty.beginning(self._tls)
        if self._begins.impatient and await hello(self._plain, _AT_ONCE) is None:
            self._plain.write(self._begins.impatient)
        if self._begins.otherwise is not None and not await hello(self._plain, HANDSHAKE):
            self._securing = None
            self._faulty.secured(self._begins.otherwise)
            self._pump()
        else:
            await super()._begin_tls()

    def _context(self, tls: ServerTls) -> ssl.SSLContext:  # noqa: ARG002 - it is one of this
        return self._begins.context

    def _go_on_inside(self) -> None:
        """The handshake is over; where TLS is spoken from the start, the session begins now."""
        if not self._implicit:
            super()._go_on_inside()
            return
        self._implicit = False
        self._look_for_tls()
        self._transport.pause_reading()
        self._connections.enter(self)

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came; it may be what was waited for."""
        self._hear()
        super().buffer_updated(nbytes)
        self._set_timer()

    def eof_received(self) -> bool:
        """The client will send no more; who waits to hear something goes on."""
        if self._faulty.act is SILENCE:
            self._faulty.hang_up()  # as nobody listens any more
        self._hear()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is done any more."""
        if self._later is not None:
            self._later.cancel()
        super().connection_lost(exc)

    def _hear(self) -> None:
        """The client has said something."""
        if self._faulty.act is HEARD:
            self._faulty.act = None
        elif isinstance(self._faulty.act, Idle):
            if self._later is not None:
                self._later.cancel()
                self._later = None
            self._faulty.leave_reply()

    def _pump(self) -> None:
        if self._later is None:
            super()._pump()
        if self._faulty.act is not None and self._later is None and not self._transport.is_closing():
            self._do()

    def _send(self) -> None:
        if self._mute:
            for _ in self._faulty.to_send():
                pass
        else:
            super()._send()

    def _do(self) -> None:
        """What the engine asks for, once all octets before it have left."""
        act = self._faulty.act
        if self._transport.get_write_buffer_size():
            self._wait(_SOON)
        elif isinstance(act, Idle):
            self._wait(act.seconds)
        elif isinstance(act, Pause):
            self._faulty.act = None
            self._wait(act.seconds)
        elif act is CLOSE:
            self._faulty.hang_up()
            self._transport.close()
        elif isinstance(act, Clear):
            self._faulty.act = None
            self._plain.write(act.octets)
            self._wait(0)
        elif act is CUT:
            self._faulty.hang_up()
            self._plain.close()
        elif act is RESET:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self.drop()
        elif act is HALF_CLOSE:
            self._faulty.act = None
            self._transport.write_eof()
            self._mute = True
            self._wait(0)

    def _set_timer(self) -> None:
        """Look at the deadline when it is due by now, which may be sooner than it was."""
        if self._timer is not None and not self._transport.is_closing():
            self._timer.cancel()
            self._timer = self._clock.call_at(self._faulty.deadline, self._look_at_deadline)

    def _wait(self, seconds: float) -> None:
        self._later = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._later = None
        if isinstance(self._faulty.act, Idle):
            self._faulty.act = None
        self._pump()

    def _expire(self) -> None:
        """The timer is over."""
        if self._faulty.expire():
            self._pump()
        else:
            super()._expire()
