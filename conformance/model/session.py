"""The reference behaviour of a POP3 session, from the greeting to the end (RFC 1939 §3 to §7).

`Session.expect` tells the replies that are lawful for a command, and changes nothing; `Session.advance` is told which
of them was given, and moves on. Two parties play by this book: the reference server, which picks one of the lawful
replies, and the oracle of generated sessions, which compares what a server said with what it might have said.
"""

from collections.abc import Collection
from typing import Final

from conformance.model.differences import reading, widened
from conformance.model.expectation import Expectation
from conformance.model.maildrop import Maildrop
from conformance.model.rules import OVER, REFUSED, by_the_book, in_exchange
from conformance.model.standing import Standing
from conformance.wire import TRANSITIONS, Given, State, Turn

__all__ = ["Session"]

_FREE_TEXT: Final = frozenset({"USER", "PASS", "APOP"})
"""Verbs whose arguments the parser lets be any octets; RFC 1939 §3 wants printable ASCII."""
_UTF8_USER: Final = "UTF8-USER"
"""Among what a server offers: names and passwords in UTF-8 (RFC 6856 §2.2)."""
_IDLE: Final = frozenset({"STAT", "LIST", "RETR", "NOOP", "TOP", "UIDL", "CAPA", "LANG"})
"""Verbs that change nothing."""

_EMPTY: Final = Maildrop()
_GOING_ON: Final = frozenset({State.AUTHORIZATION, State.TRANSACTION})


class Session(Standing):
    """One session, once the greeting is out.

    `maildrop` is what a login will find, if that is known beforehand; `offers` names the optional commands that the
    server is known to have, and `UTF8-USER` that names and passwords may be in UTF-8. A tolerant session expects lawful
    differences between servers too (`conformance.model.differences`); one that is not tolerant keeps to the letter.
    """

    def __init__(self, maildrop: Maildrop = _EMPTY, *, offers: Collection[str] = (), tolerant: bool = True) -> None:
        super().__init__(maildrop, offers)
        self.tolerant = tolerant

    def expect(self, command: Given) -> Expectation:
        """The lawful replies to the command, as things stand; to a turn while the session is challenged."""
        if self.state not in _GOING_ON:
            return OVER
        if isinstance(command, Turn):
            return in_exchange(command)
        garbled = command.verb in _FREE_TEXT and command.line.defects and _UTF8_USER not in self.offers
        strict = REFUSED if garbled else by_the_book(self, command)
        return widened(self, command, strict) if self.tolerant else strict

    def advance(self, command: Given, *, positive: bool, challenge: bool = False) -> None:
        """Move on, now that the command or turn was answered: positively, negatively or by a challenge."""
        before = self.state
        if before not in _GOING_ON:
            return
        self.challenged = challenge
        if self.name is not None:
            self.name, self.stale_name = None, self.name
        if positive:
            self._obey(reading(command) if self.tolerant and not isinstance(command, Turn) else command)
        elif command.verb == "QUIT" and command.wellformed and before is State.TRANSACTION:
            self.state = State.UPDATE  # some messages were not removed; the session is over all the same (RFC 1939 §6)
        if command.verb == "PASS":
            self.stale_name = None  # one USER, one PASS
        refused = not (positive or challenge)
        self.refusals = 0 if self.state is not before else self.refusals + refused

    def _obey(self, command: Given) -> None:
        if command.verb in _IDLE or not command.wellformed:
            return
        match command.verb:
            case "USER":
                self.name, self.stale_name = command.arguments[0], None
            case "DELE":
                self.mark(command.message)
            case "STLS":
                self.secure, self.utf8 = True, False  # what a client said in the clear is forgotten (RFC 2595 §4)
            case "RSET":
                self.unmark()
            case "UTF8":
                self.utf8 = True
            case _:
                self.state = TRANSITIONS.get((self.state, command.verb), self.state)
