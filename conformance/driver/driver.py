"""The client that drives a target: blocking, exact in what it sends and when, and all of it on record.

Nothing that the peer does raises: it is recorded, and the exchange says what was lost. Only a connection that cannot be
made raises `TargetError`. Whatever the peer does, no call takes more than a bounded time, memory and room on disk.
"""

import math
import select
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from conformance.driver.connecting import connected
from conformance.driver.cutting import Cutting, between, in_pieces
from conformance.driver.securing import refused, shake_hands
from conformance.driver.stream import Stream
from conformance.driver.target import Target, TargetError, TlsMode
from conformance.driver.tls import Channel, TlsError
from conformance.transcript import Conversation, Exchange, Incident, Mark, Transcript
from conformance.wire import State

__all__ = ["Driver"]

_LINE: Final = 1 << 20
"""Octets that are read without a whole line or the beginning of a body among them."""
_LISTING: Final = 16 << 20
"""Octets that are read of a body that is no message."""
_MESSAGES: Final = frozenset({"RETR", "TOP"})
_LAST_LOOK: Final = 16
"""Blocks that are still read when the client closes."""
_BEHIND_LOGIN: Final = frozenset({State.TRANSACTION, State.UPDATE})
_BY_SERVER: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})


class Driver:
    """One connection to a target."""

    def __init__(self, target: Target, name: str = "A", cutting: Cutting | None = None) -> None:
        self.target = target
        self.transcript = Transcript(name, target.address)
        self.conversation = Conversation(self.transcript)
        self.too_slow = False
        """Whether a reply was given up although there still came something of it."""
        self.stls: Exchange | None = None
        """The STLS by which the driver itself came to TLS, as the target wants it."""
        self._cut = cutting.cutter(name) if cutting is not None else None
        self._socket: Stream | None = None
        self._poll = select.poll()
        self._reads = self._writes = True
        self._most = 0
        """Octets of the server, from the first one on, up to which is read by now."""
        self._in_vain = False
        """Whether the last wait was in vain, and nothing was sent since."""

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # -- beginning and end ---------------------------------------------------------------------------------------

    def connect(self, *, clear: bool = False, at_once: bool = False) -> None:
        """Open the connection, and come to TLS as the target wants it, unless `clear`; `TargetError` when that fails.

        Unless `at_once` it waits where the server wants some time between two logins. A server that does not greet is
        left as it is: whoever reads the greeting will see it.
        """
        if not at_once:
            self.target.pace.wait()
        self.transcript.opened = time.monotonic()
        self._socket = Stream(connected(self.target))
        self._poll.register(self._socket, select.POLLIN)
        self._mark(Incident.CONNECTED)
        try:
            self._come_to_tls(TlsMode.NONE if clear else self.target.tls.mode)
        except TargetError:
            self.close()
            raise

    def _come_to_tls(self, mode: TlsMode) -> None:
        if mode is TlsMode.STARTTLS:
            greeting = self.read_greeting()
            if greeting is None or not greeting.positive:
                return
            self.stls = self.ask(b"STLS")
            if self.stls is None or not self.stls.positive:
                raise TargetError(refused(self.target, self.stls))
        if mode is not TlsMode.NONE and (why := self.start_tls()):
            raise TargetError(refused(self.target, None, why))

    def start_tls(self, version: str = "") -> str:
        """Begin TLS now, offering one version alone where one is named; empty when it succeeded, else why it failed.

        Then the connection is over: nothing can be said on it any more.
        """
        if self._socket is None or self._socket.channel is not None:
            return "the connection has ended" if self._socket is None else "TLS is spoken already"
        self._allow()
        self._take_what_came()
        why = shake_hands(self._socket, self.target, version) if self._socket is not None else "the connection ended"
        if why:
            self._mark(Incident.NO_TLS, why)
            self._end(Incident.CLIENT_CLOSED)
        elif (channel := self.channel) is not None:
            self._mark(Incident.TLS, f"{channel.version}, {channel.cipher}")
            self._take()
        return why

    @property
    def channel(self) -> Channel | None:
        """TLS, while it is spoken."""
        return self._socket.channel if self._socket is not None else None

    @property
    def open(self) -> bool:
        """Whether something can still be sent."""
        return self._socket is not None and self._writes

    @property
    def listening(self) -> bool:
        """Whether something can still come."""
        return self._socket is not None and self._reads

    def close(self) -> None:
        """End the connection in the orderly way, without QUIT."""
        self._allow()
        for _ in range(_LAST_LOOK):
            if not self._take():
                break
        if self._socket is not None and self._writes:
            self._socket.say_goodbye()
        self._end(Incident.CLIENT_CLOSED)

    def reset(self) -> None:
        """End the connection by a TCP reset."""
        if self._socket is not None:
            self._socket.reset_on_close()
            self._end(Incident.CLIENT_RESET)

    def half_close(self) -> None:
        """Say that no more will be sent, and go on reading."""
        if self._socket is not None and self._writes:
            self._writes = False
            try:
                self._socket.half_close()
            except OSError:
                self._end(Incident.SERVER_RESET)
            else:
                self._mark(Incident.CLIENT_HALF_CLOSED)

    # -- sending -------------------------------------------------------------------------------------------------

    def send(self, octets: bytes, piece: int = 0, pause: float = 0.0) -> None:
        """Send octets in one segment, or in pieces of so many octets with a pause between them; or as all is cut.

        What has come in the meantime is read first: it cannot be the answer to this.
        """
        self._allow()
        self._take_what_came()
        pieces = in_pieces(octets, piece) if self._cut is None else self._cut(octets)
        for number, part in enumerate(pieces):
            if number and (seconds := pause if self._cut is None else between(pieces)):
                self.quiet(seconds)
            self._send_all(part)

    def ask(self, command: bytes, patience: float | None = None) -> Exchange | None:
        """Send a command and wait for the reply to it; None when it cannot be sent any more."""
        exchanges = self.conversation.exchanges
        before = exchanges[-1] if exchanges else None
        self.send(command + b"\r\n")
        if not exchanges or exchanges[-1] is before or exchanges[-1].command is None:
            return None
        self.await_reply(exchanges[-1], patience)
        return exchanges[-1]

    def _send_all(self, octets: bytes) -> None:
        view, limits = memoryview(octets), self.target.limits
        began = last = time.monotonic()
        while self._socket is not None and self._writes and (view or self._socket.unsent):
            if taken := self._push(view):
                self._record_sent(bytes(view[:taken]))
                view, last = view[taken:], time.monotonic()
                continue
            sent = len(octets) - len(view)
            remaining = min(last, began + sent / limits.slowest) + limits.reply - time.monotonic()
            if self.open and remaining <= 0:
                self._writes = False  # what would follow now is not what was meant
                note = f"the server does not read what is sent: it took {sent} of {len(octets)} octets"
                self._mark(Incident.WAITED, note)
            elif self.open:
                self._make_room(remaining)

    def _push(self, view: memoryview) -> int:
        """Send what can be sent now; the number of octets."""
        if self._socket is None:
            return 0
        try:
            return self._socket.send(view)
        except OSError:
            self._record_sent(bytes(view))  # it was said, though nobody can have heard it
            self._end(Incident.SERVER_RESET)
            return 0

    def _make_room(self, patience: float) -> None:
        """Wait until more can be sent; a server that answers before it reads on must not block us both."""
        if self._socket is not None:
            self._poll.modify(self._socket, select.POLLOUT | (select.POLLIN if self._reads else 0))
            self._poll.poll(_milliseconds(patience))
            self._poll.modify(self._socket, select.POLLIN)
            self._take_what_came()

    def _record_sent(self, octets: bytes) -> None:
        self._in_vain = False
        self.transcript.record("C", octets, self._now())
        self.conversation.follow()

    # -- receiving -----------------------------------------------------------------------------------------------

    def read_reply(self, patience: float | None = None) -> Exchange | None:
        """Wait for the reply to the oldest command that can still get one; None when there is no such command.

        The exchange comes back also when no whole reply came: see `Exchange.lost`.
        """
        oldest = None
        for exchange in reversed(self.conversation.exchanges):
            if exchange.answered_at is not None:
                break
            oldest = exchange if exchange.lost is None else oldest
        if oldest is not None:
            self.await_reply(oldest, patience)
        return oldest

    def await_reply(self, exchange: Exchange, patience: float | None = None) -> None:
        """Wait for the reply to this command; at once over when it is known to be lost.

        One that was waited for in vain is waited for again when something was sent since.
        """
        if exchange.lost is Incident.WAITED and exchange.answered_at is None and not self._in_vain:
            exchange.lost = None
        self._wait(patience, lambda: exchange.answered_at is not None or exchange.lost is not None)
        if exchange.answered_at is None and exchange.lost is None:  # it was sent when nobody answered any more
            ending = self.transcript.ending
            exchange.lost = ending.incident if ending is not None else Incident.SERVER_CLOSED

    def read_greeting(self, patience: float | None = None) -> Exchange | None:
        """Wait for the server's first line; None when none came."""
        self._wait(patience, lambda: self.conversation.greeting is not None)
        return self.conversation.greeting

    def read_all(self, patience: float | None = None) -> None:
        """Wait until every command has its reply, or one is lost."""
        while (exchange := self.read_reply(patience)) is not None and exchange.lost is None:
            pass

    def quiet(self, seconds: float) -> bool:
        """Wait and see that nothing comes, neither octets nor an end; over at once when nothing can come."""
        self._allow()
        before = len(self.transcript.entries)
        deadline = time.monotonic() + seconds
        while self.listening and (remaining := deadline - time.monotonic()) > 0:
            self._receive(remaining)
        return len(self.transcript.entries) == before

    def wait_for_close(self, patience: float | None = None) -> Incident | None:
        """Read until the server ends the connection; how it did, or None when it did not in time."""
        self._allow()
        began = time.monotonic()
        deadline = began + (self.target.limits.close if patience is None else patience)
        while self.listening and (remaining := deadline - time.monotonic()) > 0:
            self._receive(remaining)
        if self.listening:
            self._mark(Incident.WAITED, f"{time.monotonic() - began:.1f} s")
        marks = (entry.incident for entry in reversed(self.transcript.entries) if isinstance(entry, Mark))
        return next((incident for incident in marks if incident in _BY_SERVER), None)

    def _wait(self, patience: float | None, done: Callable[[], bool]) -> None:
        self._allow()
        self.too_slow = False
        limits = self.target.limits
        patience = limits.reply if patience is None else patience
        began = last = time.monotonic()
        first = self.transcript.length("S")
        while not done() and self.listening:
            received = self.transcript.length("S") - first
            remaining = began + patience + received / limits.slowest - time.monotonic()
            if remaining > 0 and self._receive(min(remaining, patience)):
                last = time.monotonic()
                self._see_that_it_ends()
            elif self.listening:
                now = time.monotonic()
                self.too_slow = self.transcript.length("S") > first and now - last < patience / 2
                self._mark(Incident.WAITED, f"{now - began:.1f} s")
                self._in_vain = True
                return

    def _see_that_it_ends(self) -> None:
        """End the connection when the reply that is coming is longer than any."""
        connection, exchanges = self.conversation.connection, self.conversation.exchanges
        waiting, most = self.conversation.unanswered, self.target.limits.largest
        if octets := connection.body_octets:
            most = most if waiting is None or waiting.verb in _MESSAGES else min(most, _LISTING)
        else:
            last = (waiting.number if waiting is not None else len(exchanges)) - 1
            reply = exchanges[last].reply if last >= 0 else None
            octets = self.transcript.length("S") - (reply.end if reply is not None else 0)
            most = min(most, _LINE)
        if octets > most:
            self._too_much(f"more than {most} octets in one reply")

    def _receive(self, patience: float) -> bool:
        """Take what comes next; False when nothing came in time or nothing more will come."""
        if not self.listening or not self._poll.poll(_milliseconds(patience)):
            return False
        return self._take()

    def _take_what_came(self) -> None:
        deadline = time.monotonic() + self.target.limits.reply
        while self._take():
            if time.monotonic() > deadline:
                self._too_much("more than can be read")

    def _take(self) -> bool:
        """Take what is there; False when there is nothing, or nothing more will come."""
        if self._socket is None or not self._reads:
            return False
        try:
            octets = self._socket.receive()
        except BlockingIOError:
            return False
        except OSError:
            self._end(Incident.SERVER_RESET)
            return False
        except TlsError as error:
            self._mark(Incident.NOT_TLS if error.in_the_clear else Incident.NO_TLS, str(error))
            self._end(Incident.CLIENT_CLOSED)
            return False
        if octets is not None and not self._received(octets):
            return False
        if self.channel is not None and self.channel.alerted:
            self._left_by_alert()
        return self._reads

    def _received(self, octets: bytes) -> bool:
        if not octets:
            self._reads = False
            self._mark(Incident.SERVER_CLOSED)
            return False
        self.transcript.record("S", octets, self._now())
        before = self.conversation.state
        self.conversation.follow()
        if before not in _BEHIND_LOGIN and self.conversation.state in _BEHIND_LOGIN:
            self.target.pace.note()
        if self.transcript.length("S") > self._most:
            self._too_much("more than any reply has")
        elif len(self.transcript.entries) > self.target.limits.pieces:
            self.too_slow = True
            self._too_much(f"in more than {self.target.limits.pieces} pieces")
        return True

    def _left_by_alert(self) -> None:
        """The server closes, and says so; it may wait for our alert before it lets go (RFC 8314 §3.4)."""
        if self._socket is not None and self._reads:
            self._mark(Incident.CLOSE_ALERT)
            self._socket.say_goodbye()
            self._reads = self._writes = False
            self._mark(Incident.SERVER_CLOSED)

    def _allow(self) -> None:
        """Say how much may come until the next call."""
        self._most = self.transcript.length("S") + 2 * self.target.limits.largest

    # -- the record ----------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return time.monotonic() - self.transcript.opened

    def _mark(self, incident: Incident, note: str = "") -> None:
        self.transcript.mark(incident, self._now(), note)
        self.conversation.follow()

    def _too_much(self, note: str) -> None:
        if self._socket is not None:
            self._mark(Incident.TOO_MUCH, note)
            self._end(None)

    def _end(self, incident: Incident | None) -> None:
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None
            if incident is not None:
                self._mark(incident)


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))
