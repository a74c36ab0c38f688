"""Faults in byte-stuffing, and at the end of a message (RFC 1939 §3)."""

from collections.abc import Callable, Iterable, Iterator

from conformance.server.faults.editing import Lines, lines_of, written
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.wire import stuff
from conformance.wire.grammar import TERMINATOR

__all__: list[str] = []

_DOT = b".\r\n"


def _stuffed_by(response: Response, write: Callable[[Lines], Iterable[bytes]]) -> Response:
    """The reply with its lines byte-stuffed in another way."""
    if response.body is None:
        return response
    return written(response, lambda it: (it.status, *write(lines_of(it.body or ())), TERMINATOR))


def _stuffed(line: bytes) -> bytes:
    return b"." + line if line.startswith(b".") else line


@fault(Place.REPLY, "R1939-MULTI-03", "R1939-MULTI-06")
def retr_not_stuffed(scene: Scene, response: Response) -> Response:
    """RETR stuffs nothing."""
    return _stuffed_by(response, lambda lines: lines) if scene.verb == "RETR" else response


@fault(Place.REPLY, "R1939-TOP-05")
def top_not_stuffed(scene: Scene, response: Response) -> Response:
    """TOP stuffs nothing."""
    return _stuffed_by(response, lambda lines: lines) if scene.verb == "TOP" else response


@fault(Place.REPLY, "R1939-MULTI-03", "R1939-MULTI-06")
def only_lone_full_stop_stuffed(scene: Scene, response: Response) -> Response:
    """RETR stuffs a line that is but a full stop, and no other that begins with one."""
    if scene.verb != "RETR":
        return response
    return _stuffed_by(response, lambda lines: (b"." + line if line == _DOT else line for line in lines))


@fault(Place.REPLY, "R1939-TOP-05")
def only_lone_full_stop_stuffed_by_top(scene: Scene, response: Response) -> Response:
    """TOP stuffs a line that is but a full stop, and no other that begins with one."""
    if scene.verb != "TOP":
        return response
    return _stuffed_by(response, lambda lines: (b"." + line if line == _DOT else line for line in lines))


@fault(Place.REPLY, "R1939-MULTI-03")
def lone_full_stop_not_stuffed(scene: Scene, response: Response) -> Response:
    """RETR stuffs lines that begin with a full stop, but not one that is nothing else."""
    if scene.verb != "RETR":
        return response
    return _stuffed_by(response, lambda lines: (line if line == _DOT else _stuffed(line) for line in lines))


@fault(Place.REPLY, "R1939-MULTI-06")
def first_line_not_stuffed(scene: Scene, response: Response) -> Response:
    """RETR stuffs every line that begins with a full stop but the first one of the message."""
    if scene.verb != "RETR":
        return response
    return _stuffed_by(response, lambda lines: (*lines[:1], *map(_stuffed, lines[1:])))


@fault(Place.REPLY, "R1939-MULTI-06")
def line_at_buffer_edge_not_stuffed(scene: Scene, response: Response, *, buffer: int = 1024) -> Response:
    """RETR does not stuff a line that begins where a buffer of the server does."""
    if scene.verb != "RETR":
        return response
    return _by_buffers(response, buffer, lambda first, piece: _stuffed(piece) if first else piece)


@fault(Place.REPLY, "R1939-MULTI-04")
def mid_line_stuffed_at_buffer_edge(scene: Scene, response: Response, *, buffer: int = 1024) -> Response:
    """RETR stuffs a full stop that a buffer of the server begins with, also in the middle of a line."""
    if scene.verb != "RETR":
        return response
    return _by_buffers(response, buffer, lambda _, piece: _stuffed(piece))


def _by_buffers(response: Response, buffer: int, begin: Callable[[bool, bytes], bytes]) -> Response:
    """Each piece is stuffed for itself; a function decides of its first octet."""

    def write(lines: Lines) -> Iterator[bytes]:
        content = b"".join(lines)
        for start in range(0, len(content), buffer):
            piece = content[start : start + buffer]
            inside = piece.replace(b"\n.", b"\n..")
            yield begin(start == 0, inside[:1]) + inside[1:]

    return _stuffed_by(response, write)


@fault(Place.REPLY, "R1939-MULTI-04")
def every_full_stop_doubled(scene: Scene, response: Response) -> Response:
    """RETR doubles every full stop, wherever it is in a line."""
    if scene.verb != "RETR":
        return response
    return _stuffed_by(response, lambda lines: (line.replace(b".", b"..") for line in lines))


@fault(Place.REPLY, "R1939-MULTI-04")
def indented_full_stop_stuffed(scene: Scene, response: Response) -> Response:
    """RETR stuffs lines whose first octet behind blanks is a full stop, too."""
    if scene.verb != "RETR":
        return response
    return _stuffed_by(
        response, lambda lines: (b"." + line if line.lstrip(b" \t").startswith(b".") else line for line in lines)
    )


@fault(Place.REPLY, "R1939-MULTI-05", usually="RETR#2")
def terminator_glued(_: Scene, response: Response) -> Response:
    """The terminating line follows on the last line of a message, which has no line end."""
    return _glued(response)


@fault(Place.REPLY, "R1939-MULTI-05", usually="TOP#2")
def top_terminator_glued(scene: Scene, response: Response) -> Response:
    """In TOP the terminating line follows on the last line of the body, which has no line end."""
    return _glued(response) if scene.arguments[1:] != (b"0",) else response


def _glued(response: Response) -> Response:
    if response.body is None:
        return response

    def write(it: Response) -> tuple[bytes, ...]:
        content = b"".join(stuff(it.body or ()))
        return it.status, content if content.endswith(b"\r\n\r\n") else content.removesuffix(b"\r\n"), TERMINATOR

    return written(response, write)
