"""What RFC 1939 has a server answer to each command: one small rule a verb, in the order of the RFC.

A rule is asked only for a well-formed command in a state in which it may be given; all else is refused (RFC 1939 §3).
Turns of AUTH are no commands, and have a rule of their own.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from conformance.model.expectation import (
    Answer,
    Capabilities,
    Content,
    DropListing,
    Expectation,
    Farewell,
    Languages,
    Plain,
    ScanLine,
    ScanListing,
    UniqueIdLine,
    UniqueIdListing,
)
from conformance.model.maildrop import Message
from conformance.model.standing import Standing
from conformance.wire import EMPTY, Command, InvalidCommand, State, Turn, misspelling

__all__ = ["OVER", "REFUSED", "by_the_book", "in_exchange", "line_count"]

REFUSED: Final = Expectation(None, negative=True)
"""-ERR and nothing else."""

OVER: Final = Expectation(None, negative=False, may_close=True)
"""No reply: the session has ended."""

_ACCEPTED: Final = Expectation(Plain(), negative=False)
_EITHER: Final = Expectation(Plain(), negative=True)
_LOGIN: Final = Expectation(Plain(), negative=True, may_close=True)
_EXCHANGE: Final = Expectation(Plain(), negative=True, may_close=True, challenge=True)
_CAPABILITIES: Final = Expectation(Capabilities(), negative=False)
_LONGEST_NUMBER: Final = 18
"""Digits that a number is read with; a longer one is more than any message has lines."""


def by_the_book(standing: Standing, command: Command | InvalidCommand) -> Expectation:
    """The replies that the RFC lets a server give to this command, now."""
    verb = command.known
    if verb is None or isinstance(command, InvalidCommand) or standing.state not in verb.states:
        return REFUSED  # unrecognised, or in the wrong state
    if not command.wellformed:
        return REFUSED
    expectation = _RULES[verb.name](standing, command)
    if verb.optional and verb.name not in standing.offers:
        return replace(expectation, negative=True)
    return expectation


def in_exchange(turn: Turn) -> Expectation:
    """The replies to a turn of AUTH: what is no base64 is refused, and so is the exchange that a client cancels."""
    return REFUSED if turn.response is None else _EXCHANGE  # RFC 5034 §4


def line_count(command: Command) -> int:
    """The lines that TOP asks for; a number beyond all reason counts as a very large one."""
    digits = command.arguments[1].lstrip(b"0")
    return int(digits or b"0") if len(digits) <= _LONGEST_NUMBER else sys.maxsize


def _about(standing: Standing, command: Command, answer: Callable[[Message], Answer]) -> Expectation:
    """-ERR, unless the command names a message that is there and not marked."""
    message = standing.message(command.message)
    return Expectation(answer(message), negative=False) if message else REFUSED


def _about_content(standing: Standing, command: Command, answer: Callable[[Message], Answer]) -> Expectation:
    """Likewise; a message that needs UTF-8 mode may be refused without it (RFC 6856 §2.1, §5)."""
    message = standing.message(command.message)
    barred = message is not None and message.needs_utf8 and not standing.utf8 and "UTF8" in standing.offers
    return Expectation(answer(message), negative=barred) if message else REFUSED


def _quit(standing: Standing, _: Command) -> Expectation:
    """RFC 1939 §4 in AUTHORIZATION: +OK. §6 in TRANSACTION: the reply tells whether the removal succeeded."""
    if standing.state is State.AUTHORIZATION:
        return Expectation(Farewell(), negative=False, may_close=True)
    removes = frozenset(standing.marked)
    return Expectation(Farewell(removes), negative=bool(removes), may_close=True)


def _stat(standing: Standing, _: Command) -> Expectation:
    return Expectation(DropListing(standing.count, standing.octets), negative=False)


def _list(standing: Standing, command: Command) -> Expectation:
    if command.arguments:
        return _about_content(standing, command, ScanLine)
    return Expectation(ScanListing(standing.unmarked), negative=False)


def _retr(standing: Standing, command: Command) -> Expectation:
    return _about_content(standing, command, Content)


def _dele(standing: Standing, command: Command) -> Expectation:
    return _ACCEPTED if standing.message(command.message) else REFUSED


def _noop(_: Standing, __: Command) -> Expectation:
    return _ACCEPTED


def _top(standing: Standing, command: Command) -> Expectation:
    return _about_content(standing, command, lambda message: Content(message, line_count(command)))


def _uidl(standing: Standing, command: Command) -> Expectation:
    if command.arguments:
        return _about(standing, command, UniqueIdLine)
    return Expectation(UniqueIdListing(standing.unmarked), negative=False)


def _user(standing: Standing, _: Command) -> Expectation:
    """RFC 1939 §7: not after a USER that was accepted; whether names are told apart is left to the server."""
    return _LOGIN if standing.name is None else REFUSED


def _pass(standing: Standing, _: Command) -> Expectation:
    """RFC 1939 §7: only straight after a USER that was accepted."""
    return REFUSED if standing.name is None else _LOGIN


def _capa(_: Standing, __: Command) -> Expectation:
    return _CAPABILITIES


def _stls(standing: Standing, _: Command) -> Expectation:
    """RFC 2595 §4: not where TLS is spoken already."""
    return REFUSED if standing.secure else _EITHER


def _auth(_: Standing, command: Command) -> Expectation:
    """RFC 5034 §4: an initial response is base64, or an equals sign where it has no octets."""
    response = command.arguments[1] if len(command.arguments) > 1 else EMPTY
    return REFUSED if response != EMPTY and misspelling(response) else _EXCHANGE


def _utf8(_: Standing, __: Command) -> Expectation:
    """RFC 6856 §2.1: either answer is right."""
    return _EITHER


def _lang(_: Standing, command: Command) -> Expectation:
    """RFC 6856 §3.2: which languages there are is the server's affair."""
    return Expectation(Plain() if command.arguments else Languages(), negative=True)


_RULES: Final[Mapping[str, Callable[[Standing, Command], Expectation]]] = MappingProxyType(
    {
        "QUIT": _quit,
        "STAT": _stat,
        "LIST": _list,
        "RETR": _retr,
        "DELE": _dele,
        "NOOP": _noop,
        "RSET": _noop,
        "TOP": _top,
        "UIDL": _uidl,
        "USER": _user,
        "PASS": _pass,
        "APOP": _user,  # the same restriction
        "CAPA": _capa,
        "STLS": _stls,
        "AUTH": _auth,
        "UTF8": _utf8,
        "LANG": _lang,
    }
)
