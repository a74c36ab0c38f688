"""Replies as values, before they become octets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.wire import stuff
from conformance.wire.grammar import TERMINATOR

__all__ = ["OK", "Response", "accepted", "challenged", "refused"]


@dataclass(frozen=True, slots=True)
class Response:
    """One reply of the server."""

    positive: bool
    status: bytes
    """The first line, CRLF included."""
    body: Iterable[bytes] | None = None
    """The lines that follow, in blocks: each line ends in CRLF, nothing is byte-stuffed."""
    closes: bool = False
    """Whether the session ends with this reply, and the connection is closed behind it."""
    goes_on: bool = False
    """Whether it is neither yes nor no: a challenge, to which the client's next line responds (RFC 5034 §4)."""
    secures: bool = False
    """Whether TLS begins behind this reply (RFC 2595 §4)."""

    def blocks(self) -> Iterator[bytes]:
        """The reply in octets, byte-stuffed and terminated (RFC 1939 §3).

        The body is begun before the first octet is given away.
        """
        held = self.status
        if self.body is not None:
            for block in stuff(self.body):
                yield held
                held = block
            held += TERMINATOR
        yield held


def accepted(text: bytes, body: Iterable[bytes] | None = None, *, closes: bool = False) -> Response:
    """A reply that says yes, with text behind the status indicator."""
    return Response(True, b"+OK %b\r\n" % text, body, closes)


def refused(text: bytes, *, closes: bool = False) -> Response:
    """A reply that says no, and why."""
    return Response(False, b"-ERR %b\r\n" % text, None, closes)


def challenged(line: bytes) -> Response:
    """A challenge, whose line is given with its CRLF."""
    return Response(False, line, goes_on=True)


OK: Final = Response(True, b"+OK\r\n")
"""Yes, and no more."""
