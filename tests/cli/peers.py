"""Things that listen and are no good POP3 servers, each on a free port of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["Behaviour", "endless", "listening", "says", "silent", "tampered"]

Behaviour = Callable[[socket.socket], None]


@contextmanager
def listening(behaviour: Behaviour) -> Iterator[str]:
    """Treat every connection like this while the block runs; the place to connect to."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    open_ones: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.02)

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                behaviour(connection)

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    connection.settimeout(20)
                    open_ones.append(connection)
                    threads.append(threading.Thread(target=serve, args=(connection,)))
                    threads[-1].start()

        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            threads[0].join()
            for connection in open_ones:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def says(*octets: bytes) -> Behaviour:
    """Greet with the first, and answer each thing that comes with the next; read on when there is no more."""

    def behave(connection: socket.socket) -> None:
        for piece in octets:
            connection.sendall(piece)
            if not connection.recv(4096):
                return
        while connection.recv(4096):
            pass

    return behave


def silent(connection: socket.socket) -> None:
    """Take the connection and wait."""
    while connection.recv(4096):
        pass


def endless(connection: socket.socket) -> None:
    """Greet with a line that has no end."""
    connection.sendall(b"+OK ")
    while True:
        connection.sendall(b"x" * 4096)


@contextmanager
def tampered(port: int, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that passes on what another one on this port says, changed; the place to connect to."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as inner:
            back = threading.Thread(target=_pass_on, args=(inner, connection, change))
            back.start()
            _pass_on(connection, inner, bytes)
            back.join()

    with listening(behave) as where:
        yield where


def _pass_on(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    with suppress(OSError):
        while octets := source.recv(1 << 16):
            sink.sendall(change(octets))
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
