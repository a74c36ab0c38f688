"""How a connection comes to TLS, and what to tell a user when it does not."""

import select
import time
from contextlib import suppress
from typing import Final

from conformance.driver.stream import Stream
from conformance.driver.target import Target, TlsMode
from conformance.driver.tls import REFUSED, Channel, TlsError, client_context
from conformance.transcript import Exchange, escape

__all__ = ["refused", "shake_hands"]

_MOST: Final = 1 << 18
"""Octets of a handshake that are read: certificates and all."""


def shake_hands(stream: Stream, target: Target, version: str = "") -> str:
    """Do the handshake within the target's limit; empty when TLS is spoken from now on, else why not."""
    try:
        channel = Channel(client_context(target.tls, version), target.tls.server_name or target.host)
    except TlsError as error:
        return str(error)
    deadline, read = time.monotonic() + target.limits.connect, 0
    try:
        stream.send_raw(channel.shake())
        while not channel.open:
            came = _next(stream, deadline)
            if isinstance(came, str):
                return came
            read += len(came)
            if read > _MOST:
                return f"the server's part in it has more than {_MOST} octets"
            stream.send_raw(channel.shake(came))
    except TlsError as error:
        _tell_why(stream, channel)
        return str(error)
    except OSError as error:
        return f"the server broke the connection: {error.strerror or error}"
    stream.secure(channel)
    return ""


def _next(stream: Stream, deadline: float) -> bytes | str:
    """The octets that come next, or why none come."""
    poll = select.poll()
    while (remaining := deadline - time.monotonic()) > 0:
        poll.register(stream, select.POLLIN | (select.POLLOUT if stream.unsent else 0))
        poll.poll(max(1, int(remaining * 1000)))
        stream.send_raw(b"")
        try:
            return stream.receive_raw() or "the server closed the connection in the midst of it"
        except BlockingIOError:
            continue
    return "the server did not go on with it"


def _tell_why(stream: Stream, channel: Channel) -> None:
    """Send the alert that tells the server why."""
    with suppress(OSError):  # one that is gone need not know
        stream.send_raw(channel.take())


def refused(target: Target, stls: Exchange | None, why: str = "") -> str:
    """What to tell a user whose target does not come to TLS."""
    if stls is not None or not why:
        said = escape(stls.status) if stls is not None and stls.reply is not None else "nothing"
        return (
            f"{target.address}: no TLS by STLS: the server answered {said!r}. Is STLS switched on in the server? "
            "pops:// is for servers that speak TLS from the start, pop:// for those that speak none."
        )
    if why.startswith(REFUSED):
        advice = (
            "--ca FILE names the authority to trust, --server-name NAME the name that it is for, and --insecure "
            "accepts any."
        )
    elif target.tls.mode is TlsMode.IMPLICIT:
        advice = "Does it speak TLS from the start there? --tls starttls is for those that begin in the clear."
    else:
        advice = "Has the server a certificate and a key that fit together?"
    return f"{target.address}: no TLS: {why}. {advice}"
