"""Both ends of a session for the tests: an engine fed by hand, and a client on a real socket."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from conformance.server import Account, Accounts, Dialogue, Engine, MemoryStore, Policy, ReferenceServer, Store

__all__ = ["ACCOUNTS", "ALICE", "LOGIN", "STAMP", "Client", "connected", "engine", "log_in_again", "talk"]

ALICE = Account("alice", "secret")
ACCOUNTS = (ALICE, Account("bob", "open sesame"), Account("carol", "a long shared secret", apop=True))
LOGIN = b"USER alice\r\nPASS secret\r\n"
STAMP = b"<1896.697170952@dbc.mtview.ca.us>"
PATIENCE = 10.0
_POLICY = Policy()


def engine(
    store: Store | None = None,
    *,
    greeted: bool = True,
    at: float = 0.0,
    policy: Policy = _POLICY,
    accounts: Accounts | None = None,
) -> Engine:
    """An engine for the accounts above; its greeting is taken, unless told otherwise."""
    made = Engine(Dialogue(accounts or Accounts(ACCOUNTS), store or MemoryStore(), policy, STAMP), policy, at=at)
    if greeted:
        talk(made, b"")
    return made


def talk(made: Engine, octets: bytes, *, at: float = 0.0) -> bytes:
    """What the engine answers to these octets."""
    made.receive(octets, at=at)
    return b"".join(made.to_send())


class Client:
    """A blocking client that says octets and reads lines."""

    def __init__(self, server: ReferenceServer | int, *, receive_buffer: int = 0) -> None:
        port = server if isinstance(server, int) else server.port
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self._held = b""
        self.greeting = self.line()

    def send(self, octets: bytes) -> Self:
        self.socket.sendall(octets)
        return self

    def line(self) -> bytes:
        """The next line, line end included; nothing at the end of the connection."""
        while b"\n" not in self._held and (more := self.socket.recv(1 << 16)):
            self._held += more
        line, end, self._held = self._held.partition(b"\n")
        return line + end

    def lines(self, count: int) -> list[bytes]:
        return [self.line() for _ in range(count)]

    def ask(self, command: bytes) -> bytes:
        """The first line of the reply to a command."""
        return self.send(command + b"\r\n").line()

    def log_in(self, user: bytes = b"alice", password: bytes = b"secret") -> bytes:
        self.ask(b"USER " + user)
        return self.ask(b"PASS " + password)

    def body(self) -> list[bytes]:
        """The lines up to the terminating one, which is not among them."""
        lines = []
        while (line := self.line()) != b".\r\n":
            assert line, "the connection ended in a body"
            lines.append(line)
        return lines

    def rest(self) -> bytes:
        """Everything until the server closes."""
        pieces = [self._held]
        self._held = b""
        while piece := self.socket.recv(1 << 16):
            pieces.append(piece)
        return b"".join(pieces)

    def half_close(self) -> Self:
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self) -> None:
        """End the connection with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()


@contextmanager
def connected(server: ReferenceServer | int, *, receive_buffer: int = 0) -> Iterator[Client]:
    """A client that has its greeting, and is gone behind the block."""
    client = Client(server, receive_buffer=receive_buffer)
    try:
        yield client
    finally:
        client.close()


def log_in_again(server: ReferenceServer | int) -> Client:
    """A client that is logged in as alice, as soon as the maildrop can be had."""
    client = Client(server)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:  # each time round is an exchange with the server, which gets on meanwhile
        if client.log_in().startswith(b"+OK"):
            return client
    client.close()
    raise AssertionError("the maildrop stays locked")
