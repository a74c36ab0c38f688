"""What is listening at an address: one look from outside, before anybody logs in, that changes nothing."""

import re
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.target import Target
from conformance.transcript import Incident
from conformance.wire.grammar import TIMESTAMP

__all__ = ["POP3", "Look", "capabilities", "look"]

POP3: Final = "POP3"

_FOREIGN: Final = (
    ("IMAP", re.compile(rb"\* (OK|PREAUTH|BYE)")),
    ("SMTP or LMTP", re.compile(rb"220[ -].*(SMTP|LMTP|mail)", re.IGNORECASE)),
    ("FTP", re.compile(rb"220[ -]")),
    ("HTTP", re.compile(rb"HTTP/\d|<!DOCTYPE|<html", re.IGNORECASE)),
    ("SSH", re.compile(rb"SSH-")),
    ("NNTP", re.compile(rb"20[01] ")),
    ("POP2", re.compile(rb"\+ ")),
    ("ManageSieve", re.compile(rb'"IMPLEMENTATION"')),
)
_SEEN: Final = 4096
"""Octets that are enough to tell one protocol from another."""


@dataclass(frozen=True, slots=True)
class Look:
    """What can be seen from outside."""

    kind: str
    """``POP3``, another protocol's name, ``TLS``, ``silent``, ``closed``, ``endless`` or ``unknown``."""
    greeting: bytes
    """The first line, as far as one came; behind ``TLS``, the one inside."""
    stamp: bytes = b""
    """The APOP time stamp in it."""
    capabilities: tuple[bytes, ...] | None = None
    """What CAPA lists before login; None when no list came."""
    without_capa: str = ""
    """Why not."""
    refuses_capa: bool = False
    """Whether the server said that it has none, by -ERR."""

    @property
    def refused(self) -> bool:
        """Whether a POP3 server is there that does not want to serve."""
        return self.kind == POP3 and self.greeting[:3].upper() != b"+OK"


def look(target: Target) -> Look:
    """See what is there: connect, read, ask CAPA, quit. `TargetError` when the connection cannot be made."""
    with Driver(target, "probe") as driver:
        try:
            return _look(target, driver)
        finally:
            driver.transcript.close()


def _look(target: Target, driver: Driver) -> Look:
    greeting = driver.read_greeting()
    if greeting is None or not greeting.complete:
        return _without_greeting(target, driver)
    kind = _kind(driver.transcript.octets("S", 0, _SEEN))
    if kind != POP3:
        return Look(kind, greeting.status)
    stamp = TIMESTAMP.search(greeting.status)
    listed, why, refused = capabilities(driver) if greeting.positive else (None, "", False)
    driver.ask(b"QUIT")
    return Look(kind, greeting.status, stamp[0] if stamp else b"", listed, why, refused)


def capabilities(driver: Driver) -> tuple[tuple[bytes, ...] | None, str, bool]:
    """What CAPA lists (RFC 2449 §5); None when there is no such list, then why, and whether that was said by -ERR."""
    answer = driver.ask(b"CAPA")
    if answer is not None and answer.positive and answer.complete:
        return tuple(line.content for line in answer.body_lines()), "", False
    if answer is not None and answer.negative and answer.complete:
        return None, "the server answered -ERR to CAPA", True
    why = answer.lost.value if answer is not None and answer.lost is not None else "it said something else"
    return None, f"the server gave no list in answer to CAPA: {why}", False


def _without_greeting(target: Target, driver: Driver) -> Look:
    if came := driver.transcript.octets("S", 0, _SEEN):
        kind = _kind(came)
        return Look("endless" if kind in (POP3, "unknown") else kind, came)
    ended = driver.transcript.ending
    if ended is not None and ended.incident in (Incident.SERVER_CLOSED, Incident.SERVER_RESET):
        return Look("closed", b"")
    inside = _inside_tls(target)
    if inside is not None:
        return Look("TLS", inside)
    # Servers that let the client begin: a web server answers with an error page at least.
    driver.send(b"GET / HTTP/1.0\r\n\r\n")
    driver.quiet(min(target.limits.reply, 2.0))
    came = driver.transcript.octets("S", 0, _SEEN)
    kind = _kind(came)
    return Look(kind if kind == "HTTP" else "silent", came.split(b"\n")[0].rstrip(b"\r"))


def _kind(octets: bytes) -> str:
    if octets[:3].upper() == b"+OK" or octets[:4].upper() == b"-ERR":
        return POP3
    return next((name for name, pattern in _FOREIGN if pattern.match(octets)), "unknown")


def _inside_tls(target: Target) -> bytes | None:
    """What a server says inside of TLS (RFC 8314 §3.2); None when it speaks no TLS. Nobody's certificate is judged."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    patience = min(target.limits.reply, 5.0)
    try:
        with (
            socket.create_connection((target.host, target.port), patience) as plain,
            context.wrap_socket(plain, server_hostname=target.host) as inside,
        ):
            return _first_line(inside)
    except ssl.SSLError as error:
        # An alert is TLS as well: the server wants an older version, or a client's certificate.
        return b"" if "ALERT" in (error.reason or "") else None
    except (OSError, ValueError):
        return None


def _first_line(inside: ssl.SSLSocket) -> bytes:
    try:
        return inside.recv(_SEEN).split(b"\n")[0].rstrip(b"\r")
    except OSError:
        return b""
