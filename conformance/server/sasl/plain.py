"""Mechanisms that show the password to the server: PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login)."""

from conformance.server.sasl.mechanism import Circumstances, Exchange, Side, mechanism
from conformance.server.sasl.names import may_act_as

__all__ = ["login", "plain"]


@mechanism("PLAIN", begins=Side.CLIENT, plaintext=True)
def plain(place: Circumstances) -> Exchange:
    """RFC 4616 §2: `[authzid] NUL authcid NUL passwd`, no part empty but the first."""
    message = yield b""
    if message.count(b"\0") != 2:
        return None
    identity, name, password = message.split(b"\0")
    return may_act_as(place.accounts.by_password(name, password), identity)


@mechanism("LOGIN", begins=Side.SERVER, plaintext=True)
def login(place: Circumstances) -> Exchange:
    """The prompts are those that some clients insist on; section 2.2 allows them."""
    name = yield b"Username:"
    password = yield b"Password:"
    return place.accounts.by_password(name, password)
