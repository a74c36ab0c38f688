"""What a judge finds: a clause kept or broken, why, and where that is to be seen."""

from dataclasses import dataclass
from typing import Final

from conformance.transcript import Evidence

__all__ = ["KEPT", "Finding", "quote"]

_SHOWN: Final = 120
"""Octets of a quotation; of more, the beginning is shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a clause came to."""

    broken: bool
    reason: str = ""
    """In words, what was demanded and what was seen; empty when the clause was kept."""
    evidence: Evidence | None = None
    """Where that is to be seen, for a broken clause."""


KEPT: Final = Finding(broken=False)
"""The clause was put to the test, and kept."""


def quote(octets: bytes, limit: int = _SHOWN) -> str:
    """Octets as they may stand in a sentence: in quotation marks, what does not print as an escape."""
    shown = "".join(
        _ESCAPES.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02x}") for octet in octets[:limit]
    )
    more = f"... ({len(octets)} octets)" if len(octets) > limit else ""
    return f'"{shown}"{more}'


_ESCAPES: Final = {0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t", 0x00: "\\0", 0x22: '\\"', 0x5C: "\\\\"}
