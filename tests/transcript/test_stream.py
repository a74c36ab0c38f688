from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript.stream import Stream
from tests.transcript.recordings import recording

OCTETS = st.lists(st.sampled_from([b"a", b"\r\n", b"\n", b"\r", b"bc"])).map(b"".join)


def boundaries(octets: bytes, cuts: list[int]) -> list[int]:
    feeds = [at + 1 for at, octet in enumerate(octets) if octet == 0x0A]
    return sorted({0, len(octets), *feeds, *cuts})


@given(OCTETS, st.lists(st.integers(0, 50), max_size=3))
def test_lines_are_found_from_either_side(octets: bytes, cuts: list[int]) -> None:
    cuts = [cut for cut in cuts if cut <= len(octets)]
    stream = Stream(recording(("S", octets)), "S", cuts)
    edges = boundaries(octets, cuts)
    for at in range(len(octets)):
        assert stream.line_start(at) == max(edge for edge in edges if edge <= at)
        assert stream.line_end(at) == min(edge for edge in edges if edge > at)
    assert stream.line_start(len(octets)) == len(octets)
    assert stream.count(0, len(octets)) == len(edges) - 1


def test_a_line_is_found_across_blocks_of_any_number() -> None:
    octets = b"first\r\n" + b"x" * 300_000 + b"\r\nlast"
    stream = Stream(recording(("S", octets)), "S")
    assert stream.line_start(200_000) == 7
    assert stream.line_end(7) == 300_009
    assert stream.line_start(len(octets) - 1) == 300_009
    assert stream.count(0, len(octets)) == 3
    assert stream.read(0, 5) == b"first"
