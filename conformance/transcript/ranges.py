"""Ranges of octets."""

from collections.abc import Iterable

__all__ = ["Ranges", "clipped", "united"]

Ranges = list[tuple[int, int]]
"""Each from its first offset up to, not including, its second."""


def united(ranges: Iterable[tuple[int, int]], gap: int = 0) -> Ranges:
    """The same octets in ranges that are in order and do not touch one another, gaps up to so many octets closed."""
    result: Ranges = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1] + gap:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def clipped(ranges: Iterable[tuple[int, int]], start: int, end: int) -> Ranges:
    """What of the ranges lies between two offsets."""
    return [(max(a, start), min(b, end)) for a, b in ranges if a < end and b > start]
