"""The server's part in a session: each command gets the reply that the model says, filled from the maildrop."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from conformance.model import (
    Answer,
    Capabilities,
    Content,
    DropListing,
    Farewell,
    Languages,
    Message,
    Plain,
    ScanLine,
    ScanListing,
    Session,
    UniqueIdLine,
    UniqueIdListing,
)
from conformance.server.auth import Account, Accounts
from conformance.server.canonical import top_of
from conformance.server.capabilities import Circumstances, capabilities
from conformance.server.international import NEEDS_UTF8, if_ascii
from conformance.server.languages import ENGLISH, chosen, listing
from conformance.server.policy import Policy
from conformance.server.responses import OK, Response, accepted, challenged, refused
from conformance.server.sasl import Challenge, Channel, Exchange, Mechanism, Offer, Outcome, Turns
from conformance.server.stores import NOTHING, MaildropBusyError, MaildropError, Store
from conformance.wire import Command, InvalidCommand, State

__all__ = ["Dialogue"]

_ROWS: Final = 1000
"""Lines of a listing that are made at a time."""
_FIXED: Final = MappingProxyType({b"NOOP\r": OK.status, b"noop\r": OK.status})
_NONE: Final[Mapping[bytes, bytes]] = MappingProxyType({})
_REFUSED: Final = refused(b"not a command that can be obeyed now")
_NO_SUCH_LANGUAGE: Final = refused(b"no such language")
_NO_SUCH_MESSAGE: Final = refused(b"no such message")
_DENIED: Final = refused(b"[AUTH] name and secret do not match")
_TOO_SOON: Final = refused(b"[LOGIN-DELAY] the last login was only just now")
_BUSY: Final = refused(b"[IN-USE] maildrop already locked")
_BROKEN_OFF: Final = refused(b"authentication exchange broken off")
_NO_SUCH_MECHANISM: Final = refused(b"no such mechanism")
_EXPOSED: Final = refused(b"no password in the clear: begin TLS first")
_TLS_BEGINS: Final = replace(accepted(b"begin TLS"), secures=True)
_SIGNING_OFF: Final = accepted(b"POP3 server signing off", closes=True)


class Dialogue:
    """Answers commands, one after another: `greeting` comes first, and `hang_up` last, whatever happened between."""

    def __init__(self, accounts: Accounts, store: Store, policy: Policy, stamp: bytes) -> None:
        self.session = Session(offers=policy.offers, tolerant=False)
        self._accounts, self._store, self._policy, self._stamp = accounts, store, policy, stamp
        self.channel = Channel()
        """What lies below the session; whoever begins TLS says so here."""
        self._held = NOTHING
        self._retrieved: set[int] = set()
        self.language = ENGLISH
        """The language of texts, until LANG selects another."""
        self.now = 0.0
        """The time, by the server's clock; whoever hands commands over keeps it."""
        self._exchange: tuple[Command, Turns] | None = None

    def greeting(self) -> Response:
        """The first line; with a time stamp where some account logs in by APOP (RFC 1939 §7)."""
        return accepted(b"POP3 server ready" + (b" " + self._stamp if self._accounts.offers_apop else b""))

    @property
    def fixed(self) -> Mapping[bytes, bytes]:
        """Lines, without LF, whose reply needs no asking for as long as the state stays: it is always this one."""
        return _FIXED if self.session.state is State.TRANSACTION else _NONE

    def answer(self, command: Command | InvalidCommand) -> Response:
        """Obey the command, or refuse it, and say so."""
        expectation = self.session.expect(command)
        if expectation.positive is None or isinstance(command, InvalidCommand):
            response = self._refusal(command)
        elif expectation.negative and self._lacks(command):
            response = _REFUSED
        elif self._exposes(command):
            response = _EXPOSED
        elif command.verb == "AUTH":
            response = self._authenticate(command)
        else:
            response = self._fill(expectation.positive, command)
        return self._moved(command, response)

    @property
    def offer(self) -> Offer:
        """The SASL mechanisms that are on offer here and now."""
        chosen, anonymous, tls = self._policy.mechanisms, self._policy.anonymous, self._policy.require_tls
        return Offer(self._accounts, self.channel, chosen=chosen, anonymous=anonymous, require_tls=tls)

    @property
    def in_exchange(self) -> bool:
        """Whether the client's next line is a response and no command (RFC 5034 §4)."""
        return self._exchange is not None

    def respond(self, line: bytes | None) -> Response:
        """Go on with the exchange after a line of the client, or leave it where there was none that could be read."""
        assert self._exchange is not None  # noqa: S101 - see `in_exchange`
        command, turns = self._exchange
        return self._moved(command, self._turn(command, turns, turns.respond(line)))

    def secured(self, channel: Channel) -> None:
        """TLS is spoken from now on, by STLS or from the start."""
        self.channel = channel
        self.session.secure = True
        self.language = ENGLISH  # RFC 2595 §4: what a client said in the clear is forgotten

    def hang_up(self) -> None:
        """Let go of the maildrop and remove nothing; a second time does nothing."""
        self._held.close()
        self._held = NOTHING

    def _moved(self, command: Command | InvalidCommand, response: Response) -> Response:
        if not response.goes_on:
            self.session.advance(command, positive=response.positive)
        return response if self.language is ENGLISH else self.language.said(response)

    def _lacks(self, command: Command) -> bool:
        return command.known is not None and command.known.optional and command.verb not in self._policy.offers

    def _exposes(self, command: Command) -> bool:
        """Whether it would show a password in the clear, or lead to that, where the policy is against it."""
        exposed = self._policy.require_tls and not self.channel.secure
        return exposed and command.verb in ("USER", "PASS")

    def _refusal(self, command: Command | InvalidCommand) -> Response:
        numbered = self.session.state is State.TRANSACTION and command.wellformed and command.arguments
        return _NO_SUCH_MESSAGE if numbered else _REFUSED

    def _fill(self, answer: Answer, command: Command) -> Response:
        match answer:
            case Plain():
                return self._plainly(command)
            case DropListing(count, octets):
                return accepted(b"%d %d" % (count, octets))
            case Content(message, lines):
                return self._content(message, lines)
            case ScanLine(message):
                return accepted(_scan_listing(message))
            case UniqueIdLine(message):
                return accepted(_unique_id_listing(message))
            case ScanListing(messages):
                return self._listing(map(_scan_listing, messages))
            case UniqueIdListing(messages):
                return self._listing(map(_unique_id_listing, messages))
            case Capabilities():
                circumstances = Circumstances(
                    self._policy, self._accounts, self.session.state, self.offer.names, self.channel.secure
                )
                return accepted(b"capabilities follow", body=_lines(capabilities(circumstances)))
            case Languages():
                return accepted(b"languages follow", body=_lines(listing()))
            case Farewell(removes):
                return self._farewell(removes)

    def _plainly(self, command: Command) -> Response:
        if command.verb in ("PASS", "APOP"):
            return self._login(command)
        if command.verb == "STLS":
            return _TLS_BEGINS
        return self._switch(command.arguments[0]) if command.verb == "LANG" else OK

    def _switch(self, wanted: bytes) -> Response:
        """RFC 6856 §3.2: the tag that was selected, and text in that language already."""
        language = chosen(wanted)
        if language is None:
            return _NO_SUCH_LANGUAGE
        self.language = language
        return accepted(b"%b %b" % (language.tag.encode(), language.put(b"language changed")))

    def _login(self, command: Command) -> Response:
        if command.verb == "PASS":
            account = self._accounts.by_password(self.session.name or b"", command.arguments[0])
        else:
            name, digest = command.arguments
            account = self._accounts.by_digest(name, digest, self._stamp)
        return _DENIED if account is None else self._enter(account)

    def _authenticate(self, command: Command) -> Response:
        """RFC 5034 §4: AUTH with the name of a mechanism, and an initial response perhaps."""
        name, initial = command.arguments[0].decode("ascii", "replace"), (*command.arguments[1:], None)[0]
        mechanism = self.offer.mechanism(name)
        if mechanism is None:
            return _NO_SUCH_MECHANISM
        turns = Turns(self._play(mechanism), mechanism.begins)
        return self._turn(command, turns, turns.begin(initial))

    def _play(self, mechanism: Mechanism) -> Exchange:
        return mechanism.play(self.offer.place)

    def _turn(self, command: Command, turns: Turns, outcome: Challenge | Outcome) -> Response:
        if isinstance(outcome, Challenge):
            self._exchange = command, turns
            return challenged(outcome.line)
        self._exchange = None
        if outcome.account is None:
            return _BROKEN_OFF if outcome.broken_off else _DENIED
        return self._enter(outcome.account)

    def _enter(self, account: Account) -> Response:
        """RFC 1939 §4: +OK once the lock is held; nothing is held after -ERR. Who it is has been proven before."""
        if not self._accounts.logins.may(account, at=self.now, delay=self._policy.login_delay):
            return _TOO_SOON
        try:
            self._held = self._store.open(account.name)
        except MaildropBusyError:
            return _BUSY
        except MaildropError as error:
            return _failed(error, b"maildrop cannot be opened")
        self._accounts.logins.note(account, at=self.now)
        self.session.open(self._held.maildrop)
        return accepted(b"maildrop has " + self._summary())

    def _content(self, message: Message, lines: int | None) -> Response:
        try:
            blocks = self._read(message)
        except MaildropError as error:
            return _failed(error, b"that message cannot be read")
        if blocks is None:
            return NEEDS_UTF8
        if lines is None:
            self._retrieved.add(message.number)
            return accepted(b"%d octets" % message.octets, body=blocks)
        return accepted(b"top of message follows", body=top_of(blocks, lines))

    def _read(self, message: Message) -> Iterator[bytes] | None:
        """RFC 6856 §2.1: None where the message needs UTF-8 mode, and the session is not in it."""
        if self.session.utf8 or "UTF8" not in self._policy.offers:
            return self._held.read(message)
        return if_ascii(lambda: self._held.read(message))

    def _listing(self, rows: Iterable[bytes]) -> Response:
        return accepted(self._summary(), body=_lines(rows))

    def _summary(self) -> bytes:
        return b"%d messages (%d octets)" % (self.session.count, self.session.octets)

    def _farewell(self, removes: frozenset[int]) -> Response:
        """RFC 1939 §6: remove, and say how it went; whoever sends that hangs up, and so lets go of the maildrop.

        RFC 2449 §6.7: where no mail is to be left on the server, what was retrieved is as good as marked.
        """
        if self._policy.expire == 0:
            removes |= self._retrieved
        try:
            if removes:
                self._held.remove(removes)
        except MaildropError as error:
            return _failed(error, b"some deleted messages not removed", closes=True)
        return _SIGNING_OFF


def _failed(error: MaildropError, why: bytes, *, closes: bool = False) -> Response:
    """RFC 3206: a failure of the system's, which will pass by itself or will not."""
    return refused(b"[SYS/%b] %b" % (b"TEMP" if error.passes else b"PERM", why), closes=closes)


def _scan_listing(message: Message) -> bytes:
    return b"%d %d" % (message.number, message.octets)


def _unique_id_listing(message: Message) -> bytes:
    return b"%d %b" % (message.number, message.unique_id)


def _lines(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Rows as lines, so many to a block that a listing of any length takes no memory."""
    rows = iter(rows)
    while some := list(islice(rows, _ROWS)):
        some.append(b"")
        yield b"\r\n".join(some)
