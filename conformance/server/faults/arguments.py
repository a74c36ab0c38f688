"""Faults in how keywords and arguments are read (RFC 1939 §3, §5, §7)."""

import re
from typing import Final

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.replies import CLOSED
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, refused
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Given = Command | InvalidCommand

_NAMING: Final = frozenset({"LIST", "RETR", "DELE", "TOP", "UIDL"})
_LEADING: Final = re.compile(rb"[0-9]+")


def _in_transaction(scene: Scene, given: Given, *verbs: str) -> bool:
    return scene.session.state is State.TRANSACTION and given.verb in (verbs or _NAMING)


def _with(given: Given, *arguments: bytes) -> Command:
    """The same command with other arguments."""
    return Command(given.line, given.verb, arguments)


# -- keywords --------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-GRAM-01", "R5034-GRAM-01")
def keywords_only_in_capitals(_: Scene, given: Given) -> Response | None:
    """A keyword is known only in capitals."""
    written = given.line.content.split(b" ")[0]
    return refused(b"unknown command") if written != written.upper() else None


@fault(Place.COMMAND, "R1939-GRAM-01", "R5034-GRAM-01")
def mixed_case_not_understood(_: Scene, given: Given) -> Response | None:
    """A keyword is known in capitals and in lower case, and not in both together."""
    written = given.line.content.split(b" ")[0]
    return None if written in (written.upper(), written.lower()) else refused(b"unknown command")


# -- numbers ---------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-STATE-03")
def number_read_to_its_last_digit(scene: Scene, given: Given) -> Command | None:
    """What follows the digits of a message-number is ignored, so that 1abc is 1."""
    number = _LEADING.match(given.arguments[0]) if given.arguments else None
    if number is None or not _in_transaction(scene, given):
        return None
    return _with(given, number[0], *given.arguments[1:])


@fault(Place.COMMAND, "R1939-STATE-03")
def letters_name_the_first_message(scene: Scene, given: Given) -> Command | None:
    """A message-number that begins with a letter is taken for 1."""
    if not _in_transaction(scene, given) or not given.arguments or not given.arguments[0][:1].isalpha():
        return None
    return _with(given, b"1", *given.arguments[1:])


@fault(Place.COMMAND, "R1939-STATE-03")
def surplus_argument_ignored(scene: Scene, given: Given) -> Command | None:
    """LIST, RETR, DELE, TOP and UIDL ignore an argument too many."""
    most = 2 if given.verb == "TOP" else 1
    if not _in_transaction(scene, given) or len(given.arguments) <= most or b"" in given.arguments:
        return None
    return _with(given, *given.arguments[:most])


@fault(Place.COMMAND, "R1939-STATE-03")
def malformed_number_dies(scene: Scene, given: Given) -> Response | None:
    """A message-number that begins with a letter ends the session without an answer."""
    letters = bool(given.arguments) and given.arguments[0][:1].isalpha()
    return CLOSED if letters and _in_transaction(scene, given) else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-RETR-04")
def retr_without_number(scene: Scene, given: Given) -> Command | None:
    """RETR without a message-number sends the first message."""
    return _with(given, b"1") if _in_transaction(scene, given, "RETR") and not any(given.arguments) else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-DELE-07")
def dele_without_number(scene: Scene, given: Given) -> Command | None:
    """DELE without a message-number marks the first message."""
    return _with(given, b"1") if _in_transaction(scene, given, "DELE") and not any(given.arguments) else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-TOP-07")
def top_without_count(scene: Scene, given: Given) -> Command | None:
    """TOP without a number of lines sends the header."""
    return (
        _with(given, *given.arguments, b"0") if _in_transaction(scene, given, "TOP") and _lacks_count(given) else None
    )


def _lacks_count(given: Given) -> bool:
    return len(given.arguments) == 1 and given.arguments[0].isdigit()


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-TOP-07")
def top_without_arguments_dies(scene: Scene, given: Given) -> Response | None:
    """TOP without arguments ends the session without an answer."""
    return CLOSED if _in_transaction(scene, given, "TOP") and not any(given.arguments) else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-TOP-08")
def negative_count_sends_all(scene: Scene, given: Given) -> Command | None:
    """TOP with a negative number of lines sends the whole message."""
    if not _in_transaction(scene, given, "TOP") or len(given.arguments) != 2 or given.arguments[1][:1] != b"-":
        return None
    return _with(given, given.arguments[0], b"1000000")


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-TOP-08")
def no_count_is_zero(scene: Scene, given: Given) -> Command | None:
    """TOP takes a number of lines that is no number for 0, and reads 1.5 as 1."""
    if not _in_transaction(scene, given, "TOP") or len(given.arguments) != 2 or given.arguments[1][:1] == b"-":
        return None
    number = _LEADING.match(given.arguments[1])
    return _with(given, given.arguments[0], number[0] if number else b"0")


@fault(Place.COMMAND, "R1939-ARG-01")
def arguments_ignored(_: Scene, given: Given) -> Command | None:
    """Commands that have no arguments ignore those that they get.

    The RFC can be read both ways, and servers do both: the suite tells which, and holds it against none.
    """
    known = given.known is not None and given.known.most == 0
    return _with(given) if known and given.arguments else None


# -- names and passwords ---------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-GRAM-07")
def long_arguments_cut(scene: Scene, given: Given, *, octets: int = 32) -> Command | None:
    """Names and passwords are cut when they are long, but not so long that they may be."""
    if scene.session.state is not State.AUTHORIZATION or not isinstance(given, Command) or given.verb == "AUTH":
        return None
    return _with(given, *(argument[:octets] for argument in given.arguments))


@fault(Place.COMMAND, "R1939-GRAM-07")
def long_name_refused(_: Scene, given: Given, *, octets: int = 32) -> Response | None:
    """USER is refused when the name is long, but not so long as it may be."""
    return refused(b"name too long") if given.verb == "USER" and octets < len(given.line.content) - 5 else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-USER-02")
def user_without_name(scene: Scene, given: Given) -> Response | None:
    """USER without a name is accepted."""
    early = scene.session.state is State.AUTHORIZATION
    return OK if early and given.verb == "USER" and not any(given.arguments) else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-PASS-06")
def pass_without_password(scene: Scene, given: Given) -> Command | None:
    """PASS without a password opens the maildrop."""
    if given.verb != "PASS" or any(given.arguments):
        return None
    account = scene.common.accounts.known(scene.session.name or b"")
    return _with(given, account.password.encode()) if account is not None else None


@fault(Place.COMMAND, "R1939-STATE-03", "R1939-APOP-09")
def apop_without_digest(scene: Scene, given: Given) -> Response | None:
    """APOP with a name alone is accepted."""
    named = given.verb == "APOP" and len(given.arguments) == 1
    return OK if named and scene.session.state is State.AUTHORIZATION else None
