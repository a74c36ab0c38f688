"""The client that puts a load on a server: as little Python as can be between two calls of the kernel."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Client", "logged_in", "whole_session"]

_PATIENCE: Final = struct.pack("ll", 60, 0)
_BUFFER: Final = 1 << 20
_END: Final = b"\r\n.\r\n"


class Client:
    """A connection that has read its greeting."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)  # Python's own costs a call each time
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(_BUFFER))
        self.answer()

    def ask(self, command: bytes) -> bytes:
        """Send a command; the reply, of one line."""
        self.socket.send(command)
        return self.answer()

    def answer(self) -> bytes:
        octets = self.socket.recv(4096)
        while not octets.endswith(b"\n"):
            octets += self._more()
        if not octets.startswith(b"+OK"):
            raise ConnectionError(octets)
        return octets

    def pipeline(self, command: bytes, times: int) -> int:
        """Send a command so many times at once, and read the replies, of one line each; their number."""
        self.socket.sendall(command * times)
        lines = 0
        while lines < times:
            lines += self._more().count(b"\n")
        return lines

    def body(self, command: bytes) -> int:
        """Send a command with a multi-line reply, and read that; its octets."""
        self.socket.send(command)
        octets, tail = 0, b""
        while tail != _END:
            taken = self.socket.recv_into(self._buffer)
            if not taken:
                raise ConnectionError
            octets += taken
            tail = (tail + bytes(self._buffer[max(0, taken - 5) : taken]))[-5:]
        return octets

    def _more(self) -> bytes:
        if not (octets := self.socket.recv(1 << 16)):
            raise ConnectionError
        return octets


@contextmanager
def logged_in(port: int, user: str) -> Iterator[Client]:
    """A client in TRANSACTION, which says QUIT behind the block."""
    client = Client(port)
    with client.socket:
        client.ask(b"USER %b\r\n" % user.encode())
        client.ask(b"PASS secret\r\n")
        yield client
        client.ask(b"QUIT\r\n")


def whole_session(port: int, user: str) -> None:
    """From the connection to the server's end of it."""
    with logged_in(port, user) as client:
        client.ask(b"STAT\r\n")
