"""What a session has shown of UTF8 and LANG (RFC 6856)."""

import re
from dataclasses import dataclass
from typing import Final

from conformance.monitor.ledger import Delivered
from conformance.transcript import Exchange

__all__ = ["LISTING", "SELECTED", "International", "is_utf8", "needs_utf8"]

_TAG: Final = rb"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"

# selected = "+OK" SP language-tag SP text ; RFC 6856 §3.2; the star is no tag, see R6856-LANG-05
SELECTED: Final = re.compile(rb"\+OK (?P<tag>" + _TAG + rb"|\*) .*", re.DOTALL | re.IGNORECASE)

# language listing = language-tag [SP description] ; RFC 6856 §3.2
LISTING: Final = re.compile(rb"(?P<tag>" + _TAG + rb")(?: .*)?", re.DOTALL)


@dataclass(slots=True)
class International:
    """How the session stands."""

    utf8: bool | None = False
    """Whether it is in UTF-8 mode: UTF8 was answered with +OK. None where that is not certain, behind STLS."""
    localized: bool = False
    """Whether a language was selected, so that texts are in UTF-8."""
    tags: frozenset[bytes] = frozenset()
    """The tags of the languages that the server listed, in lower case; none while it has not."""

    def learn(self, exchange: Exchange) -> None:
        """Take in what an exchange shows."""
        if not exchange.positive or exchange.command is None:
            return
        if exchange.verb == "STLS":
            self.utf8 = None if self.utf8 else self.utf8  # what was said in the clear may be forgotten (RFC 2595 §4)
            self.localized = False
        elif exchange.verb == "UTF8":
            self.utf8 = True
        elif exchange.verb == "LANG" and exchange.command.arguments:
            self.localized = True
        elif exchange.verb == "LANG" and exchange.reply is not None and exchange.reply.body is not None:
            found = (LISTING.fullmatch(line.content.rstrip(b"\r")) for line in exchange.body_lines())
            self.tags = frozenset(listed["tag"].lower() for listed in found if listed)


def is_utf8(octets: bytes) -> bool:
    """Whether the octets are well-formed UTF-8 (RFC 3629)."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def needs_utf8(delivered: Delivered | None) -> bool:
    """Whether a message that was put into the maildrop has UTF-8 beyond ASCII in its header."""
    return delivered is not None and not delivered.header.isascii() and is_utf8(delivered.header)
