"""The client that drives a target: blocking, exact in what it sends and when, and all of it on record.

Nothing that the peer does raises: it is recorded, and the exchange says what was lost. Only a connection that cannot be
made raises `TargetError`.
"""

import math
import select
import socket
import struct
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from conformance.driver.target import Target, TargetError
from conformance.transcript import Conversation, Exchange, Incident, Transcript

__all__ = ["Driver"]

_BLOCK: Final = 1 << 16
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Driver:
    """One connection to a target."""

    def __init__(self, target: Target, name: str = "A") -> None:
        self.target = target
        self.transcript = Transcript(name, target.address)
        self.conversation = Conversation(self.transcript)
        self._socket: socket.socket | None = None
        self._poll = select.poll()
        self._reads = True
        self.pace: float | None = None
        """Octets a second at which replies are taken; None for as fast as they come."""

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # -- beginning and end ---------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open the connection; `TargetError` when that fails."""
        target = self.target
        self.transcript.opened = time.monotonic()
        try:
            self._socket = socket.create_connection((target.host, target.port), target.limits.connect)
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or "no answer"
            message = (
                f"cannot connect to {target.address}: {why}. "
                "Is the server running, and are host and port right? `pop3spec probe` shows what is there."
            )
            raise TargetError(message) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._poll.register(self._socket, select.POLLIN)
        self._mark(Incident.CONNECTED)

    @property
    def open(self) -> bool:
        """Whether something can still be sent."""
        return self._socket is not None

    @property
    def listening(self) -> bool:
        """Whether something can still come."""
        return self._socket is not None and self._reads

    def close(self) -> None:
        """End the connection in the orderly way, without QUIT."""
        if self._socket is not None:
            self._take_what_came()
            self._end(Incident.CLIENT_CLOSED)

    def reset(self) -> None:
        """End the connection by a TCP reset."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._end(Incident.CLIENT_RESET)

    def half_close(self) -> None:
        """Say that no more will be sent, and go on reading."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._end(Incident.SERVER_RESET)
            else:
                self._mark(Incident.CLIENT_HALF_CLOSED)

    # -- sending -------------------------------------------------------------------------------------------------

    def send(self, octets: bytes, piece: int = 0, pause: float = 0.0) -> None:
        """Send octets as they are, in one segment, or in pieces of so many octets with a pause between them.

        What has come in the meantime is read first: it cannot be the answer to this.
        """
        self._take_what_came()
        for at in range(0, len(octets), piece or len(octets) or 1):
            if at and pause:
                self.quiet(pause)
            part = octets[at : at + (piece or len(octets))]
            self._record_sent(part)
            self._send_all(part)

    def _record_sent(self, octets: bytes) -> None:
        if self._socket is not None:
            self.transcript.record("C", octets, self._now())
            self.conversation.follow()

    def _send_all(self, octets: bytes) -> None:
        view = memoryview(octets)
        deadline = time.monotonic() + self.target.limits.reply
        while view and self._socket is not None:
            try:
                view = view[self._socket.send(view) :]
                continue
            except BlockingIOError:
                pass
            except OSError:
                self._end(Incident.SERVER_RESET)
                return
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                self._mark(Incident.WAITED, "the server does not read what is sent")
                return
            self._poll.modify(self._socket, select.POLLIN | select.POLLOUT)
            self._poll.poll(_milliseconds(remaining))
            self._poll.modify(self._socket, select.POLLIN)
            self._take_what_came()  # a server that answers before it reads on must not block us both

    # -- receiving -----------------------------------------------------------------------------------------------

    def read_reply(self, patience: float | None = None) -> Exchange | None:
        """Wait for the reply to the oldest command without one; None when there is no such command.

        The exchange comes back also when no whole reply came: see `Exchange.lost`.
        """
        exchange = self.conversation.unanswered
        if exchange is None:
            return None
        self._wait(patience, lambda: exchange.answered_at is not None or exchange.lost is not None)
        return exchange

    def read_greeting(self, patience: float | None = None) -> Exchange | None:
        """Wait for the server's first line; None when none came."""
        self._wait(patience, lambda: self.conversation.greeting is not None)
        return self.conversation.greeting

    def read_all(self, patience: float | None = None) -> None:
        """Wait until every command has its reply."""
        while (exchange := self.read_reply(patience)) is not None and exchange.lost is None:
            pass

    def quiet(self, seconds: float) -> bool:
        """Wait and see that nothing comes: neither octets nor an end."""
        before = len(self.transcript.entries)
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0 and self.listening:
            self._receive(remaining)
        return len(self.transcript.entries) == before

    def wait_for_close(self, patience: float | None = None) -> Incident | None:
        """Read until the server ends the connection; how it did, or None when it did not in time."""
        deadline = time.monotonic() + (self.target.limits.close if patience is None else patience)
        while self.listening and (remaining := deadline - time.monotonic()) > 0:
            self._receive(remaining)
        ending = self.transcript.ending
        return ending.incident if ending is not None and not self.listening else None

    def _wait(self, patience: float | None, done: Callable[[], bool]) -> None:
        limits = self.target.limits
        patience = limits.reply if patience is None else patience
        began = time.monotonic()
        first = self.transcript.length("S")
        while not done() and self.listening:
            received = self.transcript.length("S") - first
            if self.conversation.connection.body_octets > limits.largest or received > 2 * limits.largest:
                self._mark(Incident.TOO_MUCH, f"more than {limits.largest} octets in one reply")
                self._end(None)
                return
            remaining = began + patience + received / limits.slowest - time.monotonic()
            if remaining <= 0 or not self._receive(min(remaining, patience)):
                if self.listening:
                    self._mark(Incident.WAITED, f"{time.monotonic() - began:.1f} s")
                return

    def _receive(self, patience: float) -> bool:
        """Take what comes next; False when nothing came in time or nothing more will come."""
        if self._socket is None or not self._poll.poll(_milliseconds(patience)):
            return False
        before = self.transcript.length("S")
        took = self._take()
        if self.pace is not None:
            time.sleep((self.transcript.length("S") - before) / self.pace)
        return took

    def _take_what_came(self) -> None:
        while self.listening and self._take():
            pass

    def _take(self) -> bool:
        """Take what is there; False when there is nothing, or nothing more will come."""
        if self._socket is None:
            return False
        try:
            octets = self._socket.recv(_BLOCK)
        except BlockingIOError:
            return False
        except OSError:
            self._end(Incident.SERVER_RESET)
            return False
        return self._received(octets)

    def _received(self, octets: bytes) -> bool:
        if not octets:
            self._reads = False
            self._mark(Incident.SERVER_CLOSED)
            return False
        self.transcript.record("S", octets, self._now())
        self.conversation.follow()
        return True

    # -- the record ----------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return time.monotonic() - self.transcript.opened

    def _mark(self, incident: Incident, note: str = "") -> None:
        self.transcript.mark(incident, self._now(), note)
        self.conversation.follow()

    def _end(self, incident: Incident | None) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._reads = False
            if incident is not None:
                self._mark(incident)


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))
