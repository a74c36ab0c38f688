"""Lawful ways to read what clients send, and to lose patience with them.

RFC 1939 binds the sender of a sloppy command and leaves open what a receiver makes of it. No clause is broken here: a
judge that accuses one of these is wrong.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from conformance.server.faults.acts import CLOSE, Act, Pause
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.replies import CLOSED, NOTHING, without_capability
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import OK, Response, accepted
from conformance.wire import Command, Defect, InvalidCommand, Line, State, parse_command

__all__: list[str] = []

Given = Command | InvalidCommand
Blocks = Iterable[bytes | Act]

_SPELLED: Final = re.compile(rb"\+?0*(?=[0-9])")
_NAMING: Final = frozenset({"LIST", "RETR", "DELE", "TOP", "UIDL"})
_LIMIT: Final = 255


# -- sloppy commands -------------------------------------------------------------------------------------------------


@fault(Place.COMMAND)
def spaces_tolerated(_: Scene, given: Given) -> Given | None:
    """Spaces and TABs may stand before, between and behind words, as many as there are."""
    line = given.line.content
    if given.verb == "PASS" or b" ".join(line.split()) == line:
        return None
    return parse_command(Line(b" ".join(line.split()) + b"\r\n"))


@fault(Place.COMMAND)
def space_at_the_end_tolerated(_: Scene, given: Given) -> Given | None:
    """One space behind a command is passed over."""
    if given.verb == "PASS" or not given.line.content.endswith(b" "):
        return None
    return parse_command(Line(given.line.content[:-1] + b"\r\n"))


@fault(Place.COMMAND)
def lone_lf_ends_a_command(_: Scene, given: Given) -> Given | None:
    """LF without CR ends a command too."""
    bare = Defect.BARE_LF in given.line.defects
    return parse_command(Line(given.line.content + b"\r\n")) if bare else None


@fault(Place.RECEIVE)
def lone_lf_ends_nothing(scene: Scene, octets: bytes) -> bytes:
    """LF without CR is passed over, and the command goes on."""
    before = b"\r" if scene.memory.get("last") == b"\r" else b""
    scene.memory["last"] = octets[-1:] or before
    return re.sub(rb"(?<!\r)\n", b"", before + octets)[len(before) :]


@fault(Place.COMMAND)
def empty_line_ignored(_: Scene, given: Given) -> Response | None:
    """An empty line is not answered."""
    return None if given.line.content else NOTHING


@fault(Place.COMMAND)
def empty_line_closes(_: Scene, given: Given) -> Response | None:
    """An empty line closes the connection."""
    return None if given.line.content else CLOSED


@fault(Place.COMMAND)
def numbers_spelled_freely(_: Scene, given: Given) -> Command | None:
    """A number may have zeros or a plus sign before it."""
    if given.verb not in _NAMING or not given.arguments:
        return None
    return Command(given.line, given.verb, tuple(_SPELLED.sub(b"", argument, count=1) for argument in given.arguments))


@fault(Place.COMMAND)
def long_command_closes(_: Scene, given: Given, *, octets: int = _LIMIT) -> Response | None:
    """A command that is longer than any has to be closes the connection."""
    return CLOSED if given.line.length > octets else None


@fault(Place.COMMAND)
def long_command_cut(_: Scene, given: Given, *, octets: int = _LIMIT) -> Given | None:
    """A command that is longer than any has to be is read as far as that goes, and the rest is dropped."""
    return parse_command(Line(given.line.raw[: octets - 2] + b"\r\n")) if given.line.length > octets else None


# -- in which order --------------------------------------------------------------------------------------------------


@fault(Place.COMMAND)
def second_user_replaces_the_first(scene: Scene, given: Given) -> None:
    """A second USER is accepted in place of the first."""
    if given.verb == "USER" and given.wellformed:
        scene.session.name = None


@fault(Place.RECEIVE)
def batch_dropped(_: Scene, octets: bytes) -> bytes:
    """What comes together with a command and behind it is dropped, and CAPA promises nothing else."""
    first, end, _rest = octets.partition(b"\n")
    return first + end


@batch_dropped.at(Place.REPLY)
def _no_pipelining(scene: Scene, response: Response) -> Response:
    return without_capability(scene, response, b"PIPELINING")


@fault(Place.OCTETS)
def early_talker_dropped(scene: Scene, _: Response, blocks: Blocks, *, seconds: float = 0.002) -> Iterator[bytes | Act]:
    """Who talks before the greeting is not served."""
    if scene.verb == GREETING:
        yield Pause(seconds)
        if "talked" in scene.memory:
            yield CLOSE
            return
        scene.memory["greeted"] = True
    yield from blocks


@early_talker_dropped.at(Place.RECEIVE)
def _notice_the_talk(scene: Scene, octets: bytes) -> bytes:
    if "greeted" not in scene.memory:
        scene.memory["talked"] = True
    return octets


# -- commands of the server's own ------------------------------------------------------------------------------------


@fault(Place.COMMAND)
def last_obeyed(scene: Scene, given: Given) -> Response | None:
    """LAST, which RFC 1725 dropped, is still there."""
    return accepted(b"0") if scene.session.state is State.TRANSACTION and given.verb == "LAST" else None


@fault(Place.COMMAND)
def private_commands_obeyed(scene: Scene, given: Given) -> Response | None:
    """There are commands of the server's own: XTND and XSND."""
    return OK if scene.session.state is State.TRANSACTION and given.verb in ("XTND", "XSND") else None


# -- patience --------------------------------------------------------------------------------------------------------


@fault(Place.REPLY)
def closes_when_a_login_failed(scene: Scene, response: Response) -> Response:
    """A login that failed closes the connection."""
    failed = scene.verb in ("PASS", "APOP", "AUTH") and not response.positive
    return replace(response, closes=True) if failed else response


@fault(Place.REPLY)
def closes_after_bad_commands(scene: Scene, response: Response, *, times: int = 3) -> Response:
    """Commands that are unknown, malformed or out of their state close the connection when several come in a row."""
    scene.memory["bad"] = scene.memory.get("bad", 0) + 1 if _is_bad(scene) and not response.positive else 0
    return replace(response, closes=True) if scene.memory["bad"] >= times else response


def _is_bad(scene: Scene) -> bool:
    given = scene.command
    if given is None or given.known is None or not given.wellformed:
        return given is not None
    return scene.session.state not in given.known.states


@fault(Place.OCTETS)
def slow_when_a_login_failed(
    scene: Scene, response: Response, blocks: Blocks, *, seconds: float = 0.1
) -> Iterator[bytes | Act]:
    """A login that failed is answered late, so that guessing takes time."""
    if scene.verb in ("PASS", "APOP") and not response.positive:
        yield Pause(seconds)
    yield from blocks


@fault(Place.COMMAND)
def password_cut_at_its_first_space(_: Scene, given: Given) -> Command | None:
    """What follows a space in the argument of PASS does not belong to the password."""
    return Command(given.line, "PASS", (given.arguments[0].split(b" ")[0],)) if _spaced(given) else None


def _spaced(given: Given) -> bool:
    return given.verb == "PASS" and isinstance(given, Command) and any(b" " in word for word in given.arguments)
