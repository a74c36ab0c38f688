"""How TLS begins on a connection, and what a server sees of the client before it does."""

import asyncio
import os
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from conformance.server.sasl import Channel
from conformance.server.tls import ServerTls

__all__ = ["Beginning", "Hello", "hello"]

_SOON: Final = 0.002
"""Seconds until it is looked again."""
_HANDSHAKE: Final = b"\x16"
"""What the first record of a handshake begins with (RFC 8446 §5.1)."""

Hello = bool | None
"""Whether a handshake begins, or something else comes; None when nothing has come in time."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How it begins; by rights, with the server's context and nothing before it."""

    tls: ServerTls
    context: ssl.SSLContext
    """What it is spoken with."""
    impatient: bytes = b""
    """What is said in the clear when the client does not begin at once."""
    otherwise: Channel | None = None
    """What the session goes on over when something else comes than a handshake; None to take it for one."""


async def hello(transport: asyncio.Transport, seconds: float) -> Hello:
    """Look at the first octet that comes within some seconds, and leave it where it is; the transport must not read."""
    with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as peeking:
        deadline = asyncio.get_running_loop().time() + seconds
        while not transport.is_closing():
            try:
                return peeking.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == _HANDSHAKE
            except BlockingIOError:
                if asyncio.get_running_loop().time() > deadline:
                    return None
                await asyncio.sleep(_SOON)
            except OSError:
                break
    return False
