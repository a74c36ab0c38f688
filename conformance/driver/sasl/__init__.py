"""The client's part of SASL (RFC 4422). The server's is another's work: they meet on the wire only."""

from importlib import import_module
from typing import Final

from conformance.driver.sasl.client import MECHANISMS, Client, Identity, SaslError
from conformance.driver.sasl.exchange import Outcome, authenticate

__all__ = ["MECHANISMS", "Client", "Identity", "Outcome", "SaslError", "authenticate"]

_ROOMS: Final = ("scram", "secret", "others")
"""The modules that hold mechanisms, the strongest first."""

for _room in _ROOMS:
    import_module(f"{__name__}.{_room}")  # for what it enters
