"""Messages of an exact size or number of lines."""

import re

import pytest

from conformance.mail import load

SIZES = [512, 513, 514, 515, 1000, 4096, 65535, 65536, 65537, *range(600, 700)]


@pytest.mark.parametrize("kind", ["text", "dots"])
@pytest.mark.parametrize("octets", SIZES)
def test_the_message_has_exactly_the_octets_asked_for(kind: str, octets: int) -> None:
    message = load(f"{kind}:{octets}")
    assert len(message.octets) == octets
    assert message.octets.endswith(b"\r\n")
    assert message.message_id == b"<%s-%d@fixtures.pop3spec.invalid>" % (kind.encode("ascii"), octets)


@pytest.mark.parametrize("octets", SIZES)
def test_text_has_no_trait_at_all(octets: int) -> None:
    assert load(f"text:{octets}").traits == frozenset()


@pytest.mark.parametrize("octets", SIZES)
def test_every_body_line_of_dots_begins_with_a_full_stop(octets: int) -> None:
    message = load(f"dots:{octets}")
    assert message.body_lines
    assert all(line.startswith(b".") for line in message.body_lines)
    assert message.traits == {"dot-lines"}


@pytest.mark.parametrize("written,octets", [("text:2KiB", 2048), ("dots:1MiB", 2**20), ("text:0002048", 2048)])
def test_a_size_has_one_name_however_it_is_written(written: str, octets: int) -> None:
    message = load(written)
    assert len(message.octets) == octets
    assert message.name == f"{written.partition(':')[0]}:{octets}"
    assert message == load(message.name)


def test_thirty_two_mebibytes_can_be_had() -> None:
    assert len(load("text:32MiB").octets) == 33554432


@pytest.mark.parametrize("count", [0, 1, 2, 10, 1000])
def test_lines_has_that_many_body_lines(count: int) -> None:
    message = load(f"lines:{count}")
    assert len(message.body_lines) == count
    assert message.traits == (frozenset() if count else {"empty-body"})


def test_body_lines_carry_their_numbers() -> None:
    numbers = [re.match(rb"\d+", line) for line in load("lines:3").body_lines]
    assert [int(number[0]) for number in numbers if number] == [1, 2, 3]
