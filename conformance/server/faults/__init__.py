"""Faults: the ways in which the reference server can be wrong on purpose, each with the clauses that it breaks."""

from conformance.server.faults import (
    arguments,
    auth,
    lawful,
    listings,
    maildrop,
    marks,
    numbers,
    octets,
    session,
    timing,
    transport,
    unique_ids,
    update,
)
from conformance.server.faults.armed import Armed, FaultError, read_profile
from conformance.server.faults.fault import FAULTS, Fault, Parameter, Place
from conformance.server.faults.when import Moment, When, WhenError

__all__ = [
    "FAULTS",
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

del (
    arguments,
    auth,
    lawful,
    listings,
    maildrop,
    marks,
    numbers,
    octets,
    session,
    timing,
    transport,
    unique_ids,
    update,
)  # they are imported for what they enter
