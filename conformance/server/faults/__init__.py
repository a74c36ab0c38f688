"""Faults: the ways in which the reference server can be wrong on purpose, each with the clauses that it breaks."""

from conformance.server.faults import arguments, auth, lawful, listings, maildrop, octets, session, timing, transport
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
    octets,
    session,
    timing,
    transport,
)  # they are imported for what they enter
