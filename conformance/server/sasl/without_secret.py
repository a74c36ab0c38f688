"""Mechanisms that need no secret in the exchange: EXTERNAL (RFC 4422 appendix A) and ANONYMOUS (RFC 4505)."""

from typing import Final

from conformance.server.auth import Account
from conformance.server.sasl.mechanism import Circumstances, Exchange, Side, mechanism
from conformance.server.sasl.names import may_act_as

__all__ = ["anonymous", "external"]

_LONGEST_TRACE: Final = 255
"""Characters, and no octets (RFC 4505 §2)."""


@mechanism("EXTERNAL", begins=Side.CLIENT, serves=lambda place: bool(_certified(place)))
def external(place: Circumstances) -> Exchange:
    """RFC 4422 §A.2: who the client's certificate says it is, who may act as nobody else."""
    identity = yield b""
    return may_act_as(_certified(place), identity)


@mechanism("ANONYMOUS", begins=Side.CLIENT, serves=lambda place: bool(_public(place)))
def anonymous(place: Circumstances) -> Exchange:
    """RFC 4505 §2: the client may leave a trace, which has to be text."""
    trace = yield b""
    try:
        return _public(place) if len(trace.decode()) <= _LONGEST_TRACE else None
    except UnicodeDecodeError:
        return None


def _certified(place: Circumstances) -> Account | None:
    return place.accounts.known(place.channel.certified.encode())


def _public(place: Circumstances) -> Account | None:
    return place.accounts.known(place.anonymous.encode())
