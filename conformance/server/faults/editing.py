"""How faults change what the server says: the text of a reply, its lines, its octets, and what is in a maildrop."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.model import Message
from conformance.server.faults.held import Held
from conformance.server.responses import Response
from conformance.server.stores import OpenMaildrop

__all__ = ["Reread", "lines_of", "one_row", "text_of", "with_body", "with_text", "written"]

Lines = list[bytes]


def text_of(response: Response) -> bytes:
    """What stands behind the status indicator and a space."""
    return response.status.partition(b" ")[2].removesuffix(b"\r\n")


def with_text(response: Response, text: bytes) -> Response:
    """The reply with other text behind its status indicator."""
    indicator = b"+OK" if response.positive else b"-ERR"
    return replace(response, status=indicator + (b" " + text if text else b"") + b"\r\n")


def lines_of(blocks: Iterable[bytes]) -> Lines:
    """Lines, each with its LF; a lone CR ends none."""
    pieces = b"".join(blocks).split(b"\n")
    last = pieces.pop()
    return [piece + b"\n" for piece in pieces] + ([last] if last else [])


def with_body(response: Response, change: Callable[[Lines], Iterable[bytes]]) -> Response:
    """The reply with its lines handed through a function, unstuffed; one without a body stays as it is."""
    if response.body is None:
        return response
    return replace(response, body=tuple(change(lines_of(response.body))))


def one_row(response: Response, change: Callable[[bytes], bytes]) -> Response:
    """The reply with each of its listings handed through a function: its lines, or the one in the text."""
    if not response.positive:
        return response
    if response.body is None:
        return with_text(response, change(text_of(response)))
    return with_body(response, lambda lines: (change(line.removesuffix(b"\r\n")) + b"\r\n" for line in lines))


@dataclass(frozen=True, slots=True)
class _Written(Response):
    """A reply that is put into octets in a way of its own."""

    write: Callable[[Response], Iterable[bytes]] = Response.blocks

    def blocks(self) -> Iterator[bytes]:
        return iter(self.write(self))


def written(response: Response, write: Callable[[Response], Iterable[bytes]]) -> Response:
    """The reply, put into octets by a function."""
    fields = {field.name: getattr(response, field.name) for field in dataclasses.fields(Response)}
    return _Written(**fields, write=write)


class Reread(Held):
    """A maildrop whose messages are handed through a function when they are read."""

    def __init__(self, under: OpenMaildrop, change: Callable[[bytes], bytes]) -> None:
        super().__init__(under)
        self._change = change

    def read(self, message: Message) -> Iterator[bytes]:
        """The message of that number, as the function has it."""
        return iter((self._change(b"".join(super().read(message))),))
