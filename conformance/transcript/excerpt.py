"""Which lines of a recording are shown: both ends of each run of lines, and what is around the evidence.

A run is what one side said before the other one did or before something happened. In a run too long to be shown its
middle is left out; its lines are not even read one by one. What is said at once by many short runs is bounded by
`reduced`, which leaves out the middle of the whole.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from conformance.transcript.display import LINE_WIDTH
from conformance.transcript.recording import LOSSES, Chunk, Mark, Sender, Transcript
from conformance.transcript.stream import Stream

__all__ = ["Gap", "Happened", "Part", "Said", "parts", "reduced", "streams"]

_HEAD: Final = 12
_TAIL: Final = 6
_AROUND: Final = 2
_SMALL_GAP: Final = 3
"""Lines that are rather shown than left out."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line that is shown."""

    sender: Sender
    start: int
    end: int
    at: float
    """Seconds since the connection was opened."""
    wanted: bool = False
    """Whether evidence is in it or near."""

    @property
    def lines(self) -> int:
        """Lines that it stands for."""
        return 1

    @property
    def octets(self) -> int:
        """Octets that it stands for."""
        return self.end - self.start

    @property
    def size(self) -> int:
        """Octets that it costs, roughly."""
        return min(self.octets, LINE_WIDTH)


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident."""

    mark: Mark
    at: float
    sent: int
    """Octets that the client had sent before."""
    received: int
    """Octets that the server had sent before."""
    lines: int = 0
    octets: int = 0
    size: int = 40
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines that are left out."""

    sender: Sender
    start: int
    lines: int
    octets: int
    at: float
    size: int = 0
    wanted: bool = False


Part = Said | Happened | Gap


@dataclass(slots=True)
class _Run:
    """What one side said before the other one did or something happened."""

    sender: Sender
    start: int
    ends: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        self.ends.append(chunk.end)
        self.times.append(chunk.at)

    def time_of(self, end: int) -> float:
        """When the octet before `end` passed."""
        return self.times[min(bisect_left(self.ends, end), len(self.times) - 1)]


def streams(transcript: Transcript) -> dict[Sender, Stream]:
    """Both directions of a recording, cut where a conversation cuts them."""
    cuts, received = [], 0
    for entry in transcript.entries:
        if isinstance(entry, Mark):
            if entry.incident in LOSSES:
                cuts.append(received)
        elif entry.sender == "S":
            received = entry.end
    return {"C": Stream(transcript, "C"), "S": Stream(transcript, "S", cuts)}


def parts(
    transcript: Transcript, by_sender: dict[Sender, Stream], wanted: dict[Sender, Sequence[int]]
) -> Iterator[Part]:
    """What is shown of one connection in the order of time; `wanted` are octets of either side that must be seen."""
    passed: dict[Sender, int] = {"C": 0, "S": 0}
    for item in _runs(transcript):
        if isinstance(item, Mark):
            yield Happened(item, item.at, passed["C"], passed["S"])
        else:
            passed[item.sender] = item.ends[-1]
            yield from _of_run(item, by_sender[item.sender], wanted[item.sender])


def _runs(transcript: Transcript) -> list[_Run | Mark]:
    items: list[_Run | Mark] = []
    for entry in transcript.entries:
        if isinstance(entry, Mark):
            items.append(entry)
            continue
        last = items[-1] if items else None
        if not isinstance(last, _Run) or last.sender != entry.sender:
            last = _Run(entry.sender, entry.start)
            items.append(last)
        last.add(entry)
    return items


def _of_run(run: _Run, stream: Stream, wanted: Sequence[int]) -> Iterator[Part]:
    """The lines that end in a run: an unfinished one is shown where its end came, or where nothing followed."""
    begin, finish = stream.line_start(run.start), stream.line_start(run.ends[-1])
    chosen: dict[int, tuple[int, bool]] = {}
    after = _choose_forward(stream, begin, finish, _HEAD, chosen)
    _choose_backward(stream, finish, after, _TAIL, chosen)
    for at in wanted[bisect_left(wanted, begin) : bisect_left(wanted, finish)]:
        start = stream.line_start(at)
        _choose_backward(stream, start, begin, _AROUND, chosen, wanted=True)
        _choose_forward(stream, start, finish, 1 + _AROUND, chosen, wanted=True)
    last = begin
    for start in sorted(chosen):
        yield from _between(stream, run, last, start)
        last, is_wanted = chosen[start]
        yield Said(run.sender, start, last, run.time_of(last), is_wanted)


def _between(stream: Stream, run: _Run, start: int, end: int) -> Iterator[Part]:
    if start >= end:
        return
    lines = stream.count(start, end)
    if lines > _SMALL_GAP:
        yield Gap(run.sender, start, lines, end - start, run.time_of(start + 1))
        return
    while start < end:
        line_end = stream.line_end(start)
        yield Said(run.sender, start, line_end, run.time_of(line_end))
        start = line_end


def _choose_forward(
    stream: Stream, start: int, finish: int, count: int, chosen: dict[int, tuple[int, bool]], *, wanted: bool = False
) -> int:
    for _ in range(count):
        if start >= finish:
            break
        end = chosen[start][0] if start in chosen else stream.line_end(start)
        chosen[start] = end, wanted or (start in chosen and chosen[start][1])
        start = end
    return start


def _choose_backward(
    stream: Stream, end: int, begin: int, count: int, chosen: dict[int, tuple[int, bool]], *, wanted: bool = False
) -> None:
    for _ in range(count):
        if end <= begin:
            return
        start = stream.line_start(end - 1)
        chosen[start] = end, wanted or (start in chosen and chosen[start][1])
        end = start


def reduced(items: Sequence[tuple[int, Part]], lines: int, octets: int) -> list[tuple[int, Part]]:
    """At most so many lines and octets of what several connections said; what is wanted goes first, the middle last."""
    middle_last = [n for pair in zip(range(len(items)), reversed(range(len(items))), strict=True) for n in pair]
    kept: set[int] = set()
    for number in sorted(dict.fromkeys(middle_last), key=lambda n: not items[n][1].wanted):
        lines, octets = lines - 1, octets - items[number][1].size
        if lines < 0 or octets < 0:
            break
        kept.add(number)
    return list(items) if len(kept) == len(items) else list(_with_gaps(items, kept))


def _with_gaps(items: Sequence[tuple[int, Part]], kept: set[int]) -> Iterator[tuple[int, Part]]:
    left_out: list[tuple[int, Part]] = []
    for number, item in enumerate(items):
        if number not in kept:
            left_out.append(item)
            continue
        yield from _gap(left_out)
        left_out = []
        yield item
    yield from _gap(left_out)


def _gap(left_out: Sequence[tuple[int, Part]]) -> Iterator[tuple[int, Part]]:
    lines = sum(part.lines for _, part in left_out)
    if lines:
        connection, first = next((c, part) for c, part in left_out if not isinstance(part, Happened))
        yield connection, Gap(first.sender, first.start, lines, sum(part.octets for _, part in left_out), first.at)
