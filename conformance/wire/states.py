"""The states of a POP3 session and how commands move it: everything that affects the state is in this file.

RFC 1939 §3 to §6. A session begins in AUTHORIZATION, once the greeting is out. PASS or APOP, answered with +OK, leads
to TRANSACTION; so does AUTH (RFC 5034), whose +OK may come after several turns. QUIT in TRANSACTION leads to UPDATE,
where the marked messages are removed, and then to the end; so it does when the reply is -ERR, because some could not be
removed (§6). QUIT in AUTHORIZATION ends the session without UPDATE. Every other end of the connection, every other
command, and every other -ERR, leads nowhere: the state stays, and nothing is removed.

              greeting                PASS, APOP, AUTH: +OK                QUIT
    CONNECTED ────────▶ AUTHORIZATION ─────────────────────▶ TRANSACTION ──────▶ UPDATE ──▶ ENDED
                              │ QUIT                                                          ▲
                              └───────────────────────────────────────────────────────────────┘
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["REFUSED_TRANSITIONS", "TRANSITIONS", "VERBS", "Multiline", "State", "Verb"]


class State(StrEnum):
    """Where a session stands (RFC 1939 §3)."""

    CONNECTED = "CONNECTED"
    AUTHORIZATION = "AUTHORIZATION"
    TRANSACTION = "TRANSACTION"
    UPDATE = "UPDATE"
    ENDED = "ENDED"


class Multiline(StrEnum):
    """When the positive reply to a command has a body."""

    NEVER = "never"
    ALWAYS = "always"
    WITHOUT_ARGUMENT = "without an argument"


@dataclass(frozen=True, slots=True)
class Verb:
    """A command that an RFC defines."""

    name: str
    least: int
    """Arguments it must have."""
    most: int
    """Arguments it may have."""
    states: frozenset[State]
    """States in which it may be given."""
    multiline: Multiline
    optional: bool
    """Whether a server may do without it."""
    rfc: int


_AUTHORIZATION: Final = frozenset({State.AUTHORIZATION})
_TRANSACTION: Final = frozenset({State.TRANSACTION})
_BOTH: Final = _AUTHORIZATION | _TRANSACTION

VERBS: Final = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            # RFC 1939 §5, §6: the minimal commands
            Verb("STAT", 0, 0, _TRANSACTION, Multiline.NEVER, optional=False, rfc=1939),
            Verb("LIST", 0, 1, _TRANSACTION, Multiline.WITHOUT_ARGUMENT, optional=False, rfc=1939),
            Verb("RETR", 1, 1, _TRANSACTION, Multiline.ALWAYS, optional=False, rfc=1939),
            Verb("DELE", 1, 1, _TRANSACTION, Multiline.NEVER, optional=False, rfc=1939),
            Verb("NOOP", 0, 0, _TRANSACTION, Multiline.NEVER, optional=False, rfc=1939),
            Verb("RSET", 0, 0, _TRANSACTION, Multiline.NEVER, optional=False, rfc=1939),
            Verb("QUIT", 0, 0, _BOTH, Multiline.NEVER, optional=False, rfc=1939),
            # RFC 1939 §7: the optional ones
            Verb("TOP", 2, 2, _TRANSACTION, Multiline.ALWAYS, optional=True, rfc=1939),
            Verb("UIDL", 0, 1, _TRANSACTION, Multiline.WITHOUT_ARGUMENT, optional=True, rfc=1939),
            Verb("USER", 1, 1, _AUTHORIZATION, Multiline.NEVER, optional=True, rfc=1939),
            Verb("PASS", 1, 1, _AUTHORIZATION, Multiline.NEVER, optional=True, rfc=1939),
            Verb("APOP", 2, 2, _AUTHORIZATION, Multiline.NEVER, optional=True, rfc=1939),
            # the family
            Verb("CAPA", 0, 0, _BOTH, Multiline.ALWAYS, optional=True, rfc=2449),
            Verb("STLS", 0, 0, _AUTHORIZATION, Multiline.NEVER, optional=True, rfc=2595),
            # AUTH alone is malformed; servers that take it answer with a list of mechanisms
            Verb("AUTH", 1, 2, _AUTHORIZATION, Multiline.WITHOUT_ARGUMENT, optional=True, rfc=5034),
            Verb("UTF8", 0, 0, _AUTHORIZATION, Multiline.NEVER, optional=True, rfc=6856),
            Verb("LANG", 0, 1, _BOTH, Multiline.WITHOUT_ARGUMENT, optional=True, rfc=6856),
        )
    }
)
"""Every command known, by its keyword in capitals."""

TRANSITIONS: Final = MappingProxyType(
    {
        (State.CONNECTED, "greeting"): State.AUTHORIZATION,
        (State.AUTHORIZATION, "PASS"): State.TRANSACTION,
        (State.AUTHORIZATION, "APOP"): State.TRANSACTION,
        (State.AUTHORIZATION, "AUTH"): State.TRANSACTION,
        (State.AUTHORIZATION, "QUIT"): State.ENDED,
        (State.TRANSACTION, "QUIT"): State.UPDATE,
    }
)
"""Where a positive answer leads; what is not here changes no state."""

REFUSED_TRANSITIONS: Final = MappingProxyType({(State.TRANSACTION, "QUIT"): State.UPDATE})
"""Where a negative answer to a well-formed command leads: the session is over, whatever was removed (RFC 1939 §6)."""
