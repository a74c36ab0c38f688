"""Faults: the ways in which the reference server can be wrong on purpose, each with the clauses that it breaks."""

from importlib import import_module
from typing import Final

from conformance.server.faults.armed import Armed, FaultError, read_profile
from conformance.server.faults.fault import (
    CERTIFIED,
    CLEARTEXT_REFUSED,
    FAULTS,
    IN_THE_CLEAR,
    POPS,
    STARTTLS,
    Fault,
    Parameter,
    Place,
)
from conformance.server.faults.when import Moment, When, WhenError

__all__ = [
    "CERTIFIED",
    "CLEARTEXT_REFUSED",
    "FAULTS",
    "IN_THE_CLEAR",
    "POPS",
    "STARTTLS",
    "Armed",
    "Fault",
    "FaultError",
    "Moment",
    "Parameter",
    "Place",
    "When",
    "WhenError",
    "read_profile",
]

_ROOMS: Final = (
    "transport",
    "octets",
    "stuffing",
    "messages",
    "commands",
    "arguments",
    "session",
    "auth",
    "maildrop",
    "numbers",
    "sizes",
    "listings",
    "marks",
    "update",
    "unique_ids",
    "large",
    "international",
    "timing",
    "capabilities",
    "codes",
    "sasl",
    "exchanges",
    "tls",
    "mechanisms",
    "tokens",
    "scram",
    "lawful",
    "lenient",
)
"""The modules that hold faults, in the order in which they are listed."""

for _room in _ROOMS:
    import_module(f"{__name__}.{_room}")  # for what it enters
