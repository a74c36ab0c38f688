"""The files in fixtures/mail/: each is lawful where it means to be, and is what the README says."""

import email
import email.message
import email.policy
import re
import string
from email.utils import parsedate_to_datetime

import pytest

from conformance import mail
from conformance.bundled import FIXTURES, MAIL

NAMES = mail.names()
README = (FIXTURES / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z0-9-]+)` \| ((?:`[a-z0-9-]+` ?)*)\| ", README, re.MULTILINE)
FIELD = re.compile(rb"[!-9;-~]+:(?: [^\r\n]*|)\r\n(?:[ \t][^\r\n]*\r\n)*")  # RFC 5322 §2.2, folded or not


def fields(name: str, key: bytes) -> list[bytes]:
    found = re.findall(rb"^%s: (.*)\r$" % key, mail.load(name).header, re.MULTILINE | re.IGNORECASE)
    return [bytes(value) for value in found]


def test_the_folder_holds_messages_only() -> None:
    assert {path.name for path in MAIL.iterdir()} == {f"{name}.eml" for name in NAMES}


def test_the_folder_stays_below_one_mebibyte() -> None:
    assert sum(len(mail.load(name).octets) for name in NAMES) < 2**20


def test_a_message_id_stands_in_its_own_message_once_and_in_no_other() -> None:
    whole = b"\n".join(mail.load(name).octets for name in NAMES)
    assert all(whole.count(mail.load(name).message_id or b"") == 1 for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
class TestEachMessage:
    def test_has_a_name_in_kebab_case(self, name: str) -> None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)

    def test_has_the_message_id_that_its_name_asks_for(self, name: str) -> None:
        assert fields(name, b"Message-ID") == [b"<%s@fixtures.pop3spec.invalid>" % name.encode("ascii")]

    def test_has_a_header_of_well_formed_fields(self, name: str) -> None:
        header = mail.load(name).header
        assert b"".join(FIELD.findall(header)) == header

    def test_has_one_author_and_one_date(self, name: str) -> None:
        (author,), (date,) = fields(name, b"From"), fields(name, b"Date")
        assert re.search(rb"@[a-z.]+\.example>?$", author)
        text = date.decode("ascii")
        parsed = parsedate_to_datetime(text)
        assert parsed.tzinfo is not None
        assert text[0] in string.digits or text.startswith(parsed.strftime("%a, "))

    def test_has_recipient_and_subject_unless_it_is_the_tiny_one(self, name: str) -> None:
        expected = 0 if name == "tiny" else 1
        assert len(fields(name, b"To")) == len(fields(name, b"Subject")) == expected

    def test_ends_its_lines_in_crlf_unless_it_is_about_something_else(self, name: str) -> None:
        octets = mail.load(name).octets
        if name not in {"bare-lf", "binary-part"}:
            assert octets.count(b"\n") == octets.count(b"\r\n")
        if name not in {"bare-cr", "binary-part"}:
            assert octets.count(b"\r") == octets.count(b"\r\n")
        assert octets.endswith(b"\r\n") == (not name.startswith("no-final-eol"))


def test_the_readme_names_every_trait() -> None:
    table = README.partition("## Traits")[2].partition("## ")[0]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE) == sorted(mail.TRAITS)


@pytest.mark.parametrize("name,traits", [row for row in ROWS if row[0] in NAMES])
def test_a_message_has_the_traits_that_the_readme_gives_it(name: str, traits: str) -> None:
    assert mail.load(name).traits == set(re.findall(r"`(.+?)`", traits))


def test_the_readme_names_no_message_that_is_not_there() -> None:
    table = README.partition("## Messages in the folder")[2].partition("## ")[0]
    named = set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE))
    assert {"plain", "dots", "large"} <= named <= set(NAMES)


def test_dots_begins_and_ends_with_a_lone_full_stop_and_has_every_kind_between() -> None:
    lines = mail.load("dots").body_lines
    assert lines[0] == lines[-1] == b"."
    assert {b".", b"..", b"...", b".x", b". "} <= set(lines)
    middle = lines.index(b"..", 5)
    assert lines[middle - 1][:1] not in {b"", b"."}
    plain = [line for line in lines if not line.startswith(b".")]
    assert any(re.search(rb"\w\.\w", line) for line in plain)
    assert any(re.match(rb"[ \t]+\.", line) for line in plain)
    assert any(line.endswith(b"..") for line in plain)


def test_a_lone_dot_is_the_whole_body() -> None:
    assert mail.load("lone-dot").body == b".\r\n"


def test_the_first_octet_dot_is_the_only_stop_at_the_start_of_a_line() -> None:
    octets = mail.load("first-octet-dot").octets
    assert octets.startswith(b".X-Dotted: yes\r\n")
    assert b"\r\n." not in octets


def test_unterminated_last_lines_are_text_and_a_full_stop() -> None:
    assert re.search(rb"\r\n[\w ]+$", mail.load("no-final-eol").octets)
    assert mail.load("no-final-eol-dot").octets.endswith(b"\r\n.")


def test_bodies_may_be_empty_missing_or_blank() -> None:
    assert mail.load("empty-body").octets.endswith(b"\r\n\r\n")
    assert mail.load("no-body").header == mail.load("no-body").octets
    assert mail.load("only-blank-lines").body == b"\r\n" * 5


def test_blank_lines_lead_follow_and_come_in_runs() -> None:
    lines = mail.load("blank-lines").body_lines
    assert lines[:2] == (b"", b"")
    assert lines[2] != b""
    assert lines[-4:] == (b"",) * 4
    assert b"\r\n\r\n\r\n\r\n" in mail.load("blank-lines").body.rstrip(b"\r\n")


def test_eight_bit_text_is_declared_and_reads_as_declared() -> None:
    first, second = email.message_from_bytes(mail.load("eight-bit").octets, policy=email.policy.default).iter_parts()
    assert "Zürich" in first.get_content()
    assert "crème brûlée" in second.get_content()


def test_the_eight_bit_header_is_not_utf8_and_the_utf8_header_is() -> None:
    assert "Grüße" in mail.load("utf8-header").header.decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        mail.load("eight-bit-header").header.decode("utf-8")


def test_the_binary_part_has_every_octet() -> None:
    assert set(mail.load("binary-part").body) == set(range(256))


def test_the_control_message_has_every_control_character_but_nul_and_lone_line_ends() -> None:
    assert set(range(32)) - set(mail.load("control").body) == {0}
    assert b"\x7f" in mail.load("control").body


def test_from_lines_stand_behind_text_behind_empty_lines_and_quoted() -> None:
    body = mail.load("from-lines").body
    assert re.search(rb"[^\r\n]\r\nFrom ", body)
    assert re.search(rb"\r\n\r\nFrom ", body)
    assert re.search(rb"\r\n>From ", body)


def test_mime_nested_has_three_levels_and_its_attachment_survives_base64() -> None:
    message = email.message_from_bytes(mail.load("mime-nested").octets, policy=email.policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/mixed",
        "text/html",
        "image/png",
        "application/octet-stream",
    ]
    (attachment,) = message.iter_attachments()
    assert isinstance(attachment, email.message.EmailMessage)
    assert attachment.get_content() == bytes(range(256)) * 8


def test_terminator_lookalikes_come_as_close_as_a_space_and_a_tab() -> None:
    assert {b"+OK", b". ", b".\t", b".."} <= set(mail.load("terminator-lookalike").body_lines)
    assert any(line.startswith(b"-ERR") for line in mail.load("terminator-lookalike").body_lines)
    assert b"." not in mail.load("terminator-lookalike").body_lines


def test_status_headers_carry_what_stores_write_and_wrong_lengths() -> None:
    message = mail.load("status-headers")
    assert all(fields("status-headers", key) for key in (b"Status", b"X-Status", b"X-UIDL"))
    assert int(fields("status-headers", b"Content-Length")[0]) != len(message.body)
    assert int(fields("status-headers", b"Lines")[0]) != len(message.body_lines)


def test_received_carries_several_trace_fields() -> None:
    assert len(re.findall(rb"^Received: ", mail.load("received").header, re.MULTILINE)) == 4


def test_tiny_is_the_smallest_that_has_header_and_body() -> None:
    assert min(NAMES, key=lambda name: len(mail.load(name).octets)) == "tiny"


def test_spaces_has_lines_of_nothing_else_and_starts_with_one() -> None:
    lines = mail.load("spaces").body_lines
    assert lines[0] == b" "
    assert b"\t" in lines
    assert any(line != line.rstrip() and line.strip() for line in lines)
