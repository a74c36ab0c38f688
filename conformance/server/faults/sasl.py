"""Faults in what SASL lists, in how AUTH begins, and in challenges (RFC 5034, RFC 4422); see `exchanges` for turns."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.server.faults.fault import CLEARTEXT_REFUSED, Place, fault
from conformance.server.faults.held import in_transaction
from conformance.server.faults.replies import with_capability, without_capability
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, challenged, refused
from conformance.server.sasl import MECHANISMS, Mechanism, Side
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

Given = Command | InvalidCommand

_EMPTY: Final = challenged(b"+ \r\n")


def _auth(scene: Scene, given: Given) -> bool:
    """Whether this is AUTH with a mechanism, before login."""
    return given.verb == "AUTH" and given.wellformed and not in_transaction(scene)


def _mechanism(given: Given) -> str:
    return given.arguments[0].decode("latin-1").upper()


def _listed(scene: Scene, response: Response, change: Callable[[bytes], bytes]) -> Response:
    """The reply to CAPA with another list of mechanisms."""
    if scene.verb != "CAPA" or response.body is None:
        return response
    names = " ".join(scene.dialogue.offer.names).encode()
    return with_capability(scene, without_capability(scene, response, b"SASL"), b"SASL " + change(names))


# -- what is listed --------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R5034-CAP-01")
def mechanisms_separated_by_commas(scene: Scene, response: Response) -> Response:
    """SASL lists mechanisms with commas between them."""
    return _listed(scene, response, lambda names: names.replace(b" ", b","))


@fault(Place.REPLY, "R4422-SASL-01")
def mechanisms_in_lower_case(scene: Scene, response: Response) -> Response:
    """SASL lists mechanisms in lower case."""
    return _listed(scene, response, bytes.lower)


@fault(Place.REPLY, "R4422-SASL-01")
def mechanism_of_25_characters(scene: Scene, response: Response) -> Response:
    """SASL lists a mechanism whose name is longer than a name may be."""
    return _listed(scene, response, lambda names: names + b" X-POP3SPEC-FOR-EVERYBODY1")


@fault(Place.REPLY, "R5034-CAP-02")
def sasl_gone_after_login(scene: Scene, response: Response) -> Response:
    """SASL is not listed any more once somebody has logged in."""
    return without_capability(scene, response, b"SASL") if in_transaction(scene) else response


@fault(Place.REPLY, "R5034-CAP-04")
def mechanism_listed_in_vain(scene: Scene, response: Response) -> Response:
    """SASL lists GSSAPI, for which no key is there, so that AUTH GSSAPI is refused."""
    return _listed(scene, response, lambda names: names + b" GSSAPI")


@fault(Place.REPLY, over=CLEARTEXT_REFUSED)
def plain_listed_in_the_clear(scene: Scene, response: Response) -> Response:
    """Where passwords in the clear are refused, PLAIN is listed there all the same.

    RFC 5034 §4 asks for a configuration in which it is not; this may be another one.
    """
    exposed = not scene.dialogue.channel.secure
    return _listed(scene, response, lambda names: names + b" PLAIN") if exposed else response


# -- what begins -----------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R5034-AUTH-01", "R1734-AUTH-01")
def unknown_mechanism_is_challenged(scene: Scene, given: Given) -> Response | None:
    """AUTH with a mechanism that there is not is answered by an empty challenge."""
    return _EMPTY if _auth(scene, given) and _mechanism(given) not in MECHANISMS else None


@fault(Place.COMMAND, "R5034-AUTH-06", "R5034-CAP-04")
def initial_response_wanted(scene: Scene, given: Given) -> Response | None:
    """A mechanism that the client begins is refused where AUTH has no initial response.

    So what SASL lists cannot be begun as a client may begin it.
    """
    begins = _auth(scene, given) and len(given.arguments) == 1
    found = MECHANISMS.get(_mechanism(given)) if begins else None
    return refused(b"no response") if found is not None and found.begins is Side.CLIENT else None


@fault(
    Place.COMMAND,
    "R5034-AUTH-08",
    at_least="no login with an initial response succeeds, so what is told of mechanisms by one fails too",
)
def initial_response_passed_over(scene: Scene, given: Given) -> Command | None:
    """An initial response is passed over, and asked for by a challenge."""
    return _without_initial(scene, given, lambda found, given: found.begins is Side.CLIENT and given != b"=")


@fault(Place.COMMAND, "R5034-AUTH-10")
def equals_sign_passed_over(scene: Scene, given: Given) -> Command | None:
    """An equals sign is taken for no initial response."""
    return _without_initial(scene, given, lambda found, given: found.begins is Side.CLIENT and given == b"=")


@fault(Place.COMMAND, "R5034-AUTH-11", "R4422-SASL-02")
def initial_response_out_of_turn_passed_over(scene: Scene, given: Given) -> Command | None:
    """An initial response is passed over where the mechanism begins with the server."""
    return _without_initial(scene, given, lambda found, _: found.begins is Side.SERVER)


def _without_initial(scene: Scene, given: Given, strikes: Callable[[Mechanism, bytes], bool]) -> Command | None:
    if not _auth(scene, given) or len(given.arguments) == 1:
        return None
    found = MECHANISMS.get(_mechanism(given))
    hit = found is not None and strikes(found, given.arguments[1])
    return Command(given.line, "AUTH", given.arguments[:1]) if hit else None


@fault(Place.COMMAND, "R5034-GRAM-01")
def mechanism_in_capitals_only(scene: Scene, given: Given) -> Response | None:
    """The name of a mechanism has to be in capitals."""
    return refused(b"no such mechanism") if _auth(scene, given) and not given.arguments[0].isupper() else None


@fault(Place.COMMAND, "R5034-GRAM-03")
def auth_alone_lists_mechanisms(scene: Scene, given: Given) -> Response | None:
    """AUTH alone lists mechanisms, as it did before there was CAPA.

    Many servers do that for old clients: the suite tells, and holds it against none.
    """
    if given.verb != "AUTH" or given.arguments or in_transaction(scene):
        return None
    return accepted(b"mechanisms", body=tuple(name.encode() + b"\r\n" for name in scene.dialogue.offer.names))


# -- in which state --------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R5034-AUTH-02", "R5034-AUTH-03", "R1939-STATE-04")
def auth_again(scene: Scene, given: Given) -> Response | None:
    """AUTH is accepted once more behind an AUTH that succeeded."""
    return _once_more(scene, given) if scene.memory.get("login") == "AUTH" else None


@fault(Place.COMMAND, "R5034-AUTH-03", "R1939-STATE-04")
def auth_behind_pass(scene: Scene, given: Given) -> Response | None:
    """AUTH is accepted behind a login by PASS."""
    return _once_more(scene, given) if scene.memory.get("login") == "PASS" else None


def _once_more(scene: Scene, given: Given) -> Response | None:
    if not in_transaction(scene) or given.verb != "AUTH" or not given.wellformed:
        return None
    return OK if len(given.arguments) > 1 else _EMPTY


def _remember_the_login(scene: Scene, response: Response) -> Response:
    if response.positive and response.body is None and scene.verb in ("PASS", "AUTH"):
        scene.memory.setdefault("login", scene.verb)
    return response


auth_again.at(Place.REPLY)(_remember_the_login)
auth_behind_pass.at(Place.REPLY)(_remember_the_login)


# -- challenges ------------------------------------------------------------------------------------------------------


def _data(response: Response) -> bytes:
    """What stands behind the plus sign and the space."""
    return response.status[2:-2]


@fault(Place.CHALLENGE, "R5034-AUTH-04")
def challenge_without_space(_: Scene, response: Response) -> Response:
    """No space stands between the plus sign and the data."""
    data = _data(response)
    return replace(response, status=b"+%b\r\n" % data) if data else response


@fault(Place.CHALLENGE, "R5034-AUTH-05")
def challenge_with_words_behind(_: Scene, response: Response) -> Response:
    """Words follow the data of a challenge."""
    data = _data(response)
    return replace(response, status=b"+ %b please\r\n" % data) if data else response


@fault(Place.CHALLENGE, "R5034-AUTH-05")
def challenge_without_pads(_: Scene, response: Response) -> Response:
    """The data of a challenge are not filled up with pads."""
    data = _data(response)
    return replace(response, status=b"+ %b\r\n" % data.rstrip(b"=")) if data else response


@fault(Place.CHALLENGE, "R5034-AUTH-05", "R5034-AUTH-07")
def challenge_of_words(_: Scene, response: Response) -> Response:
    """An empty challenge reads "go ahead"."""
    return replace(response, status=b"+ go ahead\r\n") if not _data(response) else response


@fault(Place.CHALLENGE, "R5034-AUTH-07")
def lone_plus_sign(_: Scene, response: Response) -> Response:
    """An empty challenge is a plus sign without a space."""
    return replace(response, status=b"+\r\n") if not _data(response) else response


@fault(Place.CHALLENGE, "R5034-AUTH-07")
def data_in_an_empty_challenge(_: Scene, response: Response) -> Response:
    """What ought to be an empty challenge has data."""
    return replace(response, status=b"+ R28h\r\n") if not _data(response) else response
