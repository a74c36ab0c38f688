"""Faults of TLS: of STLS, of TLS from the start, of versions, and of passwords in the clear (RFC 2595, RFC 8314)."""

import ssl
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.server.faults.acts import CUT, Act, Clear
from conformance.server.faults.beginning import Beginning
from conformance.server.faults.fault import CLEARTEXT_REFUSED, IN_THE_CLEAR, POPS, STARTTLS, Place, fault
from conformance.server.faults.replies import without_capability
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, refused
from conformance.server.sasl import Channel
from conformance.wire import Command, InvalidCommand, Line, State, parse_command

__all__: list[str] = []

Given = Command | InvalidCommand
Blocks = Iterable[bytes | Act]
Sent = Iterator[bytes | Act]

_INSIDE = Channel(secure=True)
_TLS_BEGINS = replace(accepted(b"begin TLS"), secures=True)
_EXPOSED = refused(b"no password in the clear: begin TLS first")
_WRONG = refused(b"[AUTH] name and secret do not match")


def _clear(scene: Scene) -> bool:
    """Whether the session goes on in the clear."""
    return not scene.dialogue.channel.secure


# -- STLS ------------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R2595-STLS-02", "R8314-SRV-03")
def stls_refused(scene: Scene, given: Given) -> Response | None:
    """STLS is listed by CAPA and refused."""
    return refused(b"no TLS is configured") if given.verb == "STLS" and _clear(scene) else None


@fault(Place.REPLY, "R2595-STLS-01")
def stls_not_listed(scene: Scene, response: Response) -> Response:
    """CAPA does not list STLS, which works."""
    return without_capability(scene, response, b"STLS")


@fault(Place.COMMAND, "R2595-STLS-01")
def stls_without_capa(scene: Scene, given: Given) -> Response | None:
    """In the clear CAPA is refused, and STLS works."""
    return refused(b"not implemented") if given.verb == "CAPA" and _clear(scene) else None


@fault(Place.OCTETS, "R2595-STLS-03", usually="STLS")
def line_behind_stls(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """The positive answer to STLS is followed by another line in the clear."""
    yield from blocks
    if response.secures:
        yield b"go ahead, I am all ears\r\n"


@fault(Place.TLS, "R2595-STLS-03")
def stls_goes_on_in_the_clear(scene: Scene, beginning: Beginning) -> Beginning:
    """Who accepted STLS goes on in the clear when something else comes than a handshake."""
    return replace(beginning, otherwise=Channel()) if scene.verb == "STLS" else beginning


@fault(Place.TLS, "R8314-SRV-03")
def no_certificate(_: Scene, beginning: Beginning) -> Beginning:
    """STLS is accepted, and every handshake fails for want of a certificate."""
    return replace(beginning, context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


@fault(Place.BEHIND_STLS, "R2595-STLS-05")
def cleartext_obeyed_inside_tls(_: Scene, behind: bytes, __: bytes) -> bytes:
    """What comes in the clear behind STLS is obeyed inside TLS: whole commands, and parts of one."""
    return behind


@fault(Place.BEHIND_STLS, "R2595-STLS-05")
def clear_commands_obeyed_inside_tls(_: Scene, behind: bytes, __: bytes) -> bytes:
    """Whole commands that come in the clear behind STLS are obeyed inside TLS."""
    return behind[: behind.rfind(b"\n") + 1]


@fault(Place.BEHIND_STLS, "R2595-STLS-05")
def clear_beginning_continued_inside_tls(_: Scene, behind: bytes, __: bytes) -> bytes:
    """A command that begins in the clear behind STLS goes on inside TLS."""
    return behind[behind.rfind(b"\n") + 1 :]


@fault(Place.COMMAND, "R2595-STLS-06")
def stls_after_login(scene: Scene, given: Given) -> Response | None:
    """STLS is accepted in TRANSACTION."""
    late = given.verb == "STLS" and scene.session.state is State.TRANSACTION and _clear(scene)
    return _TLS_BEGINS if late else None


@fault(Place.COMMAND, "R2595-STLS-06", over=STARTTLS)
def stls_inside_tls_after_login(scene: Scene, given: Given) -> Response | None:
    """STLS is answered +OK in TRANSACTION inside TLS, and nothing begins."""
    late = given.verb == "STLS" and scene.session.state is State.TRANSACTION and not _clear(scene)
    return OK if late else None


def _let_in(scene: Scene, given: Given, user: str) -> None:
    """Log somebody in who says STAT inside TLS."""
    early = scene.session.state is State.AUTHORIZATION and given.verb == "STAT"
    account = scene.common.accounts.known(user.encode())
    if early and account is not None and not _clear(scene):
        for line in (f"USER {account.name}\r\n", f"PASS {account.password}\r\n"):
            scene.answer(parse_command(Line(line.encode())))


@fault(Place.COMMAND, "R2595-STLS-07", "R1939-STATE-04", "R1939-STAT-01")
def stls_logs_in(scene: Scene, given: Given, *, user: str = "alice") -> None:
    """Behind STLS nobody needs to log in: STAT opens somebody's maildrop."""
    _let_in(scene, given, user)


@fault(Place.COMMAND, "R8314-IMPL-03", "R1939-STATE-04", "R1939-STAT-01", over=POPS, usually="#1")
def pop3s_logs_in(scene: Scene, given: Given, *, user: str = "alice") -> None:
    """Where TLS is spoken from the start nobody needs to log in: STAT opens somebody's maildrop."""
    _let_in(scene, given, user)


@fault(Place.COMMAND, "R2595-STLS-13")
def name_kept_across_stls(scene: Scene, given: Given) -> None:
    """A name that was accepted in the clear is good for PASS inside TLS."""
    if given.verb == "USER":
        scene.memory["name"] = given.arguments[0] if given.wellformed and _clear(scene) else None
    elif given.verb == "PASS" and scene.session.name is None and not _clear(scene):
        scene.session.name = scene.memory.get("name")


# -- TLS from the start ----------------------------------------------------------------------------------------------


@fault(Place.TLS, "R8314-IMPL-01", over=POPS)
def pop3s_greets_in_the_clear(_: Scene, beginning: Beginning) -> Beginning:
    """On the port for TLS a client that does not begin its handshake at once is greeted in the clear."""
    return replace(beginning, impatient=b"+OK POP3 server ready\r\n")


@fault(Place.OCTETS, "R8314-IMPL-02", over=POPS, usually="QUIT")
def pop3s_farewell_in_the_clear(_: Scene, __: Response, blocks: Blocks) -> Sent:
    """The reply to QUIT is said in the clear, beneath TLS."""
    yield Clear(b"".join(block for block in blocks if isinstance(block, bytes)))


@fault(Place.OCTETS, "R8314-CLOSE-01", over=POPS, usually="QUIT")
def pop3s_without_close_alert(_: Scene, response: Response, blocks: Blocks) -> Sent:
    """Behind QUIT the connection ends without a TLS close alert."""
    yield from blocks
    if response.closes:
        yield CUT


# -- versions and suites ---------------------------------------------------------------------------------------------


def _changed(beginning: Beginning, suites: str, **versions: ssl.TLSVersion) -> Beginning:
    """The same with other suites and versions, however weak."""
    context = beginning.tls.make()
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    for name, version in versions.items():
        setattr(context, name, version)
    return replace(beginning, context=context)


@fault(Place.TLS, "R8314-SRV-03", "R8314-SRV-04", "R8314-SRV-05")
def old_tls_only(_: Scene, beginning: Beginning) -> Beginning:
    """No version of TLS above 1.1 is spoken."""
    return _changed(
        beginning, "ALL", minimum_version=ssl.TLSVersion.MINIMUM_SUPPORTED, maximum_version=ssl.TLSVersion.TLSv1_1
    )


@fault(Place.TLS, "R8314-SRV-05", over=(IN_THE_CLEAR, POPS))
def old_tls_too(_: Scene, beginning: Beginning) -> Beginning:
    """TLS 1.0 is still spoken, if a client wants it."""
    return _changed(beginning, "ALL", minimum_version=ssl.TLSVersion.MINIMUM_SUPPORTED)


@fault(Place.TLS, "R8314-SRV-06", over=(IN_THE_CLEAR, POPS))
def old_suites_only(_: Scene, beginning: Beginning) -> Beginning:
    """TLS 1.2 is spoken with suites in CBC mode alone."""
    suites = "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"
    return _changed(beginning, suites, maximum_version=ssl.TLSVersion.TLSv1_2)


# -- passwords in the clear ------------------------------------------------------------------------------------------


def _as_if_inside(scene: Scene, given: Given) -> Response:
    """What would be said inside TLS."""
    dialogue = scene.dialogue
    dialogue.channel, channel = _INSIDE, dialogue.channel
    response = scene.answer(given)
    dialogue.channel = channel
    return response


def _asks_for(given: Given, mechanism: bytes) -> bool:
    return given.verb == "AUTH" and given.wellformed and given.arguments[0].upper() == mechanism


@fault(Place.COMMAND, "R2595-TLS-03", over=CLEARTEXT_REFUSED)
def pass_in_the_clear_accepted(scene: Scene, given: Given) -> Response | None:
    """Where passwords in the clear are refused, USER and PASS log in all the same."""
    if given.verb not in ("USER", "PASS") or not given.wellformed or not _clear(scene):
        return None
    if given.verb == "USER":
        scene.memory["name"] = given.arguments[0]
    else:
        scene.session.name = scene.memory.get("name")
    return _as_if_inside(scene, given)


@fault(Place.COMMAND, "R2595-TLS-03", "R5034-TLS-02", over=CLEARTEXT_REFUSED)
def auth_plain_in_the_clear_accepted(scene: Scene, given: Given) -> Response | None:
    """Where passwords in the clear are refused, AUTH PLAIN was forgotten."""
    return _as_if_inside(scene, given) if _asks_for(given, b"PLAIN") and _clear(scene) else None


@fault(Place.COMMAND, "R2595-TLS-03", over=CLEARTEXT_REFUSED)
def auth_login_in_the_clear_accepted(scene: Scene, given: Given) -> Response | None:
    """Where passwords in the clear are refused, AUTH LOGIN was forgotten."""
    return _as_if_inside(scene, given) if _asks_for(given, b"LOGIN") and _clear(scene) else None


@fault(Place.TLS, "R2595-STLS-03", "R2595-STLS-11", "R2595-TLS-03", over=CLEARTEXT_REFUSED)
def stls_counts_as_tls(scene: Scene, beginning: Beginning) -> Beginning:
    """Whoever says STLS is taken for protected, and may show a password, whether a handshake comes or not."""
    return replace(beginning, otherwise=_INSIDE) if scene.verb == "STLS" else beginning


@fault(Place.COMMAND, "R8314-CLR-01", "R8314-CLR-02", over=CLEARTEXT_REFUSED)
def wrong_password_told_in_the_clear(scene: Scene, given: Given) -> Response | None:
    """Where passwords in the clear are refused, a wrong one is called wrong, and the right one is sent to TLS."""
    if not _clear(scene) or not given.wellformed:
        return None
    if given.verb == "USER":
        scene.memory["name"] = given.arguments[0]
        return OK
    if given.verb != "PASS":
        return None
    right = scene.common.accounts.by_password(scene.memory.get("name") or b"", given.arguments[0])
    return _WRONG if right is None else _EXPOSED


@fault(Place.COMMAND, "R8314-CLR-01", "R8314-CLR-02", over=CLEARTEXT_REFUSED)
def wrong_plain_told_in_the_clear(scene: Scene, given: Given) -> Response | None:
    """The same with AUTH PLAIN: only who has the right password is told to begin TLS."""
    if not _asks_for(given, b"PLAIN") or not _clear(scene) or len(given.arguments) < 2:
        return None
    _, name, secret = b64decode(given.arguments[1]).split(b"\0")
    right = scene.common.accounts.by_password(name, secret)
    return _WRONG if right is None else _EXPOSED
