"""Learns the session of a server as a Mealy machine, and compares it with what the RFCs allow."""

from conformance.learning.bounds import Bounds
from conformance.learning.comparing import Comparison, Difference
from conformance.learning.files import write_all
from conformance.learning.learn import learn
from conformance.learning.learned import Learned, Seen
from conformance.learning.machine import Machine
from conformance.learning.words import Heard, Word

__all__ = ["Bounds", "Comparison", "Difference", "Heard", "Learned", "Machine", "Seen", "Word", "learn", "write_all"]
