"""Facts about a target's TLS for the report: which versions it speaks, and what its certificate is worth.

They break nothing. Whatever certificate a run accepts, here it is looked at as a careful client would (RFC 8314 §4.2,
§5.2), and versions are offered one by one (§4.1).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from conformance.driver.certificate import Certificate, read_certificate
from conformance.driver.driver import Driver
from conformance.driver.target import Target, TargetError, TlsMode
from conformance.driver.tls import VERSIONS
from conformance.transcript import escape

__all__ = ["Fact", "tls_facts"]

Fact = tuple[str, str]
"""What it is about, and what was seen; printable."""

_OLD: Final = frozenset({"1.0", "1.1"})
"""Versions that nobody should speak any more (RFC 8996)."""


def tls_facts(target: Target, *, stls: bool) -> tuple[Fact, ...]:
    """What was seen; nothing where there is no TLS. `stls` tells whether STLS is announced in the clear.

    A server that does not answer gives fewer facts, and no error.
    """
    if target.tls.mode is TlsMode.NONE and not stls:
        return ()
    how = "from the start (pop3s)" if target.tls.mode is TlsMode.IMPLICIT else "by STLS"
    return (("TLS", how), *_versions(target), *_certificate(target))


def _versions(target: Target) -> Iterator[Fact]:
    lax = replace(target, tls=replace(target.tls, insecure=True))
    spoken = [version for version in VERSIONS if not _shaken(lax, version)[0]]
    yield "TLS versions", ", ".join(spoken) or "none of 1.0 to 1.3"
    if old := [version for version in spoken if version in _OLD]:
        yield "TLS, outdated", f"{' and '.join(old)}, which RFC 8996 asks everybody to leave"


def _certificate(target: Target) -> Iterator[Fact]:
    lax = replace(target, tls=replace(target.tls, insecure=True))
    why, der, cipher = _shaken(lax)
    if why:
        yield "TLS handshake", why
        return
    yield "TLS cipher", cipher
    read = read_certificate(der)
    if read is None:
        yield "certificate", "cannot be read"
        return
    yield from _described(read)
    name = target.tls.server_name or target.host
    objections = read.objections(name, datetime.now(UTC))
    careful = replace(target, tls=replace(target.tls, insecure=False))
    why, _, _ = _shaken(careful)
    yield "certificate, accepted", f"no: {'; '.join(objections) or why}" if objections or why else f"yes, for {name}"


def _described(read: Certificate) -> Iterator[Fact]:
    yield "certificate for", escape((", ".join(read.names) or read.subject).encode())
    yield "certificate by", escape(read.issuer.encode())
    yield "certificate valid", f"{read.begins:%Y-%m-%d} to {read.ends:%Y-%m-%d}"
    yield "certificate key", f"{read.key}, signed over {read.signature}"


def _shaken(target: Target, version: str = "") -> tuple[str, bytes, str]:
    """Why a handshake failed, empty when it did not; then the certificate, and the cipher with its version."""
    driver = Driver(target, "facts")
    try:
        driver.connect(clear=True)
        if target.tls.mode is not TlsMode.IMPLICIT:
            driver.read_greeting()
            answer = driver.ask(b"STLS")
            if answer is None or not answer.positive:
                return "STLS was refused", b"", ""
        why = driver.start_tls(version)
        channel = driver.channel
        if why or channel is None:
            return why or "the connection ended", b"", ""
        return "", channel.certificate, f"{channel.cipher} ({channel.version})"
    except TargetError as error:
        return str(error), b"", ""
    finally:
        driver.close()
        driver.transcript.close()
