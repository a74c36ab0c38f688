"""What a login finds."""

import pytest

from conformance.model import Maildrop, Message

from .sessions import THREE


def test_messages_are_numbered_as_they_come() -> None:
    assert THREE.messages == (Message(1, 120, b"one"), Message(2, 200, b"two"), Message(3, 3000, b"three"))


def test_count_and_octets_are_those_of_all_messages() -> None:
    assert (THREE.count, THREE.octets) == (3, 3320)
    assert (Maildrop().count, Maildrop().octets) == (0, 0)


@pytest.mark.parametrize("number", [0, -1, 4, 2**32 + 1, None])
def test_a_number_that_no_message_has_finds_none(number: int | None) -> None:
    assert THREE.get(number) is None


def test_a_number_finds_its_message() -> None:
    assert [THREE.get(number) for number in (1, 2, 3)] == list(THREE.messages)


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (1, 1), (2, 1), (0, 1)])
def test_numbers_with_gaps_are_a_mistake(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="numbered 1, 2, 3"):
        Maildrop(tuple(Message(number, 1, b"id") for number in numbers))
