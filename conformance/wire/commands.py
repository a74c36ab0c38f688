"""Commands: a keyword and its arguments; what is not one is a value too, with the reason inside."""

from dataclasses import dataclass
from typing import Final

from conformance.wire.grammar import KEYWORD, NUMBER
from conformance.wire.lines import Defect, Line
from conformance.wire.states import VERBS, Multiline, Verb

__all__ = ["Command", "InvalidCommand", "message_number", "parse_command"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command that has the form RFC 1939 §3 gives it, known or not."""

    line: Line
    verb: str
    """The keyword in capitals."""
    arguments: tuple[bytes, ...]
    """What follows, cut at single spaces. PASS has one argument, spaces and all (RFC 1939 §7)."""

    @property
    def known(self) -> Verb | None:
        """What the RFCs say of the verb."""
        return VERBS.get(self.verb)

    @property
    def multiline(self) -> bool:
        """Whether a positive reply has a body."""
        if (verb := self.known) is None:
            return False
        if verb.multiline is Multiline.WITHOUT_ARGUMENT:
            return not any(self.arguments)  # a server that forgives a space at the end answers "LIST " with a body
        return verb.multiline is Multiline.ALWAYS

    @property
    def wellformed(self) -> bool:
        """Whether the arguments are as many as the verb takes and of the right form."""
        verb = self.known
        if verb is None or not verb.least <= len(self.arguments) <= verb.most or b"" in self.arguments:
            return False
        numeric = self.arguments if verb.name in _NUMERIC else ()
        return all(map(NUMBER.fullmatch, numeric))

    @property
    def message(self) -> int | None:
        """The message-number that it names, if it names one."""
        return message_number(self.arguments[0]) if self.arguments and self.verb in _NUMERIC else None


_NUMERIC: Final = frozenset({"LIST", "RETR", "DELE", "TOP", "UIDL"})
_TEXTUAL: Final = frozenset({"PASS", "USER", "APOP"})
"""Verbs with names and passwords; octets that are not ASCII are at home there (RFC 6856 §2.2)."""


@dataclass(frozen=True, slots=True)
class InvalidCommand:
    """A line from a client that is no command."""

    line: Line
    reason: str
    """Why not."""
    verb: str = ""
    """The keyword in capitals, where one can be read; its arguments cannot be trusted."""
    arguments: tuple[bytes, ...] = ()
    multiline: bool = False
    """Whether a server that takes LF for a line end, and has no other objection, answers with a body."""
    wellformed: bool = False
    known: None = None
    message: None = None


def message_number(argument: bytes) -> int | None:
    """A number in base ten without leading zeros (RFC 1939 §4), or None: servers may refuse other spellings."""
    if NUMBER.fullmatch(argument) and not argument.startswith(b"0") and len(argument) <= 20:
        return int(argument)
    return None


def parse_command(line: Line) -> Command | InvalidCommand:
    """Read a client's line.

    Strict about what RFC 1939 §3 says a client sends, so that a server is only judged by commands that it had to
    understand.
    """
    keyword, space, rest = line.content.partition(b" ")
    verb = keyword.decode("ascii", "replace").upper()
    arguments = () if not space else (rest,) if verb == "PASS" else tuple(rest.split(b" "))
    command = Command(line, verb, arguments)
    if (defects := line.defects) and (defects != (Defect.NOT_ASCII,) or verb not in _TEXTUAL):
        reason = "; ".join(defect.value for defect in defects)
        return InvalidCommand(line, reason, verb, multiline=defects == (Defect.BARE_LF,) and command.multiline)
    if verb not in VERBS and not KEYWORD.fullmatch(keyword):
        return InvalidCommand(line, "a keyword has three or four printable characters", verb)
    return command
