"""The client that drives a target."""

from conformance.driver.driver import Driver
from conformance.driver.survey import Features, Look, credentials, log_in, look, survey
from conformance.driver.target import Account, Limits, Target, TargetError

__all__ = [
    "Account",
    "Driver",
    "Features",
    "Limits",
    "Look",
    "Target",
    "TargetError",
    "credentials",
    "log_in",
    "look",
    "survey",
]
