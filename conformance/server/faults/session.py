"""Faults in what commands are obeyed, and in which state (RFC 1939 §3 to §7)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.replies import CLOSED, NOTHING, without_capability
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, refused
from conformance.wire import VERBS, Command, InvalidCommand, State

__all__: list[str] = []

Given = Command | InvalidCommand

_MISSING: Final = refused(b"not implemented")
_MESSAGE: Final = (b"Subject: Nobody's message\r\n\r\nIt lies in no maildrop.\r\n",)
_OUT_OF_STATE: Final[Mapping[str, Callable[[Given], Response]]] = MappingProxyType(
    {
        "STAT": lambda _: accepted(b"1 55"),
        "LIST": lambda given: accepted(b"1 55") if given.arguments else accepted(b"", body=(b"1 55\r\n",)),
        "RETR": lambda _: accepted(b"55 octets", body=_MESSAGE),
        "DELE": lambda _: OK,
        "NOOP": lambda _: OK,
        "RSET": lambda _: OK,
        "TOP": lambda _: accepted(b"", body=_MESSAGE),
        "UIDL": lambda given: accepted(b"1 nobody's") if given.arguments else accepted(b"", body=(b"1 nobody's\r\n",)),
    }
)
"""How a server answers that looks into no maildrop, and does not notice."""


def _before_login(scene: Scene, given: Given, *verbs: str) -> Response | None:
    """The answer to one of these commands, where it comes too early."""
    if scene.session.state is State.AUTHORIZATION and given.verb in verbs and given.wellformed:
        return _OUT_OF_STATE[given.verb](given)
    return None


# -- too early -------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-STAT-01")
def stat_before_login(scene: Scene, given: Given) -> Response | None:
    """STAT is obeyed before login."""
    return _before_login(scene, given, "STAT")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-LIST-01")
def list_before_login(scene: Scene, given: Given) -> Response | None:
    """LIST is obeyed before login."""
    return _before_login(scene, given, "LIST")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-RETR-01")
def retr_before_login(scene: Scene, given: Given) -> Response | None:
    """RETR is obeyed before login."""
    return _before_login(scene, given, "RETR")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-DELE-01")
def dele_before_login(scene: Scene, given: Given) -> Response | None:
    """DELE is obeyed before login."""
    return _before_login(scene, given, "DELE")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-NOOP-03")
def noop_before_login(scene: Scene, given: Given) -> Response | None:
    """NOOP is obeyed before login."""
    return _before_login(scene, given, "NOOP")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-RSET-01")
def rset_before_login(scene: Scene, given: Given) -> Response | None:
    """RSET is obeyed before login."""
    return _before_login(scene, given, "RSET")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-TOP-01")
def top_before_login(scene: Scene, given: Given) -> Response | None:
    """TOP is obeyed before login."""
    return _before_login(scene, given, "TOP")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-UIDL-01")
def uidl_before_login(scene: Scene, given: Given) -> Response | None:
    """UIDL is obeyed before login."""
    return _before_login(scene, given, "UIDL")


@fault(
    Place.COMMAND,
    "R1939-STATE-04",
    "R1939-STAT-01",
    "R1939-LIST-01",
    "R1939-RETR-01",
    "R1939-DELE-01",
    "R1939-NOOP-03",
    "R1939-RSET-01",
    "R1939-TOP-01",
    "R1939-UIDL-01",
)
def no_login_needed(scene: Scene, given: Given) -> Response | None:
    """Every command of TRANSACTION is obeyed before login."""
    return _before_login(scene, given, *_OUT_OF_STATE)


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-RETR-01")
def retr_before_login_dies(scene: Scene, given: Given) -> Response | None:
    """RETR before login ends the session without an answer."""
    return CLOSED if _before_login(scene, given, "RETR") else None


# -- too late --------------------------------------------------------------------------------------------------------


def _after_login(scene: Scene, given: Given, verb: str) -> Response | None:
    return OK if scene.session.state is State.TRANSACTION and given.verb == verb and given.wellformed else None


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-USER-01")
def user_after_login(scene: Scene, given: Given) -> Response | None:
    """USER is accepted after login."""
    return _after_login(scene, given, "USER")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-PASS-01")
def pass_after_login(scene: Scene, given: Given) -> Response | None:
    """PASS is accepted after login."""
    return _after_login(scene, given, "PASS")


@fault(Place.COMMAND, "R1939-STATE-04", "R1939-APOP-10")
def apop_after_login(scene: Scene, given: Given) -> Response | None:
    """APOP is accepted after login."""
    return _after_login(scene, given, "APOP")


# -- unknown ---------------------------------------------------------------------------------------------------------


def _is_unknown(given: Given) -> bool:
    return given.verb not in VERBS and bool(given.line.content.strip())


@fault(Place.COMMAND, "R1939-STATE-01")
def unknown_command_accepted(_: Scene, given: Given) -> Response | None:
    """A command that nobody knows is answered +OK."""
    return OK if _is_unknown(given) else None


@fault(Place.COMMAND, "R1939-STATE-01", "R1939-NET-05")
def unknown_command_ignored(_: Scene, given: Given) -> Response | None:
    """A command that nobody knows is not answered."""
    return NOTHING if _is_unknown(given) else None


@fault(Place.COMMAND, "R1939-STATE-01")
def unknown_command_dies(_: Scene, given: Given) -> Response | None:
    """A command that nobody knows ends the session without an answer."""
    return CLOSED if _is_unknown(given) else None


@fault(Place.COMMAND, "R1939-STATE-01")
def keyword_found_by_its_beginning(scene: Scene, given: Given) -> Response | None:
    """A keyword is known by its first letters, so that STATS is STAT, and NOO is NOOP."""
    verb = next(
        (verb for verb in _OUT_OF_STATE if min(len(verb), len(given.verb)) > 2 and _begin_alike(verb, given)), ""
    )
    if scene.session.state is not State.TRANSACTION or not _is_unknown(given) or not verb:
        return None
    return scene.answer(Command(given.line, verb, given.arguments))


def _begin_alike(verb: str, given: Given) -> bool:
    return verb.startswith(given.verb) or given.verb.startswith(verb)


# -- not implemented -------------------------------------------------------------------------------------------------


def _missing(given: Given, *verbs: str) -> Response | None:
    return _MISSING if given.verb in verbs else None


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-STAT-02")
def stat_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no STAT."""
    return _missing(given, "STAT")


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-LIST-05")
def list_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no LIST."""
    return _missing(given, "LIST")


@fault(Place.COMMAND, "R1939-OPT-01")
def retr_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no RETR."""
    return _missing(given, "RETR")


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-DELE-02")
def dele_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no DELE."""
    return _missing(given, "DELE")


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-NOOP-01")
def noop_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no NOOP."""
    return _missing(given, "NOOP")


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-RSET-03")
def rset_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no RSET."""
    return _missing(given, "RSET")


@fault(Place.COMMAND, "R1939-OPT-01", "R1939-QUITA-01")
def quit_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no QUIT."""
    return _missing(given, "QUIT")


@fault(Place.COMMAND, "R1939-OPT-02", "R2449-CAP-01")
def top_announced_in_vain(_: Scene, given: Given) -> Response | None:
    """There is no TOP, though CAPA lists it."""
    return _missing(given, "TOP")


@fault(Place.COMMAND, "R1939-OPT-02", "R2449-CAP-01")
def uidl_announced_in_vain(_: Scene, given: Given) -> Response | None:
    """There is no UIDL, though CAPA lists it."""
    return _missing(given, "UIDL")


@fault(Place.COMMAND, "R1939-OPT-02")
def top_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no TOP."""
    return _missing(given, "TOP")


@top_not_implemented.at(Place.REPLY)
def _without_top(scene: Scene, response: Response) -> Response:
    return without_capability(scene, response, b"TOP")


@fault(Place.COMMAND, "R1939-OPT-02")
def uidl_not_implemented(_: Scene, given: Given) -> Response | None:
    """There is no UIDL."""
    return _missing(given, "UIDL")


@uidl_not_implemented.at(Place.REPLY)
def _without_uidl(scene: Scene, response: Response) -> Response:
    return without_capability(scene, response, b"UIDL")


@fault(
    Place.COMMAND,
    "R1939-STATE-02",
    at_least="nothing that AUTH is for works, so its own RFCs are broken too",
    beside=("rfc5034",),
)
def auth_accepted(_: Scene, given: Given) -> Response | None:
    """AUTH is answered +OK, whatever the mechanism, and nothing comes of it."""
    return OK if given.verb == "AUTH" else None


@fault(Place.COMMAND, "R1939-STATE-02", "R1939-TOP-02", "R1939-TOP-03", "R1939-TOP-04")
def top_accepted_in_vain(scene: Scene, given: Given) -> Response | None:
    """There is no TOP: it is answered +OK, and not a line of the message comes."""
    shown = scene.session.state is State.TRANSACTION and scene.session.message(given.message) is not None
    return accepted(b"", body=()) if shown and given.verb == "TOP" and given.wellformed else None


@fault(Place.COMMAND, "R1939-STATE-02", "R1939-UIDL-02")
def uidl_accepted_in_vain(scene: Scene, given: Given) -> Response | None:
    """There is no UIDL: it is answered +OK, and lists nothing."""
    asked = scene.session.state is State.TRANSACTION and given.verb == "UIDL"
    return accepted(b"", body=()) if asked and not given.arguments else None


@fault(Place.COMMAND, "R1939-STATE-02", "R1939-NET-05")
def stls_ignored(_: Scene, given: Given) -> Response | None:
    """STLS, which there is not, is not answered."""
    return NOTHING if given.verb == "STLS" else None


@stls_ignored.at(Place.REPLY)
def _without_stls(scene: Scene, response: Response) -> Response:
    return without_capability(scene, response, b"STLS")


@fault(Place.COMMAND, "R1939-STATE-02")
def capa_dies(_: Scene, given: Given) -> Response | None:
    """CAPA, which there is not, ends the session without an answer."""
    return CLOSED if given.verb == "CAPA" else None


# -- refused for no reason -------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-STAT-02")
def stat_refused_when_empty(scene: Scene, given: Given) -> Response | None:
    """STAT is refused when there is nothing to count."""
    empty = scene.session.state is State.TRANSACTION and not scene.session.count
    return refused(b"no messages") if empty and given.verb == "STAT" else None


@fault(Place.COMMAND, "R1939-NOOP-01", "R1939-STATE-08")
def noop_refused_when_marked(scene: Scene, given: Given) -> Response | None:
    """NOOP is refused as soon as a message is marked as deleted."""
    return refused(b"not now") if scene.session.marked and given.verb == "NOOP" else None


@fault(Place.COMMAND, "R1939-RSET-03", "R1939-STATE-08")
def rset_refused_when_unmarked(scene: Scene, given: Given) -> Response | None:
    """RSET is refused when no message is marked as deleted."""
    idle = scene.session.state is State.TRANSACTION and not scene.session.marked
    return refused(b"nothing to reset") if idle and given.verb == "RSET" else None


@fault(Place.COMMAND, "R1939-RSET-02")
def retr_refused_behind_rset(scene: Scene, given: Given) -> Response | None:
    """RETR is refused for a message that RSET has unmarked; the listings show it again."""
    marked: set[int] = scene.memory.setdefault("marked", set())
    marked |= scene.session.marked
    back = given.message in marked and given.message not in scene.session.marked
    return refused(b"that message was deleted") if back and given.verb == "RETR" else None


@fault(Place.COMMAND, "R1939-QUITA-01")
def quit_before_login_refused(scene: Scene, given: Given) -> Response | None:
    """QUIT before login is answered -ERR; the connection is closed all the same."""
    early = scene.session.state is State.AUTHORIZATION and given.verb == "QUIT"
    return refused(b"you are not logged in", closes=True) if early else None


@fault(Place.COMMAND, "R1939-QUITA-01")
def quit_before_login_unanswered(scene: Scene, given: Given) -> Response | None:
    """QUIT before login closes the connection without an answer."""
    return CLOSED if scene.session.state is State.AUTHORIZATION and given.verb == "QUIT" else None
