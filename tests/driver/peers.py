"""Servers that do just what a script says, well or badly, on real sockets.

A script is a list of actions, one connection long: the first is for the first connection, and so on; the last one is
for all that follow. Behind its script a connection is half-closed, and read until the client goes.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from conformance.driver import Account, Limits, Target

__all__ = [
    "ALICE",
    "Action",
    "Line",
    "Peer",
    "answering",
    "close",
    "endlessly",
    "half_close",
    "hear",
    "pause",
    "peer",
    "read_all",
    "reset",
    "say",
    "silence",
    "trickle",
]

ALICE = Account("alice", "open sesame")


class Line:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self.socket = connection
        self.over = over
        """Set when the test is over."""
        self.pieces: list[bytes] = []
        """What came, as it came."""
        self.lines: list[bytes] = []
        """The lines that were awaited."""
        self.ending = ""
        """What ended it: ``end`` of the stream, or the name of an error."""
        self.finished = threading.Event()
        """Set when the script is over and the client gone."""
        self._held = b""

    @property
    def octets(self) -> bytes:
        """All that came."""
        return b"".join(self.pieces)

    def receive(self, most: int = 1 << 16) -> bytes:
        """What comes next; nothing when the client is gone."""
        try:
            octets = self.socket.recv(most)
        except OSError as error:
            self.ending = type(error).__name__
            return b""
        if octets:
            self.pieces.append(octets)
        else:
            self.ending = self.ending or "end"
        return octets

    def line(self) -> bytes:
        """The next line, without its end; nothing when the client is gone."""
        while b"\n" not in self._held:
            octets = self.receive()
            if not octets:
                return b""
            self._held += octets
        line, _, self._held = self._held.partition(b"\n")
        self.lines.append(line.rstrip(b"\r"))
        return self.lines[-1]


Action = Callable[[Line], None]


def say(*octets: bytes) -> Action:
    """Send each of these in a segment of its own."""

    def act(line: Line) -> None:
        for piece in octets:
            line.socket.sendall(piece)

    return act


def hear(lines: int = 1) -> Action:
    """Wait for so many lines."""

    def act(line: Line) -> None:
        for _ in range(lines):
            line.line()

    return act


def trickle(octets: bytes, pause: float, piece: int = 1) -> Action:
    """Send so many octets at a time, with a pause behind each piece."""

    def act(line: Line) -> None:
        for at in range(0, len(octets), piece):
            line.socket.sendall(octets[at : at + piece])
            if line.over.wait(pause):
                return

    return act


def endlessly(octets: bytes, pause: float = 0.0) -> Action:
    """Send this again and again, until the client goes."""

    def act(line: Line) -> None:
        while not line.over.wait(pause):
            line.socket.sendall(octets)

    return act


def answering(answers: dict[bytes, bytes], greeting: bytes = b"+OK ready\r\n") -> Action:
    """Greet, then answer each line by its beginning, with ``+OK`` where none is named; ``b""`` says nothing.

    ``b"!"`` ends the conversation there.
    """

    def act(line: Line) -> None:
        line.socket.sendall(greeting)
        while said := line.line():
            found = [text for start, text in answers.items() if said.upper().startswith(start)]
            if found[:1] == [b"!"]:
                return
            line.socket.sendall(found[0] if found else b"+OK\r\n")
            if said.upper() == b"QUIT":
                return

    return act


def pause(seconds: float) -> Action:
    """Do nothing for a while."""

    def act(line: Line) -> None:
        line.over.wait(seconds)

    return act


def silence(line: Line) -> None:
    """Do nothing, read nothing, until the test is over."""
    line.over.wait(60)


def read_all(line: Line) -> None:
    """Read until the client says that there is no more."""
    while line.receive():
        pass


def half_close(line: Line) -> None:
    """Say that no more will come."""
    line.socket.shutdown(socket.SHUT_WR)


def close(line: Line) -> None:
    """Close at once."""
    line.socket.close()


def reset(line: Line) -> None:
    """End the connection by a TCP reset."""
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.socket.close()


class Peer:
    """A server with scripts."""

    def __init__(self, scripts: Sequence[Sequence[Action]], host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=64)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self.lines: list[Line] = []
        """All connections so far."""
        self.failures: list[BaseException] = []
        self._scripts = scripts
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def target(self, *accounts: Account, **limits: Any) -> Target:
        """It, as a target; time-outs are short unless told otherwise."""
        short = {"connect": 2.0, "reply": 2.0, "login": 2.0, "close": 2.0, "unlock": 0.3, "quiet": 0.05}
        return Target(self.host, self.port, accounts or (ALICE,), Limits(**(short | limits)))

    def finished(self, number: int = 0) -> Line:
        """A connection, once it is over."""
        assert self.lines[number].finished.wait(10)
        return self.lines[number]

    def stop(self) -> None:
        """Take no more connections, but go on with those that there are: as a server that dies seems to others."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def end(self) -> None:
        """End everything."""
        self._over.set()
        self.stop()
        self._threads[0].join()
        for line in self.lines:
            with suppress(OSError):
                line.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(connection, self._over)
            script = self._scripts[min(len(self.lines), len(self._scripts) - 1)]
            self.lines.append(line)
            self._threads.append(threading.Thread(target=self._play, args=(line, script)))
            self._threads[-1].start()

    def _play(self, line: Line, script: Sequence[Action]) -> None:
        with line.socket:
            try:
                for action in script:
                    action(line)
                if line.socket.fileno() >= 0:
                    half_close(line)
                    read_all(line)
            except OSError as error:  # the client went away
                line.ending = line.ending or type(error).__name__
            except BaseException as error:
                self.failures.append(error)
        line.finished.set()


@contextmanager
def peer(*scripts: Sequence[Action], host: str = "127.0.0.1") -> Iterator[Peer]:
    """Serve by these scripts while the block runs."""
    one = Peer(scripts, host)
    try:
        yield one
    finally:
        one.end()
    assert one.failures == []
