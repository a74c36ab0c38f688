from hypothesis import given
from hypothesis import strategies as st

from conformance.reporters.window import fitted, underline, window
from conformance.results import CaseResult
from conformance.transcript import Evidence, TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.sample import CASES


def line(text: str, *, kind: str = "S", exchange: int | None = 1, marks: tuple[tuple[int, int], ...] = ()) -> TextLine:
    return TextLine("A", 0.0, kind, text, marks, exchange)


def case(*lines: TextLine) -> CaseResult:
    return CaseResult("x", "x", 1939, "5", Outcome.BROKEN, transcript=lines)


def verdict(exchange: int | None, connection: str = "A") -> Verdict:
    return Verdict("R1939-STAT-02", Outcome.BROKEN, "bad", Evidence(connection, exchange))


def texts(lines: tuple[TextLine, ...]) -> list[str]:
    return [line.text for line in lines]


def test_an_exchange_is_shown_with_what_led_to_it() -> None:
    said = [line(f"{number}", exchange=number // 2) for number in range(8)]
    assert texts(window(case(*said), verdict(2))) == ["2", "3", "4", "5"]
    assert texts(window(case(*said), verdict(0))) == ["0", "1"]


def test_only_the_marks_of_its_own_exchange_are_left() -> None:
    said = [line("before", exchange=1, marks=((0, 3),)), line("here", exchange=2, marks=((1, 2),))]
    assert [line.marks for line in window(case(*said), verdict(2))] == [(), ((1, 2),)]


def test_of_a_long_exchange_the_marked_lines_stay() -> None:
    body = [line(f"row {number}", marks=((0, 3),) if number == 20 else ()) for number in range(40)]
    said = [line("LIST", kind="C"), line("+OK"), *body, line("waited in vain", kind="*"), line("… 9 lines …", kind="*")]
    assert texts(window(case(*said), verdict(1))) == [
        "LIST",
        "+OK",
        "…",
        "row 18",
        "row 19",
        "row 20",
        "row 21",
        "row 22",
        "…",
        "waited in vain",
        "… 9 lines …",
    ]


def test_without_a_place_the_end_is_shown() -> None:
    said = [line(str(number)) for number in range(9)]
    no_evidence = Verdict("R1939-STAT-02", Outcome.BROKEN, "bad")
    for found in (no_evidence, verdict(7), verdict(1, "B")):
        assert texts(window(case(*said), found)) == ["3", "4", "5", "6", "7", "8"]
    assert window(case(), no_evidence) == ()


def test_a_line_that_fits_stays_as_it_is() -> None:
    short = line("+OK 2 320", marks=((4, 9),))
    assert fitted(short, 9) is short


def test_a_line_is_cut_behind_its_mark() -> None:
    assert fitted(line("+OK " + "x" * 50, marks=((0, 3),)), 20) == line("+OK " + "x" * 15 + "…", marks=((0, 3),))


def test_a_line_is_cut_before_its_mark() -> None:
    cut = fitted(line("-ERR " + "x" * 100 + " here " + "y" * 100, marks=((106, 110),)), 50)
    ((start, end),) = cut.marks
    assert cut.text.startswith("-ERR xxxxxxx … ")
    assert cut.text[start:end] == "here"
    assert cut.text.endswith("…")
    assert len(cut.text) == 50


def test_a_mark_at_the_end_of_a_long_line_is_in_sight() -> None:
    cut = fitted(line("x" * 200 + "\\n", marks=((200, 202),)), 60)
    ((start, end),) = cut.marks
    assert cut.text[start:end] == "\\n"
    assert len(cut.text) == 60


@given(
    st.integers(0, 300),
    st.integers(30, 120),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)).map(lambda pair: (min(pair), max(pair))), max_size=3),
)
def test_a_fitted_line_fits_and_holds_its_marks(length: int, width: int, marks: list[tuple[int, int]]) -> None:
    marks = [(min(start, length), min(end, length)) for start, end in marks]
    cut = fitted(line("x" * length, marks=tuple(marks)), width)
    assert len(cut.text) <= width
    assert all(0 <= start <= end <= width for start, end in cut.marks)
    assert bool(cut.marks) == bool(marks)


def test_marks_are_underlined() -> None:
    assert underline([(2, 4), (6, 6)]) == "  ^^  ^"
    assert underline([]) == ""


def test_every_broken_verdict_of_the_sample_has_a_marked_line() -> None:
    broken = [(case, v) for case in CASES for v in case.verdicts if v.outcome is Outcome.BROKEN]
    assert len(broken) == 5
    assert all(any(line.marks for line in window(case, verdict)) for case, verdict in broken)
