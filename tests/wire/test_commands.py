"""Commands as RFC 1939 §3 has them, and the lines that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import LINE_LIMIT, VERBS, Command, Defect, InvalidCommand, Line, message_number, parse_command

from .reading import LONG, SOUPS, LongLine

HUGE = b"1" * 5000  # more digits than int() takes


def parsed(content: bytes) -> Command | InvalidCommand:
    return parse_command(Line(content + b"\r\n"))


@pytest.mark.parametrize(
    "content, verb, arguments",
    [
        (b"NOOP", "NOOP", ()),
        (b"noop", "NOOP", ()),
        (b"ToP 1 0", "TOP", (b"1", b"0")),
        (b"LIST ", "LIST", (b"",)),
        (b"LIST  1", "LIST", (b"", b"1")),
        (b"APOP name digest more", "APOP", (b"name", b"digest", b"more")),
        (b"USER two words", "USER", (b"two", b"words")),
        (b"PASS secret", "PASS", (b"secret",)),
        (b"PASS two  words ", "PASS", (b"two  words ",)),
        (b"pass  led by a space", "PASS", (b" led by a space",)),
        (b"PASS ", "PASS", (b"",)),
        (b"PASS", "PASS", ()),
        (b"XYZ 1", "XYZ", (b"1",)),
        (b"!~#$ 1", "!~#$", (b"1",)),
    ],
)
def test_arguments_are_cut_at_single_spaces_and_those_of_pass_are_one(
    content: bytes, verb: str, arguments: tuple[bytes, ...]
) -> None:
    assert parsed(content) == Command(Line(content + b"\r\n"), verb, arguments)


@pytest.mark.parametrize("content", [b"", b" ", b" NOOP", b"NO", b"NOOPS", b"NOOP,STAT", b"A" * LINE_LIMIT])
def test_a_keyword_has_three_or_four_printable_characters(content: bytes) -> None:
    command = parsed(content)
    assert isinstance(command, InvalidCommand)
    assert command.reason == "a keyword has three or four printable characters"


@pytest.mark.parametrize(
    "octets, defects",
    [
        (b"NOOP\n", (Defect.BARE_LF,)),
        (b"NO\rOP\r\n", (Defect.BARE_CR, Defect.NOT_ASCII)),
        (b"NOOP", (Defect.NO_LINE_END,)),
        (b"NOOP\0\r\n", (Defect.NUL, Defect.NOT_ASCII)),
        (b"USER \0\r\n", (Defect.NUL, Defect.NOT_ASCII)),
        (b"LIST\t1\r\n", (Defect.NOT_ASCII,)),
        (b"LIST \xb9\r\n", (Defect.NOT_ASCII,)),
        (b"N\xd6OP\r\n", (Defect.NOT_ASCII,)),
        (b"PASS\xff\r\n", (Defect.NOT_ASCII,)),
    ],
)
def test_the_reason_names_everything_that_is_wrong_with_the_line(octets: bytes, defects: tuple[Defect, ...]) -> None:
    command = parse_command(Line(octets))
    assert isinstance(command, InvalidCommand)
    assert command.reason == "; ".join(defects)


def test_a_cut_line_is_no_command() -> None:
    command = parse_command(Line(b"NOOP", 0, 99))
    assert isinstance(command, InvalidCommand)
    assert command.reason == Defect.CUT.value


@pytest.mark.parametrize(
    "content", [b"USER jos\xc3\xa9", b"PASS \xff\xfe", b"PASS tab\there", b"APOP jos\xc3\xa9 digest"]
)
def test_names_and_passwords_may_have_octets_that_are_not_ascii(content: bytes) -> None:
    command = parsed(content)
    assert isinstance(command, Command)
    assert command.wellformed


@pytest.mark.parametrize(
    "octets, verb",
    [(b"quit\n", "QUIT"), (b"LIST \0\r\n", "LIST"), (b"\xff\r\n", "\N{REPLACEMENT CHARACTER}"), (b"\r\n", "")],
)
def test_an_invalid_command_shows_its_keyword_and_vouches_for_nothing(octets: bytes, verb: str) -> None:
    command = parse_command(Line(octets))
    assert isinstance(command, InvalidCommand)
    assert (command.verb, command.arguments) == (verb, ())
    assert (command.known, command.message, command.wellformed) == (None, None, False)


@pytest.mark.parametrize(
    "content",
    [
        b"STAT",
        b"LIST",
        b"LIST 1",
        b"RETR 1",
        b"RETR 0",
        b"RETR 01",
        b"RETR " + HUGE,
        b"TOP 1 " + HUGE,
        b"UIDL 2",
        b"USER name",
        b"PASS two words",
        b"APOP name digest",
        b"AUTH PLAIN",
        b"AUTH PLAIN =",
        b"QUIT",
        b"CAPA",
        b"STLS",
    ],
)
def test_a_command_with_as_many_arguments_as_it_takes_is_well_formed(content: bytes) -> None:
    assert parsed(content).wellformed


@pytest.mark.parametrize(
    "content",
    [
        b"STAT ",
        b"STAT 1",
        b"LIST ",
        b"LIST 1 2",
        b"LIST  1",
        b"LIST 1 ",
        b"RETR",
        b"RETR one",
        b"RETR +1",
        b"RETR -1",
        b"RETR 1.0",
        b"RETR 0x1",
        b"RETR 1_0",
        b"TOP 1",
        b"TOP 1 x",
        b"TOP 1 2 3",
        b"USER",
        b"USER two words",
        b"USER ",
        b"PASS",
        b"PASS ",
        b"APOP name",
        b"AUTH",
        b"AUTH PLAIN = =",
        b"QUIT now",
        b"XYZ",
    ],
)
def test_any_other_is_not(content: bytes) -> None:
    assert not parsed(content).wellformed


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.least == 0])
def test_a_verb_that_needs_no_argument_is_well_formed_alone(name: str) -> None:
    command = parsed(name.lower().encode("ascii"))
    assert command.wellformed
    assert command.known is VERBS[name]


@pytest.mark.parametrize(
    "argument, number",
    [
        (b"1", 1),
        (b"9" * 20, 10**20 - 1),
        (b"9" * 21, None),
        (HUGE, None),
        (b"0", None),
        (b"01", None),
        (b"+1", None),
        (b"-1", None),
        (b"1 ", None),
        (b"1_0", None),
        (b"", None),
        (b"one", None),
        (b"\xb2", None),
        ("١".encode(), None),
    ],
)
def test_a_message_number_is_in_base_ten_without_leading_zeros(argument: bytes, number: int | None) -> None:
    assert message_number(argument) == number


@pytest.mark.parametrize(
    "content, number",
    [
        (b"RETR 2", 2),
        (b"TOP 3 0", 3),
        (b"LIST", None),
        (b"DELE x", None),
        (b"RETR " + HUGE, None),
        (b"USER 5", None),
    ],
)
def test_a_command_names_a_message_where_its_verb_does(content: bytes, number: int | None) -> None:
    assert parsed(content).message == number


@pytest.mark.parametrize(
    "content", [b"RETR 1", b"TOP 1 0", b"LIST", b"UIDL", b"CAPA", b"RETR", b"list", b"LIST ", b"AUTH"]
)
def test_a_positive_reply_to_these_has_a_body(content: bytes) -> None:
    assert parsed(content).multiline
    assert parse_command(Line(content + b"\n")).multiline  # some servers take LF for a line end


@pytest.mark.parametrize(
    "content", [b"LIST 1", b"LIST  1", b"UIDL 1", b"STAT", b"PASS LIST", b"XYZ", b"AUTH PLAIN", b"LISTS"]
)
def test_a_positive_reply_to_these_has_none(content: bytes) -> None:
    assert not parsed(content).multiline
    assert not parse_command(Line(content + b"\n")).multiline


def test_nobody_knows_what_a_server_makes_of_other_defects() -> None:
    assert not parse_command(Line(b"LIST\r\r\n")).multiline
    assert not parse_command(Line(b"LIST \0\r\n")).multiline
    assert not parse_command(Line(b"LIST", 0, 99)).multiline


@given(st.one_of(SOUPS, st.binary(max_size=12), st.integers(250, 260).map(lambda count: b"PASS " + b"x" * count)))
def test_any_line_is_a_command_or_an_invalid_one(octets: bytes) -> None:
    command = parse_command(Line(octets))
    assert command.line.raw == octets
    assert command.verb == command.verb.upper()
    assert isinstance(command, InvalidCommand) is not isinstance(command, Command)
    if isinstance(command, Command):
        rejoined = b" ".join([octets[: len(command.verb)], *command.arguments])
        assert rejoined == command.line.content
        assert not command.wellformed or command.known is not None


@given(LONG)
def test_a_line_of_any_length_is_parsed(line: LongLine) -> None:
    assert parse_command(Line(line.octets)).message is None
    assert not parse_command(Line(line.octets)).wellformed
