"""What a message says of itself."""

import pytest

from conformance.mail import TRAITS, Mail

HEAD = b"From: a@b.example\r\nMessage-ID: <x@y.invalid>\r\n\r\n"

SAMPLES = {
    "nul": HEAD + b"a\0b\r\n",
    "control": HEAD + b"a\x1bb\r\n",
    "8bit": HEAD + b"\xe9\r\n",
    "bare-cr": HEAD + b"a\rb\r\n",
    "bare-lf": HEAD + b"a\nb\r\n",
    "binary": b"Content-Type: image/png\r\ncontent-transfer-encoding:  BINARY\r\n\r\nx\r\n",
    "long-line": HEAD + b"x" * 999 + b"\r\n",
    "dot-lines": HEAD + b".\r\n",
    "from-lines": HEAD + b">From here\r\n",
    "trailing-space": HEAD + b"x\t\r\n",
    "no-final-eol": HEAD + b"x",
    "final-empty-lines": HEAD + b"x\r\n\r\n",
    "no-body": b"From: a@b.example\r\n",
    "empty-body": HEAD,
    "rewritten-fields": b"From: a@b.example\r\nstatus: RO\r\n\r\nx\r\n",
}


@pytest.mark.parametrize("trait", SAMPLES)
def test_a_trait_is_found_and_nothing_else(trait: str) -> None:
    assert Mail("sample", SAMPLES[trait]).traits == {trait}


def test_eight_bits_in_the_header_are_eight_bits_in_the_message() -> None:
    assert Mail("sample", b"Subject: \xe9\r\n\r\nx\r\n").traits == {"8bit", "8bit-header"}


def test_a_header_in_utf8_is_told_from_one_in_something_else() -> None:
    mail = Mail("sample", "Subject: é\r\n\r\nx\r\n".encode())
    assert mail.traits == {"8bit", "8bit-header", "utf8-header"}


def test_every_trait_has_a_sample() -> None:
    assert {*SAMPLES, "8bit-header", "utf8-header"} == set(TRAITS)


@pytest.mark.parametrize(
    "body",
    [
        b"Text with tabs\tand a. stop\r\n",
        b"x" * 998 + b"\r\n",
        b"Status: RO\r\nFrom: here\r\nFrom\r\n",
        b"\r\n\r\nleading empty lines\r\n",
    ],
)
def test_what_only_looks_like_a_trait_is_none(body: bytes) -> None:
    assert Mail("sample", HEAD + body).traits == frozenset()


@pytest.mark.parametrize("octets", [b".Subject: x\r\n\r\nx\r\n", b"From someone\r\n\r\nx\r\n"])
def test_the_first_line_of_the_header_is_a_line_too(octets: bytes) -> None:
    assert Mail("sample", octets).traits & {"dot-lines", "from-lines"}


def test_a_space_at_the_very_end_is_a_trailing_one() -> None:
    assert Mail("sample", HEAD + b"x ").traits == {"no-final-eol", "trailing-space"}


def test_header_and_body_are_what_the_first_empty_line_divides() -> None:
    message = Mail("sample", HEAD + b"one\r\n\r\ntwo\r\n")
    assert message.header + b"\r\n" + message.body == message.octets
    assert message.header == HEAD[:-2]
    assert message.body_lines == (b"one", b"", b"two")


@pytest.mark.parametrize(
    "octets,header,body",
    [
        (b"A: b\r\n", b"A: b\r\n", b""),
        (b"A: b", b"A: b", b""),
        (b"A: b\r\n\r\n", b"A: b\r\n", b""),
        (b"\r\nbody", b"", b"body"),
        (b"", b"", b""),
    ],
)
def test_odd_messages_are_divided_too(octets: bytes, header: bytes, body: bytes) -> None:
    message = Mail("sample", octets)
    assert (message.header, message.body) == (header, body)


@pytest.mark.parametrize(
    "body,lines",
    [(b"", ()), (b"\r\n", (b"",)), (b"a", (b"a",)), (b"a\r\n", (b"a",)), (b"a\r\nb", (b"a", b"b"))],
)
def test_an_unterminated_last_line_counts_and_nothing_behind_the_last_end_does(
    body: bytes, lines: tuple[bytes, ...]
) -> None:
    assert Mail("sample", HEAD + body).body_lines == lines


@pytest.mark.parametrize(
    "header,expected",
    [
        (b"MESSAGE-id: <a@b>\r\n", b"<a@b>"),
        (b"Subject: x\r\nMessage-ID:\r\n <folded@b>\r\n", b"<folded@b>"),
        (b"X-Message-ID: <no@b>\r\n", None),
        (b"Subject: Message-ID: <no@b>\r\n", None),
    ],
)
def test_the_message_id_is_read_from_its_field(header: bytes, expected: bytes | None) -> None:
    assert Mail("sample", header + b"\r\nMessage-ID: <body@b>\r\n").message_id == expected


def test_a_message_shows_its_name_and_not_its_octets() -> None:
    assert repr(Mail("plain", b"x" * 1000)) == "Mail(name='plain')"
