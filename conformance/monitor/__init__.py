"""One function per clause that judges every exchange of every session from the wire alone, whoever drove it."""

from conformance.monitor.ledger import Ledger
from conformance.monitor.monitor import Monitor
from conformance.monitor.registry import JUDGES, judge, judge_session

__all__ = ["JUDGES", "Ledger", "Monitor", "judge", "judge_session"]
