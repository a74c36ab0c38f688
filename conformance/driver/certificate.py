"""What a server's certificate says, and what a careful client would think of it: facts, no verdicts (RFC 8314 §4.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["Certificate", "read_certificate"]

_WEAK_HASHES: Final = frozenset({"md5", "sha1"})
_SHORTEST_RSA: Final = 2048
_SHORTEST_CURVE: Final = 224


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts, fit to be read."""

    names: tuple[str, ...]
    """Host names and addresses that it is for."""
    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    key: str
    """Its kind and length, such as ``RSA, 2048 bits``."""
    signature: str
    """The hash that is signed, such as ``sha256``."""
    weak: tuple[str, ...]
    """What of it is too weak by today's measure."""

    def objections(self, name: str, at: datetime) -> tuple[str, ...]:
        """What a careful client that looks for this host would object to; who signed it is not looked at here."""
        found = list(self.weak)
        if at > self.ends:
            found.append(f"it expired on {self.ends:%Y-%m-%d}")
        if at < self.begins:
            found.append(f"it is not valid before {self.begins:%Y-%m-%d}")
        if not any(_fits(pattern, name) for pattern in self.names):
            found.append(f"it is not for {name}")
        return tuple(found)


def _fits(pattern: str, name: str) -> bool:
    """RFC 9525 §6.3: a name as it is, or with a wildcard for its leftmost label."""
    pattern, name = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return pattern == name


def read_certificate(der: bytes) -> Certificate | None:
    """The facts of a certificate; None for octets that are none."""
    from cryptography import x509  # only who looks at one pays for it

    try:
        read = x509.load_der_x509_certificate(der)
        key, weak_key = _key(read)
    except (ValueError, TypeError):
        return None
    used = read.signature_hash_algorithm
    signature = used.name if used is not None else "with its key's own"
    weak = [weak_key] if weak_key else []
    if signature in _WEAK_HASHES:
        weak.append(f"it is signed over {signature}")
    return Certificate(
        names=_names(read),
        subject=read.subject.rfc4514_string(),
        issuer=read.issuer.rfc4514_string(),
        begins=read.not_valid_before_utc,
        ends=read.not_valid_after_utc,
        key=key,
        signature=signature,
        weak=tuple(weak),
    )


def _names(read: "x509.Certificate") -> tuple[str, ...]:
    """RFC 9525 §4: only subject alternative names count."""
    from cryptography import x509

    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def _key(read: "x509.Certificate") -> tuple[str, str]:
    """The kind and length of the key, and what is weak about it."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = read.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        weak = f"its RSA key has {key.key_size} bits only" if key.key_size < _SHORTEST_RSA else ""
        return f"RSA, {key.key_size} bits", weak
    if isinstance(key, ec.EllipticCurvePublicKey):
        weak = f"its curve has {key.key_size} bits only" if key.key_size < _SHORTEST_CURVE else ""
        return f"elliptic curve {key.curve.name}", weak
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA, {key.key_size} bits", "its key is for DSA, which nobody uses any more"
    return type(key).__name__.strip("_").removesuffix("PublicKey"), ""
