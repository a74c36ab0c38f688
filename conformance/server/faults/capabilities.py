"""Faults in CAPA and in what it promises: the list, PIPELINING, LOGIN-DELAY, EXPIRE (RFC 2449 §3 to §6, §9)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.server.faults.acts import SILENCE, Act
from conformance.server.faults.editing import text_of, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import in_transaction
from conformance.server.faults.replies import CLOSED, with_capability, without_capability
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import Response, accepted, refused
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

Given = Command | InvalidCommand


def _in_place(scene: Scene, response: Response, name: bytes, line: bytes) -> Response:
    """The reply to CAPA with this line in place of a capability's."""
    return with_capability(scene, without_capability(scene, response, name), line)


def _by_state(scene: Scene, response: Response, before: bytes, after: bytes) -> Response:
    """The reply to CAPA with one line before login and another after it, in place of those of that capability."""
    return _in_place(scene, response, before.split()[0], after if in_transaction(scene) else before)


# -- lines and lengths -----------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R2449-GRAM-01")
def colon_behind_the_indicator(_: Scene, response: Response) -> Response:
    """Refusals begin with -ERR and a colon."""
    return response if response.positive else replace(response, status=b"-ERR: " + text_of(response) + b"\r\n")


@fault(Place.REPLY, "R2449-GRAM-01", usually="NOOP")
def text_joins_the_indicator(_: Scene, response: Response) -> Response:
    """A text follows +OK without a space."""
    return replace(response, status=b"+OKAY\r\n") if response.positive else response


@fault(Place.REPLY, "R2449-GRAM-02")
def greeting_with_a_second_stamp(scene: Scene, response: Response) -> Response:
    """The greeting names something else in angle brackets, behind the time stamp."""
    if scene.verb != GREETING:
        return response
    return with_text(response, text_of(response) + b" <postmaster@pop3spec.invalid>")


@fault(Place.COMMAND, "R2449-LEN-01")
def commands_of_128_octets_at_most(_: Scene, given: Given, *, limit: int = 128) -> Response | None:
    """A command of more than 128 octets ends the connection."""
    return CLOSED if given.line.length > limit else None


# -- the list --------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R2449-CAPA-01")
def capa_before_login_only(scene: Scene, given: Given) -> Response | None:
    """CAPA is refused after login."""
    return refused(b"unknown command") if given.verb == "CAPA" and in_transaction(scene) else None


@fault(Place.COMMAND, "R2449-CAPA-01", "R2595-STLS-01")
def capa_after_login_only(scene: Scene, given: Given) -> Response | None:
    """CAPA is refused before login."""
    return refused(b"log in first") if given.verb == "CAPA" and not in_transaction(scene) else None


@fault(Place.REPLY, "R2449-CAPA-02")
def several_capabilities_on_a_line(scene: Scene, response: Response) -> Response:
    """Commands are listed on one line."""
    return with_capability(scene, without_capability(scene, response, b"TOP", b"UIDL", b"USER"), b"TOP UIDL USER")


@fault(Place.REPLY, "R2449-CAPA-03")
def user_vanishes_at_login(scene: Scene, response: Response) -> Response:
    """CAPA does not list USER any more after login."""
    return without_capability(scene, response, b"USER") if in_transaction(scene) else response


@fault(Place.REPLY, "R2449-CAPA-03")
def list_is_short_after_login(scene: Scene, response: Response) -> Response:
    """CAPA lists after login what is of use there, and nothing else."""
    useless = (b"USER", b"RESP-CODES", b"AUTH-RESP-CODE", b"LOGIN-DELAY")
    return without_capability(scene, response, *useless) if in_transaction(scene) else response


@fault(Place.REPLY, "R2449-CAPA-04")
def capability_ends_in_a_space(scene: Scene, response: Response) -> Response:
    """A line of CAPA ends in a space."""
    return _in_place(scene, response, b"TOP", b"TOP ")


@fault(Place.REPLY, "R2449-CAPA-04")
def capability_with_two_spaces(scene: Scene, response: Response) -> Response:
    """Two spaces stand between a tag and its argument."""
    return _in_place(scene, response, b"EXPIRE", b"EXPIRE  NEVER")


@fault(Place.REPLY, "R2449-CAPA-04")
def tag_joins_its_argument(scene: Scene, response: Response) -> Response:
    """A space is missing between a tag and its argument."""
    return _in_place(scene, response, b"EXPIRE", b"EXPIRENEVER")


@fault(Place.REPLY, "R2449-CAPA-05")
def capability_too_long(scene: Scene, response: Response, *, octets: int = 513) -> Response:
    """A line of CAPA has more than 512 octets."""
    return _in_place(scene, response, b"IMPLEMENTATION", b"IMPLEMENTATION ".ljust(octets - 2, b"x"))


@fault(Place.REPLY, "R2449-GRAM-03")
def tag_with_a_full_stop(scene: Scene, response: Response) -> Response:
    """A tag has a full stop in it."""
    return with_capability(scene, response, b"X-ACME.V2")


@fault(Place.REPLY, "R2449-GRAM-03")
def capa_with_empty_lines(scene: Scene, response: Response) -> Response:
    """CAPA has empty lines in it."""
    return with_capability(scene, response, b"", b"X-LATER", b"")


@fault(Place.REPLY, "R2449-CAP-02")
def apop_listed(scene: Scene, response: Response) -> Response:
    """CAPA lists APOP."""
    return with_capability(scene, response, b"APOP")


@fault(Place.REPLY, "R2449-EXT-03")
def unregistered_tags(scene: Scene, response: Response) -> Response:
    """CAPA lists what no RFC defines."""
    return with_capability(scene, response, b"PIPELINE", b"CELERITY")


@fault(Place.REPLY, "R2449-IMPL-01")
def implementation_without_a_name(scene: Scene, response: Response) -> Response:
    """IMPLEMENTATION says nothing."""
    return _in_place(scene, response, b"IMPLEMENTATION", b"IMPLEMENTATION")


# -- delays and periods ----------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R2449-DELAY-01")
def delay_with_a_unit(scene: Scene, response: Response) -> Response:
    """LOGIN-DELAY has more than a number."""
    return with_capability(scene, response, b"LOGIN-DELAY 15min")


@fault(Place.REPLY, "R2449-DELAY-01")
def delay_by_user_after_login(scene: Scene, response: Response) -> Response:
    """LOGIN-DELAY says USER after login, too."""
    return with_capability(scene, response, b"LOGIN-DELAY 0 USER")


@fault(Place.REPLY, "R2449-DELAY-02")
def delay_not_kept(scene: Scene, response: Response) -> Response:
    """A delay between logins is announced, and nobody keeps it."""
    return with_capability(scene, response, b"LOGIN-DELAY 600")


@fault(Place.REPLY, "R2449-DELAY-03")
def delay_grows_at_login(scene: Scene, response: Response) -> Response:
    """Before login the smallest delay of any user is shown."""
    return _by_state(scene, response, b"LOGIN-DELAY 0 USER", b"LOGIN-DELAY 1")


@fault(Place.REPLY, "R2449-DELAY-04")
def delay_changes_unsaid(scene: Scene, response: Response) -> Response:
    """The delay is another one after login, and USER did not say so."""
    return _by_state(scene, response, b"LOGIN-DELAY 1", b"LOGIN-DELAY 0")


@fault(Place.REPLY, "R2449-EXP-01")
def expire_without_a_number(scene: Scene, response: Response) -> Response:
    """EXPIRE has no argument."""
    return _in_place(scene, response, b"EXPIRE", b"EXPIRE")


@fault(Place.REPLY, "R2449-EXP-01")
def expire_by_user_after_login(scene: Scene, response: Response) -> Response:
    """EXPIRE says USER after login, too."""
    return _in_place(scene, response, b"EXPIRE", b"EXPIRE NEVER USER")


@fault(Place.REPLY, "R2449-EXP-02")
def expire_shrinks_at_login(scene: Scene, response: Response) -> Response:
    """Before login the longest period of any user is shown."""
    return _by_state(scene, response, b"EXPIRE NEVER USER", b"EXPIRE 60")


@fault(Place.REPLY, "R2449-EXP-03")
def expire_changes_unsaid(scene: Scene, response: Response) -> Response:
    """The period is another one after login, and USER did not say so."""
    return _by_state(scene, response, b"EXPIRE 30", b"EXPIRE NEVER")


# -- pipelining ------------------------------------------------------------------------------------------------------


@fault(Place.RECEIVE, "R2449-PIPE-01")
def batch_dropped_after_login(scene: Scene, octets: bytes) -> bytes:
    """After login what comes together with a command and behind it is dropped, in spite of PIPELINING."""
    return _first_line(octets) if in_transaction(scene) else octets


@fault(Place.RECEIVE, "R2449-PIPE-02")
def batch_dropped_before_login(scene: Scene, octets: bytes) -> bytes:
    """Before login what comes together with a command and behind it is dropped, in spite of PIPELINING."""
    return octets if in_transaction(scene) else _first_line(octets)


@fault(Place.RECEIVE, "R2449-PIPE-02")
def batch_dropped_behind_pass(_: Scene, octets: bytes) -> bytes:
    """What comes together with PASS and behind it is lost, as the session moves to another process."""
    before, password, rest = octets.partition(b"PASS ")
    return before + password + _first_line(rest) if password else octets


def _first_line(octets: bytes) -> bytes:
    first, end, _ = octets.partition(b"\n")
    return first + end


@fault(Place.COMMAND, "R2449-PIPE-01")
def stat_out_of_its_turn(scene: Scene, given: Given) -> Response | None:
    """STAT tells what held before all that came together with it."""
    counted: tuple[int, int] | None = scene.memory.get("counted")
    return accepted(b"%d %d" % counted) if given.verb == "STAT" and in_transaction(scene) and counted else None


@stat_out_of_its_turn.at(Place.RECEIVE)
def _count_before(scene: Scene, octets: bytes) -> bytes:
    batch = in_transaction(scene) and octets.count(b"\n") > 1
    scene.memory["counted"] = (scene.session.count, scene.session.octets) if batch else None
    return octets


@fault(Place.OCTETS, "R2449-PIPE-05")
def full_window_blocks(
    scene: Scene, _: Response, blocks: Iterable[bytes | Act], *, octets: int = 1 << 20
) -> Iterator[bytes | Act]:
    """A server that has much to say to what came together says no more of it, ever, when the window is full."""
    if scene.memory.get("said", 0) > octets:
        yield SILENCE
    for block in blocks:
        if isinstance(block, bytes):
            scene.memory["said"] = scene.memory.get("said", 0) + len(block)
        yield block


@full_window_blocks.at(Place.RECEIVE)
def _window_opens(scene: Scene, octets: bytes) -> bytes:
    scene.memory["said"] = 0
    return octets
