"""The turns of AUTH: lines of the client that are no commands, and the challenges that they answer (RFC 5034 §4)."""

import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.wire.grammar import BASE64, BASE64_CHARS
from conformance.wire.lines import Line
from conformance.wire.replies import Reply

__all__ = ["CANCEL", "EMPTY", "Misspelling", "Turn", "challenge_of", "decoded", "misspelling"]

CANCEL: Final = b"*"
"""The turn by which a client gives up."""
EMPTY: Final = b"="
"""An initial response that is there and has no octets."""

_GROUP: Final = 4
"""Characters that stand for three octets."""


class Misspelling(StrEnum):
    """Why a text is not base64, the gravest first (RFC 5034 §4, RFC 4648 §4)."""

    ALPHABET = "a character is not in the base64 alphabet"
    PAD = "a pad stands elsewhere than at the end"
    REMAINDER = "a single character is left over, of which no octet can be made"
    LENGTH = "the last group is not filled up to four characters as it should be"


def misspelling(text: bytes) -> Misspelling | None:
    """What is wrong with a text that ought to be base64, if anything is; a text without characters is in order."""
    if BASE64.fullmatch(text):
        return None
    characters = text.rstrip(b"=")
    if not BASE64_CHARS.fullmatch(characters.replace(b"=", b"")):
        return Misspelling.ALPHABET
    if b"=" in characters or not characters:
        return Misspelling.PAD
    return Misspelling.REMAINDER if len(characters) % _GROUP == 1 else Misspelling.LENGTH


def decoded(text: bytes) -> bytes | None:
    """The octets that a text in base64 stands for; None where it is misspelt."""
    return binascii.a2b_base64(text) if BASE64.fullmatch(text) else None


def challenge_of(reply: Reply) -> bytes | None:
    """The octets of a challenge; None where the reply is none, or misspelt."""
    line = reply.status.content
    return decoded(line[2:]) if reply.challenges and line[1:2] in (b"", b" ") else None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a client says in an exchange that AUTH began: well-formed or not, and though it look like a command.

    It has what commands have, so that readers who look at commands need not tell them apart.
    """

    line: Line
    verb: str = "AUTH"
    """The command that it belongs to."""
    arguments: tuple[bytes, ...] = ()
    multiline: bool = False
    wellformed: bool = True
    """A misspelt response is refused for what it says, and not as a command."""
    known: None = None
    message: None = None

    @property
    def cancels(self) -> bool:
        """Whether the client gives up."""
        return self.line.content == CANCEL

    @property
    def response(self) -> bytes | None:
        """The octets of the response; None where it is misspelt, or the client gives up."""
        return decoded(self.line.content)

    @property
    def misspelling(self) -> Misspelling | None:
        """What is wrong with the response."""
        return None if self.cancels else misspelling(self.line.content)
