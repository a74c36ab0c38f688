"""The reference server: accounts, a store and a listening socket."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Final, Self

from conformance.server.auth import Account, Accounts
from conformance.server.dialogue import Dialogue
from conformance.server.engine import Engine
from conformance.server.faults import Armed
from conformance.server.faults.connection import FaultyConnection
from conformance.server.faults.dialogue import FaultyDialogue
from conformance.server.faults.engine import FaultyEngine
from conformance.server.faults.scene import Common, Scene
from conformance.server.memory import MemoryStore
from conformance.server.policy import Policy
from conformance.server.stores import Store
from conformance.server.tls import ServerTls
from conformance.server.transport import HANDSHAKE, SHUTDOWN, Clock, Connection, Connections

__all__ = ["ReferenceServer", "serve_until_signal"]

_ACCOUNTS: Final = (Account("alice", "secret"), Account("bob", "secret"))
_POLICY: Final = Policy()
_BACKLOG: Final = 1024
_BUFFER: Final = 1 << 16
_SETTLING: Final = 1.0
"""Seconds at the most for connections that were being accepted when the server ended."""


class ReferenceServer:
    """A POP3 server that keeps every clause of RFC 1939.

    In a `with` block it runs in a thread of its own; in a loop that runs already, it listens inside `listening`. Either
    way, sessions that are open at the end are dropped without UPDATE. `clock_rate` lets its time run faster: at 600 the
    ten minutes of the autologout timer take a second. Beyond `max_connections` a client waits for its greeting.

    With `tls` it offers STLS, and with `tls_port` it speaks TLS from the start there too.

    With `faults`, in the notation of `conformance.server.faults.Armed` or as such, it breaks clauses on purpose; `seed`
    is for those that strike by chance.
    """

    def __init__(
        self,
        accounts: Iterable[Account] = _ACCOUNTS,
        store: Store | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock_rate: float = 1.0,
        max_connections: int | None = None,
        policy: Policy = _POLICY,
        faults: Iterable[Armed | str] = (),
        seed: int = 0,
        tls: ServerTls | None = None,
        tls_port: int | None = None,
    ) -> None:
        self.host = host
        self.port = port
        """Where it listens; 0 until it does, if any free port will do."""
        self.tls = tls
        """What it speaks TLS with, behind STLS and on `tls_port`; None for no TLS."""
        self.tls_port = tls_port
        """Where TLS is spoken from the start (RFC 8314 §3.3); None for nowhere, 0 until it listens on any free port."""
        self.store: Store = MemoryStore() if store is None else store
        self._accounts, self._policy, self._clock_rate = Accounts(accounts), policy, clock_rate
        self._offering = policy if tls is None else replace(policy, offers=policy.offers | {"STLS"})
        armed = tuple(Armed.parse(fault) if isinstance(fault, str) else fault for fault in faults)
        self._common = Common(self.store, self._accounts, armed, seed) if armed else None
        self._max_connections = max_connections
        self._thread: Thread | None = None
        self._stop: Callable[[], object] | None = None

    @property
    def url(self) -> str:
        """Where it listens, as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"pop3://{host}:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where TLS is spoken from the start, as a URL; empty for nowhere."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return "" if self.tls_port is None else f"pops://{host}:{self.tls_port}"

    def deliver(self, user: str, octets: bytes) -> None:
        """Put a message into a maildrop, from any thread."""
        self.store.deliver(user, octets)

    def engine(self, *, at: float = 0.0) -> Engine:
        """A new session's engine."""
        dialogue = Dialogue(self._accounts, self.store, self._offering, self._accounts.stamps.next())
        return Engine(dialogue, self._policy, at=at)

    def _faulty(self, common: Common) -> FaultyEngine:
        dialogue = FaultyDialogue(common, Scene(common), self._offering, self._accounts.stamps.next())
        return FaultyEngine(dialogue, self._policy, at=0.0)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """Serve while the block runs."""
        loop = asyncio.get_running_loop()
        clock, buffer = Clock(loop, self._clock_rate), memoryview(bytearray(_BUFFER))
        connections = Connections(self._max_connections)

        def connect(*, implicit: bool = False) -> Connection:
            if self._common is None:
                return Connection(self.engine(), clock, connections, buffer, self.tls)
            engine = self._faulty(self._common)
            return FaultyConnection(engine, clock, connections, buffer, self.tls, implicit=implicit)

        listeners = [await loop.create_server(connect, self.host, self.port, backlog=_BACKLOG)]
        try:
            self.port = _port_of(listeners[0])
            if self.tls is not None and self.tls_port is not None:
                listeners.append(await self._listen_for_tls(partial(connect, implicit=True), self.tls))
                self.tls_port = _port_of(listeners[1])
            if self._common is not None:
                self._common.refuse = partial(_close, listeners)
            yield self
        finally:
            _close(listeners)
            await asyncio.sleep(0)
            connections.drop_all()
            for listener in listeners:
                await listener.wait_closed()

    async def _listen_for_tls(self, connect: Callable[[], Connection], tls: ServerTls) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        if self._common is not None:  # faults have a say in how TLS begins
            return await loop.create_server(connect, self.host, self.tls_port, backlog=_BACKLOG)
        return await loop.create_server(
            connect,
            self.host,
            self.tls_port,
            backlog=_BACKLOG,
            ssl=tls.context,
            ssl_handshake_timeout=HANDSHAKE,
            ssl_shutdown_timeout=SHUTDOWN,
        )

    def __enter__(self) -> Self:
        """Serve in a thread, from now on."""
        ready: Future[None] = Future()
        self._thread = Thread(target=self._run, args=(ready,), name=f"pop3spec server {self.host}", daemon=True)
        self._thread.start()
        ready.result()
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what is open, and wait until the thread has ended."""
        if self._stop is not None and self._thread is not None:
            self._stop()
            self._thread.join()
            self._stop = self._thread = None

    def _run(self, ready: Future[None]) -> None:
        async def main() -> None:
            loop, over = asyncio.get_running_loop(), asyncio.Event()
            self._stop = partial(loop.call_soon_threadsafe, over.set)
            async with self.listening():
                ready.set_result(None)
                await over.wait()
            if accepting := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(accepting, timeout=_SETTLING)
            await asyncio.sleep(0)  # what was dropped is closed in the loop's next turn

        try:
            asyncio.run(main())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)


def _close(listeners: Iterable[asyncio.Server]) -> None:
    """Take no more connections from now on, and close the listeners in the loop's next turn.

    Those that asyncio has accepted in this turn get their transports before that: from a listener that is closed they
    would get none, and stay open for ever.
    """
    loop = asyncio.get_running_loop()
    for listener in listeners:
        for listening in listener.sockets:
            loop.remove_reader(listening.fileno())
        loop.call_soon(listener.close)


def _port_of(listener: asyncio.Server) -> int:
    port: int = listener.sockets[0].getsockname()[1]
    return port


def serve_until_signal(server: ReferenceServer, announce: Callable[[str], None]) -> None:
    """Serve in this thread until SIGINT or SIGTERM; `announce` gets one line once the server listens."""

    async def main() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, over.set)
        async with server.listening():
            announce(f"listening on {server.url}" + (f" and {server.tls_url}" if server.tls_url else ""))
            await over.wait()

    asyncio.run(main())
