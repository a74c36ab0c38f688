"""What passed on one connection: who sent which octets when, and how it began and ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from conformance.transcript.tape import Tape

__all__ = ["LOSSES", "Chunk", "Incident", "Mark", "Sender", "Transcript"]

Sender = Literal["C", "S"]
"""Who sent octets: the client or the server."""


class Incident(StrEnum):
    """What happens to a connection besides octets."""

    CONNECTED = "connected"
    CLIENT_HALF_CLOSED = "client closed its direction"
    CLIENT_CLOSED = "client closed"
    CLIENT_RESET = "client reset"
    SERVER_CLOSED = "server closed"
    SERVER_RESET = "server reset"
    WAITED = "waited in vain"
    TOO_MUCH = "server sent more than is read"
    TLS = "TLS began"
    NO_TLS = "the TLS handshake failed"
    NOT_TLS = "what came is no TLS"
    CLOSE_ALERT = "server said by TLS that it closes"


LOSSES: Final = frozenset(
    {
        Incident.SERVER_CLOSED,
        Incident.SERVER_RESET,
        Incident.WAITED,
        Incident.TOO_MUCH,
        Incident.CLIENT_RESET,
        Incident.CLIENT_CLOSED,
    }
)
"""After these no more of a reply is waited for: what came until then is all that there is of it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Octets that were sent or received at once."""

    sender: Sender
    start: int
    """Offset of the first, among all octets of this sender."""
    end: int
    at: float
    """Seconds since the connection was opened."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened between chunks."""

    incident: Incident
    at: float
    """Seconds since the connection was opened."""
    note: str = ""


class Transcript:
    """A recording. Who writes it does not matter: a driver, a server, a tap, a file."""

    def __init__(self, name: str = "A", peer: str = "", opened: float = 0.0) -> None:
        self.name = name
        """The connection's name in its scenario."""
        self.opened = opened
        """When, in seconds on a clock that all connections of a scenario share."""
        self.peer = peer
        """Where the server is, as ``host:port``."""
        self.entries: list[Chunk | Mark] = []
        """All there is, in the order of time."""
        self._tapes: dict[Sender, Tape] = {"C": Tape(), "S": Tape()}

    def record(self, sender: Sender, octets: bytes, at: float) -> Chunk:
        """Octets passed."""
        tape = self._tapes[sender]
        chunk = Chunk(sender, len(tape), len(tape) + len(octets), at)
        tape.append(octets)
        self.entries.append(chunk)
        return chunk

    def mark(self, incident: Incident, at: float, note: str = "") -> None:
        """Something happened."""
        self.entries.append(Mark(incident, at, note))

    def length(self, sender: Sender) -> int:
        """Octets of one direction."""
        return len(self._tapes[sender])

    def octets(self, sender: Sender, start: int = 0, end: int | None = None) -> bytes:
        """Octets of one direction from `start` up to `end`."""
        tape = self._tapes[sender]
        return tape.read(start, len(tape) if end is None else end)

    def blocks(self, sender: Sender, start: int, end: int) -> Iterator[bytes]:
        """The same in blocks, for what may be large."""
        return self._tapes[sender].blocks(start, end)

    def __eq__(self, other: object) -> bool:
        """Whether the same octets passed at the same times, and the same happened."""
        if not isinstance(other, Transcript):
            return NotImplemented
        return (self.name, self.peer, self.opened, self.entries) == (
            other.name,
            other.peer,
            other.opened,
            other.entries,
        ) and all(self._same_octets(other, sender) for sender in self._tapes)

    __hash__ = None  # type: ignore[assignment] # it grows

    def _same_octets(self, other: "Transcript", sender: Sender) -> bool:
        length = self.length(sender)
        return all(
            mine == theirs
            for mine, theirs in zip(self.blocks(sender, 0, length), other.blocks(sender, 0, length), strict=True)
        )

    @property
    def ending(self) -> Mark | None:
        """How the connection ended, if it did."""
        return next((e for e in reversed(self.entries) if isinstance(e, Mark) and e.incident in _ENDINGS), None)

    def close(self) -> None:
        """Let go of what the recording holds outside of memory; it cannot be read after that."""
        for tape in self._tapes.values():
            tape.close()


_ENDINGS = frozenset(
    {Incident.CLIENT_CLOSED, Incident.CLIENT_RESET, Incident.SERVER_CLOSED, Incident.SERVER_RESET, Incident.TOO_MUCH}
)
