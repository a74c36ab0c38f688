"""Facts about a target's TLS for the report: which versions it speaks, and what its certificate is worth.

They break nothing. Whatever certificate a run accepts, here it is looked at as a careful client would (RFC 8314 §4.2,
§5.2), and versions are offered one by one (§4.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from conformance.driver.certificate import Certificate, read_certificate
from conformance.driver.driver import Driver
from conformance.driver.look import capabilities
from conformance.driver.target import Target, TargetError, TlsMode
from conformance.driver.tls import VERSIONS
from conformance.transcript import escape

__all__ = ["Fact", "TlsSeen", "look_at_tls", "tls_facts"]

Fact = tuple[str, str]
"""What it is about, and what was seen; printable."""

_OLD: Final = frozenset({"1.0", "1.1"})
"""Versions that nobody should speak any more (RFC 8996)."""


@dataclass(frozen=True, slots=True)
class TlsSeen:
    """What was seen of a target's TLS."""

    facts: tuple[Fact, ...] = ()
    across: tuple[bytes, ...] | None = None
    """What CAPA lists before login on the side of STLS where the run is not; None where that was not found out."""


def tls_facts(target: Target, *, stls: bool) -> tuple[Fact, ...]:
    """What was seen; nothing where there is no TLS. `stls` tells whether STLS is announced in the clear.

    A server that does not answer gives fewer facts, and no error.
    """
    return look_at_tls(target, stls=stls, capa=False).facts


def look_at_tls(target: Target, *, stls: bool, capa: bool) -> TlsSeen:
    """The same, and with `capa` what the server lists in the clear to a run behind STLS, and inside TLS to others.

    That is one CAPA more. Whatever its certificate, the server is asked.
    """
    if target.tls.mode is TlsMode.NONE and not stls:
        return TlsSeen()
    how = "from the start (pop3s)" if target.tls.mode is TlsMode.IMPLICIT else "by STLS"
    versions = tuple(_versions(target))
    shaken = _shaken(_lax(target), capa=capa)
    return TlsSeen((("TLS", how), *versions, *_certificate(target, shaken)), shaken.across)


def _lax(target: Target) -> Target:
    return replace(target, tls=replace(target.tls, insecure=True))


def _versions(target: Target) -> Iterator[Fact]:
    lax = _lax(target)
    spoken = [version for version in VERSIONS if not _shaken(lax, version).why]
    yield "TLS versions", ", ".join(spoken) or "none of 1.0 to 1.3"
    if old := [version for version in spoken if version in _OLD]:
        yield "TLS, outdated", f"{' and '.join(old)}, which RFC 8996 asks everybody to leave"


def _certificate(target: Target, shaken: "_Shaken") -> Iterator[Fact]:
    if shaken.why:
        yield "TLS handshake", shaken.why
        return
    yield "TLS cipher", shaken.cipher
    read = read_certificate(shaken.certificate)
    if read is None:
        yield "certificate", "cannot be read"
        return
    yield from _described(read)
    name = target.tls.server_name or target.host
    objections = read.objections(name, datetime.now(UTC))
    careful = replace(target, tls=replace(target.tls, insecure=False))
    why = _shaken(careful).why
    yield "certificate, accepted", f"no: {'; '.join(objections) or why}" if objections or why else f"yes, for {name}"


def _described(read: Certificate) -> Iterator[Fact]:
    yield "certificate for", escape((", ".join(read.names) or read.subject).encode())
    yield "certificate by", escape(read.issuer.encode())
    yield "certificate valid", f"{read.begins:%Y-%m-%d} to {read.ends:%Y-%m-%d}"
    yield "certificate key", f"{read.key}, signed over {read.signature}"


class _Shaken(NamedTuple):
    """What came of a handshake."""

    why: str
    """Why it failed; empty when it did not."""
    certificate: bytes = b""
    cipher: str = ""
    """With the version."""
    across: tuple[bytes, ...] | None = None
    """As `TlsSeen` has it."""


def _shaken(target: Target, version: str = "", *, capa: bool = False) -> _Shaken:
    driver = Driver(target, "facts")
    across = None
    try:
        driver.connect(clear=True)
        if target.tls.mode is not TlsMode.IMPLICIT:
            driver.read_greeting()
            if capa and target.tls.mode is TlsMode.STARTTLS:
                across, _, _ = capabilities(driver)
            answer = driver.ask(b"STLS")
            if answer is None or not answer.positive:
                return _Shaken("STLS was refused", across=across)
        why = driver.start_tls(version)
        channel = driver.channel
        if why or channel is None:
            return _Shaken(why or "the connection ended", across=across)
        if capa and target.tls.mode is TlsMode.NONE:
            across, _, _ = capabilities(driver)
        return _Shaken("", channel.certificate, f"{channel.cipher} ({channel.version})", across)
    except TargetError as error:
        return _Shaken(str(error), across=across)
    finally:
        driver.close()
        driver.transcript.close()
