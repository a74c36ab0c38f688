"""One exchange as judges see it: with all that earlier ones revealed, and not yet what it reveals itself."""

from functools import cached_property

from conformance.monitor.content import Comparison, compare, header_of
from conformance.monitor.drop import Drop
from conformance.monitor.findings import Finding, quote
from conformance.monitor.history import Scene
from conformance.monitor.ledger import message_id
from conformance.monitor.readings import (
    DropListing,
    IdListing,
    ScanListing,
    read_drop,
    read_id,
    read_scan,
)
from conformance.monitor.sasl import Sasl
from conformance.monitor.session import Session
from conformance.transcript import Exchange
from conformance.wire import Body, Given, Indicator, Line, State, Turn

__all__ = ["Seen"]


class Seen:
    """An exchange, and the session before it."""

    def __init__(self, exchange: Exchange, session: Session) -> None:
        reply = exchange.reply if exchange.lost is None else None
        command = exchange.command
        self.exchange = exchange
        self.session = session
        self.command: Given | None = command
        self.reply = reply
        """The reply, if all of it came."""
        self.verb = command.verb if command is not None else "greeting"
        self.state = exchange.state
        self.positive = reply is not None and reply.positive
        self.negative = reply is not None and reply.negative
        self.wellformed = command is not None and command.wellformed
        self.turn = command if isinstance(command, Turn) else None
        """The turn of AUTH that this is, if it is one."""
        self.number = command.message if command is not None else None
        """The message-number that the command names, if it names one beyond doubt."""
        self.body: Body | None = reply.body if reply is not None else None
        """The accounts of the lines behind the status line, when all of them came."""
        self.in_transaction = exchange.state is State.TRANSACTION and not session.adrift
        """Whether the session stands in TRANSACTION beyond doubt."""
        self.drop: Drop | None = session.open_drop if exchange.state is State.TRANSACTION else None
        """The maildrop, where it is open and what is known of it can be trusted."""

    @property
    def scene(self) -> Scene:
        """What holds for all connections."""
        return self.session.scene

    @property
    def in_authorization(self) -> bool:
        """Whether the session stands in AUTHORIZATION beyond doubt."""
        return self.state is State.AUTHORIZATION and not self.session.adrift

    @cached_property
    def sasl(self) -> Sasl | None:
        """The exchange that AUTH began, this turn of it not included; the one that it asks for, where this is AUTH."""
        return self.session.sasl if self.turn is not None else Sasl.begun_by(self.command)

    @property
    def arguments(self) -> tuple[bytes, ...]:
        """What the command names."""
        return self.command.arguments if self.command is not None else ()

    @property
    def said(self) -> str:
        """The status line, quoted."""
        reply = self.exchange.reply
        return quote(reply.status.raw) if reply is not None else "nothing"

    @property
    def asked(self) -> str:
        """The command, quoted; nothing that may be secret."""
        if self.command is None:
            return "the greeting"
        return quote(self.command.line.content) if self.verb not in _SECRET else self.verb

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of a listing."""
        return self.exchange.body_lines() if self.body is not None else []

    @cached_property
    def listing(self) -> bytes:
        """What stands behind +OK and one space."""
        return self.reply.status.content[4:] if self.reply is not None else b""

    @cached_property
    def drop_listing(self) -> DropListing | None:
        """The answer to STAT, if it is one."""
        return read_drop(self.reply.status.content) if self.positive and self.reply is not None else None

    @cached_property
    def scans(self) -> list[tuple[Line, ScanListing | None]]:
        """The lines of a full scan listing."""
        return [(line, read_scan(_row(line))) for line in self.lines]

    @cached_property
    def ambiguous(self) -> frozenset[int]:
        """Numbers that a full scan listing has several sizes for."""
        sizes: dict[int, bytes] = {}
        rows = [row for _, row in self.scans if row is not None]
        return frozenset(row.number for row in rows if sizes.setdefault(row.number, row.size) != row.size)

    @cached_property
    def scan(self) -> ScanListing | None:
        """The scan listing of one message, on the status line."""
        return read_scan(self.listing)

    @cached_property
    def ids(self) -> list[tuple[Line, IdListing | None]]:
        """The lines of a full unique-id listing."""
        return [(line, read_id(_row(line))) for line in self.lines]

    @cached_property
    def unique_id(self) -> IdListing | None:
        """The unique-id listing of one message, on the status line."""
        return read_id(self.listing)

    @cached_property
    def numbers(self) -> frozenset[int] | None:
        """The message-numbers of a full listing; None when a line of it has none."""
        if self.body is None or not self.body.terminated:
            return None
        rows = self.scans if self.verb == "LIST" else self.ids
        numbers = [row.number for _, row in rows if row is not None]
        return frozenset(numbers) if len(numbers) == len(rows) else None

    @cached_property
    def header(self) -> bytes:
        """The header of the message that came, stuffing included."""
        return header_of(self.exchange)

    @cached_property
    def message_id(self) -> bytes | None:
        """The identifier that the message bears itself; only looked for where the run filled the maildrop."""
        return message_id(self.header) if self.scene.ledger.knows(self.session.user) else None

    @cached_property
    def comparison(self) -> Comparison | None:
        """What RETR delivered beside what the run put there; None where that is not known."""
        body = self.body
        if self.verb != "RETR" or body is None or not body.terminated:
            return None
        delivered = self.scene.ledger.find(self.session.user, self.message_id)
        if delivered is None:
            return None
        comparison = compare(self.exchange, body, delivered, self.header, followed=self._goes_on)
        self.scene.stuffs |= bool(comparison.stuffed)
        for note in comparison.notes if comparison.sound else ():
            self.scene.note(note)
        return comparison

    @property
    def _goes_on(self) -> bool:
        """Whether more came behind the end of the reply: at once, or in place of the next one."""
        later = self.session.conversation.exchanges[self.exchange.number + 1 :]
        reply = later[0].reply if later else None
        return bool(self.exchange.extra) or (reply is not None and reply.indicator is Indicator.NONE)

    @cached_property
    def ignored(self) -> bool:
        """Whether the server owed an answer and gave none."""
        session, exchange = self.session, self.exchange
        return (exchange.lost is not None or session.late(exchange)) and session.ignored(exchange)

    def broken(self, reason: str, *spans: tuple[int, int]) -> Finding:
        """The clause is broken here, at these octets of the server, or at the status line."""
        return Finding(broken=True, reason=reason, evidence=self.exchange.evidence(*spans))


_SECRET = frozenset({"PASS", "APOP", "AUTH"})


def _row(line: Line) -> bytes:
    return line.content.rstrip(b"\r")
