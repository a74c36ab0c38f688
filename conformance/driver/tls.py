"""TLS for the driver: a channel whose octets go in and out of memory, so that the driver sends and reads as exactly as
without it; and the contexts that a target's policy comes to (RFC 2595, RFC 8314).
"""

import ssl
import warnings
from contextlib import suppress
from functools import lru_cache
from typing import Final

from conformance.driver.target import TargetError, Tls
from conformance.transcript import escape

__all__ = ["OFFERS", "OWN_REASONS", "REFUSED", "VERSIONS", "Channel", "TlsError", "client_context"]

VERSIONS: Final = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
"""The versions of TLS that can be offered alone."""
_MODERN: Final = "modern"
OFFERS: Final = (*VERSIONS, _MODERN)
"""What can be offered in place of what is usual: one version, or what is recommended today and nothing else."""
_RECOMMENDED: Final = "ECDHE+AESGCM:DHE+AESGCM:ECDHE+CHACHA20"
"""Suites of TLS 1.2 with ephemeral keys and authenticated encryption (RFC 7525 §4.2); all those of TLS 1.3 are such."""

NOT_HERE: Final = "the TLS library of this machine offers no such version"
"""Why there is no handshake where the server has no part in that."""
REFUSED: Final = "the certificate is not accepted"
"""Likewise: the policy of the run wants another one."""
OWN_REASONS: Final = (NOT_HERE, REFUSED)
_RECORD: Final = 1 << 14
"""Octets that one record carries at the most (RFC 8446 §5.1)."""
_NO_RECORD: Final = "WRONG_VERSION_NUMBER"
"""What OpenSSL says of octets that do not begin as a record does."""
_SHOWN: Final = 80
_EVEN_WEAK: Final = "ALL:@SECLEVEL=0"


class TlsError(Exception):
    """A handshake that failed, or octets that are no TLS; the text says why."""

    def __init__(self, why: str, *, in_the_clear: bool = False) -> None:
        super().__init__(why)
        self.in_the_clear = in_the_clear
        """Whether what came has not even the form of TLS: it was said in the clear."""


class Channel:
    """TLS on one connection, as its client. It does no I/O: the driver carries octets to and from the socket."""

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self.open = False
        """Whether the handshake is over."""
        self.alerted = False
        """Whether the server has said that it closes (RFC 8446 §6.1)."""
        self.failed: TlsError | None = None
        """What was wrong with octets that came, behind the last that were right."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._in, self._out, server_hostname=server_name)

    def shake(self, came: bytes = b"") -> bytes:
        """Go on with the handshake, given what came from the server; what is to be sent. `TlsError` when it fails."""
        self._in.write(came)
        try:
            self._object.do_handshake()
            self.open = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as error:
            raise TlsError(f"{REFUSED}: {error.verify_message}") from error
        except (ssl.SSLError, ssl.CertificateError, ValueError) as error:
            raise TlsError(_reason(error)) from error
        return self.take()

    def take(self) -> bytes:
        """What is to be sent: after a failed handshake, an alert."""
        return self._out.read()

    def encrypt(self, octets: bytes | memoryview) -> tuple[bytes, int]:
        """One record with as much as goes into it, and how much that is."""
        taken = octets[:_RECORD]
        self._object.write(taken)
        return self._out.read(), len(taken)

    def decrypt(self, came: bytes) -> bytes:
        """What the server said in the octets that came. `TlsError` when they are no TLS."""
        if self.failed is not None:
            raise self.failed
        self._in.write(came)
        said: list[bytes] = []
        try:
            while octets := self._object.read(_RECORD):
                said.append(octets)
            self.alerted = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.alerted = True
        except ssl.SSLError as error:
            self.failed = _failure(error, came)
            if not said:
                raise self.failed from error
        return b"".join(said)

    def close(self) -> bytes:
        """Say that no more will be sent; what is to be sent for that (RFC 8446 §6.1, RFC 2595 §2.4)."""
        with suppress(ssl.SSLError, ValueError):  # the server's answer to it is not waited for
            self._object.unwrap()
        return self._out.read()

    @property
    def version(self) -> str:
        """``TLSv1.3``."""
        return self._object.version() or ""

    @property
    def cipher(self) -> str:
        """The name of the cipher suite."""
        cipher = self._object.cipher()
        return cipher[0] if cipher else ""

    @property
    def certificate(self) -> bytes:
        """The server's certificate, in DER; empty when it showed none."""
        return self._object.getpeercert(binary_form=True) or b""

    @property
    def unique(self) -> bytes:
        """The channel binding ``tls-unique`` (RFC 5929 §3), which there is up to TLS 1.2; empty where there is none."""
        return b"" if self.version == "TLSv1.3" else self._object.get_channel_binding("tls-unique") or b""


def _failure(error: ssl.SSLError, came: bytes) -> TlsError:
    """What octets are that cannot be read."""
    if error.reason == _NO_RECORD or came[:3].upper() == b"+OK" or came[:4].upper() == b"-ERR":
        return TlsError(f"in the clear came '{escape(came[:_SHOWN])}'", in_the_clear=True)
    return TlsError(_reason(error))


def _reason(error: Exception) -> str:
    """OpenSSL's own words, without its file names."""
    reason = getattr(error, "reason", None)
    if reason == "NO_PROTOCOLS_AVAILABLE":
        return NOT_HERE
    return str(reason).lower().replace("_", " ") if reason else str(error)


@lru_cache(maxsize=16)  # reading the system's authorities takes longer than a session
def client_context(tls: Tls, version: str = "") -> ssl.SSLContext:
    """The context for a policy; with one of `OFFERS`, one that offers this alone: a version, however weak.

    `TargetError` when the file of authorities cannot be read, `TlsError` when there is no such version here.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca or None)
    except (OSError, ssl.SSLError) as error:
        why = (
            error.strerror
            if isinstance(error, OSError) and not isinstance(error, ssl.SSLError)
            else "holds no certificate"
        )
        message = f"--ca {tls.ca}: {why or error}; a file of certificates in PEM is expected"
        raise TargetError(message) from error
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        _load_own(context, tls)
    if version == _MODERN:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_RECOMMENDED)
    elif version:
        _offer_alone(context, version)
    return context


def _load_own(context: ssl.SSLContext, tls: Tls) -> None:
    try:
        context.load_cert_chain(tls.certificate, tls.key or None)
    except (OSError, ssl.SSLError) as error:
        message = f"--client-cert {tls.certificate}: no certificate with its key in PEM: {error.strerror or error}"
        raise TargetError(message) from error


def _offer_alone(context: ssl.SSLContext, version: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are offered to see them refused
        try:
            context.set_ciphers(_EVEN_WEAK)
            context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
            context.minimum_version = VERSIONS[version]
            context.maximum_version = VERSIONS[version]
        except (ValueError, ssl.SSLError) as error:
            raise TlsError(f"{NOT_HERE}: {_reason(error)}") from error
