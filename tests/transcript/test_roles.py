import pytest

from conformance.transcript import Conversation, Incident, Transcript
from conformance.transcript.roles import Roles
from tests.transcript.recordings import recording

GREETING = ("S", b"+OK ready\r\n")


def responses(transcript: Transcript) -> list[bytes]:
    """The client's lines that are hidden whole."""
    roles = Roles(Conversation(transcript))
    octets = transcript.octets("C")
    hidden, start = [], 0
    for line in octets.splitlines(keepends=True):
        content = line.rstrip(b"\r\n")
        if content and roles.hidden(start, len(content)) == [(0, len(content))]:
            hidden.append(content)
        start += len(line)
    return hidden


def test_a_line_belongs_to_the_exchange_that_it_is_part_of() -> None:
    said = recording(
        GREETING, ("C", b"CAPA\r\n"), ("S", b"+OK\r\nTOP\r\n.\r\n"), ("C", b"NOOP\r\nQU"), ("S", b"-ERR\r\n?\r\n")
    )
    roles = Roles(Conversation(said))
    assert [roles.exchange("S", at) for at in (0, 11, 16, 21, 24, 30)] == [0, 1, 1, 1, 2, 2]
    assert [roles.exchange("C", at) for at in (0, 6, 12)] == [1, 2, None]


def test_what_happens_belongs_to_the_exchange_before() -> None:
    roles = Roles(Conversation(recording(GREETING, ("C", b"NOOP\r\n"), ("C", b"NOOP\r\n"), ("S", b"-ERR\r\n"))))
    assert roles.exchange_after(0, 0) is None
    assert roles.exchange_after(0, 11) == 0
    assert roles.exchange_after(6, 11) == 1
    assert roles.exchange_after(12, 17) == 2


def test_an_exchange_begins_on_either_side() -> None:
    roles = Roles(Conversation(recording(GREETING, ("C", b"NOOP\r\n"), ("S", b"-ERR\r\n"), ("C", b"QUIT\r\n"))))
    assert list(roles.beginnings(0)) == [("S", 0)]
    assert sorted(roles.beginnings(1)) == [("C", 0), ("S", 11)]
    assert list(roles.beginnings(2)) == [("C", 6)]
    assert list(roles.beginnings(9)) == []


def test_what_answers_a_challenge_is_a_secret() -> None:
    said = recording(
        GREETING,
        ("C", b"AUTH SCRAM-SHA-1\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"biwsbj1hbGljZQ==\r\n"),
        ("S", b"+ cj1mb28=\r\n"),
        ("C", b"Yz1iaXdzLHI9\r\n"),
        ("S", b"+OK\r\n"),
        ("C", b"STAT\r\nXTND\r\n"),
    )
    assert responses(said) == [b"biwsbj1hbGljZQ==", b"Yz1iaXdzLHI9"]


@pytest.mark.parametrize("challenge", [b"+\r\n", b"+PDFAYT4=\r\n", b"+ go ahead\r\n", b"what?\r\n"])
def test_what_answers_a_malformed_challenge_is_a_secret_too(challenge: bytes) -> None:
    said = recording(
        GREETING, ("C", b"AUTH PLAIN\r\n"), ("S", challenge), ("C", b"AGFsaWNlAHg=\r\n"), ("S", b"+OK\r\n")
    )
    assert responses(said) == [b"AGFsaWNlAHg="]


@pytest.mark.parametrize("line", [b"A" * 5000, b"secret", b"sec ret", b"=AAA", b"\xff\0"])
def test_responses_of_any_length_and_of_no_form_are_secrets(line: bytes) -> None:
    asked = ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n")
    assert responses(recording(GREETING, *asked, ("C", line + b"\r\n"), ("S", b"-ERR\r\n"))) == [line]


def test_a_response_in_pieces_and_without_its_end_is_a_secret() -> None:
    said = recording(GREETING, ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", b"AGFs"), ("C", b"aWNl"))
    assert responses(said) == [b"AGFsaWNl"]


def test_a_response_that_did_not_wait_for_its_challenge_is_a_secret() -> None:
    said = recording(GREETING, ("C", b"AUTH PLAIN\r\nAGFsaWNlAHg=\r\n"), ("S", b"-ERR\r\n-ERR\r\n"))
    assert responses(said) == [b"AGFsaWNlAHg="]


@pytest.mark.parametrize("line", [b"*", b"QUIT", b"STAT", b"quit"])
def test_a_cancelled_exchange_and_commands_are_no_secrets(line: bytes) -> None:
    said = recording(GREETING, ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", line + b"\r\n"), ("S", b"-ERR\r\n"))
    assert responses(said) == []


@pytest.mark.parametrize(
    "before",
    [
        (("C", b"AUTH\r\n"), ("S", b"+OK\r\nPLAIN\r\n.\r\n")),
        (("C", b"AUTH PLAIN\r\n"), ("S", b"-ERR\r\n")),
        (("C", b"AUTH PLAIN =\r\n"), ("S", b"+OK\r\n")),
        (("C", b"NOOP\r\n"), ("S", b"+ \r\n")),
    ],
)
def test_outside_of_an_exchange_nothing_is_one(before: tuple[tuple[str, bytes], ...]) -> None:
    assert responses(recording(GREETING, *before, ("C", b"AGFsaWNlAHg=\r\n"))) == []


def test_where_replies_cannot_be_told_apart_what_may_be_a_response_is_hidden() -> None:
    said = recording(GREETING, ("C", b"NOOP\nAUTH PLAIN\r\n"), ("S", b"-ERR\r\n-ERR\r\n"), ("C", b"AGFsaWNlAHg=\r\n"))
    assert responses(said) == [b"AGFsaWNlAHg="]


def test_a_very_long_password_is_hidden_to_its_end() -> None:
    said = recording(GREETING, ("C", b"PASS " + b"x" * 100_000 + b"\r\n"))
    assert Roles(Conversation(said)).hidden(0, 100_005) == [(5, 100_005)]


def test_digests_and_responses_are_sought_elsewhere_and_passwords_of_pass_are_not() -> None:
    said = recording(
        GREETING,
        ("C", b"APOP alice c4c9334bac560ecc979e58001b3e22fb\r\n"),
        ("S", b"-ERR\r\n"),
        ("C", b"AUTH PLAIN AGFsaWNlAHg=\r\n"),
        ("S", b"-ERR\r\n"),
        ("C", b"AUTH PLAIN =\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"AGJvYgB4\r\n"),
        ("S", b"-ERR\r\n"),
        ("C", b"PASS password\r\n"),
        Incident.CLIENT_CLOSED,
    )
    assert list(Roles(Conversation(said)).secrets()) == [
        b"c4c9334bac560ecc979e58001b3e22fb",
        b"AGFsaWNlAHg=",
        b"AGJvYgB4",
    ]
