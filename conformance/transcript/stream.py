"""Lines of one direction of a recording, found where they are wanted: a recording of any size takes no memory."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from conformance.transcript.recording import Sender, Transcript

__all__ = ["Stream"]

_FIRST_LOOK: Final = 512
_BLOCK: Final = 1 << 16


class Stream:
    """One direction, cut into lines behind each LF, at the given cuts and at its end."""

    def __init__(self, transcript: Transcript, sender: Sender, cuts: Sequence[int] = ()) -> None:
        self.transcript = transcript
        self.sender = sender
        self.length = transcript.length(sender)
        self._cuts = sorted({0, self.length, *cuts})

    def read(self, start: int, end: int) -> bytes:
        """The octets from `start` up to `end`."""
        return self.transcript.octets(self.sender, start, end)

    def line_start(self, at: int) -> int:
        """Where the line that holds the octet `at` begins: the last line boundary up to there."""
        floor = self._cuts[bisect_right(self._cuts, at) - 1]
        size, end = _FIRST_LOOK, at
        while end > floor:
            begin = max(floor, end - size)
            found = self.read(begin, end).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            size, end = _BLOCK, begin
        return floor

    def line_end(self, at: int) -> int:
        """Where the line that holds the octet `at` ends: the first line boundary behind it."""
        ceiling = self._cuts[min(bisect_right(self._cuts, at), len(self._cuts) - 1)]
        size, begin = _FIRST_LOOK, at
        while begin < ceiling:
            end = min(ceiling, begin + size)
            found = self.read(begin, end).find(b"\n")
            if found >= 0:
                return begin + found + 1
            size, begin = _BLOCK, end
        return ceiling

    def count(self, start: int, end: int) -> int:
        """Lines from one line boundary to another."""
        feeds = sum(block.count(b"\n") for block in self.transcript.blocks(self.sender, start, end))
        inside = self._cuts[bisect_right(self._cuts, start) : bisect_right(self._cuts, end)]
        return feeds + sum(self.read(cut - 1, cut) != b"\n" for cut in inside)
