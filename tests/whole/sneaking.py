"""Mail of others that comes in while a run has the maildrop, and may never be lost by that."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from tests.cli.peers import listening
from tests.whole.hostile import LOOKS

__all__ = ["FIRST", "LAST", "Foreign", "sneaks"]

FIRST: Final = 1_000_000_000
LAST: Final = 9_000_000_000
"""Seconds in the names of files, by which messages are numbered: before, or behind, all that we deliver."""

_MANY: Final = 9


class Foreign:
    """Messages that somebody else delivers into a Maildir, and comes to fetch."""

    def __init__(self, maildir: Path, place: int) -> None:
        self.arrived = 0
        self.lost: list[str] = []
        """What was not there any more, or not the same to the octet."""
        self.many = threading.Event()
        """Set when some have come in."""
        self._maildir = maildir
        self._place = place
        self._numbers = count(1)
        self._waiting: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def arrive(self) -> None:
        """One more comes in."""
        with self._lock:
            number = next(self._numbers)
            name = f"{self._place + number}.M{number}P1.elsewhere"
            octets = b"Message-ID: <%d@elsewhere.example>\nSubject: to you\n\n.dots \xff and no end" % number
            path = self._maildir / "tmp" / name
            path.write_bytes(octets)
            path.rename(self._maildir / "new" / name)
            self._waiting[name] = octets
            self.arrived += 1
            if self.arrived >= _MANY:
                self.many.set()

    def check(self) -> list[Path]:
        """Where those are that came in; what is missing is lost."""
        found = []
        for name, octets in self._waiting.items():
            paths = [*self._maildir.glob(f"new/{name}*"), *self._maildir.glob(f"cur/{name}*")]
            if [path.read_bytes() for path in paths] != [octets]:
                self.lost.append(name)
            found += paths
        return found

    def fetch(self) -> None:
        """Those that came in are taken away by their owner."""
        with self._lock:
            for path in self.check():
                path.unlink()
            self._waiting.clear()


@contextmanager
def sneaks(
    port: int, foreign: Foreign, before: bytes, change: Callable[[bytes], bytes] = bytes, looks: int = LOOKS
) -> Iterator[str]:
    """The place to connect to a server on this port; before each command of that verb foreign mail comes in.

    None does on the first connections, `looks` of them, and all is fetched before the next connection. `change` is
    applied to what the server says.
    """
    connections = count(1)

    def behave(connection: socket.socket) -> None:
        playing = next(connections) > looks
        foreign.fetch()
        with socket.create_connection(("127.0.0.1", port)) as inner:
            back = threading.Thread(target=_pass_on, args=(inner, connection, change))
            back.start()

            def sneak(octets: bytes) -> bytes:
                if playing and octets.upper().startswith(before):
                    foreign.arrive()
                return octets

            _pass_on(connection, inner, sneak)
            back.join()

    with listening(behave) as where:
        yield where


def _pass_on(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    with suppress(OSError):
        while octets := source.recv(1 << 16):
            sink.sendall(change(octets))
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
