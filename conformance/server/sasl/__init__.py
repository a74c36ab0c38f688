"""The server's part of SASL (RFC 4422): mechanisms, and what is on offer where."""

from importlib import import_module
from typing import Final

from conformance.server.sasl.mechanism import MECHANISMS, Channel, Circumstances, Exchange, Mechanism, Side
from conformance.server.sasl.offer import Offer
from conformance.server.sasl.turns import Challenge, Outcome, Turns, decoded

__all__ = [
    "MECHANISMS",
    "Challenge",
    "Channel",
    "Circumstances",
    "Exchange",
    "Mechanism",
    "Offer",
    "Outcome",
    "Side",
    "Turns",
    "decoded",
]

_ROOMS: Final = ("scram", "cram", "without_secret", "tokens", "plain")
"""The modules that hold mechanisms, the strongest first."""

for _room in _ROOMS:
    import_module(f"{__name__}.{_room}")  # for what it enters
