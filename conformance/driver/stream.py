"""The octets of one connection: a socket that blocks nobody, and TLS over it once that has begun."""

import socket
import struct
from contextlib import suppress
from typing import Final

from conformance.driver.tls import Channel

__all__ = ["Stream"]

_BLOCK: Final = 1 << 16
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Stream:
    """Sends and receives what can be sent and received at once; the socket's errors are the caller's to understand."""

    def __init__(self, made: socket.socket) -> None:
        self.channel: Channel | None = None
        """TLS, once its handshake is over."""
        self._socket = made
        self._fresh = False
        """Whether octets may have come together with the end of the handshake."""
        self._answered = False
        """Whether the server's close alert was answered (RFC 8446 §6.1)."""
        self._unsent = b""
        """Octets in the form of TLS that the socket did not take yet."""

    def fileno(self) -> int:
        """For those who wait until something can be sent or received."""
        return self._socket.fileno()

    @property
    def unsent(self) -> bool:
        """Whether something that `send` took is still to go out."""
        return bool(self._unsent)

    def send(self, octets: memoryview) -> int:
        """Send what can be sent now; how many of the octets were taken. `OSError` when the connection is broken."""
        if self.channel is None:
            return self._push(octets)
        if not self._flush() or not octets:
            return 0
        self._unsent, taken = self.channel.encrypt(octets)
        self._flush()
        return taken

    def send_raw(self, octets: bytes) -> bool:
        """Send octets below TLS, such as those of a handshake; whether all of them are out."""
        self._unsent += octets
        return self._flush()

    def receive(self) -> bytes | None:
        """What came; None when that says nothing yet, empty when nothing more will come.

        `BlockingIOError` when nothing is there, `OSError` when the connection is broken, `TlsError` when it is no TLS.
        """
        came = b"" if self._fresh else self.receive_raw()
        if self.channel is None or not (came or self._fresh or self.channel.failed):
            return came
        self._fresh = False
        said = self.channel.decrypt(came)
        if self.channel.alerted and not self._answered:  # some wait for the answer before they end the connection
            self._answered = True
            self.say_goodbye()
        return said or None

    def secure(self, channel: Channel) -> None:
        """Speak TLS from now on; what the server sent behind its handshake is there to be received at once."""
        self.channel, self._fresh = channel, True

    def receive_raw(self) -> bytes:
        """What came, below TLS."""
        return self._socket.recv(_BLOCK)

    def say_goodbye(self) -> None:
        """Where TLS is spoken, say that no more will be sent."""
        if self.channel is not None:
            with suppress(OSError):
                self.send_raw(self.channel.close())

    def half_close(self) -> None:
        """Send no more."""
        self.say_goodbye()
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def reset_on_close(self) -> None:
        """Let the end of the connection be a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def _flush(self) -> bool:
        while self._unsent and (taken := self._push(memoryview(self._unsent))):
            self._unsent = self._unsent[taken:]
        return not self._unsent

    def _push(self, octets: memoryview) -> int:
        try:
            return self._socket.send(octets)
        except BlockingIOError:
            return 0
