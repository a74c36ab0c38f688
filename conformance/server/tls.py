"""TLS on the server's side: a certificate with its key, and what SASL may know of a channel (RFC 2595, RFC 8314)."""

import hashlib
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Self

from conformance.server.sasl import Channel

__all__ = ["ServerTls"]

_WEAK: Final = frozenset({"md5", "sha1"})
"""Hashes in whose place SHA-256 binds a channel (RFC 5929 §4.1)."""


class ServerTls:
    """What a server needs to speak TLS 1.2 and later."""

    def __init__(self, make: Callable[[], ssl.SSLContext], certificate: bytes, authority: bytes = b"") -> None:
        self.make = make
        """Makes another context that shows the certificate, for who wants to change something about it."""
        self.context = make()
        self.authority = authority
        """The certificate of the authority that clients have to trust, in PEM; empty where that is not known here."""
        self._end_point = _end_point(certificate)

    @classmethod
    def made(cls, names: Iterable[str] = ("localhost", "127.0.0.1", "::1"), client_ca: Path | None = None) -> Self:
        """A certificate for these names by an authority of its own, made now; neither key is ever on disk."""
        import trustme  # only who speaks TLS pays for it

        authority = trustme.CA()
        leaf = authority.issue_cert(*names)

        def make() -> ssl.SSLContext:
            context = _context(client_ca)
            leaf.configure_cert(context)
            return context

        return cls(make, leaf.cert_chain_pems[0].bytes(), authority.cert_pem.bytes())

    @classmethod
    def loaded(cls, certificate: Path, key: Path | None = None, client_ca: Path | None = None) -> Self:
        """A certificate and its key from files in PEM. Raises OSError, `ssl.SSLError` among them."""

        def make() -> ssl.SSLContext:
            context = _context(client_ca)
            context.load_cert_chain(certificate, key)
            return context

        return cls(make, certificate.read_bytes())

    def channel(self, spoken: ssl.SSLObject) -> Channel:
        """What SASL may know of a connection once TLS is spoken on it."""
        bindings = {"tls-server-end-point": self._end_point}
        if spoken.version() != "TLSv1.3" and (unique := spoken.get_channel_binding("tls-unique")):
            bindings["tls-unique"] = unique
        return Channel(secure=True, bindings=bindings, certified=_certified(spoken))


def _context(client_ca: Path | None) -> ssl.SSLContext:
    """RFC 8314 §4.2: a client is asked for a certificate only where one can be of use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _end_point(certificate: bytes) -> bytes:
    """The channel binding ``tls-server-end-point`` (RFC 5929 §4.1)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    read = x509.load_pem_x509_certificate(certificate)
    used = read.signature_hash_algorithm
    name = "sha256" if used is None or used.name in _WEAK else used.name
    return hashlib.new(name, read.public_bytes(Encoding.DER)).digest()


def _certified(spoken: ssl.SSLObject) -> str:
    """The name in a client's certificate that was verified: its common name, else the first e-mail address."""
    shown: dict[str, Any] = spoken.getpeercert() or {}
    names = [value for row in shown.get("subject", ()) for kind, value in row if kind == "commonName"]
    names += [value for kind, value in shown.get("subjectAltName", ()) if kind == "email"]
    return str(names[0]) if names else ""
