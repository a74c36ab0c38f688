"""What a scenario computes in a SASL exchange, as functions of expressions; what goes over the wire is base64.

    C: AUTH SCRAM-SHA-1 {scram_first(user, "abc")}
    S: + <challenge>
    C: {scram_final("SCRAM-SHA-1", user, password, "abc", challenge)}
    S: + <final>
    check scram_agrees("SCRAM-SHA-1", user, password, "abc", challenge, final)

`scram_proof` is for what no client should say: it takes the first message, and the last without its proof, as they are.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from conformance.driver.sasl.scram import Proofs, attributes, quoted
from conformance.driver.sasl.secret import keyed_digest
from conformance.wire.grammar import MSG_ID

__all__ = ["SASL"]

_HEADER: Final = b"n,,"
_DIGITS: Final = 18


def _b64(octets: bytes) -> bytes:
    return b64encode(octets)


def _unb64(text: bytes) -> bytes:
    return b64decode(text, validate=True)


def _cram_md5(challenge: bytes, name: bytes, password: bytes) -> bytes:
    return b64encode(keyed_digest(name, password, _unb64(challenge)))


def _first(name: bytes, nonce: bytes) -> bytes:
    return _HEADER + b"n=" + quoted(name) + b",r=" + nonce


def _scram_first(name: bytes, nonce: bytes) -> bytes:
    return b64encode(_first(name, nonce))


def _without_proof(challenge: bytes) -> bytes:
    return b"c=" + b64encode(_HEADER) + b",r=" + _scram_value(challenge, b"r")


def _proofs(mechanism: bytes, name: bytes, password: bytes, nonce: bytes, challenge: bytes) -> Proofs:
    first, last = _first(name, nonce), _without_proof(challenge)
    return Proofs.of(mechanism.decode(), password, first, _unb64(challenge), last)


def _scram_final(mechanism: bytes, name: bytes, password: bytes, nonce: bytes, challenge: bytes) -> bytes:
    proof = _proofs(mechanism, name, password, nonce, challenge).client_proof
    return b64encode(_without_proof(challenge) + b",p=" + b64encode(proof))


def _scram_agrees(mechanism: bytes, name: bytes, password: bytes, nonce: bytes, challenge: bytes, final: bytes) -> bool:
    """Whether the server's last message bears the right signature (RFC 5802 §5)."""
    signature = _proofs(mechanism, name, password, nonce, challenge).server_signature
    return _scram_value(final, b"v") == b64encode(signature)


def _scram_proof(mechanism: bytes, password: bytes, first: bytes, challenge: bytes, without_proof: bytes) -> bytes:
    """What goes behind ``p=``."""
    return b64encode(Proofs.of(mechanism.decode(), password, first, _unb64(challenge), without_proof).client_proof)


def _scram_value(message: bytes, attribute: bytes) -> bytes:
    """The value of an attribute of a message; empty where there is none."""
    return attributes(_unb64(message)).get(attribute.decode(), b"")


def _saslhex(name: bytes) -> bytes:
    """Every octet in hexadecimal behind an equals sign, as no SCRAM writes it."""
    return b"".join(b"=%02X" % octet for octet in name)


def _is_msg_id(text: bytes) -> bool:
    """Whether it is a msg-id in angle brackets, and nothing else (RFC 1939 §7)."""
    return MSG_ID.fullmatch(text) is not None


def _number(text: bytes) -> int:
    """The number that digits say; -1 for anything else."""
    return int(text[:_DIGITS]) if text.isdigit() else -1


def _begins(text: bytes, beginning: bytes) -> bool:
    return text.startswith(beginning)


def _last_digit_changed(text: bytes) -> bytes:
    """A digest that is wrong in one place."""
    return text[:-1] + (b"1" if text.endswith(b"0") else b"0")


def _without_last(text: bytes) -> bytes:
    return text[:-1]


def _json_member(text: bytes, name: bytes) -> bytes:
    """A text that is a member of a JSON object; empty where there is no such thing."""
    try:
        document = json.loads(text)
    except ValueError:
        return b""
    member = document.get(name.decode()) if isinstance(document, dict) else None
    return member.encode() if isinstance(member, str) else b""


SASL: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "b64": _b64,
        "unb64": _unb64,
        "lower": bytes.lower,
        "upper": bytes.upper,
        "cram_md5": _cram_md5,
        "scram_first": _scram_first,
        "scram_final": _scram_final,
        "scram_agrees": _scram_agrees,
        "scram_proof": _scram_proof,
        "scram_value": _scram_value,
        "saslname": quoted,
        "saslhex": _saslhex,
        "is_msg_id": _is_msg_id,
        "number": _number,
        "begins": _begins,
        "json_member": _json_member,
        "last_digit_changed": _last_digit_changed,
        "without_last": _without_last,
    }
)
"""The functions by their names."""
