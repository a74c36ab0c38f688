from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import MASK, Secrets, escape
from conformance.transcript.display import LINE_WIDTH, display_line, octets_of

SECRETS = Secrets([b"open sesame"])


def display(
    octets: bytes, *marks: tuple[int, int], secrets: Secrets = SECRETS, hidden: Sequence[tuple[int, int]] = ()
) -> tuple[str, list[str]]:
    text, columns = display_line(lambda start, end: octets[start:end], len(octets), secrets, marks, list(hidden))
    return text, [text[start:end] for start, end in columns]


def test_a_line_is_shown_as_it_is() -> None:
    assert display(b"+OK 2 320") == ("+OK 2 320", [])
    assert display(b"") == ("", [])


def test_marks_follow_their_octets_through_escapes() -> None:
    assert display(b"\xff\\+OK\x1b 2", (2, 5), (5, 6), (1, 2), (0, 8)) == (
        "\\xff\\\\+OK\\x1b 2",
        ["+OK", "\\x1b", "\\\\", "\\xff\\\\+OK\\x1b 2"],
    )


def test_marks_follow_their_octets_past_masks() -> None:
    octets = b"say open sesame now"
    assert display(octets, (16, 19)) == ("say ******** now", ["now"])
    assert display(octets, (0, 3)) == ("say ******** now", ["say"])


@pytest.mark.parametrize("mark", [(4, 15), (5, 6), (4, 5), (14, 15)])
def test_a_mark_in_a_secret_marks_the_mask(mark: tuple[int, int]) -> None:
    assert display(b"say open sesame now", mark) == ("say ******** now", ["********"])


def test_a_mark_behind_the_line_is_empty_and_at_its_end() -> None:
    octets = b"+OK"
    text, columns = display_line(lambda a, b: octets[a:b], 3, SECRETS, [(3, 5), (4, 5), (2, 5)])
    assert (text, columns) == ("+OK", ((3, 3), (3, 3), (2, 3)))


def test_what_is_hidden_by_its_place_is_masked() -> None:
    assert display(b"AGFsaWNlAHg=", (0, 3), hidden=[(0, 12)]) == ("********", ["********"])
    assert display(b"PASS hunter2", hidden=[(5, 12)]) == ("PASS ********", [])


def test_a_long_line_keeps_its_beginning_and_its_end() -> None:
    text, _ = display(b"+OK " + b"x" * 60_000 + b" end")
    assert text.startswith("+OK xxx")
    assert text.endswith("xxx end")
    assert " octets left out … " in text
    assert len(text) <= LINE_WIDTH


def test_the_notes_of_a_long_line_add_up_to_what_is_left_out() -> None:
    text, _ = display(b"x" * 5_000, (2_000, 2_010))
    parts = text.split(" … ")
    left_out = sum(int(note.removesuffix(" octets left out").replace(",", "")) for note in parts[1::2])
    assert left_out + sum(map(len, parts[::2])) == 5_000


@given(st.binary(max_size=2_000))
def test_a_line_that_is_shown_tells_its_length(octets: bytes) -> None:
    text, _ = display(octets)
    assert octets_of(text) == len(octets)


def test_a_line_of_many_octets_tells_their_number() -> None:
    text, _ = display(b"x" * 1_234_567)
    assert octets_of(text) == 1_234_567


@pytest.mark.parametrize("text", ["PASS ********", "a … 1,000 octets left out … ********", "\\q", "…"])
def test_a_text_that_hides_something_or_is_no_line_tells_no_length(text: str) -> None:
    assert octets_of(text) is None


def test_a_mark_in_a_long_line_stays_in_sight() -> None:
    text, marked = display(b"x" * 30_000 + b"here" + b"x" * 30_000, (30_000, 30_004))
    assert marked == ["here"]
    assert "xxhere" in text
    assert len(text) <= LINE_WIDTH


def test_of_a_long_mark_both_ends_stay_in_sight() -> None:
    octets = b"x" * 1_000 + b"begin" + b"-" * 50_000 + b"finish" + b"x" * 1_000
    text, marked = display(octets, (1_000, 51_011))
    assert marked[0].startswith("begin---")
    assert marked[0].endswith("---finish")
    assert len(text) <= 2 * LINE_WIDTH


def test_a_long_line_of_octets_that_must_be_escaped_is_cut_as_short() -> None:
    text, marked = display(b"\xff" * 1_000, (500, 502))
    assert marked == ["\\xff\\xff"]
    assert len(text) <= LINE_WIDTH + 100


def test_many_marks_do_not_undo_the_cut() -> None:
    text, _ = display(b"x" * 50_000, *((at, at + 1) for at in range(0, 50_000, 100)))
    assert len(text) <= 2 * LINE_WIDTH


@pytest.mark.parametrize("at", range(80, 180))
def test_a_secret_at_the_edge_of_a_part_is_masked_too(at: int) -> None:
    octets = b"x" * at + b"open sesame" + b"x" * (1_000 - at)
    text, _ = display(octets)
    for length in range(3, len("open sesame")):
        assert "open sesame"[:length] not in text
        assert "open sesame"[-length:] not in text


@given(
    st.lists(st.sampled_from([b"open sesame", b"\xff", b"\\", b"plain", b" ", b"x" * 400])).map(b"".join),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: (min(pair), max(pair))), max_size=4),
)
def test_marks_lie_in_the_text_and_secrets_do_not(octets: bytes, marks: list[tuple[int, int]]) -> None:
    text, columns = display_line(lambda a, b: octets[a:b], len(octets), SECRETS, marks)
    assert "open sesame" not in text
    assert len(columns) == len(marks)
    assert all(0 <= start <= end <= len(text) for start, end in columns)


@given(st.binary(max_size=70), st.integers(0, 70), st.integers(0, 70))
def test_a_mark_holds_exactly_its_octets_escaped(octets: bytes, start: int, end: int) -> None:
    start, end = sorted((min(start, len(octets)), min(end, len(octets))))
    assert display(octets, (start, end), secrets=Secrets()) == (escape(octets), [escape(octets[start:end])])


def test_a_mask_has_the_same_length_for_every_secret() -> None:
    assert {display(b"PASS " + b"x" * size, hidden=[(5, 5 + size)])[0] for size in (1, 8, 200)} == {
        "PASS " + MASK.decode()
    }
