import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import escape, unescape


@pytest.mark.parametrize(
    "octets,text",
    [
        (b"+OK 2 320", "+OK 2 320"),
        (b"\r\n\t", "\\r\\n\\t"),
        (b"a\\b", "a\\\\b"),
        (b"\x1b[2J\x00\x7f\x80\xff", "\\x1b[2J\\x00\\x7f\\x80\\xff"),
        (b"", ""),
    ],
)
def test_every_octet_has_a_form_of_its_own(octets: bytes, text: str) -> None:
    assert escape(octets) == text
    assert unescape(text) == octets


@given(st.binary())
def test_what_is_escaped_is_printable_ascii_and_comes_back(octets: bytes) -> None:
    text = escape(octets)
    assert all(" " <= character <= "~" for character in text)
    assert unescape(text) == octets


@pytest.mark.parametrize("text", ["\\q", "\\x4", "\\xZZ", "a\\"])
def test_what_escape_never_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unknown escape"):
        unescape(text)


def test_a_character_that_is_no_octet_is_refused() -> None:
    with pytest.raises(ValueError, match="latin-1"):
        unescape("…")
