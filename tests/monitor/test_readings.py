"""Listings, read strictly and kindly."""

import pytest

from conformance.monitor.readings import IdFault, is_hexadecimal, read_drop, read_id, read_scan


@pytest.mark.parametrize(
    "status", [b"+OK", b"+OK 2", b"+OK  2 320", b"+OK 2  320", b"+OK two 320", b"+OK 2\t320", b"-ERR 2 320"]
)
def test_no_drop_listing(status: bytes) -> None:
    assert read_drop(status) is None


@pytest.mark.parametrize(
    "status, octets, more",
    [
        (b"+OK 2 320", 320, b""),
        (b"+ok 2 320", 320, b""),
        (b"+OK 2 320 octets", 320, b" octets"),
        (b"+OK 2 320octets", 320, b"octets"),
        (b"+OK 2 320B", None, b""),
        (b"+OK 2 320O", 320, b"O"),
        (b"+OK 2 1A2B", None, b""),
    ],
)
def test_a_drop_listing_has_a_count_a_size_and_perhaps_more(status: bytes, octets: int | None, more: bytes) -> None:
    listing = read_drop(status)
    assert listing is not None
    assert (listing.count, listing.octets, listing.more) == (2, octets, more)


@pytest.mark.parametrize("row", [b"", b"1", b"one 120", b"1 many", b"1,120"])
def test_no_scan_listing(row: bytes) -> None:
    assert read_scan(row) is None


@pytest.mark.parametrize("row", [b" 1 120", b"1  120", b"1\t120", b"1\t120 x"])
def test_a_kind_reader_understands_a_scan_listing_with_other_blanks(row: bytes) -> None:
    scan = read_scan(row)
    assert scan is not None
    assert (scan.number, scan.octets, scan.strict) == (1, 120, False)


def test_a_number_of_many_digits_is_no_size() -> None:
    scan = read_scan(b"1 " + b"9" * 5000)
    assert scan is not None
    assert scan.octets is None


@pytest.mark.parametrize(
    "row, faults",
    [
        (b"1 a", set()),
        (b"1", {IdFault.LENGTH}),
        (b"1 ", {IdFault.LENGTH}),
        (b"1\ta", {IdFault.LAYOUT}),
        (b" 1 a", {IdFault.LAYOUT}),
        (b"1  a", {IdFault.LAYOUT}),
        (b"1 a ", {IdFault.MORE}),
        (b"1 a b", {IdFault.MORE}),
        (b"1 a\x80", {IdFault.CHARACTERS}),
        (b"1 " + b"a" * 71, {IdFault.LENGTH}),
    ],
)
def test_what_is_wrong_with_a_unique_id_listing(row: bytes, faults: set[IdFault]) -> None:
    listing = read_id(row)
    assert listing is not None
    assert listing.faults == faults


@pytest.mark.parametrize("row", [b"", b"a", b"80fa", b"a 1"])
def test_no_unique_id_listing(row: bytes) -> None:
    assert read_id(row) is None


@pytest.mark.parametrize(
    "word, is_one", [(b"1A2B", True), (b"0x9A", True), (b"FF", True), (b"320", False), (b"320B", False)]
)
def test_what_can_only_be_base_sixteen(word: bytes, is_one: bool) -> None:
    assert is_hexadecimal(word) is is_one
