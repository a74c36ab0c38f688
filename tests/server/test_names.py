"""Names of files in a Maildir."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.server.names import NameMaker, base_of, place_of, unique_id_of

IN_ORDER = [
    "999.M5P1.host",
    "1000.P9.host",
    "1000.P10.host",
    "1000.M2P1Q2.host",
    "1000.M2P1Q10.host",
    "1000.M10P1.host",
    "1000.V801I2M900P1.host",
    "10000.1_2.host",
    "10000.1_10.host",
    "backup",
    "message-2",
    "message-10",
]


@pytest.mark.parametrize(
    "name", ["1000.M2P1.host", "1000.M2P1.host:2,", "1000.M2P1.host:2,FRS", "1000.M2P1.host:1,x:y"]
)
def test_flags_are_not_part_of_the_base_name(name: str) -> None:
    assert base_of(name) == "1000.M2P1.host"


def test_messages_stand_in_the_order_of_their_times_with_numbers_taken_as_numbers() -> None:
    assert sorted(sorted(IN_ORDER), key=place_of) == IN_ORDER


@pytest.mark.parametrize("base", ["", ".", "1", "9" * 5000, "1." + "9" * 9000, "1.M", "\udcff", "²", "1.M" + "1" * 40])
def test_no_name_upsets_the_order(base: str) -> None:
    assert sorted([base, "1000.M2P1.host", "x"], key=place_of)


@pytest.mark.parametrize("base", ["1000.M2P1.host", "x", "~" * 70])
def test_a_base_name_that_can_be_a_unique_id_is_one(base: str) -> None:
    assert unique_id_of(base) == base.encode()


@pytest.mark.parametrize("base", ["x" * 71, "with space", "caf\u00e9", "tab\t", "\udcff"])
def test_a_digest_stands_in_for_any_other(base: str) -> None:
    octets = base.encode("utf-8", "surrogateescape")
    assert unique_id_of(base) == hashlib.sha256(octets).hexdigest().encode()


def test_no_name_is_made_twice_and_each_comes_later() -> None:
    maker = NameMaker()
    names = [maker.next() for _ in range(2000)]
    assert len(set(names)) == len(names)
    assert sorted(names, key=place_of) == names


def test_names_are_made_from_any_thread() -> None:
    maker = NameMaker()
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: maker.next(), range(2000)))
    assert len(set(names)) == len(names)
