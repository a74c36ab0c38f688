"""Makes connections; where that fails, says what happened and what to do about it."""

import errno
import socket
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from conformance.driver.target import Target, TargetError

__all__ = ["connected"]

_ADVICE: Final = MappingProxyType(
    {
        errno.ECONNREFUSED: "Nothing listens there: is the server running, and on that port?",
        errno.EHOSTUNREACH: "No way leads there: is the host right, and is the network up?",
        errno.ENETUNREACH: "No way leads there: is the host right, and is the network up?",
        errno.EMFILE: "Too many files are open: allow more (ulimit -n), or run fewer workers.",
    }
)
_PROBE: Final = "`pop3spec probe` shows what is there."


def connected(target: Target) -> socket.socket:
    """A socket that is connected to the target and blocks nobody; `TargetError` when there is none to be had."""
    if not 0 < target.port < 1 << 16:  # a resolver would take some other port for it
        message = f"cannot connect to {target.address}: a port lies between 1 and 65535"
        raise TargetError(message)
    try:
        made = socket.create_connection((target.host, target.port), target.limits.connect)
    except (OSError, ValueError) as error:  # ValueError: a name that cannot be one
        why = (error.strerror if isinstance(error, OSError) else None) or str(error) or "no answer"
        message = f"cannot connect to {target.address}: {why}. {_advice(error, target)}"
        raise TargetError(message) from error
    made.setblocking(False)
    with suppress(OSError):  # on some systems a peer that is gone already makes this fail; reading will show it
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _advice(error: Exception, target: Target) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "Is the host's name spelled right, and can this machine look it up?"
    if isinstance(error, TimeoutError):
        return (
            f"No answer came within {target.limits.connect:g} s: are host and port right, and does a firewall stand "
            f"between? {_PROBE}"
        )
    number = error.errno if isinstance(error, OSError) else None
    return f"{_ADVICE.get(number or 0, 'Is the server running, and are host and port right?')} {_PROBE}"
