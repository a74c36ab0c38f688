"""SCRAM as a server plays it that can be wrong in each single point, for faults (RFC 5802)."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.server.auth import Account
from conformance.server.faults.scene import Scene
from conformance.server.international import as_query
from conformance.server.sasl import Exchange, Mechanism
from conformance.server.sasl.names import quoted_name

__all__ = ["Ways", "scram", "server_first"]

_ITERATIONS: Final = 4096
_HASHES: Final = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}


def server_first(nonce: bytes, salt: bytes, iterations: int) -> bytes:
    """The server's first message."""
    return b"r=%b,s=%b,i=%d" % (nonce, b64encode(salt), iterations)


def _extended(nonce: bytes) -> bytes:
    return nonce + secrets.token_hex(9).encode()


def _prepared(name: bytes) -> bytes:
    return as_query(name) or b""


def _same(octets: bytes) -> bytes:
    return octets


@dataclass(frozen=True, slots=True)
class Ways:
    """In which points it is wrong; by default in none."""

    flags: tuple[bytes, ...] = (b"n", b"y")
    """Flags of channel binding that are taken, whole or up to an equals sign."""
    unquoted: Callable[[bytes], bytes | None] = quoted_name
    """What a name in the message says."""
    found_as: Callable[[bytes], bytes] = _prepared
    """The name that is looked up."""
    hashed: Callable[[bytes], bytes] = _same
    """What goes of the client's first message into the computation."""
    takes_m: bool = False
    extensions: bool = True
    compares_nonce: bool = True
    compares_binding: bool = True
    authorizes: bool = True
    proves: Callable[[bytes, bytes], bool] = hmac.compare_digest
    """Whether a proof will do, given the right one."""
    nonce: Callable[[bytes], bytes] = _extended
    """The server's nonce, given the client's."""
    first: Callable[[bytes, bytes, int], bytes] = server_first
    iterations: int = _ITERATIONS
    signature_hash: str = ""
    """The hash function of the server's signature, where it is another one."""
    says_why: bytes = b""
    """A last message after a wrong proof."""


def scram(scene: Scene, mechanism: Mechanism, ways: Ways) -> Exchange:
    """An exchange without channel binding."""
    hash_name = _HASHES[mechanism.name]
    first = yield b""
    opened = _opened(scene, first, ways)
    if opened is None:
        return None
    account, acts_as, bare = opened
    salt = hashlib.sha256(account.name.encode() + account.password.encode()).digest()[:16]
    nonce = ways.nonce(_value(bare, b"r"))
    challenge = ways.first(nonce, salt, ways.iterations)
    final = yield challenge
    without_proof, _, proof = final.rpartition(b",p=")
    pieces = without_proof.split(b",")
    header = b",".join(first.split(b",", 2)[:2]) + b","
    if not _fits(pieces, header, nonce, ways):
        return None
    salted = hashlib.pbkdf2_hmac(hash_name, _prepared(account.password.encode()), salt, ways.iterations)
    message = b",".join((ways.hashed(bare), challenge, without_proof))
    if not ways.proves(_octets(proof), _proof(hash_name, salted, message)):
        if ways.says_why:
            yield ways.says_why
        return None
    used = ways.signature_hash or hash_name
    signature = hmac.digest(hmac.digest(salted, b"Server Key", used), message, used)
    yield b"v=" + b64encode(signature)
    return acts_as


def _opened(scene: Scene, first: bytes, ways: Ways) -> tuple[Account, Account, bytes] | None:
    """Whose name the first message bears, whose maildrop is asked for, and what of the message is proven."""
    flag, identity, bare = first.split(b",", 2) if first.count(b",") > 1 else (b"", b"", b"")
    pieces = bare.split(b",")
    if pieces[0].startswith(b"m=") and ways.takes_m:
        pieces = pieces[1:]
    if not pieces[0].startswith(b"n=") or len(pieces) < 2 or (len(pieces) > 2 and not ways.extensions):
        return None
    if flag.partition(b"=")[0] not in ways.flags:
        return None
    name = ways.unquoted(pieces[0][2:])
    account = _spelled(scene, ways.found_as(name)) if name is not None else None
    if account is None or not account.plain:
        return None
    acts_as = scene.common.accounts.known(identity[2:]) if identity else account
    if acts_as is None or (acts_as is not account and ways.authorizes):
        return None
    return account, acts_as, bare


def _spelled(scene: Scene, name: bytes) -> Account | None:
    """The account of just that name."""
    return next((account for account in scene.common.accounts if account.name.encode() == name), None)


def _fits(pieces: list[bytes], header: bytes, nonce: bytes, ways: Ways) -> bool:
    """Whether the last message is about this exchange."""
    if len(pieces) < 2 or (len(pieces) > 2 and not ways.extensions):
        return False
    bound = pieces[0] == b"c=" + b64encode(header) or not ways.compares_binding
    return bound and (pieces[1] == b"r=" + nonce or not ways.compares_nonce)


def _proof(hash_name: str, salted: bytes, message: bytes) -> bytes:
    client_key = hmac.digest(salted, b"Client Key", hash_name)
    signature = hmac.digest(hashlib.new(hash_name, client_key).digest(), message, hash_name)
    return bytes(left ^ right for left, right in zip(client_key, signature, strict=True))


def _value(message: bytes, letter: bytes) -> bytes:
    return next((piece[2:] for piece in message.split(b",") if piece.startswith(letter + b"=")), b"")


def _octets(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except ValueError:
        return b""
