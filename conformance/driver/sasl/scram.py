"""SCRAM (RFC 5802, RFC 7677): what the client computes, and the exchange.

`Proofs` holds the values of section 3, each under the name that it has there. It judges nothing, so that scenarios can
send what no client should.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from conformance.driver.sasl.client import Client, Identity, SaslError, mechanism, prepared

__all__ = ["Proofs", "Scram", "attributes", "hash_of", "quoted"]

_PLUS: Final = "-PLUS"
_HASHES: Final = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}
_MOST_ITERATIONS: Final = 5_000_000
"""A hostile server asks for a number that keeps a client busy (RFC 5802 §9)."""


def hash_of(mechanism_name: str) -> str:
    """The hash function's name for `hashlib`. `KeyError` for what is no SCRAM that is known here."""
    return _HASHES[mechanism_name.removesuffix(_PLUS)]


def quoted(name: bytes) -> bytes:
    """A name as a `saslname` (RFC 5802 §5.1)."""
    return name.replace(b"=", b"=3D").replace(b",", b"=2C")


def attributes(message: bytes) -> dict[str, bytes]:
    """The attributes of a message by their letters; what is no attribute is left out."""
    pairs = (piece.partition(b"=") for piece in message.split(b","))
    return {key.decode("ascii", "replace"): value for key, equals, value in pairs if equals and len(key) == 1}


@lru_cache(maxsize=256)  # the same password, salt and count come with every login to a server
def _salted(hash_name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations)


@dataclass(frozen=True, slots=True)
class Proofs:
    """RFC 5802 §3, for a password, the server's first message, and the messages that are proven."""

    hash_name: str
    password: bytes
    salt: bytes
    iterations: int
    auth_message: bytes

    @property
    def salted_password(self) -> bytes:
        """``SaltedPassword``."""
        return _salted(self.hash_name, prepared(self.password), self.salt, self.iterations)

    @property
    def client_proof(self) -> bytes:
        """``ClientProof``."""
        client_key = hmac.digest(self.salted_password, b"Client Key", self.hash_name)
        stored_key = hashlib.new(self.hash_name, client_key).digest()
        signature = hmac.digest(stored_key, self.auth_message, self.hash_name)
        return bytes(left ^ right for left, right in zip(client_key, signature, strict=True))

    @property
    def server_signature(self) -> bytes:
        """``ServerSignature``."""
        server_key = hmac.digest(self.salted_password, b"Server Key", self.hash_name)
        return hmac.digest(server_key, self.auth_message, self.hash_name)

    @classmethod
    def of(cls, mechanism_name: str, password: bytes, first: bytes, challenge: bytes, without_proof: bytes) -> "Proofs":
        """For the client's first message with its header, the server's, and the client's last one without the proof.

        `ValueError` where the server's says no salt or no number of iterations.
        """
        said = attributes(challenge)
        salt, iterations = b64decode(said.get("s", b""), validate=True), said.get("i", b"")
        if not salt or not iterations.isdigit() or not 0 < int(iterations[:9]) <= _MOST_ITERATIONS:
            raise ValueError(f"no salt, or no number of iterations: {challenge[:200]!r}")
        bare = first.split(b",", 2)[2]
        message = b",".join((bare, challenge, without_proof))
        return cls(hash_of(mechanism_name), password, salt, int(iterations), message)


class Scram(Client):
    """The exchange: the server's nonce has to extend ours, and its signature has to be right."""

    def __init__(self, name: str, identity: Identity) -> None:
        super().__init__(identity)
        self.satisfied = False
        self._name = name
        self._nonce = secrets.token_urlsafe(18).encode()
        self._proofs: Proofs | None = None
        self._header, self._data = self._binding(name.endswith(_PLUS))
        self._first = self._header + b"n=" + quoted(prepared(identity.name)) + b",r=" + self._nonce

    def _binding(self, binds: bool) -> tuple[bytes, bytes]:
        """The header, and the channel binding data (RFC 5802 §6)."""
        if not binds:
            return (b"y,," if self.identity.believes_unbound else b"n,,"), b""
        for kind, data in self.identity.bindings.items():
            return b"p=" + kind.encode() + b",,", data
        raise SaslError("there is no TLS to bind to")

    def first(self) -> bytes:
        """``client-first-message``."""
        return self._first

    def answer(self, challenge: bytes) -> bytes:
        """``client-final-message``, and then nothing more once the server's signature was seen to be right."""
        if self.satisfied:
            return super().answer(challenge)
        if self._proofs is not None:
            return self._verified(challenge)
        said = attributes(challenge)
        nonce = said.get("r", b"")
        if "e" in said or "m" in said:
            raise SaslError(f"the server wants no more of it: {challenge[:200]!r}")
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise SaslError("the server's nonce does not extend the client's (RFC 5802 §5.1)")
        without_proof = b"c=" + b64encode(self._header + self._data) + b",r=" + nonce
        try:
            self._proofs = Proofs.of(self._name, self.identity.password, self._first, challenge, without_proof)
        except ValueError as error:
            raise SaslError(str(error)) from None
        return without_proof + b",p=" + b64encode(self._proofs.client_proof)

    def _verified(self, challenge: bytes) -> bytes:
        assert self._proofs is not None  # noqa: S101 - see `answer`
        said = attributes(challenge)
        if "e" in said:
            return b""  # the server tells why, and says -ERR next
        if said.get("v") != b64encode(self._proofs.server_signature):
            raise SaslError("the server's signature is wrong: it does not know the password (RFC 5802 §5)")
        self.satisfied = True
        return b""


for _name in ("SCRAM-SHA-256", "SCRAM-SHA-1"):
    mechanism(_name + _PLUS, partial(Scram, _name + _PLUS))
    mechanism(_name, partial(Scram, _name))
