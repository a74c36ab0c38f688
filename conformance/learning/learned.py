"""What came of learning, as data."""

from dataclasses import dataclass, field

from conformance.learning.comparing import Comparison, Difference
from conformance.learning.machine import Machine
from conformance.learning.words import Word
from conformance.transcript import TextLine

__all__ = ["Learned", "Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference, and the session that shows it."""

    difference: Difference
    confirmed: bool
    """Whether the server answered so once more, on a fresh connection."""
    session: tuple[TextLine, ...]
    """That session, secrets masked."""


@dataclass(slots=True)
class Learned:
    """What came of learning."""

    words: tuple[Word, ...]
    machine: Machine | None = None
    """The machine; None when learning ended before there was one."""
    comparison: Comparison | None = None
    seen: list[Seen] = field(default_factory=list)
    ended_early: str = ""
    """Why it ended before all was learned; empty when it did not."""
    lost: bool = False
    """Whether that was because the server could not be worked with any more."""
    interrupted: bool = False
    """Whether it was by Ctrl-C."""
    left_out: list[str] = field(default_factory=list)
    """What was not asked, and why."""
    remarks: list[str] = field(default_factory=list)
    """What else is to be known."""
    sessions: int = 0
    failed_logins: int = 0
    seconds: float = 0.0

    @property
    def differences(self) -> list[Seen]:
        """Those that were seen again."""
        return [one for one in self.seen if one.confirmed]

    @property
    def complete(self) -> bool:
        """Whether every word was tried everywhere, and every difference looked at once more."""
        return self.machine is not None and not (self.ended_early or self.left_out or self.not_looked_at)

    @property
    def not_looked_at(self) -> int:
        """How many differences were not looked at once more."""
        looked_at = sum(bool(one.session) for one in self.seen)
        return len(self.comparison.differences) - looked_at if self.comparison is not None else 0
