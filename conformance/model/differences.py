"""Where sound servers are known to differ from the letter of RFC 1939, and from each other.

A server that forgives is not broken: it may read a sloppy command as what was meant, and answer that. Nor is one that
loses patience with a client and closes. Whoever judges has to bear with both; the reference server uses none of it.
"""

import re
from dataclasses import replace
from typing import Final

from conformance.model.expectation import Expectation, Plain
from conformance.model.rules import by_the_book, line_count
from conformance.model.standing import Standing
from conformance.wire import Command, Defect, InvalidCommand, Line, State, parse_command
from conformance.wire.grammar import COMMAND_LIMIT

__all__ = ["reading", "widened"]

_FORGIVEN: Final = frozenset({Defect.BARE_LF, Defect.CUT, Defect.NOT_ASCII})
_SPELLED: Final = re.compile(rb"\+?0*(?=[0-9])")
_NUMERIC: Final = frozenset({"LIST", "RETR", "DELE", "TOP", "UIDL"})
_PATIENCE: Final = 2
"""Refusals after which a server may close with the next one."""
_HUGE: Final = 0x3FFF_FFFF
"""Some servers refuse larger numbers of lines."""
_EXTENSION: Final = re.compile(r"X.+|LAST|RPOP|ENAB")
"""Keywords of private, historic and later commands: RFC 1081, RFC 1225."""


def reading(command: Command | InvalidCommand) -> Command | InvalidCommand:
    """The command as a forgiving server may read it.

    Spaces too many, TAB for space, LF without CR, octets that are not ASCII, a plus sign or zeros before a number, and
    arguments where none belong.
    """
    if not _FORGIVEN.issuperset(command.line.defects):
        return command
    words = command.line.content.split()
    meant = parse_command(Line(b" ".join(words) + b"\r\n"))
    if isinstance(meant, InvalidCommand) or meant.known is None:
        return command
    return Command(command.line, meant.verb, _arguments(meant))


def widened(standing: Standing, command: Command | InvalidCommand, strict: Expectation) -> Expectation:
    """What is expected of a command when lawful differences count too."""
    meant = reading(command)
    positive, negative = strict.positive, strict.negative
    if positive is None:
        positive = by_the_book(standing, meant).positive or _accepted(standing, meant)
    elif isinstance(meant, Command) and meant.verb == "TOP" and line_count(meant) > _HUGE:
        negative = True
    may_close = strict.may_close or (negative and _out_of_patience(standing, command))
    return replace(strict, positive=positive, negative=negative, may_close=may_close)


def _arguments(meant: Command) -> tuple[bytes, ...]:
    verb = meant.known
    if verb is not None and verb.most == 0:
        return ()
    if meant.verb in _NUMERIC:
        return tuple(_SPELLED.sub(b"", argument, count=1) for argument in meant.arguments)
    return (b" ".join(meant.arguments),) if meant.verb == "USER" and meant.arguments else meant.arguments


def _accepted(standing: Standing, meant: Command | InvalidCommand) -> Plain | None:
    """A plain +OK to what the book refuses: an extension, or a login command out of its order.

    A second USER may replace the first; CAPA and others may stand between USER and PASS.
    """
    if _EXTENSION.fullmatch(meant.verb):
        return Plain()
    named = standing.name is not None or standing.stale_name is not None
    at_login = standing.state is State.AUTHORIZATION and meant.verb in ("USER", "PASS", "APOP")
    return Plain() if named and at_login and meant.wellformed else None


def _out_of_patience(standing: Standing, command: Command | InvalidCommand) -> bool:
    line = command.line
    return standing.refusals >= _PATIENCE or line.length > COMMAND_LIMIT or not line.content
