"""Servers that are out to harm whoever talks to them: hang, exhaust, mislead, or write on the terminal.

A wall stands before a good server. It lets the first connections through, as many as a run makes before it plays its
first scenario; what comes then is treated by a hostile behaviour, or is let through with every answer changed.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tests.cli.peers import Behaviour, listening

__all__ = [
    "LOOKS",
    "answers",
    "behind_a_wall",
    "changes",
    "closes",
    "drips",
    "drips_greeting",
    "endless_body",
    "endless_line",
    "floods",
    "half_closes",
    "huge_greeting",
    "other_protocol",
    "resets",
    "silent_after_greeting",
    "silent_after_login",
    "unsolicited",
]

LOOKS: Final = 3
"""Connections before the first scenario: one from outside, one to see that the maildrop is empty, one to ask what is
offered."""

Change = Callable[[bytes], bytes]


@contextmanager
def behind_a_wall(port: int, behaviour: Behaviour, let_through: int = LOOKS) -> Iterator[str]:
    """The place to connect to; `let_through` connections get to the server on this port."""
    lock, count = threading.Lock(), 0

    def behave(connection: socket.socket) -> None:
        nonlocal count
        with lock:
            count += 1
            through = count <= let_through
        (changes(port, bytes) if through else behaviour)(connection)

    with listening(behave) as where:
        yield where


def changes(port: int, change: Change) -> Behaviour:
    """Pass on what the server on this port says, changed, a line or more at a time."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as inner:
            back = threading.Thread(target=_pass_on, args=(inner, connection, change))
            back.start()
            _pass_on(connection, inner, bytes)
            back.join()

    return behave


def _pass_on(source: socket.socket, sink: socket.socket, change: Change) -> None:
    with suppress(OSError):
        while octets := source.recv(1 << 16):
            sink.sendall(change(octets))
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def floods(port: int) -> Behaviour:
    """Pass on what the server on this port says, until a message is asked for: that has no end."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as inner:
            asked = threading.Event()

            def change(octets: bytes) -> bytes:
                while asked.is_set():
                    connection.sendall(b"+OK\r\n" + b"Subject: a line like any other\r\n" * 2048)
                return octets

            back = threading.Thread(target=_pass_on, args=(inner, connection, change))
            back.start()
            with suppress(OSError):
                while octets := connection.recv(1 << 16):
                    if b"RETR" in octets.upper():
                        asked.set()
                    inner.sendall(octets)
            with suppress(OSError):
                inner.shutdown(socket.SHUT_WR)
            back.join()

    return behave


def answers(answer: bytes, greeting: bytes = b"+OK hello\r\n") -> Behaviour:
    """Answer every line like this."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(greeting)
        with connection.makefile("rb") as lines:
            for _ in lines:
                connection.sendall(answer)

    return behave


def _deaf(connection: socket.socket) -> None:
    while connection.recv(1 << 16):
        pass


def silent_after_greeting(connection: socket.socket) -> None:
    """Greet, and say no more."""
    connection.sendall(b"+OK hello\r\n")
    _deaf(connection)


def silent_after_login(connection: socket.socket) -> None:
    """Let in, and say no more."""
    connection.sendall(b"+OK hello\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if line[:4].upper() in (b"USER", b"PASS", b"APOP"):
                connection.sendall(b"+OK\r\n")


def _let_in(then: bytes, again: bytes, pause: float = 0.0) -> Behaviour:
    """Let in; then this, and again and again that."""

    def behave(connection: socket.socket) -> None:
        over = threading.Event()
        connection.sendall(b"+OK hello\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                if line[:4].upper() in (b"USER", b"PASS", b"APOP"):
                    connection.sendall(b"+OK\r\n")
                    continue
                connection.sendall(then)
                while not over.wait(pause):
                    connection.sendall(again)

    return behave


endless_line: Final = _let_in(b"+OK ", b"x" * 65536)
endless_body: Final = _let_in(b"+OK\r\n", b"1 100 and no end\r\n" * 4096)
drips: Final = _let_in(b"+OK\r\n", b"1", pause=0.1)
unsolicited: Final = _let_in(b"", b"+OK nobody asked for this\r\n" * 5000, pause=0.005)


def drips_greeting(connection: socket.socket) -> None:
    """Greet, an octet at a time."""
    over = threading.Event()
    for octet in b"+OK " + b"hello " * 1000:
        connection.sendall(bytes([octet]))
        over.wait(0.1)


def resets(connection: socket.socket) -> None:
    """Greet, and reset the connection at the first command."""
    connection.sendall(b"+OK hello\r\n")
    connection.recv(1 << 16)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def half_closes(connection: socket.socket) -> None:
    """Greet, say that no more will come, and go on listening."""
    connection.sendall(b"+OK hello\r\n")
    connection.shutdown(socket.SHUT_WR)
    _deaf(connection)


def closes(connection: socket.socket) -> None:
    """Close before anything is said."""
    connection.close()


def huge_greeting(connection: socket.socket) -> None:
    """Greet with a line of a MiB, and half of the next one."""
    connection.sendall(b"+OK " + b"hello " * (1 << 18) + b"\r\n")
    _deaf(connection)


def other_protocol(connection: socket.socket) -> None:
    """Speak HTTP to everybody."""
    answers(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 408 Request Timeout\r\n\r\n")(
        connection
    )
