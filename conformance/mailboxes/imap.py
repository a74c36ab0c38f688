"""Delivery by IMAP: APPEND to the INBOX of the account, with its own password (RFC 3501 §6.3.11)."""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from conformance.mailboxes.errors import FillError, SpecError, reporting
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.ownership import FIXTURE_DOMAIN, is_ours
from conformance.mailboxes.places import Place, parse_place

__all__ = ["Imap", "imap", "imaps"]

_ASK: Final = "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
_UID: Final = re.compile(rb"\bUID (\d+)")
_DELETED: Final = re.compile(rb"\bFLAGS \([^)]*\\Deleted\b", re.IGNORECASE)
_AT_ONCE: Final = 200
"""Unique identifiers in one command; servers bound the length of a line."""


class Imap(Provisioner):
    """Puts messages into an INBOX over IMAP."""

    can_clear = True
    knows_order = True  # each APPEND gets a higher identifier than the one before: RFC 3501 §2.3.1.1
    alters: ClassVar = MappingProxyType(
        {
            "nul": "an IMAP literal holds no NUL (RFC 3501 §9, CHAR8)",
            "bare-cr": "lines of a message end in CRLF, servers mend others (RFC 3501 §6.3.11)",
            "bare-lf": "lines of a message end in CRLF, servers mend others (RFC 3501 §6.3.11)",
            "8bit-header": "a header with 8-bit text needs UTF8=ACCEPT (RFC 6855 §4)",
        }
    )

    def __init__(self, spec: str, place: Place, tls: ssl.SSLContext | None, *, timeout: float) -> None:
        super().__init__(spec)
        self._place = place
        self._tls = tls
        self._timeout = timeout

    def check(self, mailbox: Mailbox) -> None:
        """Log in and open the INBOX for reading."""
        self.count(mailbox)

    def count(self, mailbox: Mailbox) -> int:
        """The messages that the INBOX says it has."""
        with self._session(mailbox) as session:
            return session.open(readonly=True)

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Append the messages one by one. One without our Message-ID is refused, `clear` would not find it."""
        with self._session(mailbox) as session:
            for message in messages:
                if not is_ours(message):
                    what = f"a message has no Message-ID that ends in @{FIXTURE_DOMAIN}>"
                    raise FillError(session.where, what, "give it one, it could not be taken away again")
                session.append(message)

    def clear(self, mailbox: Mailbox) -> None:
        """Mark the messages with our Message-ID as deleted and expunge them, and no others."""
        with self._session(mailbox) as session:
            if session.open(readonly=False):
                session.remove_ours()

    @contextmanager
    def _session(self, mailbox: Mailbox) -> Iterator["_Session"]:
        session = _Session(self._place, self._tls, self._timeout)
        try:
            session.log_in(mailbox)
            yield session
            session.log_out()
        finally:
            session.close()


class _Session:
    """One connection; what the server refuses comes out as FillError."""

    def __init__(self, place: Place, tls: ssl.SSLContext | None, timeout: float) -> None:
        self.where = f"IMAP server {place}"
        self._secret = ""
        with self._reporting("the greeting"):
            if tls:
                self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(place.host, place.port, ssl_context=tls, timeout=timeout)
            else:
                self._imap = imaplib.IMAP4(place.host, place.port, timeout=timeout)
            # imaplib sends a literal and its CRLF apart; Nagle's algorithm would hold the CRLF back, 40 ms a message.
            self._imap.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_in(self, mailbox: Mailbox) -> None:
        """LOGIN with quoted strings; imaplib quotes the password, and leaves the name to us."""
        if not all(text.isascii() and text.isprintable() for text in (mailbox.user, mailbox.password)):
            what = f"name or password of {mailbox.user!r} is not plain ASCII, which LOGIN asks for"
            raise FillError(self.where, what, "choose another account")
        self._secret = mailbox.password
        user = mailbox.user.replace("\\", "\\\\").replace('"', '\\"')
        with self._reporting("LOGIN"):
            self._imap.login(f'"{user}"', mailbox.password)

    def open(self, *, readonly: bool) -> int:
        """Open the INBOX; how many messages it has."""
        return int(self._ask("SELECT INBOX", self._imap.select, "INBOX", readonly)[-1] or 0)

    def append(self, message: bytes) -> None:
        """Add a message to the INBOX, octet for octet.

        Not with `IMAP4.append`, which takes a message of many MiB apart into lines and copies it.
        """
        self._imap.literal = message  # type: ignore[assignment]  # typeshed has str, imaplib sends octets
        self._ask("APPEND", self._imap.xatom, "APPEND", "INBOX")

    def remove_ours(self) -> None:
        """Expunge our messages. Without UIDPLUS (RFC 4315) only where that takes no message of others along."""
        rows = list(_rows(self._ask("UID FETCH", self._imap.uid, "FETCH", "1:*", _ASK)))
        offered = b" ".join(filter(None, self._ask("CAPABILITY", self._imap.capability))).upper().split()
        exact = b"UIDPLUS" in offered
        if not exact and any(row.deleted and not row.ours for row in rows):
            what = "messages of others are marked as deleted, and without UIDPLUS they would be expunged too"
            raise FillError(self.where, what, "expunge them, or take the mark away, with a mail program")
        ours = [row.uid for row in rows if row.ours]
        for first in range(0, len(ours), _AT_ONCE):
            batch = ",".join(ours[first : first + _AT_ONCE])
            self._ask("UID STORE", self._imap.uid, "STORE", batch, "+FLAGS.SILENT", r"(\Deleted)")
            if exact:
                self._ask("UID EXPUNGE", self._imap.uid, "EXPUNGE", batch)
        if ours and not exact:
            self._ask("EXPUNGE", self._imap.expunge)

    def log_out(self) -> None:
        """Say good-bye; all is done by now, whatever the server answers."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def close(self) -> None:
        """Close the connection."""
        with suppress(OSError):  # it is closed already
            self._imap.shutdown()

    def _ask(self, name: str, command: Callable[..., tuple[str, list[Any]]], *arguments: object) -> list[Any]:
        """The data that come with OK."""
        with self._reporting(name):
            status, data = command(*arguments)
            if status != "OK":
                raise self._imap.error(data[-1])
        return data

    @contextmanager
    def _reporting(self, name: str) -> Iterator[None]:
        try:
            with reporting(self.where):
                yield
        except imaplib.IMAP4.error as error:
            reason = error.args[0] or "that is no reply of IMAP"  # imaplib has None for a greeting that it cannot read
            text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            if self._secret:
                text = text.replace(self._secret, "********")
            # Without its cause, which may quote the password where the server did.
            raise FillError(self.where, f"{name} failed: {text}", "see the server's log for the reason") from None


@dataclass(frozen=True, slots=True)
class _Row:
    """What FETCH tells of one message."""

    uid: str
    ours: bool
    deleted: bool


def _rows(data: list[Any]) -> Iterator[_Row]:
    """Put together what imaplib took apart at the literals; items may stand before and behind one."""
    items: list[tuple[bytes, bytes]] = []
    for part in data:
        if isinstance(part, tuple):
            items.append(part)
        elif part and (part[:1].isdigit() or not items):
            items.append((part, b""))
        elif part:
            attributes, header = items[-1]
            items[-1] = (attributes + part, header)
    for attributes, header in items:
        if uid := _UID.search(attributes):
            yield _Row(uid[1].decode("ascii"), is_ours(header), bool(_DELETED.search(attributes)))


def imap(spec: str, rest: str, timeout: float) -> Imap:
    """Make the provisioner of `imap:HOST[:PORT]`."""
    place, _ = parse_place(spec, rest, port=143)
    return Imap(spec, place, None, timeout=timeout)


def imaps(spec: str, rest: str, timeout: float) -> Imap:
    """Make the provisioner of `imaps:HOST[:PORT]`, which looks at the certificate unless `?verify=no`."""
    place, options = parse_place(spec, rest, port=993, options=("ca", "verify"))
    if options.get("verify", "no") != "no":
        raise SpecError(spec, f"verify={options['verify']} means nothing", "leave it out, or write verify=no")
    with reporting(options.get("ca", spec)):
        tls = ssl.create_default_context(cafile=options.get("ca"))
    if "verify" in options:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    return Imap(spec, place, tls, timeout=timeout)
