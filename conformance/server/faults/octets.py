"""Faults in the octets of replies: indicators, line ends, lines too many, terminating lines (RFC 1939 §3)."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.server.faults.acts import Act, Idle
from conformance.server.faults.editing import text_of, with_body, with_text, written
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import Response
from conformance.wire import State, stuff
from conformance.wire.grammar import TERMINATOR

__all__: list[str] = []

_LISTINGS = ("LIST", "UIDL")
_MESSAGES = ("RETR", "TOP")

# -- the status line -------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-RESP-01")
def indicator_of_its_own(scene: Scene, response: Response, *, verb: str = "NOOP", word: str = "+YES") -> Response:
    """One command is answered with a status indicator that is neither +OK nor -ERR."""
    if scene.verb != verb:
        return response
    return replace(response, status=word.encode() + b" " + text_of(response) + b"\r\n")


@fault(Place.REPLY, "R1939-RESP-01")
def refusal_without_indicator(scene: Scene, response: Response) -> Response:
    """A command that is too long is answered with what it said, and with no status indicator."""
    if response.positive or scene.command is None or scene.command.line.length < _LONG:
        return response
    return replace(response, status=scene.command.line.raw[:_LONG].rstrip() + b"\r\n")


_LONG = 500


@fault(Place.REPLY, "R1939-RESP-02")
def indicator_in_lower_case(_: Scene, response: Response) -> Response:
    """Status indicators are written in lower case."""
    indicator, space, text = response.status.partition(b" ")
    return replace(response, status=indicator.lower() + space + text)


@fault(Place.REPLY, "R1939-RESP-02")
def refusal_in_mixed_case(_: Scene, response: Response) -> Response:
    """Refusals begin with -Err."""
    return response if response.positive else replace(response, status=b"-Err" + response.status[4:])


@fault(Place.REPLY, "R1939-RESP-03")
def refusal_ends_in_lf(_: Scene, response: Response) -> Response:
    """Refusals end in LF, without CR."""
    return response if response.positive else replace(response, status=response.status.replace(b"\r\n", b"\n"))


@fault(Place.REPLY, "R1939-RESP-03")
def status_line_ends_in_lf(_: Scene, response: Response) -> Response:
    """Every status line ends in LF, without CR."""
    return replace(response, status=response.status.replace(b"\r\n", b"\n"))


@fault(Place.REPLY, "R1939-RESP-03", usually="NOOP")
def status_line_ends_in_cr(_: Scene, response: Response) -> Response:
    """A status line ends in CR, without LF."""
    return replace(response, status=response.status.replace(b"\r\n", b"\r"))


@fault(Place.REPLY, "R1939-RESP-04", "R2449-LEN-03")
def refusal_too_long(_: Scene, response: Response, *, octets: int = 513) -> Response:
    """Refusals are padded to more octets than a status line may have."""
    return response if response.positive else with_text(response, text_of(response).ljust(octets - 7, b"."))


@fault(Place.REPLY, "R1939-RESP-04", "R2449-LEN-03")
def refusal_repeats_the_command(scene: Scene, response: Response) -> Response:
    """Refusals repeat the whole command, however long it was."""
    if response.positive or scene.command is None:
        return response
    said = bytes(octet if 0x20 <= octet < 0x7F else 0x3F for octet in scene.command.line.content)
    return with_text(response, text_of(response) + b": " + said)


# -- lines too many --------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-NET-05")
def two_replies(scene: Scene, response: Response, *, verb: str = "RSET") -> Response:
    """One command is answered twice."""
    if scene.verb != verb or not response.positive:
        return response
    return written(response, lambda it: (*Response.blocks(it), *Response.blocks(it)))


@fault(Place.REPLY, "R1939-NET-03")
def greeting_of_two_lines(scene: Scene, response: Response) -> Response:
    """The greeting has a second line."""
    if scene.verb != GREETING:
        return response
    return replace(response, status=response.status + b"Whoever has no business here may leave.\r\n")


@fault(Place.REPLY, "R1939-MULTI-11")
def refusal_with_terminator(scene: Scene, response: Response) -> Response:
    """Refused commands whose answer has many lines when it is positive get a terminating line all the same."""
    if response.positive or scene.verb not in (*_LISTINGS, *_MESSAGES):
        return response
    return replace(response, status=response.status + TERMINATOR)


@fault(Place.REPLY, "R1939-MULTI-11")
def refusal_of_two_lines(_: Scene, response: Response) -> Response:
    """Each refusal is explained in a second line."""
    return response if response.positive else replace(response, status=response.status + b"See RFC 1939.\r\n")


@fault(Place.REPLY, "R1939-MULTI-13")
def answer_of_two_lines(scene: Scene, response: Response, *, verb: str = "DELE") -> Response:
    """One command that has a one-line answer is answered with a line more."""
    if scene.verb != verb or not response.positive or response.body is not None:
        return response
    return replace(response, status=response.status + b"done\r\n")


@fault(Place.REPLY, "R1939-MULTI-13")
def empty_line_behind_answer(scene: Scene, response: Response, *, verb: str = "RSET") -> Response:
    """One command that has a one-line answer is answered with an empty line more."""
    if scene.verb != verb or not response.positive or response.body is not None:
        return response
    return replace(response, status=response.status + b"\r\n")


@fault(Place.OCTETS, "R1939-NET-06", usually="NOOP")
def unsolicited_line(
    scene: Scene, _: Response, blocks: Iterator[bytes | Act], *, seconds: float = 0.025
) -> Iterator[bytes | Act]:
    """When the client says nothing for a while, the server says something of its own accord."""
    yield from blocks
    if scene.session.state is State.TRANSACTION:
        yield Idle(seconds)
        yield b"+OK you have new mail\r\n"


# -- multi-line replies ----------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-MULTI-01")
def listing_lines_end_in_lf(scene: Scene, response: Response) -> Response:
    """The lines of listings end in LF, without CR."""
    if scene.verb not in _LISTINGS:
        return response
    return _raw_lines(response)


@fault(Place.REPLY, "R1939-MULTI-01")
def message_lines_end_in_lf(scene: Scene, response: Response) -> Response:
    """The lines of messages end in LF, without CR."""
    if scene.verb not in _MESSAGES:
        return response
    return _raw_lines(response)


def _raw_lines(response: Response) -> Response:
    if response.body is None:
        return response
    return written(response, lambda it: _with_lf(it))


def _with_lf(response: Response) -> Iterator[bytes]:
    content = b"".join(stuff(response.body or ()))
    yield response.status + content.replace(b"\r\n", b"\n") + TERMINATOR


def _ends_in(response: Response, end: bytes) -> Response:
    if response.body is None:
        return response
    return written(response, lambda it: (it.status, *stuff(it.body or ()), end))


@fault(Place.REPLY, "R1939-MULTI-02")
def terminator_ends_in_lf(_: Scene, response: Response) -> Response:
    """The terminating line is a full stop and LF."""
    return _ends_in(response, b".\n")


@fault(Place.REPLY, "R1939-MULTI-02", usually="LIST#2")
def terminator_ends_in_cr(_: Scene, response: Response) -> Response:
    """The terminating line is a full stop and CR."""
    return _ends_in(response, b".\r")


@fault(Place.REPLY, "R1939-MULTI-02", usually="LIST#2")
def terminator_with_blank(_: Scene, response: Response) -> Response:
    """The terminating line is a full stop, a space and CRLF."""
    return _ends_in(response, b". \r\n")


@fault(Place.REPLY, "R1939-MULTI-02", usually="LIST#2")
def no_terminator(_: Scene, response: Response) -> Response:
    """A multi-line reply has no terminating line."""
    return _ends_in(response, b"")


@fault(Place.REPLY, "R1939-LIST-05", "R1939-LIST-06", "R1939-UIDL-04")
def empty_line_before_terminator(scene: Scene, response: Response) -> Response:
    """Listings have an empty line before the terminating line."""
    return with_body(response, lambda lines: (*lines, b"\r\n")) if scene.verb in _LISTINGS else response


@fault(Place.REPLY, "R1939-LIST-05", "R1939-LIST-06", "R1939-UIDL-04")
def empty_line_before_listing(scene: Scene, response: Response) -> Response:
    """Listings begin with an empty line."""
    return with_body(response, lambda lines: (b"\r\n", *lines)) if scene.verb in _LISTINGS else response
