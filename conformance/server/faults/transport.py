"""Faults of the connection: slow, cut, reset, silent, endless, refused."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import repeat

from conformance.server.faults.acts import CLOSE, HALF_CLOSE, HEARD, RESET, SILENCE, Act, Pause
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import Response

__all__: list[str] = []

Blocks = Iterable[bytes | Act]
Sent = Iterator[bytes | Act]

_ONE = "GREETING,connection=40"
"""In the midst of things: a server that greets nobody is no server."""
_ROW = b"1 320\r\n"
_MUCH = 1 << 16

# -- slow ------------------------------------------------------------------------------------------------------------


@fault(Place.OCTETS)
def delay(_: Scene, __: Response, blocks: Blocks, *, seconds: float = 0.001) -> Sent:
    """Each reply comes late."""
    yield Pause(seconds)
    yield from blocks


@fault(Place.OCTETS, usually="LIST")
def trickle(_: Scene, __: Response, blocks: Blocks, *, octets: int = 5, seconds: float = 0.0005) -> Sent:
    """A reply comes a few octets at a time."""
    for block in blocks:
        if not isinstance(block, bytes):
            yield block
            continue
        for start in range(0, len(block), max(1, octets)):
            yield block[start : start + max(1, octets)]
            yield Pause(seconds)


# -- cut -------------------------------------------------------------------------------------------------------------


def _ended(blocks: Blocks, octets: int, end: Act) -> Sent:
    """So many octets, and an act in place of the rest, if there is any."""
    left = octets
    for block in blocks:
        if isinstance(block, bytes):
            if len(block) > left:
                yield block[:left]
                yield end
                return
            left -= len(block)
        yield block


def _instead(response: Response, blocks: Blocks, *acts: Act) -> Sent:
    """Acts in place of a positive reply."""
    yield from acts if response.positive else blocks


@fault(Place.OCTETS, usually="RETR#2")
def cut(_: Scene, __: Response, blocks: Blocks, *, after: int = 120, reset: bool = False) -> Sent:
    """The connection ends in the middle of a reply, after so many octets of it."""
    yield from _ended(blocks, after, RESET if reset else CLOSE)


@fault(Place.OCTETS, usually="RETR#2")
def cut_behind_a_line(_: Scene, __: Response, blocks: Blocks, *, lines: int = 3, reset: bool = False) -> Sent:
    """The connection ends in the middle of a multi-line reply, after so many lines of it."""
    octets = b"".join(block for block in blocks if isinstance(block, bytes))
    first = b"".join(octets.splitlines(keepends=True)[:lines])
    yield from _ended((octets,), len(first), RESET if reset else CLOSE)


@fault(Place.OCTETS, usually="RETR#2")
def half_close(_: Scene, __: Response, blocks: Blocks, *, after: int = 120) -> Sent:
    """In the middle of a reply the server closes its side of the connection, and reads on."""
    yield from _ended(blocks, after, HALF_CLOSE)


@fault(Place.OCTETS, usually="RETR#7")
def reset(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """The connection is reset in place of a positive reply."""
    yield from _instead(response, blocks, RESET)


# -- silent ----------------------------------------------------------------------------------------------------------


@fault(Place.OCTETS, "R1939-NET-05", usually="RETR#7")
def silence(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """In place of a positive reply comes nothing, and nothing behind it; the connection stays open."""
    yield from _instead(response, blocks, SILENCE)


@fault(Place.OCTETS, "R1939-MULTI-02", usually="RETR#7")
def silence_in_the_middle(_: Scene, __: Response, blocks: Blocks, *, after: int = 120) -> Sent:
    """In the middle of a reply comes nothing more; the connection stays open."""
    yield from _ended(blocks, after, SILENCE)


@fault(Place.OCTETS, "R1939-NET-05", usually="RETR#7")
def swallowed_reply(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """A command is obeyed and not answered, where the answer was to be positive; the next one is."""
    yield from _instead(response, blocks)


@fault(Place.OCTETS, "R1939-NET-02", usually=_ONE)
def greeting_waits_for_the_client(_: Scene, __: Response, blocks: Blocks) -> Sent:
    """The greeting comes when the client has said something."""
    yield HEARD
    yield from blocks


# -- endless ---------------------------------------------------------------------------------------------------------


@fault(Place.OCTETS, "R1939-RESP-04", "R2449-LEN-03", usually="NOOP")
def endless_line(_: Scene, __: Response, ___: Blocks) -> Sent:
    """A status line does not end."""
    yield b"+OK "
    yield from repeat(b"x" * _MUCH)


@fault(Place.OCTETS, usually="LIST#2")
def endless_listing(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """A listing does not end."""
    if response.body is None:
        yield from blocks
        return
    yield response.status
    yield from repeat(_ROW * (_MUCH // len(_ROW)))


# -- at the beginning ------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-NET-04", usually=_ONE)
def greeting_without_indicator(scene: Scene, response: Response, *, text: str = "POP3 server ready") -> Response:
    """The greeting has no status indicator; with another text it is that of another protocol."""
    return replace(response, status=text.encode() + b"\r\n") if scene.verb == GREETING else response


@fault(Place.REPLY, "R1939-NET-04", at_least="where nobody can log in, nothing else is tried")
def greeting_is_negative(scene: Scene, response: Response, *, first: int = 50, last: int = 110) -> Response:
    """For a while the greeting is -ERR, and the session goes on all the same."""
    if scene.verb != GREETING or not first <= scene.connection <= last:
        return response
    return replace(response, status=b"-ERR POP3 server ready\r\n")


@fault(Place.OCTETS, "R1939-NET-04", usually=_ONE)
def garbage_before_greeting(_: Scene, __: Response, blocks: Blocks) -> Sent:
    """Before the greeting come octets that are nothing."""
    yield b"\xff\xfe\x00\x16\x03"
    yield from blocks


@fault(Place.OCTETS, usually=_ONE)
def accept_then_close(_: Scene, __: Response, ___: Blocks) -> Sent:
    """A connection is closed as soon as it is made, without a word."""
    yield CLOSE


@fault(Place.OCTETS, at_least="nobody can connect any more", usually=_ONE)
def refuse(scene: Scene, _: Response, blocks: Blocks) -> Sent:
    """From some connection on no other is accepted."""
    scene.common.refuse()
    yield from blocks
