import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reporters.printable import printable


@pytest.mark.parametrize(
    "text,shown",
    [
        ("+OK §5 …", "+OK §5 …"),
        ("\x1b[2J\x07\x00", "\\x1b[2J\\x07\\x00"),
        ("one\ntwo", "one\ntwo"),
        ("one\r\ttwo", "one\\x0d\\x09two"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil\u2028", "\\u202eevil\\u2028"),
        ("\udcff", "\\udcff"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_is_left_that_acts(text: str) -> None:
    shown = printable(text)
    assert shown.replace("\n", "").isprintable()
    assert len(shown.encode("utf-8")) >= len(text)
