"""The client that drives a target."""

from conformance.driver.driver import Driver
from conformance.driver.target import Account, Limits, Target, TargetError

__all__ = ["Account", "Driver", "Limits", "Target", "TargetError"]
