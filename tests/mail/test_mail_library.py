"""Finding messages by name, and writing maildrops down."""

import pytest

from conformance import mail
from conformance.bundled import MAIL
from conformance.mail import UnknownMailError, expand, load, maildrop, names


def test_names_are_the_files_of_the_folder_in_order() -> None:
    assert list(names()) == sorted(path.name.removesuffix(".eml") for path in MAIL.iterdir())
    assert "plain" in names()


def test_a_fixture_is_its_file_octet_for_octet() -> None:
    assert load("plain").octets == (MAIL / "plain.eml").read_bytes()
    assert load("plain").name == "plain"


def test_a_fixture_is_read_once_and_a_made_message_is_not_kept() -> None:
    assert load("plain") is load("plain")
    assert load("text:1KiB") is not load("text:1KiB")
    assert load("text:1KiB") == load("text:1KiB")


@pytest.mark.parametrize(
    "name,hint",
    [
        ("plian", 'did you mean "plain"'),
        ("dot", '"dots"'),
        ("first-octet", '"first-octet-dot"'),
        ("smal:3", '"small:"'),
        ("zzz", 'no message is called "zzz"'),
        ("", "no message is called"),
        ("../README", "no message is called"),
        ("plain.eml", '"plain"'),
        ("plain:1", "no message is called"),
        ("small", "small:SEED"),
        ("text", "text:OCTETS"),
        ("small:", "small:SEED"),
        ("small:-1", "small:SEED"),
        ("small:1KiB", "small:SEED"),
        ("lines:2MiB", "lines:COUNT"),
        ("text:2GiB", "KiB or MiB"),
        ("text:١٢٣٤", "text:OCTETS"),
        ("text:511", "OCTETS goes from 512 to 1073741824"),
        ("dots:2048MiB", "OCTETS goes from 512"),
        ("lines:10000001", "COUNT goes from 0"),
    ],
)
def test_an_unknown_name_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UnknownMailError) as caught:
        load(name)
    assert hint in str(caught.value)


def test_a_name_that_is_like_no_other_gets_no_guess() -> None:
    with pytest.raises(UnknownMailError) as caught:
        load("zzz")
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    "spec,expected",
    [
        ([], []),
        (["plain", "dots", "plain"], ["plain", "dots", "plain"]),
        (["plain*3"], ["plain"] * 3),
        (["small*3"], ["small:1", "small:2", "small:3"]),
        (["small", "plain", "small*2", "small"], ["small:1", "plain", "small:2", "small:3", "small:4"]),
        (["small:9*2"], ["small:9", "small:9"]),
        (["text:1KiB*2", "lines:0"], ["text:1024", "text:1024", "lines:0"]),
    ],
)
def test_entries_stand_for_names(spec: list[str], expected: list[str]) -> None:
    assert expand(spec) == expected


@pytest.mark.parametrize(
    "entry", ["plain*0", "plain*", "*2", "plain*-1", "plain*1000000", "plain * 2", "plian*2", "text*2"]
)
def test_an_entry_that_stands_for_nothing_is_refused(entry: str) -> None:
    with pytest.raises(UnknownMailError):
        expand(["plain", entry])


def test_a_misspelt_entry_is_refused_before_any_message_is_made() -> None:
    with pytest.raises(UnknownMailError, match="plain"):
        maildrop(["text:1024MiB", "plian"])


def test_a_maildrop_holds_the_messages_in_order() -> None:
    assert [message.name for message in maildrop(["dots", "small*2", "plain"])] == [
        "dots",
        "small:1",
        "small:2",
        "plain",
    ]


def test_repeated_messages_are_identical_and_held_once() -> None:
    first, second = maildrop(["text:1MiB*2"])
    assert first is second


def test_what_the_package_offers_is_there() -> None:
    assert sorted(mail.__all__) == sorted({"Mail", "TRAITS", "UnknownMailError", "expand", "load", "maildrop", "names"})
    assert all(hasattr(mail, name) for name in mail.__all__)
