"""A connection listened to: the same exchange in many cuts, and what it came to in a few words."""

from collections.abc import Iterable, Iterator
from random import Random

from conformance.wire import Answered, Connection, Event, Greeted, Sent, Unsolicited

from .reading import ways

__all__ = ["HELLO", "LOGIN", "STOP", "Turn", "listen", "story", "take", "told"]

Turn = tuple[str, bytes]

HELLO: Turn = ("S", b"+OK hello\r\n")
STOP: Turn = ("stop", b"")
LOGIN: tuple[Turn, ...] = (HELLO, ("C", b"USER a\r\nPASS b\r\n"), ("S", b"+OK\r\n+OK\r\n"))


def take(connection: Connection, turns: Iterable[Turn]) -> list[Event]:
    """What a connection says of turns ``("C", octets)``, ``("S", octets)`` and `STOP`."""
    events: list[Event] = []
    for side, octets in turns:
        if side == "stop":
            events += connection.server_stopped()
        else:
            events += connection.client_sent(octets) if side == "C" else connection.server_sent(octets)
    return events


def cuts(turns: tuple[Turn, ...]) -> Iterator[list[Turn]]:
    """The turns with their octets in pieces: one by one, and each cut at random."""
    yield [(side, octets[at : at + 1]) for side, octets in turns for at in range(max(1, len(octets)))]
    random = Random(len(turns))  # noqa: S311 - pieces, no secrets
    for _ in range(4):
        yield [
            (side, piece) for side, octets in turns for piece in (random.choice([*ways(octets)]) if octets else [b""])
        ]


def listen(*turns: Turn) -> tuple[Connection, list[Event]]:
    """The events, the same however the octets are cut, and the connection that gave them."""
    connection = Connection()
    events = take(connection, turns)
    for pieces in cuts(turns):
        other = Connection()
        assert take(other, pieces) == events
        assert (other.state, other.waiting) == (connection.state, connection.waiting)
        assert (other.in_reply, other.body_octets, other.unfinished) == (
            connection.in_reply,
            connection.body_octets,
            connection.unfinished,
        )
        assert take(other, [("S", b"+"), ("C", b"N")]) == []  # octets behind say nothing yet
    return connection, events


def told(event: Event) -> str:
    """An event in a few words."""
    match event:
        case Sent(command):
            return f"C {command.verb}"
        case Greeted(reply):
            return f"greeting {reply.status.content.decode()}"
        case Unsolicited(line):
            return f"unsolicited {line.content.decode()}"
        case Answered(command, reply):
            body = f" [{reply.body.octets}]" if reply.body else ""
            return f"{command.verb} {reply.status.content.decode()}{body}"


def story(*turns: Turn) -> list[str]:
    """What a connection tells of the server's side."""
    return [told(event) for event in listen(*turns)[1] if not isinstance(event, Sent)]
