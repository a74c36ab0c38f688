"""What a server is and what it offers, found out without changing anything.

One look before anybody logs in (`look`), and one session with an account (`survey`). What is missing is missing because
the server said so: with -ERR, or by leaving it out of its list of capabilities (RFC 2449 §5).
"""

import re
from dataclasses import dataclass, field
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange, Incident
from conformance.wire.grammar import TIMESTAMP

__all__ = ["Features", "Look", "credentials", "log_in", "look", "survey"]

_FOREIGN: Final = (
    ("IMAP", re.compile(rb"^\* (OK|PREAUTH|BYE)")),
    ("SMTP or LMTP", re.compile(rb"^220[ -].*(SMTP|ESMTP|LMTP|mail)", re.IGNORECASE)),
    ("FTP", re.compile(rb"^220[ -]")),
    ("HTTP", re.compile(rb"^(HTTP/\d|<!DOCTYPE|<html)", re.IGNORECASE)),
    ("SSH", re.compile(rb"^SSH-")),
    ("NNTP", re.compile(rb"^20[01] ")),
    ("POP2", re.compile(rb"^\+ ")),
    ("ManageSieve", re.compile(rb'^"IMPLEMENTATION"')),
)


@dataclass(frozen=True, slots=True)
class Look:
    """What can be seen from outside."""

    kind: str
    """``POP3``, another protocol's name, ``TLS``, ``silent`` or ``unknown``."""
    greeting: bytes
    """The first line, as far as one came."""
    stamp: bytes = b""
    """The APOP time stamp in it."""
    capabilities: tuple[bytes, ...] | None = None
    """What CAPA lists before login; None when the server answers -ERR."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the server said of each thing that a scenario can need: empty when it is there, else why it is not."""

    look: Look
    missing: dict[str, str] = field(default_factory=dict)
    """Feature -> how the server said that it has none."""
    capabilities: tuple[bytes, ...] | None = None
    """What CAPA lists after login."""
    messages: int = 0
    """How many the maildrop held."""
    refusal: str = ""
    """Why nobody could log in."""


def look(target: Target) -> Look:
    """See what is there: connect, read, ask CAPA, quit. `TargetError` when the connection cannot be made."""
    with Driver(target, "probe") as driver:
        greeting = driver.read_greeting(min(target.limits.reply, 5.0))
        if greeting is None or greeting.reply is None:
            return _silent(target, driver)
        kind = _kind(driver.transcript.octets("S", 0, 4096))
        if kind != "POP3":
            return Look(kind, greeting.status)
        stamp = TIMESTAMP.search(greeting.status)
        capabilities = _capabilities(driver) if greeting.positive else None
        _ask(driver, b"QUIT")
        return Look(kind, greeting.status, stamp[0] if stamp else b"", capabilities)


def _silent(target: Target, driver: Driver) -> Look:
    ended = driver.transcript.ending
    came = driver.transcript.octets("S", 0, 4096)
    if came:
        return Look(_kind(came), came)
    if ended is not None and ended.incident in (Incident.SERVER_CLOSED, Incident.SERVER_RESET):
        return Look("closed", b"")
    # A TLS server waits for the client to speak. Something that is no TLS record draws an alert from it, and an error
    # page from an HTTP server.
    driver.send(b"GET / HTTP/1.0\r\n\r\n")
    driver.quiet(min(target.limits.reply, 2.0))
    came = driver.transcript.octets("S", 0, 4096)
    if came[:1] in (b"\x15", b"\x16") and came[1:2] == b"\x03":
        return Look("TLS", b"")
    if not came:
        return Look("silent", b"")
    return Look(_kind(came), came.split(b"\n")[0].rstrip(b"\r"))


def _kind(octets: bytes) -> str:
    if octets[:3].upper() == b"+OK" or octets[:4].upper() == b"-ERR":
        return "POP3"
    return next((name for name, pattern in _FOREIGN if pattern.match(octets)), "unknown")


def survey(target: Target, account: Account) -> Features:
    """Log in once and ask for each optional thing; `TargetError` when that cannot be done."""
    seen = look(target)
    if seen.kind != "POP3":
        message = f"{target.address} does not speak POP3: {_NOT_POP3.get(seen.kind, f'it seems to be {seen.kind}')}"
        raise TargetError(message)
    if seen.greeting[:3].upper() != b"+OK":
        message = f"{target.address} refuses service: {seen.greeting.decode('ascii', 'backslashreplace')}"
        raise TargetError(message)
    missing: dict[str, str] = {}
    if seen.capabilities is None:
        missing["CAPA"] = "the server answered -ERR to CAPA"
    else:
        missing["no-CAPA"] = "the server implements CAPA"
    if not seen.stamp:
        missing["APOP"] = "the greeting holds no time stamp"
    with Driver(target, "survey") as driver:
        log_in(driver, account)
        capabilities = None if seen.capabilities is None else _capabilities(driver)
        listed = {line.split(b" ")[0].upper() for line in (capabilities or seen.capabilities or ())}
        stat = _ask(driver, b"STAT")
        messages = stat.reply.number(0) if stat is not None and stat.reply is not None and stat.positive else None
        for verb, command in (("UIDL", b"UIDL"), ("TOP", b"TOP 1 0")):
            if verb.encode() in listed or (verb == "TOP" and not messages):
                continue  # what is announced must work; TOP needs a message to be asked for
            answer = _ask(driver, command)
            if answer is not None and answer.negative:
                missing[verb] = f"the server answered -ERR to {command.decode()}"
        _ask(driver, b"QUIT")
    return Features(seen, missing, capabilities, messages or 0)


_NOT_POP3: Final = {
    "TLS": "it speaks TLS from the start (pop3s); this run speaks cleartext",
    "silent": "nothing came after the connection was made; a server that speaks TLS from the start waits like that",
    "closed": "it closed the connection without a word",
}


def log_in(driver: Driver, account: Account) -> None:
    """Read the greeting and authenticate by the account's own way; `TargetError` when that fails."""
    greeting = driver.read_greeting()
    if greeting is None or not greeting.positive:
        said = greeting.status.decode("ascii", "backslashreplace") if greeting is not None else "nothing"
        message = f"{driver.target.address} did not greet with +OK but said {said!r}"
        raise TargetError(message)
    for command in credentials(account, greeting.status):
        answer = _ask(driver, command, driver.target.limits.login)
        if answer is None or not answer.positive:
            raise TargetError(_refused(driver, account, command, answer))


def credentials(account: Account, greeting: bytes) -> tuple[bytes, ...]:
    """The commands that log an account in, given the greeting."""
    stamp = TIMESTAMP.search(greeting)
    if account.plain or stamp is None:
        return b"USER " + account.name_octets, b"PASS " + account.password_octets
    return (b"APOP " + account.name_octets + b" " + account.digest(stamp[0]),)


def _refused(driver: Driver, account: Account, command: bytes, answer: Exchange | None) -> str:
    verb = command.split(b" ")[0].decode()
    if answer is None or answer.reply is None:
        lost = answer.lost.value if answer is not None and answer.lost is not None else "no connection"
        said = f"gave no answer to {verb} ({lost})"
    else:
        said = f"answered {verb} with {answer.status.decode('ascii', 'backslashreplace')!r}"
    return (
        f"{driver.target.address}: cannot log in as {account.name}: the server {said}. "
        "Is the password right, are plaintext logins allowed, and is no other session holding the maildrop?"
    )


def _capabilities(driver: Driver) -> tuple[bytes, ...] | None:
    answer = _ask(driver, b"CAPA")
    if answer is None or not answer.positive:
        return None
    return tuple(line.content for line in answer.body_lines())


def _ask(driver: Driver, command: bytes, patience: float | None = None) -> Exchange | None:
    driver.send(command + b"\r\n")
    return driver.read_reply(patience)
