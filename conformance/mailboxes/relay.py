"""Delivery by LMTP (RFC 2033) or SMTP (RFC 5321): one connection a delivery, one transaction a message.

LMTP answers for each message when it lies in the maildrop, so messages arrive in the order of delivery. SMTP answers
when it is queued: it may arrive later, and after the one that was sent next.
"""

import smtplib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import ClassVar, Final

from conformance.mailboxes.errors import FillError, reporting
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.placeholders import as_address, check_placeholders
from conformance.mailboxes.places import Place, parse_place

__all__ = ["Relay", "lmtp", "smtp"]

_OURSELVES: Final = "[127.0.0.1]"
"""What EHLO and LHLO say; found without asking the DNS (RFC 5321 §4.1.3)."""
_ACCEPTED: Final = (250, 251)
_SENDER: Final = ""
"""The null reverse-path, so that nobody gets a bounce (RFC 5321 §4.5.5)."""


class Relay(Provisioner):
    """Hands messages to a mail server."""

    can_clear = False
    alters: ClassVar = MappingProxyType(
        {
            "nul": "mail text holds no NUL (RFC 2045 §2.7 and §2.8)",
            "bare-cr": "CR and LF travel only together (RFC 5321 §2.3.8)",
            "bare-lf": "CR and LF travel only together (RFC 5321 §2.3.8)",
            "long-line": "a line has at most 998 octets and CRLF (RFC 5321 §4.5.3.1.6)",
            "8bit-header": "a header may hold UTF-8 and no other 8-bit text (RFC 6532 §3.2)",
            "binary": "binary content needs BDAT, which is not spoken here (RFC 3030 §3)",
            "no-body": "mail servers complete a header that no empty line ends",
            "rewritten-fields": "mail servers replace Return-Path and may drop Bcc (RFC 5321 §4.4)",
        }
    )

    def __init__(
        self, spec: str, dial: type[smtplib.SMTP], place: Place, *, to: str, sender: str, timeout: float
    ) -> None:
        super().__init__(spec)
        for template in (to, sender):
            check_placeholders(spec, template)
        self.knows_order = issubclass(dial, smtplib.LMTP)
        self._dial = dial
        self._place = place
        self._to = to
        self._sender = sender
        self._timeout = timeout
        self._extensions: frozenset[str] | None = None  # unknown until the server was asked

    def check(self, mailbox: Mailbox) -> None:
        """Begin a transaction for the account, and give it up before the message."""
        sender, to = (as_address(template, mailbox.user) for template in (self._sender, self._to))
        with self._session() as peer, self._reporting():
            code, reply = peer.mail(sender)
            if code not in _ACCEPTED:
                raise smtplib.SMTPSenderRefused(code, reply, sender)
            code, reply = peer.rcpt(to)
            if code not in _ACCEPTED:
                raise smtplib.SMTPRecipientsRefused({to: (code, reply)})
            peer.rset()

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Send the messages over one connection; each is accepted before the next is sent."""
        sender, to = (as_address(template, mailbox.user) for template in (self._sender, self._to))
        with self._session() as peer:
            for message in messages:
                options = self._options(message)
                with self._reporting():
                    peer.sendmail(sender, to, message, mail_options=options)

    def accepts(self, traits: frozenset[str]) -> str | None:
        """Why the protocol has no room for such a message; for 8-bit text the server is asked once."""
        utf8 = "utf8-header" in traits
        reason = super().accepts(traits - {"8bit-header"} if utf8 else traits)
        if reason is None and utf8 and "smtputf8" not in self._offers():
            return f"{self._place} does not offer SMTPUTF8, which a header in UTF-8 needs (RFC 6531 §3)"
        if reason is None and "8bit" in traits and "8bitmime" not in self._offers():
            return f"{self._place} does not offer 8BITMIME (RFC 6152)"
        return reason

    def _offers(self) -> frozenset[str]:
        if self._extensions is None:
            with self._session():
                pass  # the answer to EHLO tells
        return self._extensions or frozenset()

    def _options(self, message: bytes) -> tuple[str, ...]:
        """What is said of a message with MAIL."""
        wanted = [] if message.isascii() else [("8bitmime", "BODY=8BITMIME")]
        if not message.partition(b"\r\n\r\n")[0].isascii():
            wanted.append(("smtputf8", "SMTPUTF8"))
        return tuple(option for extension, option in wanted if extension in self._offers())

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that has greeted, and is closed in the end."""
        host, port = self._place.host, self._place.port
        with self._reporting():
            peer = self._dial(host, port, local_hostname=_OURSELVES, timeout=self._timeout)
        try:
            with self._reporting():
                peer.ehlo_or_helo_if_needed()
            self._extensions = frozenset(peer.esmtp_features)
            yield peer
            with suppress(OSError):  # of which SMTPException is one; all messages are accepted by now
                peer.quit()
        finally:
            peer.close()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn what goes wrong with the server into FillError."""
        where = f"{self.spec.partition(':')[0]} server {self._place}"
        with reporting(where):
            try:
                yield
            except smtplib.SMTPServerDisconnected as error:
                late = isinstance(error.__context__, TimeoutError)  # smtplib calls that a disconnection
                what = f"no answer in {self._timeout:g} seconds" if late else "it closed the connection"
                raise FillError(where, what, "see the server's log for the reason") from error
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                raise FillError(where, f"it answered {_answer(error)}", _advice(error)) from error


def _answer(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> str:
    """The reply that the server gave."""
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    else:
        code, text = error.smtp_code, error.smtp_error
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _advice(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "see that the server has that account, or set the recipient with ?to="
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "set a sender that the server takes with ?from="
    return "see the server's log for the reason"


def _relay(spec: str, dial: type[smtplib.SMTP], place: Place, options: Mapping[str, str], timeout: float) -> Relay:
    to, sender = options.get("to", "{user}"), options.get("from", _SENDER)
    return Relay(spec, dial, place, to=to, sender=sender, timeout=timeout)


def lmtp(spec: str, rest: str, timeout: float) -> Relay:
    """Make the provisioner of `lmtp:HOST[:PORT]` or `lmtp:/SOCKET`."""
    return _relay(spec, smtplib.LMTP, *parse_place(spec, rest, port=24, options=("to", "from"), local=True), timeout)


def smtp(spec: str, rest: str, timeout: float) -> Relay:
    """Make the provisioner of `smtp:HOST[:PORT]`."""
    return _relay(spec, smtplib.SMTP, *parse_place(spec, rest, port=25, options=("to", "from")), timeout)
