"""The client that drives a target."""

from conformance.driver.driver import Driver
from conformance.driver.look import Look, look
from conformance.driver.survey import Features, count_messages, credentials, log_in, recognise, session, survey
from conformance.driver.target import Account, Limits, Target, TargetError

__all__ = [
    "Account",
    "Driver",
    "Features",
    "Limits",
    "Look",
    "Target",
    "TargetError",
    "count_messages",
    "credentials",
    "log_in",
    "look",
    "recognise",
    "session",
    "survey",
]
