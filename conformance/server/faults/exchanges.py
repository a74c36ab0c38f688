"""Faults in the turns of AUTH: responses, how an exchange ends, and who acts as whom (RFC 5034 §4, RFC 4422 §3)."""

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Callable
from typing import Final

from conformance.server.auth import Account
from conformance.server.faults.fault import STARTTLS, Place, fault
from conformance.server.faults.held import in_transaction
from conformance.server.faults.replies import CLOSED
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, challenged, refused
from conformance.server.sasl import Exchange, Mechanism
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

Given = Command | InvalidCommand
Turn = bytes | None

_EMPTY: Final = challenged(b"+ \r\n")
_JUNK: Final = re.compile(rb"[^A-Za-z0-9+/=]")
_GROUP: Final = 4
_LONGEST: Final = 253
"""Octets of a line that a careless reader takes, CRLF not counted."""


# -- responses -------------------------------------------------------------------------------------------------------


@fault(Place.TURN, "R5034-AUTH-12", "R1734-AUTH-02")
def asterisk_asked_about(_: Scene, line: Turn) -> Response | None:
    """An asterisk is answered by another challenge."""
    return _EMPTY if line == b"*" else None


@fault(Place.TURN, "R5034-AUTH-12", "R1734-AUTH-02")
def asterisk_accepted(_: Scene, line: Turn) -> Response | None:
    """An asterisk is answered by +OK: the wish was granted."""
    return accepted(b"cancelled") if line == b"*" else None


@fault(Place.TURN, "R5034-AUTH-13")
def remainder_asked_about(_: Scene, line: Turn) -> Response | None:
    """Where a character is left over that makes no octet, the response is asked for once more."""
    left = line is not None and not _JUNK.search(line) and b"=" not in line and len(line) % _GROUP == 1
    return _EMPTY if left else None


@fault(Place.TURN, "R5034-AUTH-14")
def junk_skipped(_: Scene, line: Turn) -> Turn:
    """Characters that are not of the base64 alphabet are skipped in a response."""
    return line if line in (None, b"*") else _JUNK.sub(b"", line or b"")


@junk_skipped.at(Place.COMMAND)
def _skip_in_the_initial_response(scene: Scene, given: Given) -> Command | None:
    if given.verb != "AUTH" or len(given.arguments) != 2 or in_transaction(scene):
        return None
    return Command(given.line, "AUTH", (given.arguments[0], _JUNK.sub(b"", given.arguments[1]) or b"="))


@fault(Place.TURN, "R5034-AUTH-14")
def spaces_skipped(_: Scene, line: Turn) -> Turn:
    """Spaces and tabs are skipped in a response."""
    return None if line is None else line.translate(None, b" \t")


@fault(Place.TURN, "R5034-AUTH-15")
def decoding_ends_at_a_pad(_: Scene, line: Turn) -> Turn:
    """What follows the first pad of a response is not looked at."""
    if line is None or b"=" not in line or line.startswith(b"="):
        return line
    data = line.partition(b"=")[0]
    return data + b"=" * (-len(data) % _GROUP)


@fault(Place.TURN, "R5034-AUTH-15")
def pads_skipped(_: Scene, line: Turn) -> Turn:
    """A response is decoded group by group, so that pads may stand in any of them."""
    if line is None or len(line) % _GROUP or _JUNK.search(line):
        return line
    try:
        groups = [a2b_base64(line[at : at + _GROUP], strict_mode=True) for at in range(0, len(line), _GROUP)]
    except Error:
        return line
    return b64encode(b"".join(groups))


@fault(Place.TURN, "R5034-LEN-01", "R4616-PLAIN-04", "R4505-ANON-02")
def response_refused_for_its_length(_: Scene, line: Turn, *, limit: int = _LONGEST) -> Response | None:
    """A response that is longer than a command may be is refused.

    So are names, passwords and traces as long as PLAIN and ANONYMOUS may have them.
    """
    return refused(b"line too long") if line is not None and len(line) > limit else None


@fault(Place.RECEIVE, "R5034-LEN-01", "R4616-PLAIN-04", "R4505-ANON-02")
def response_cut(scene: Scene, octets: bytes, *, limit: int = _LONGEST) -> bytes:
    """Of a long response the beginning is taken, and the rest for a command: also of what PLAIN and ANONYMOUS allow."""
    if not scene.dialogue.in_exchange or len(octets) <= limit + 2:
        return octets
    return octets[:limit] + b"\r\n" + octets[limit:]


# -- how it ends -----------------------------------------------------------------------------------------------------


def _told(scene: Scene, exchange: Exchange) -> Exchange:
    """The exchange; where nobody proved anything, the scene remembers that."""
    account = yield from exchange
    scene.memory["denied"] = account is None
    return account


@fault(Place.EXCHANGE, "R5034-AUTH-18", at_least="what each mechanism wants refused is not answered either")
def denial_without_a_word(scene: Scene, _: Mechanism, exchange: Exchange) -> Exchange:
    """Who is not authenticated is not told so: the connection is closed."""
    return _told(scene, exchange)


@denial_without_a_word.at(Place.REPLY)
def _close_in_silence(scene: Scene, response: Response) -> Response:
    return CLOSED if scene.memory.pop("denied", False) else response


@fault(Place.EXCHANGE, "R5034-AUTH-19", at_least="no login by a mechanism comes to anything")
def auth_opens_nothing(scene: Scene, _: Mechanism, exchange: Exchange) -> Exchange:
    """AUTH succeeds, and the session stays in AUTHORIZATION."""
    account = yield from exchange
    scene.memory["let in"] = account is not None
    return None


@auth_opens_nothing.at(Place.REPLY)
def _say_yes(scene: Scene, response: Response) -> Response:
    return OK if scene.memory.pop("let in", False) else response


@fault(Place.REPLY, "R5034-AUTH-21", "R1734-AUTH-03")
def no_login_behind_a_failed_auth(scene: Scene, response: Response) -> Response:
    """An AUTH that failed bars from any other login on the same connection, which stays open."""
    if scene.verb == "AUTH" and not response.positive:
        scene.memory["failed"] = True
    late = scene.verb in ("USER", "AUTH") and response.positive and scene.memory.get("failed")
    return refused(b"too late") if late else response


@no_login_behind_a_failed_auth.at(Place.CHALLENGE)
def _no_challenge_either(scene: Scene, response: Response) -> Response:
    return refused(b"too late") if scene.memory.get("failed") else response


@fault(Place.EXCHANGE, "R5034-AUTH-21", "R1939-PASS-01")
def name_left_behind(scene: Scene, _: Mechanism, exchange: Exchange) -> Exchange:
    """An AUTH that failed leaves its name behind, and PASS makes use of it."""
    challenge = next(exchange)
    while True:
        try:
            response = yield challenge
            name = response.split(b"\0")[1] if response.count(b"\0") > 1 else response
            scene.memory.setdefault("name", name)
            challenge = exchange.send(response)
        except StopIteration as over:
            account: Account | None = over.value
            return account


@name_left_behind.at(Place.COMMAND)
def _take_it_up(scene: Scene, given: Given) -> None:
    if given.verb == "PASS" and scene.session.name is None and not in_transaction(scene):
        scene.session.name = scene.memory.pop("name", None)


@fault(Place.EXCHANGE, "R5034-AUTH-20", at_least="what SCRAM wants to be said last is missing in its exchanges")
def data_with_success(scene: Scene, _: Mechanism, exchange: Exchange) -> Exchange:
    """What SCRAM has to say at success stands behind +OK, and no challenge is sent."""
    challenge = next(exchange)
    while not challenge.startswith(b"v="):
        try:
            challenge = exchange.send((yield challenge))
        except StopIteration as over:
            return_value: Account | None = over.value
            return return_value
    scene.memory["data"] = challenge
    try:
        exchange.send(b"")
    except StopIteration as over:
        account: Account | None = over.value
        return account
    return None


@data_with_success.at(Place.REPLY)
def _append_the_data(scene: Scene, response: Response) -> Response:
    data = scene.memory.pop("data", None)
    return response if data is None or not response.positive else accepted(b64encode(data))


@fault(Place.EXCHANGE, "R5034-TLS-01", over=STARTTLS, at_least="what PLAIN is to do it does not do inside TLS")
def plain_refused_inside_tls(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """PLAIN is offered inside TLS, and lets nobody in there."""
    account = yield from exchange
    return None if mechanism.name == "PLAIN" and scene.dialogue.channel.secure else account


# -- identities ------------------------------------------------------------------------------------------------------


def _plain(mechanism: Mechanism, exchange: Exchange, change: Callable[[bytes, bytes], bytes | None]) -> Exchange:
    """PLAIN with another authorization identity than the one that came with a name; it fails where there is none."""
    message = yield next(exchange)
    if mechanism.name == "PLAIN" and message.count(b"\0") == 2:
        identity, name, password = message.split(b"\0")
        changed = change(identity, name)
        if changed is None:
            exchange.close()
            return None
        message = b"\0".join((changed, name, password))
    try:
        challenge = exchange.send(message)
        while True:
            challenge = exchange.send((yield challenge))
    except StopIteration as over:
        account: Account | None = over.value
        return account


@fault(Place.EXCHANGE, "R5034-AUTH-22")
def identity_taken_as_it_comes(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """An authorization identity is compared without being prepared."""
    return _plain(mechanism, exchange, lambda identity, name: identity if identity in (b"", name) else None)


@fault(Place.EXCHANGE, "R5034-AUTH-23")
def identity_of_nothing_is_none(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """An authorization identity of which preparation leaves nothing counts as none."""
    return _plain(mechanism, exchange, lambda identity, _: identity.replace(b"\xc2\xad", b""))


@fault(Place.EXCHANGE, "R5034-AUTH-23")
def control_characters_skipped(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """Control characters in an authorization identity are skipped."""
    return _plain(mechanism, exchange, lambda identity, _: bytes(octet for octet in identity if octet >= 0x20))


@fault(Place.EXCHANGE, "R4422-SASL-04", at_least="PLAIN as most clients speak it logs nobody in")
def empty_identity_is_nobody(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """An empty authorization identity is looked up like any other, and nobody has it."""
    return _plain(mechanism, exchange, lambda identity, _: identity or None)


@fault(Place.EXCHANGE, "R4422-SASL-05", "R4616-PLAIN-05")
def identity_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """Who proves one's own identity may act as anybody else."""

    def note(identity: bytes, _: bytes) -> bytes:
        scene.memory["acts as"] = identity
        return b""

    account = yield from _plain(mechanism, exchange, note)
    other = scene.memory.pop("acts as", b"")
    return scene.common.accounts.known(other) if account is not None and other else account
