"""Faults in response codes: their form, their places, and what is announced of them (RFC 2449 §3, §8; RFC 3206)."""

from typing import Final

from conformance.server.faults.editing import text_of, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import in_transaction
from conformance.server.faults.replies import without_capability
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, refused
from conformance.server.stores import MaildropBusyError
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Given = Command | InvalidCommand

_AUTH: Final = b"[AUTH] "
_IN_USE: Final = b"[IN-USE] "


def _refusal_after_login(scene: Scene, response: Response, before: bytes) -> Response:
    """A refusal after login with something before its text; any other reply as it is."""
    if response.positive or not in_transaction(scene):
        return response
    return with_text(response, before + text_of(response))


# -- RFC 2449 --------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R2449-GRAM-05")
def code_is_empty(scene: Scene, response: Response) -> Response:
    """Refusals after login begin with brackets that hold nothing."""
    return _refusal_after_login(scene, response, b"[] ")


@fault(Place.REPLY, "R2449-GRAM-05")
def code_lacks_a_level(scene: Scene, response: Response) -> Response:
    """Refusals after login begin with a code that ends in a slash."""
    return _refusal_after_login(scene, response, b"[X-DISK/] ")


@fault(Place.REPLY, "R2449-RCODE-01")
def brackets_hold_words(scene: Scene, response: Response) -> Response:
    """Refusals after login begin with words in brackets, in spite of RESP-CODES."""
    return _refusal_after_login(scene, response, b"[mail server] ")


@fault(Place.REPLY, "R2449-RCODE-01")
def bracket_never_closed(scene: Scene, response: Response) -> Response:
    """Refusals after login begin with a bracket that is never closed."""
    return _refusal_after_login(scene, response, b"[")


@fault(Place.REPLY, "R2449-RCODE-02")
def codes_not_announced(scene: Scene, response: Response) -> Response:
    """Refusals have codes, and CAPA does not list RESP-CODES."""
    return without_capability(scene, response, b"RESP-CODES")


@fault(Place.COMMAND, "R2449-RCODE-06")
def in_use_before_the_password(scene: Scene, given: Given) -> Response | None:
    """A maildrop that is in use is told of before the password is looked at."""
    if given.verb != "PASS" or scene.session.name is None or scene.session.state is not State.AUTHORIZATION:
        return None
    account = scene.common.accounts.known(scene.session.name)
    if account is None:
        return None
    try:
        scene.common.store.open(account.name).close()
    except MaildropBusyError:
        return refused(_IN_USE + b"maildrop already locked")
    return None


@fault(Place.REPLY, "R2449-RCODE-06")
def in_use_for_a_message(scene: Scene, response: Response) -> Response:
    """Refusals after login have the code for a maildrop in use."""
    return _refusal_after_login(scene, response, _IN_USE)


@fault(Place.REPLY, "R2449-RCODE-07")
def delay_code_on_success(scene: Scene, response: Response) -> Response:
    """A login that is granted has the code for one that comes too early."""
    return with_text(response, b"[LOGIN-DELAY] come again") if scene.verb == "PASS" and response.positive else response


@fault(Place.COMMAND, "R2449-RCODE-08")
def delay_code_for_a_name(scene: Scene, given: Given) -> Response | None:
    """A name is refused with the code for a login that comes too early."""
    return _refused_name(scene, given, b"[LOGIN-DELAY] ")


def _refused_name(scene: Scene, given: Given, code: bytes) -> Response | None:
    """The refusal of a name that nobody has."""
    if given.verb != "USER" or not given.wellformed or scene.session.state is not State.AUTHORIZATION:
        return None
    known = scene.common.accounts.known(given.arguments[0])
    return refused(code + b"not now") if known is None else None


# -- RFC 3206 --------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R3206-SYS-03", usually="NOOP")
def system_code_on_success(_: Scene, response: Response) -> Response:
    """A command that is obeyed has the code for a failing system."""
    return with_text(response, b"[SYS/TEMP] degraded") if response.positive else response


@fault(Place.REPLY, "R3206-SYS-03")
def system_code_of_a_third_kind(scene: Scene, response: Response) -> Response:
    """The code for a failing system has another second level than TEMP and PERM."""
    return _refusal_after_login(scene, response, b"[SYS/SOFT] ")


@fault(Place.REPLY, "R3206-AUTH-01")
def auth_code_for_a_lock(_: Scene, response: Response) -> Response:
    """A maildrop that is in use is taken for a wrong password."""
    text = text_of(response)
    return with_text(response, _AUTH + text.removeprefix(_IN_USE)) if text.startswith(_IN_USE) else response


@fault(Place.REPLY, "R3206-AUTH-01")
def auth_code_for_a_message(scene: Scene, response: Response) -> Response:
    """Refusals after login have the code for wrong credentials, that of USER excepted."""
    return response if scene.verb == "USER" else _refusal_after_login(scene, response, _AUTH)


@fault(Place.COMMAND, "R3206-AUTH-02", "R1939-USER-08")
def auth_code_for_a_name(scene: Scene, given: Given) -> Response | None:
    """A name that nobody has is refused with the code for wrong credentials."""
    return _refused_name(scene, given, _AUTH)


@fault(Place.REPLY, "R3206-AUTH-03")
def auth_code_not_announced(scene: Scene, response: Response) -> Response:
    """Refusals have the code for wrong credentials, and CAPA does not list AUTH-RESP-CODE."""
    return without_capability(scene, response, b"AUTH-RESP-CODE")


@fault(Place.REPLY, "R3206-CAP-01")
def auth_code_missing(scene: Scene, response: Response) -> Response:
    """A wrong password is refused without a code, in spite of AUTH-RESP-CODE."""
    return _without_code(scene, response, "PASS")


@fault(Place.REPLY, "R3206-CAP-01")
def auth_code_missing_from_apop(scene: Scene, response: Response) -> Response:
    """A wrong digest is refused without a code, in spite of AUTH-RESP-CODE."""
    return _without_code(scene, response, "APOP")


def _without_code(scene: Scene, response: Response, verb: str) -> Response:
    text = text_of(response)
    return with_text(response, text.removeprefix(_AUTH)) if scene.verb == verb else response
