"""Where in a recording to look."""

from dataclasses import dataclass

__all__ = ["Evidence", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """Octets of one direction of one connection."""

    sender: str
    """``C`` or ``S``."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exchange, and the octets in it that prove something."""

    connection: str
    """The connection's name in its scenario, ``A``, ``B``..."""
    exchange: int | None = None
    """Number of the exchange in that connection; 0 is the greeting."""
    spans: tuple[Span, ...] = ()
    """The offending octets."""
