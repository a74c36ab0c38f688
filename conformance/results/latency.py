"""How long commands take: for each verb the time to the first line of the reply, as percentiles."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from conformance.results.answers import answers
from conformance.results.case import CaseResult
from conformance.wire import VERBS

__all__ = ["Latency", "latencies"]


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of one verb, in milliseconds, to three figures."""

    verb: str
    count: int
    """How many were measured."""
    median: float
    p95: float
    """Ninety-five of a hundred took no longer."""
    p99: float
    longest: float


def latencies(cases: Iterable[CaseResult]) -> tuple[Latency, ...]:
    """One for each verb that was measured, in the order in which the RFCs have them.

    Measured is from the last octet of the command's line to the first line of the reply, both as the client saw them.
    Only known verbs count, and only where the server did as it was told: a refusal may be slow on purpose, and is
    mostly quicker. Left out are also pipelined commands, those without an answer or with one that is not shown, and
    all that was said while the scenario had another connection open, for a lock may have been waited for; that the
    session of the scenario before is still ending cannot be seen, and a login that waits for it is slow. What was sent
    in pieces counts from the last of them; how long a client was silent before a command does not matter.

    A percentile is the least of the measured times that so many of them do not exceed. However many there are, memory
    holds no more than a few thousand numbers.
    """
    times: dict[str, Counter[int]] = {verb: Counter() for verb in VERBS}
    for case in cases:
        for answer in answers(case.transcript):
            if answer.positive:
                times[answer.verb][_three_figures(round(answer.seconds * 1_000_000))] += 1
    return tuple(_latency(verb, counts) for verb, counts in times.items() if counts)


def _latency(verb: str, counts: Counter[int]) -> Latency:
    values = sorted(counts)
    reached = list(accumulate(counts[value] for value in values))
    ranks = (-(-percent * reached[-1] // 100) for percent in (50, 95, 99, 100))  # rounded up
    median, p95, p99, longest = (values[bisect_left(reached, rank)] / 1000 for rank in ranks)
    return Latency(verb, reached[-1], median, p95, p99, longest)


def _three_figures(number: int) -> int:
    unit: int = 10 ** max(0, len(str(number)) - 3)
    return (number + unit // 2) // unit * unit
