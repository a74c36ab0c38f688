"""An exchange as POP3 carries it: challenges and responses in base64, line by line (RFC 5034 §4)."""

import binascii
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from conformance.server.auth import Account
from conformance.server.sasl.mechanism import Exchange, Side

__all__ = ["Challenge", "Outcome", "Turns", "decoded"]

_CANCEL: Final = b"*"
_EMPTY: Final = b"="


@dataclass(frozen=True, slots=True)
class Challenge:
    """The exchange goes on."""

    octets: bytes

    @property
    def line(self) -> bytes:
        """The line, CRLF included; an empty challenge is a plus sign and a space."""
        return b"+ %b\r\n" % b64encode(self.octets)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exchange is over."""

    account: Account | None
    """Whose maildrop is to be opened; None where nobody proved anything."""
    broken_off: bool = False
    """Whether that is because the client cancelled, or because its line could not be read."""


class Turns:
    """One exchange: `begin` it, then `respond` with each line of the client until there is an outcome."""

    def __init__(self, exchange: Exchange, begins: Side) -> None:
        self._exchange, self._begins = exchange, begins

    def begin(self, initial: bytes | None) -> Challenge | Outcome:
        """The answer to AUTH, whose second argument is an initial response, where it has one."""
        first = Challenge(next(self._exchange))
        if initial is None:
            return first
        if self._begins is Side.SERVER:
            return self.end()  # RFC 5034 §4: -ERR
        return self._take(b"" if initial == _EMPTY else decoded(initial))

    def respond(self, line: bytes | None) -> Challenge | Outcome:
        """The answer to a line of the client, without its line end; None for one that could not be read."""
        return self.end() if line in (None, _CANCEL) else self._take(decoded(line or b""))

    def end(self) -> Outcome:
        """Leave it."""
        self._exchange.close()
        return Outcome(None, broken_off=True)

    def _take(self, response: bytes | None) -> Challenge | Outcome:
        if response is None:
            return self.end()
        try:
            return Challenge(self._exchange.send(response))
        except StopIteration as over:
            return Outcome(over.value)


def decoded(text: bytes) -> bytes | None:
    """What base64 says, or None: no other character is passed over, padding stands at the end and is complete."""
    try:
        octets = binascii.a2b_base64(text, strict_mode=True) if text else b""
    except binascii.Error:
        return None
    return octets if b64encode(octets) == text else None
