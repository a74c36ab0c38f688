"""One exchange that AUTH began, as the monitor follows it: its mechanism, its turns, and whose maildrop it is about."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.transcript import MASK
from conformance.wire import EMPTY, Command, Given, Misspelling, Turn, decoded, misspelling

__all__ = ["CLIENT_FIRST", "ONE_RESPONSE", "SERVER_FIRST", "Sasl"]

ONE_RESPONSE: Final = frozenset({"PLAIN", "ANONYMOUS", "EXTERNAL"})
"""Mechanisms that the client begins, and that end with its first response (RFC 4616, 4505, 4422 appendix A)."""
CLIENT_FIRST: Final = ONE_RESPONSE | {
    "SCRAM-SHA-1",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256",
    "SCRAM-SHA-256-PLUS",
    "OAUTHBEARER",
}
"""Mechanisms of which an RFC says that the client begins."""
SERVER_FIRST: Final = frozenset({"CRAM-MD5", "KERBEROS_V4"})
"""Mechanisms of which an RFC says that the server begins (RFC 2195, RFC 1731)."""

_DIGEST_NAME: Final = re.compile(rb'(?:^|,)\s*(?:authzid|username)="((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Sasl:
    """An exchange, as far as it has come."""

    mechanism: str
    """In capitals."""
    initial: bytes | None = None
    """The initial response as it was sent; None where there was none."""
    turns: list[Turn] = field(default_factory=list)
    """What the client said since."""
    challenge: bytes | None = None
    """What the server said last, decoded; None where it is no base64."""

    @classmethod
    def begun_by(cls, command: Given | None) -> "Sasl | None":
        """The exchange that a command asks for; None where it is not AUTH with a mechanism."""
        if not isinstance(command, Command) or command.verb != "AUTH" or not 1 <= len(command.arguments) <= _MOST:
            return None
        mechanism, *initial = command.arguments
        return cls(mechanism.decode("latin-1").upper(), initial[0] if initial else None) if mechanism else None

    def flaws(self, now: Turn | None = None) -> frozenset[Misspelling]:
        """What was wrong with the client's responses, up to the turn now; nothing is known of what was masked."""
        turns = [*self.turns, *([now] if now is not None else [])]
        found = [turn.misspelling for turn in turns if MASK not in turn.line.content]
        if self.initial is not None and self.initial != EMPTY and MASK not in self.initial:
            found.append(misspelling(self.initial))
        return frozenset(flaw for flaw in found if flaw is not None)

    @property
    def responses(self) -> list[bytes | None]:
        """The responses, decoded; None for one that cannot be."""
        initial = b"" if self.initial == EMPTY else decoded(self.initial) if self.initial is not None else None
        given = [] if self.initial is None else [initial]
        return [*given, *(turn.response for turn in self.turns)]

    @property
    def user(self) -> bytes | None:
        """Whose maildrop it is about, as the client says; None where that does not show."""
        first = self.responses[0] if self.responses else None
        read = _USERS.get(self.mechanism)
        return read(first) or None if first is not None and read is not None else None


_MOST: Final = 2
"""Arguments of AUTH."""


def _of_plain(message: bytes) -> bytes | None:
    """RFC 4616 §2: authorization identity, authentication identity and password; the first may be empty."""
    fields = message.split(b"\0")
    return (fields[0] or fields[1]) if len(fields) == len(("authzid", "authcid", "passwd")) else None


def _of_cram(message: bytes) -> bytes | None:
    """RFC 2195 §2: the name, which may have spaces, a space, and the digest."""
    return message.rpartition(b" ")[0]


def _of_scram(message: bytes) -> bytes | None:
    """RFC 5802 §7: the authorization identity of the gs2-header, else the name."""
    fields = message.split(b",", 3)
    identity = fields[1][2:] if len(fields) > 1 and fields[1].startswith(b"a=") else b""
    name = fields[2][2:] if len(fields) > 2 and fields[2].startswith(b"n=") else b""
    return (identity or name).replace(b"=2C", b",").replace(b"=3D", b"=")


def _of_bearer(message: bytes) -> bytes | None:
    """RFC 7628 §3.1: the authorization identity of the gs2-header."""
    _, _, identity = message.partition(b",")
    identity = identity.partition(b",")[0]
    return identity[2:].replace(b"=2C", b",").replace(b"=3D", b"=") if identity.startswith(b"a=") else None


def _of_xoauth2(message: bytes) -> bytes | None:
    name = message.partition(b"\x01")[0]
    return name[5:] if name.startswith(b"user=") else None


def _of_digest(message: bytes) -> bytes | None:
    """RFC 2831 §2.1.2."""
    found = _DIGEST_NAME.findall(message)
    return found[0] if len(found) == 1 else None


_USERS: Final[Mapping[str, Callable[[bytes], bytes | None]]] = {
    "PLAIN": _of_plain,
    "LOGIN": bytes,
    "EXTERNAL": bytes,
    "CRAM-MD5": _of_cram,
    "DIGEST-MD5": _of_digest,
    "SCRAM-SHA-1": _of_scram,
    "SCRAM-SHA-1-PLUS": _of_scram,
    "SCRAM-SHA-256": _of_scram,
    "SCRAM-SHA-256-PLUS": _of_scram,
    "OAUTHBEARER": _of_bearer,
    "XOAUTH2": _of_xoauth2,
}
"""What the first response of each mechanism tells."""
