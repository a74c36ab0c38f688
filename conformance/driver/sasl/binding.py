"""Channel bindings as the client of a TLS connection has them (RFC 5929)."""

import hashlib
from collections.abc import Mapping

from conformance.driver.tls import Channel

__all__ = ["bindings"]


def bindings(channel: Channel | None) -> Mapping[str, bytes]:
    """Binding data by the name of their type, the preferred one first; none without TLS."""
    if channel is None:
        return {}
    found = {"tls-unique": channel.unique, "tls-server-end-point": _end_point(channel.certificate)}
    return {name: data for name, data in found.items() if data}


def _end_point(certificate: bytes) -> bytes:
    """RFC 5929 §4.1: a hash of the certificate, by its signature's own function, or SHA-256 for MD5 and SHA-1.

    There is none where the signature has no single hash function.
    """
    from cryptography.x509 import load_der_x509_certificate  # only who binds a channel pays for it

    try:
        function = load_der_x509_certificate(certificate).signature_hash_algorithm
    except ValueError:
        return b""
    if function is None:
        return b""
    name = "sha256" if function.name in ("md5", "sha1") else function.name
    return hashlib.new(name, certificate).digest()
