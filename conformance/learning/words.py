"""The words that are said to a server to learn its session: few, as each is tried in every state."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from conformance.driver import Account
from conformance.wire import Command, InvalidCommand, Line, parse_command

__all__ = ["NOBODY", "UNKNOWN", "Heard", "Proof", "Word", "alphabet"]

NOBODY: Final = b"pop3spec-nobody"
"""A name that no mailbox has."""
UNKNOWN: Final = "FROB"
"""A keyword of no RFC, and none that a private extension would have (those begin with X)."""
_NOT_IT: Final = b"not-the-password"


class Heard(StrEnum):
    """What came back, without its text."""

    OK = "+OK"
    ERR = "-ERR"
    OTHER = "other"
    """A line that begins in another way."""
    CLOSED = "closed"
    """The server ended the connection, before or in place of a whole reply."""
    SILENCE = "silence"
    """No whole reply came in time."""


class Proof(StrEnum):
    """What a word has to do with a password."""

    NONE = ""
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True)
class Word:
    """One thing to say."""

    label: str
    """How it is shown: never a secret."""
    arguments: bytes = b""
    """What follows the verb, unless it is a name or a proof."""
    proof: Proof = Proof.NONE

    @cached_property
    def verb(self) -> str:
        """Its keyword."""
        return self.label.partition(" ")[0]

    @property
    def guesses(self) -> bool:
        """Whether it belongs to a login that must fail."""
        return self.proof is Proof.WRONG or self.arguments == NOBODY

    @cached_property
    def command(self) -> Command | InvalidCommand:
        """How the book reads it; what stands in for secrets is of the same form."""
        stand_in = {"PASS": b"secret", "APOP": b"name " + b"0" * 32, "AUTH": b"PLAIN AGEAYg=="}
        arguments = stand_in[self.verb] if self.proof else self.arguments
        return parse_command(Line(self.verb.encode() + (b" " + arguments if arguments else b"") + b"\r\n"))

    def spoken(self, account: Account, stamp: bytes) -> bytes:
        """The octets, without the line end, on a connection that was greeted with this time stamp."""
        return self.verb.encode() + b"".join(b" " + part for part in self._parts(account, stamp) if part)

    def _parts(self, account: Account, stamp: bytes) -> tuple[bytes, ...]:
        if not self.proof:
            return (self.arguments,)
        if self.verb == "APOP":
            digest = account.digest(stamp)
            return account.name_octets, digest if self.proof is Proof.RIGHT else digest[::-1][:-1] + b"x"
        password = account.password_octets
        if self.proof is Proof.WRONG:
            password = _NOT_IT if password != _NOT_IT else _NOT_IT + b"-either"
        if self.verb == "PASS":
            return (password,)
        return b"PLAIN", base64.b64encode(b"\0" + account.name_octets + b"\0" + password)


def alphabet(
    account: Account,
    *,
    stamp: bool = False,
    offers: Collection[str] = (),
    stls: bool = False,
    wrong: bool = True,
    touch: bool = True,
) -> tuple[Word, ...]:
    """The words for an account, those first that make the best examples.

    `stamp`: the greeting has one for APOP. `offers`: what CAPA lists. `wrong`: whether logins may be tried that
    must fail. `touch`: whether the mail is ours, to be shown and deleted.
    """
    return (
        *_before_login(account, stamp=stamp, offers=offers, stls=stls, wrong=wrong),
        Word("STAT"),
        Word("LIST"),
        *([Word("LIST 1", b"1"), Word("RETR 1", b"1"), Word("TOP 1 0", b"1 0"), Word("DELE 1", b"1")] if touch else []),
        Word("UIDL"),
        *([Word("UIDL 1", b"1")] if touch else []),
        Word("RSET"),
        Word("NOOP"),
        *([Word("CAPA")] if offers else []),
        Word(UNKNOWN),
        Word("QUIT"),
    )


def _before_login(
    account: Account, *, stamp: bool, offers: Collection[str], stls: bool, wrong: bool
) -> tuple[Word, ...]:
    words: list[Word] = []
    if account.plain:
        words += [Word("USER right", account.name_octets), Word("PASS right", proof=Proof.RIGHT)]
        words += [Word("PASS wrong", proof=Proof.WRONG), Word("USER nobody", NOBODY)] if wrong else []
    if stamp:  # without an APOP secret it is a wrong password, too
        words += [Word("APOP right", proof=Proof.RIGHT)] if account.apop else []
        words += [Word("APOP wrong", proof=Proof.WRONG)] if wrong else []
    if "SASL-PLAIN" in offers and account.password and account.way in ("USER", "PLAIN", "*"):
        words += [Word("AUTH right", proof=Proof.RIGHT)]
    return (*words, *([Word("STLS")] if stls else []))
