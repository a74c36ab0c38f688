"""The client that drives a target."""

from conformance.driver.cutting import Cutting, Way, between, in_pieces
from conformance.driver.driver import Driver
from conformance.driver.facts import Fact, TlsSeen, look_at_tls, tls_facts
from conformance.driver.logins import credentials, present
from conformance.driver.look import Look, look
from conformance.driver.pace import learn_pace, too_early
from conformance.driver.sasl import MECHANISMS, Outcome, authenticate
from conformance.driver.survey import Features, count_messages, log_in, recognise, session, survey
from conformance.driver.target import ANY, Account, Limits, Target, TargetError, Tls, TlsMode
from conformance.driver.tls import OFFERS as TLS_OFFERS
from conformance.driver.tls import OWN_REASONS as TLS_OWN_REASONS

__all__ = [
    "ANY",
    "MECHANISMS",
    "TLS_OFFERS",
    "TLS_OWN_REASONS",
    "Account",
    "Cutting",
    "Driver",
    "Fact",
    "Features",
    "Limits",
    "Look",
    "Outcome",
    "Target",
    "TargetError",
    "Tls",
    "TlsMode",
    "TlsSeen",
    "Way",
    "authenticate",
    "between",
    "count_messages",
    "credentials",
    "in_pieces",
    "learn_pace",
    "log_in",
    "look",
    "look_at_tls",
    "present",
    "recognise",
    "session",
    "survey",
    "tls_facts",
    "too_early",
]
