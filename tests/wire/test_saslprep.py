"""SASLprep, with the examples of RFC 4013 §3 and of its tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.saslprep import Preparation, saslprep

BOTH = list(Preparation)


@pytest.mark.parametrize("preparation", BOTH)
@pytest.mark.parametrize(
    "given_, prepared",
    [
        ("I\xadX", "IX"),  # a soft hyphen is mapped to nothing
        ("user", "user"),
        ("USER", "USER"),  # letters keep their case
        ("\xaa", "a"),
        ("Ⅸ", "IX"),
        ("o\u0308", "ö"),
        ("a\xa0b", "a b"),  # a space that is not ASCII's
        ("\u0627\u0628", "\u0627\u0628"),
        ("", ""),
    ],
)
def test_equivalent_spellings_come_down_to_one(given_: str, prepared: str, preparation: Preparation) -> None:
    assert saslprep(given_.encode(), preparation) == prepared.encode()


@pytest.mark.parametrize("preparation", BOTH)
@pytest.mark.parametrize(
    "octets",
    [
        b"\x07",
        b"se\tcret",
        "\u06271".encode(),  # begins right to left, and does not end so
        "\u0627a\u0627".encode(),
        "\ue000".encode(),  # private use
        "\ufffe".encode(),
        "\u2ff0".encode(),
        "\u200e".encode(),
        "\U000e0001".encode(),
        b"\xc1\xa1lice",  # overlong
        b"\xed\xa0\x80",  # a surrogate
        b"alice\x80",
        b"\xff",
    ],
)
def test_what_is_prohibited_or_not_well_formed_is_no_string(octets: bytes, preparation: Preparation) -> None:
    assert saslprep(octets, preparation) is None


def test_what_unicode_3_2_does_not_assign_may_be_asked_for_and_not_stored() -> None:
    for text in ("\u0221", "secret \U0001f511"):
        assert saslprep(text.encode(), Preparation.QUERY) == text.encode()
        assert saslprep(text.encode(), Preparation.STORED) is None


@given(st.text(max_size=20), st.sampled_from(BOTH))
def test_what_is_prepared_stays_as_it_is(text: str, preparation: Preparation) -> None:
    prepared = saslprep(text.encode("utf-8", "surrogatepass"), preparation)
    assert prepared is None or saslprep(prepared, preparation) == prepared
