"""The fixtures that a rule made: the rule stands here, and the file is what it makes."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from conformance import mail

BOUNDARIES = (512, 1024, 2048, 4096, 8192, 16384, 32768)
SHIFTS = range(5)
STATUS_LINES = range(len("+OK\r\n"), 65)


def head(name: str, subject: str, *fields: str) -> bytes:
    lines = [
        "From: Rule Press <press@rules.example>",
        "To: Reader <reader@maildrop.example>",
        f"Subject: {subject}",
        "Date: Wed, 5 Jun 2024 09:30:00 +0000",
        f"Message-ID: <{name}@fixtures.pop3spec.invalid>",
        *fields,
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def large() -> bytes:
    start = head("large", "64 KiB of numbered text")
    lines = [b"%06d Pack my box with five dozen liquor jugs, and count each one of them.\r\n" % n for n in range(900)]
    return (start + b"".join(lines))[: 65536 - 2] + b"\r\n"


def longline() -> bytes:
    lines = [(f"{length:04d} " + "abcdefghi " * 100)[: length - 1] + "|\r\n" for length in (997, 998, 998, 1, 998)]
    return head("longline", "The longest lawful lines") + "".join(lines).encode("ascii")


def longline_dot() -> bytes:
    return head("longline-dot", "The longest lawful line, and a full stop leads it") + b"." + b"x" * 997 + b"\r\n"


def verylongline() -> bytes:
    line = "".join(f"{n:04d} and on. " for n in range(500))[:4999] + "|\r\n"
    return head("verylongline", "Longer than a line may be") + b"before\r\n" + line.encode("ascii") + b"after\r\n"


def many_headers() -> bytes:
    fields = [f"X-Field-{n:04d}: number {n}" for n in range(6, 3001)]
    return head("many-headers", "3,000 header fields", *fields) + b"The body comes last.\r\n"


def long_header() -> bytes:
    subject = ("All nine hundred octets of this subject stand on one line, " * 16)[:899] + "!"
    references = [f" <{n:03d}.thread@fixtures.pop3spec.invalid>" for n in range(250)]
    folded = "References:\r\n" + "\r\n".join(references)
    return head("long-header", subject, folded) + b"A short body below a long header.\r\n"


def boundary_lines(at: int) -> Iterator[bytes]:
    """Numbered text, but around each boundary lines of two full stops, from before the first form of the message gets
    there (what RETR sends: status line and stuffed lines) until the last (line ends of one octet) has passed it."""
    stuffed, number = at, 0
    bare = at - 7  # the header has seven line ends
    while bare <= BOUNDARIES[-1] + 200:
        near = any(stuffed >= boundary - 160 and bare <= boundary + 16 for boundary in BOUNDARIES)
        line = (
            b"..\r\n"
            if near
            else b"%06d text between the boundaries, in which nothing starts with a stop.\r\n" % number
        )
        yield line
        stuffed += len(line) + near
        bare += len(line) - 1
        number += 1


def boundary_dots(shift: int) -> bytes:
    """The same message for every shift but for one name, and as many octets more in one header field."""
    name = f"boundary-dots-{shift}"
    start = head(name, "Full stops on buffer boundaries", "X-Shift: x" + "x" * shift)
    return start + b"".join(boundary_lines(len(start) - shift))


RULES: dict[str, Callable[[], bytes]] = {
    "large": large,
    "longline": longline,
    "longline-dot": longline_dot,
    "verylongline": verylongline,
    "many-headers": many_headers,
    "long-header": long_header,
    **{f"boundary-dots-{shift}": partial(boundary_dots, shift) for shift in SHIFTS},
}


@pytest.mark.parametrize("name", RULES)
def test_the_file_is_what_its_rule_makes(name: str) -> None:
    assert mail.load(name).octets == RULES[name]()


def test_large_has_64_kib() -> None:
    assert len(mail.load("large").octets) == 65536


def test_the_longest_lines_are_as_long_as_rfc_5322_allows() -> None:
    assert [len(line) for line in mail.load("longline").body_lines] == [997, 998, 998, 1, 998]
    (dotted,) = mail.load("longline-dot").body_lines
    assert dotted.startswith(b".")
    assert len(dotted) == 998


def test_a_very_long_line_has_5000_octets() -> None:
    assert [len(line) for line in mail.load("verylongline").body_lines] == [6, 5000, 5]


def test_many_headers_has_3000_header_fields() -> None:
    assert mail.load("many-headers").header.count(b"\r\n") == 3000


def test_the_long_header_has_a_subject_of_900_octets_and_a_folded_field() -> None:
    lines = mail.load("long-header").header.split(b"\r\n")
    (subject,) = (line for line in lines if line.startswith(b"Subject: "))
    assert len(subject) == len(b"Subject: ") + 900
    assert sum(line.startswith(b" ") for line in lines) == 250


def stop_offsets(lines: list[bytes], end: int, stuffing: int) -> tuple[set[int], set[int]]:
    """Where full stops stand that start a line, and where others stand, in one form of a message."""
    leading, inner, at = set[int](), set[int](), 0
    for line in lines:
        if line.startswith(b"."):
            leading.add(at)
        inner.update(at + column for column, octet in enumerate(line) if column and octet == ord("."))
        at += len(line) + end + (stuffing if line.startswith(b".") else 0)
    return leading, inner


@pytest.mark.parametrize("end", [2, 1], ids=["CRLF", "LF"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_full_stop_starts_a_line_at_every_offset_around_each_boundary(boundary: int, end: int) -> None:
    leading, inner = set[int](), set[int]()
    for shift in SHIFTS:
        lines = mail.load(f"boundary-dots-{shift}").octets.split(b"\r\n")
        these, those = stop_offsets(lines, end, stuffing=0)
        leading |= these
        inner |= those
    around = set(range(boundary - 4, boundary + 5))
    assert around <= leading
    assert around <= inner


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_so_it_does_in_what_retr_sends_whatever_the_length_of_the_status_line(boundary: int) -> None:
    leading = set[int]()
    for shift in SHIFTS:
        leading |= stop_offsets(mail.load(f"boundary-dots-{shift}").octets.split(b"\r\n"), 2, stuffing=1)[0]
    for status in STATUS_LINES:
        assert {offset - status for offset in range(boundary - 4, boundary + 5)} <= leading
