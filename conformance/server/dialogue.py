"""The server's part in a session: each command gets the reply that the model says, filled from the maildrop."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from conformance.model import (
    Answer,
    Capabilities,
    Content,
    DropListing,
    Farewell,
    Message,
    Plain,
    ScanLine,
    ScanListing,
    Session,
    UniqueIdLine,
    UniqueIdListing,
)
from conformance.server.auth import Accounts
from conformance.server.canonical import top_of
from conformance.server.policy import Policy
from conformance.server.responses import OK, Response, accepted, refused
from conformance.server.stores import NOTHING, MaildropBusyError, MaildropError, Store
from conformance.wire import Command, InvalidCommand, State

__all__ = ["Dialogue"]

_ROWS: Final = 1000
"""Lines of a listing that are made at a time."""
_FIXED: Final = MappingProxyType({b"NOOP\r": OK.status, b"noop\r": OK.status})
_NONE: Final[Mapping[bytes, bytes]] = MappingProxyType({})
_REFUSED: Final = refused(b"not a command that can be obeyed now")
_NO_SUCH_MESSAGE: Final = refused(b"no such message")
_UNREADABLE: Final = refused(b"that message cannot be read")
_DENIED: Final = refused(b"name and secret do not match")
_BUSY: Final = refused(b"maildrop already locked")
_NOT_OPENED: Final = refused(b"maildrop cannot be opened")
_NOT_REMOVED: Final = refused(b"some deleted messages not removed", closes=True)
_SIGNING_OFF: Final = accepted(b"POP3 server signing off", closes=True)


class Dialogue:
    """Answers commands, one after another: `greeting` comes first, and `hang_up` last, whatever happened between."""

    def __init__(self, accounts: Accounts, store: Store, policy: Policy, stamp: bytes) -> None:
        self.session = Session(offers=policy.offers, tolerant=False)
        self._accounts, self._store, self._policy, self._stamp = accounts, store, policy, stamp
        self._held = NOTHING

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
        else:
            response = self._fill(expectation.positive, command)
        self.session.advance(command, positive=response.positive)
        return response

    def hang_up(self) -> None:
        """Let go of the maildrop and remove nothing; a second time does nothing."""
        self._held.close()
        self._held = NOTHING

    def _lacks(self, command: Command) -> bool:
        return command.known is not None and command.known.optional and command.verb not in self._policy.offers

    def _refusal(self, command: Command | InvalidCommand) -> Response:
        numbered = self.session.state is State.TRANSACTION and command.wellformed and command.arguments
        return _NO_SUCH_MESSAGE if numbered else _REFUSED

    def _fill(self, answer: Answer, command: Command) -> Response:
        match answer:
            case Plain():
                return self._login(command) if command.verb in ("PASS", "APOP") else OK
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
                capabilities = self._policy.capabilities(plain=self._accounts.offers_pass)
                return accepted(b"capabilities follow", body=_lines(capabilities))
            case Farewell(removes):
                return self._farewell(removes)

    def _login(self, command: Command) -> Response:
        """RFC 1939 §4: +OK once the lock is held; nothing is held after -ERR."""
        if command.verb == "PASS":
            account = self._accounts.by_password(self.session.name or b"", command.arguments[0])
        else:
            name, digest = command.arguments
            account = self._accounts.by_digest(name, digest, self._stamp)
        if account is None:
            return _DENIED
        try:
            self._held = self._store.open(account.name)
        except MaildropBusyError:
            return _BUSY
        except MaildropError:
            return _NOT_OPENED
        self.session.open(self._held.maildrop)
        return accepted(b"maildrop has " + self._summary())

    def _content(self, message: Message, lines: int | None) -> Response:
        try:
            blocks = self._held.read(message)
        except MaildropError:
            return _UNREADABLE
        if lines is None:
            return accepted(b"%d octets" % message.octets, body=blocks)
        return accepted(b"top of message follows", body=top_of(blocks, lines))

    def _listing(self, rows: Iterable[bytes]) -> Response:
        return accepted(self._summary(), body=_lines(rows))

    def _summary(self) -> bytes:
        return b"%d messages (%d octets)" % (self.session.count, self.session.octets)

    def _farewell(self, removes: frozenset[int]) -> Response:
        """RFC 1939 §6: remove, and say how it went; whoever sends that hangs up, and so lets go of the maildrop."""
        try:
            if removes:
                self._held.remove(removes)
        except MaildropError:
            return _NOT_REMOVED
        return _SIGNING_OFF


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
