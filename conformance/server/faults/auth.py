"""Faults in logging in: USER, PASS and APOP (RFC 1939 §4, §7)."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from conformance.model import Message
from conformance.server.auth import Account
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Ending, Held
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import OK, Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand, State
from conformance.wire.grammar import TIMESTAMP

__all__: list[str] = []

Given = Command | InvalidCommand

_DENIED: Final = refused(b"[AUTH] name and secret do not match")
_DIGITS: Final = 32
_WAYS_IN: Final = frozenset({"USER", "PASS", "APOP", "AUTH", "STLS"})
"""Commands that log in, or lead to some that do."""


def _early(scene: Scene, given: Given, *verbs: str) -> bool:
    return scene.session.state is State.AUTHORIZATION and given.verb in verbs


def _account(scene: Scene, name: bytes | None) -> Account | None:
    return scene.common.accounts.known(name or b"")


def _pass(given: Given, account: Account) -> Command:
    """PASS with the right password."""
    return Command(given.line, "PASS", (account.password.encode(),))


def _apop(scene: Scene, given: Given, account: Account) -> Command:
    """APOP with the right digest."""
    return Command(given.line, "APOP", (account.name.encode(), _digest(scene.dialogue.stamp, account)))


def _digest(stamp: bytes, account: Account) -> bytes:
    return _md5(stamp + account.password.encode())


def _md5(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).hexdigest().encode()


def _proof(scene: Scene, given: Given) -> tuple[Account, bytes] | None:
    """Whose maildrop APOP wants to open, and the digest; None where it is no such APOP."""
    if not _early(scene, given, "APOP") or len(given.arguments) != 2:
        return None
    account = _account(scene, given.arguments[0])
    return (account, given.arguments[1]) if account is not None and account.apop else None


# -- no login at all -------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-AUTH-01", at_least="a login that is refused for no reason looks as if it had one")
def no_way_to_log_in(scene: Scene, given: Given) -> Response | None:
    """A connection that follows on a successful login offers no way to log in."""
    return refused(b"not now") if scene.memory.get("shut") and given.verb in _WAYS_IN else None


@no_way_to_log_in.at(Place.REPLY)
def _shut_behind_a_login(scene: Scene, response: Response) -> Response:
    memory = scene.common.memory
    if scene.verb == GREETING:
        scene.memory["shut"] = memory.pop("let in", False)
        return _restamp(scene, response, b"") if scene.memory["shut"] else response
    memory["let in"] = memory.get("let in", False) or (scene.verb in ("PASS", "APOP") and response.positive)
    return response


# -- behind a login that failed --------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-AUTH-08")
def no_second_attempt(scene: Scene, response: Response) -> Response:
    """A login that failed bars from any other on the same connection, which stays open."""
    if scene.verb in ("PASS", "APOP") and not response.positive:
        scene.memory["failed"] = True
    return refused(b"too late") if scene.verb == "USER" and "failed" in scene.memory else response


@fault(Place.COMMAND, "R1939-AUTH-09", "R1939-STATE-04", "R1939-STAT-01")
def failed_login_lets_in(scene: Scene, given: Given) -> Response | None:
    """PASS with a wrong password is answered -ERR, and opens the maildrop all the same."""
    account = _account(scene, scene.session.name)
    if not _early(scene, given, "PASS") or account is None or account.apop or not any(given.arguments):
        return None
    right = given.arguments == (account.password.encode(),)
    response = scene.answer(_pass(given, account))
    return response if right else _DENIED


@fault(Place.COMMAND, "R1939-APOP-05", "R1939-AUTH-09", "R1939-STATE-04", "R1939-STAT-01")
def failed_apop_lets_in(scene: Scene, given: Given) -> Response | None:
    """APOP with a wrong digest is answered -ERR, and opens the maildrop all the same."""
    proof = _proof(scene, given)
    if proof is None:
        return None
    account, digest = proof
    response = scene.answer(_apop(scene, given, account))
    return response if digest == _digest(scene.dialogue.stamp, account) else _DENIED


@fault(Place.COMMAND, "R1939-PASS-05")
def failed_pass_needs_no_user(scene: Scene, given: Given) -> None:
    """PASS can be given again without a new USER when it failed."""
    if _early(scene, given, "PASS"):
        scene.session.name = scene.session.name or scene.memory.get("name")
        scene.memory["name"] = scene.session.name


# -- USER and PASS ---------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-USER-06", "R1939-STATE-04", "R1939-STAT-01", "R1939-LIST-01", "R1939-RETR-01")
def name_alone_opens(scene: Scene, given: Given) -> Response | None:
    """USER is enough: STAT, LIST and RETR are answered without a password."""
    if scene.session.name is None or not _early(scene, given, "STAT", "LIST", "RETR"):
        return None
    if given.verb == "STAT":
        return accepted(b"0 0")
    return accepted(b"", body=() if given.verb == "LIST" else (b"\r\n",))


@fault(Place.COMMAND, "R1939-USER-08")
def unknown_name_refused(scene: Scene, given: Given) -> Response | None:
    """USER is refused for a name that nobody has.

    RFC 1939 §7 lets a server do that, and §13 advises against it: the suite tells which, and holds it against none.
    """
    unknown = _early(scene, given, "USER") and given.wellformed and _account(scene, given.arguments[0]) is None
    return refused(b"no such mailbox") if unknown else None


@fault(Place.COMMAND, "R1939-PASS-01")
def pass_without_user(scene: Scene, given: Given) -> Response | None:
    """PASS is accepted without a USER before it."""
    if scene.memory.setdefault("named", False) or not _early(scene, given, "USER", "PASS"):
        return None
    if given.verb == "USER":
        scene.memory["named"] = any(given.arguments)
        return None
    return OK


@fault(Place.COMMAND, "R1939-PASS-02")
def password_not_checked(scene: Scene, given: Given) -> Command | None:
    """Any password opens the maildrop of a name that there is."""
    account = _account(scene, scene.session.name)
    if not _early(scene, given, "PASS") or account is None or account.apop or not any(given.arguments):
        return None
    return _pass(given, account)


@fault(Place.COMMAND, "R1939-PASS-02")
def password_compared_to_its_length(scene: Scene, given: Given) -> Command | None:
    """A password is right when it begins with the right one, whatever follows."""
    account = _account(scene, scene.session.name)
    if not _early(scene, given, "PASS") or account is None or account.apop:
        return None
    return _pass(given, account) if b" ".join(given.arguments).startswith(account.password.encode()) else None


@fault(Place.COMMAND, "R1939-PASS-02")
def beginning_of_password_is_enough(scene: Scene, given: Given) -> Command | None:
    """A password is right when the right one begins with it."""
    account, password = _account(scene, scene.session.name), b" ".join(given.arguments)
    if not _early(scene, given, "PASS") or account is None or account.apop or not password:
        return None
    return _pass(given, account) if account.password.encode().startswith(password) else None


@fault(Place.COMMAND, "R1939-PASS-02")
def name_not_checked(scene: Scene, given: Given) -> Response | None:
    """A name that nobody has is let in, with any password."""
    stranger = scene.session.name is not None and _account(scene, scene.session.name) is None
    return OK if stranger and _early(scene, given, "PASS") and any(given.arguments) else None


@fault(Place.COMMAND, "R1939-PASS-02")
def master_password(scene: Scene, given: Given, *, word: str = "hidden") -> Command | None:
    """There is a password that opens every maildrop."""
    account = _account(scene, scene.session.name)
    if not _early(scene, given, "PASS") or account is None or account.apop:
        return None
    return _pass(given, account) if given.arguments == (word.encode(),) else None


@fault(Place.COMMAND, "R1939-PASS-04", "R2595-STLS-13")
def name_remembered(scene: Scene, given: Given) -> None:
    """PASS is accepted also when other commands came between it and USER, STLS among them.

    Many servers do that, and CAPA is younger than the rule: the suite tells, and holds it against none.
    """
    if _early(scene, given, "USER", "PASS"):
        if given.verb == "PASS" and scene.session.name is None:
            scene.session.name = scene.memory.pop("name", None)
        scene.memory["name"] = given.arguments[0] if given.verb == "USER" and given.wellformed else None


# -- APOP ------------------------------------------------------------------------------------------------------------


def _restamp(scene: Scene, response: Response, stamp: bytes) -> Response:
    """The greeting with another time stamp, which APOP is about from now on."""
    if scene.verb != GREETING:
        return response
    scene.dialogue.stamp = stamp
    return replace(response, status=TIMESTAMP.sub(lambda _: stamp, response.status))


@fault(Place.REPLY, "R1939-APOP-01")
def apop_without_stamp(scene: Scene, response: Response) -> Response:
    """There is APOP, for everybody, and no time stamp in the greeting: the digest is that of the secret alone."""
    return _restamp(scene, response, b"")


@apop_without_stamp.at(Place.COMMAND)
def _digest_of_the_secret(scene: Scene, given: Given) -> Response | Command | None:
    account = _account(scene, given.arguments[0]) if len(given.arguments) == 2 else None
    if account is None or not _early(scene, given, "APOP") or given.arguments[1] != _digest(b"", account):
        return None
    return _apop(scene, given, account) if account.apop else OK


@fault(Place.REPLY, "R1939-APOP-02")
def stamp_without_host(scene: Scene, response: Response) -> Response:
    """The time stamp is a number in brackets, and no msg-id."""
    return _restamp(scene, response, b"<%d>" % (1_700_000_000 + scene.connection))


@fault(Place.REPLY, "R1939-APOP-03")
def stamps_repeated(scene: Scene, response: Response, *, times: int = 4) -> Response:
    """The time stamp is that of a slow clock: several greetings have the same one."""
    return _restamp(scene, response, b"<%d@pop3spec.invalid>" % (scene.connection // max(1, times)))


@fault(Place.COMMAND, "R1939-APOP-04")
def digest_without_brackets(scene: Scene, given: Given) -> Response | Command | None:
    """The digest is that of the time stamp without its angle brackets."""
    if (proof := _proof(scene, given)) is None:
        return None
    account, digest = proof
    return _apop(scene, given, account) if digest == _digest(scene.dialogue.stamp[1:-1], account) else _DENIED


@fault(Place.COMMAND, "R1939-APOP-04")
def digest_of_secret_first(scene: Scene, given: Given) -> Response | Command | None:
    """The digest is that of the secret with the time stamp behind it."""
    if (proof := _proof(scene, given)) is None:
        return None
    account, digest = proof
    right = _md5(account.password.encode() + scene.dialogue.stamp)
    return _apop(scene, given, account) if digest == right else _DENIED


@fault(Place.COMMAND, "R1939-APOP-05", "R1939-APOP-11")
def digest_not_checked(scene: Scene, given: Given) -> Command | None:
    """Any digest opens the maildrop, that of another connection too."""
    proof = _proof(scene, given)
    return _apop(scene, given, proof[0]) if proof is not None else None


@fault(Place.COMMAND, "R1939-APOP-05")
def digest_compared_in_part(scene: Scene, given: Given, *, digits: int = 31) -> Command | None:
    """Only the first digits of the digest have to be right."""
    if (proof := _proof(scene, given)) is None:
        return None
    account, digest = proof
    right = _digest(scene.dialogue.stamp, account)
    return _apop(scene, given, account) if digest[:digits] == right[:digits] else None


@fault(Place.COMMAND, "R1939-APOP-05")
def malformed_digest_accepted(scene: Scene, given: Given) -> Command | None:
    """A digest that has not 32 digits is not compared at all."""
    proof = _proof(scene, given)
    return _apop(scene, given, proof[0]) if proof is not None and 0 < len(proof[1]) != _DIGITS else None


@fault(Place.COMMAND, "R1939-APOP-11")
def digest_of_another_connection(scene: Scene, given: Given) -> Command | None:
    """A digest stays good for other connections: that for any time stamp opens the maildrop."""
    stamps: Iterable[bytes] = scene.common.memory.setdefault("stamps", [])
    if (proof := _proof(scene, given)) is None:
        return None
    account, digest = proof
    return _apop(scene, given, account) if any(digest == _digest(stamp, account) for stamp in stamps) else None


@digest_of_another_connection.at(Place.REPLY)
def _remember_the_stamp(scene: Scene, response: Response) -> Response:
    if scene.verb == GREETING:
        scene.common.memory.setdefault("stamps", []).append(scene.dialogue.stamp)
    return response


@fault(Place.COMMAND, "R1939-APOP-08")
def apop_opens_nothing(scene: Scene, given: Given) -> Response | None:
    """APOP with the right digest is accepted, and the session stays in AUTHORIZATION."""
    proof = _proof(scene, given)
    return OK if proof is not None and proof[1] == _digest(scene.dialogue.stamp, proof[0]) else None


@fault(Place.COMMAND, "R1939-APOP-12")
def apop_or_password(scene: Scene, given: Given) -> Command | None:
    """A maildrop that APOP opens is opened by USER and PASS too."""
    account = _account(scene, scene.session.name)
    if not _early(scene, given, "PASS") or account is None or not account.apop:
        return None
    if given.arguments != (account.password.encode(),):
        return None
    scene.session.name = None  # it would bar from APOP
    return _apop(scene, given, account)


# -- whose maildrop --------------------------------------------------------------------------------------------------


@fault(Place.MAILDROP, "R1939-AUTH-17")
def somebody_elses_mail(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """A login shows the mail of another user who is logged in at the time, in place of its own."""
    open_now = scene.common.memory.setdefault("open now", {})
    other = next((one for user, one in open_now.items() if user != scene.user), None)
    open_now[scene.user] = held
    return Ending(held if other is None else _Borrowed(held, other), scene, lambda _: open_now.pop(scene.user, None))


class _Borrowed(Held):
    """A maildrop that shows what another one holds, and removes nothing."""

    def __init__(self, under: OpenMaildrop, shown: OpenMaildrop) -> None:
        super().__init__(under, shown.maildrop)
        self._shown = shown

    def read(self, message: Message) -> Iterator[bytes]:
        """The other's message of that number."""
        return self._shown.read(message)

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove nothing."""
