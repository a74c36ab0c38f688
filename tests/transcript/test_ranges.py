from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript.ranges import clipped, united

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda pair: (pair[0], pair[0] + pair[1])))


def members(ranges: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in ranges for at in range(start, end)}


@given(RANGES)
def test_united_ranges_hold_the_same_and_do_not_touch(ranges: list[tuple[int, int]]) -> None:
    result = united(ranges)
    assert members(result) == members(ranges)
    assert all(before[1] < after[0] for before, after in pairwise(result))


@given(RANGES, st.integers(0, 40), st.integers(0, 40))
def test_clipped_ranges_hold_what_lies_between(ranges: list[tuple[int, int]], start: int, end: int) -> None:
    assert members(clipped(ranges, start, end)) == members(ranges) & set(range(start, end))
