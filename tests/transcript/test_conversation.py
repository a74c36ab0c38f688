import pytest

from conformance.transcript import Conversation, Evidence, Incident, Span, Transcript
from conformance.wire import State, Turn
from tests.transcript.recordings import conversation, recording

GREETING = ("S", b"+OK ready\r\n")
LOGIN = (("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS secret\r\n"), ("S", b"+OK in\r\n"))


def test_the_greeting_is_exchange_zero() -> None:
    read = conversation(Incident.CONNECTED, GREETING)
    greeting = read.greeting
    assert greeting is not None
    assert (greeting.number, greeting.command, greeting.verb) == (0, None, "greeting")
    assert (greeting.positive, greeting.negative, greeting.complete) == (True, False, True)
    assert (greeting.status, greeting.answered_at, greeting.state) == (b"+OK ready", 0.01, State.CONNECTED)
    assert read.state is State.AUTHORIZATION


def test_before_the_greeting_there_is_none() -> None:
    read = conversation(Incident.CONNECTED)
    assert (read.greeting, read.unanswered, read.exchanges) == (None, None, [])


def test_commands_and_replies_are_matched_in_order() -> None:
    read = conversation(
        GREETING, *LOGIN, ("C", b"STAT\r\n"), ("S", b"+OK 0 0\r\n"), ("C", b"DELE 1\r\n"), ("S", b"-ERR\r\n")
    )
    assert [(e.number, e.verb, e.status) for e in read.exchanges] == [
        (0, "greeting", b"+OK ready"),
        (1, "USER", b"+OK"),
        (2, "PASS", b"+OK in"),
        (3, "STAT", b"+OK 0 0"),
        (4, "DELE", b"-ERR"),
    ]
    assert read.exchanges[4].negative
    assert [e.state for e in read.exchanges[2:4]] == [State.AUTHORIZATION, State.TRANSACTION]


def test_octets_read_the_same_in_any_pieces() -> None:
    whole = conversation(GREETING, ("C", b"CAPA\r\n"), ("S", b"+OK\r\nTOP\r\n.\r\n"))
    pieces = conversation(
        *(("S", bytes([octet])) for octet in b"+OK ready\r\n"),
        *(("C", bytes([octet])) for octet in b"CAPA\r\n"),
        *(("S", bytes([octet])) for octet in b"+OK\r\nTOP\r\n.\r\n"),
    )
    assert [(e.command, e.reply) for e in pieces.exchanges] == [(e.command, e.reply) for e in whole.exchanges]


def test_a_recording_is_followed_while_it_grows() -> None:
    transcript = Transcript()
    read = Conversation(transcript)
    transcript.record("S", b"+OK\r\n", 0.1)
    read.follow()
    transcript.record("C", b"NOOP\r\n", 0.2)
    read.follow()
    noop = read.unanswered
    assert noop is not None
    assert (noop.sent_at, noop.answered_at, noop.reply, noop.complete) == (0.2, None, None, False)
    transcript.record("S", b"+OK\r\n", 0.3)
    read.follow()
    read.follow()
    assert read.unanswered is None
    assert (noop.answered_at, noop.complete) == (0.3, True)


def test_the_time_of_an_exchange_is_on_the_clock_of_the_scenario() -> None:
    transcript = recording(GREETING, ("C", b"NOOP\r\n"), ("S", b"+OK\r\n"), ("C", b"NOOP\r\n"), opened=100.0)
    read = Conversation(transcript)
    read.follow()
    assert [exchange.when for exchange in read.exchanges] == [100.0, 100.02, 100.03]


def test_a_command_sent_before_the_last_reply_came_is_pipelined() -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\nSTAT\r\n"), ("S", b"-ERR\r\n-ERR\r\n"), ("C", b"QUIT\r\n"))
    assert [exchange.pipelined for exchange in read.exchanges] == [False, False, True, False]


def test_a_command_sent_before_the_greeting_follows_it_in_number() -> None:
    read = conversation(("C", b"NOOP\r\n"), GREETING, ("S", b"-ERR\r\n"))
    assert [(e.number, e.verb, e.pipelined) for e in read.exchanges] == [(0, "greeting", False), (1, "NOOP", True)]
    assert read.exchanges[1].negative


@pytest.mark.parametrize(
    "line",
    [b"NO\0OP\r\n", b"NOOP\n", b"NO\rOP\r\n", b"NOOP " + b"x" * 600 + b"\r\n", b"RETR \t1\r\n", b"RETR\x7f1\r\n"],
    ids=["NUL", "lone LF", "lone CR", "over-long", "TAB", "DEL"],
)
def test_behind_a_line_that_servers_may_read_in_several_ways_nothing_is_certain(line: bytes) -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), ("S", b"-ERR\r\n"), ("C", line), ("C", b"NOOP\r\n"))
    assert [exchange.certain for exchange in read.exchanges] == [True, True, False, False]


def test_eight_bit_octets_leave_no_doubt() -> None:
    read = conversation(GREETING, ("C", b"NO\xffOP\r\n"), ("C", b"NOOP\r\n"))
    assert all(exchange.certain for exchange in read.exchanges)


@pytest.mark.parametrize(
    "incident",
    [
        Incident.SERVER_CLOSED,
        Incident.SERVER_RESET,
        Incident.WAITED,
        Incident.TOO_MUCH,
        Incident.CLIENT_RESET,
        Incident.CLIENT_CLOSED,
    ],
)
def test_a_reply_that_does_not_come_is_lost_to_what_happened(incident: Incident) -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\nSTAT\r\n"), incident)
    assert [(e.lost, e.reply, e.complete) for e in read.exchanges[1:]] == [(incident, None, False)] * 2


@pytest.mark.parametrize("incident", [Incident.CONNECTED, Incident.CLIENT_HALF_CLOSED])
def test_nothing_is_lost_where_the_server_can_go_on(incident: Incident) -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), incident, ("S", b"-ERR\r\n"))
    assert read.exchanges[1].complete


def test_a_server_that_closed_has_closed_whatever_the_client_does_then() -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), Incident.WAITED, Incident.SERVER_CLOSED, Incident.CLIENT_CLOSED)
    assert read.exchanges[1].lost is Incident.SERVER_CLOSED


def test_a_reply_that_came_by_half_is_kept_and_lost() -> None:
    read = conversation(GREETING, *LOGIN, ("C", b"RETR 1\r\n"), ("S", b"+OK\r\nSubject: x\r\n"), Incident.SERVER_CLOSED)
    retr = read.exchanges[-1]
    assert retr.lost is Incident.SERVER_CLOSED
    assert retr.positive
    assert not retr.complete
    assert retr.body_octets() == b"Subject: x\r\n"


def test_a_status_line_without_its_end_is_kept_and_lost() -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), ("S", b"-ERR no"), Incident.SERVER_RESET)
    assert (read.exchanges[1].status, read.exchanges[1].lost) == (b"-ERR no", Incident.SERVER_RESET)


def test_a_greeting_without_its_end_is_kept_and_lost() -> None:
    greeting = conversation(("S", b"+OK rea"), Incident.SERVER_CLOSED).greeting
    assert greeting is not None
    assert (greeting.status, greeting.lost, greeting.complete) == (b"+OK rea", Incident.SERVER_CLOSED, False)


def test_a_whole_greeting_is_not_lost_when_the_server_closes() -> None:
    greeting = conversation(GREETING, Incident.SERVER_CLOSED).greeting
    assert greeting is not None
    assert greeting.complete


def test_a_reply_that_came_late_is_not_lost() -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), Incident.WAITED, ("S", b"-ERR\r\n"), ("C", b"STAT\r\n"))
    assert (read.exchanges[1].lost, read.exchanges[1].negative) == (None, True)
    assert all(exchange.certain for exchange in read.exchanges)


def test_the_late_rest_of_a_reply_accuses_nobody() -> None:
    read = conversation(
        GREETING,
        *LOGIN,
        ("C", b"RETR 1\r\n"),
        ("S", b"+OK\r\nSubject: x\r\n"),
        Incident.WAITED,
        ("S", b"\r\nlate\r\n.\r\n"),
        ("C", b"NOOP\r\n"),
        ("S", b"+OK\r\n"),
    )
    retr, noop = read.exchanges[-2:]
    assert (retr.lost, retr.extra, retr.extra_lines) == (Incident.WAITED, [], 0)
    assert not noop.certain


def test_lines_that_no_command_explains_stand_behind_the_reply_before() -> None:
    read = conversation(GREETING, ("S", b"+OK news\r\n"), ("C", b"NOOP\r\n"), ("S", b"-ERR\r\nand\r\nmore\r\n"))
    greeting, noop = read.exchanges
    assert [line.content for line in greeting.extra] == [b"+OK news"]
    assert ([line.content for line in noop.extra], noop.extra_lines) == ([b"and", b"more"], 2)


def test_a_server_that_talks_without_end_costs_no_memory() -> None:
    greeting = conversation(GREETING, *[("S", b"+OK\r\n" * 1000)] * 50).exchanges[0]
    assert (len(greeting.extra), greeting.extra_lines) == (100, 50_000)


def test_evidence_points_at_the_status_line_or_at_what_is_named() -> None:
    read = conversation(GREETING, ("C", b"NOOP\r\n"), ("S", b"-ERR no\r\n"), ("C", b"QUIT\r\n"))
    _, noop, quitting = read.exchanges
    assert noop.evidence() == Evidence("A", 1, (Span("S", 11, 20),))
    assert noop.evidence((11, 12), (13, 14)) == Evidence("A", 1, (Span("S", 11, 12), Span("S", 13, 14)))
    assert quitting.evidence() == Evidence("A", 2, ())


def test_a_body_is_given_as_octets_blocks_and_lines() -> None:
    body = b"1 120\r\n2 200\n..3\r\n"
    read = conversation(GREETING, *LOGIN, ("C", b"LIST\r\n"), ("S", b"+OK\r\n" + body + b".\r\n"))
    listing = read.exchanges[-1]
    assert listing.body_octets() == body
    assert b"".join(listing.body_blocks()) == body
    lines = listing.body_lines()
    assert [line.raw for line in lines] == [b"1 120\r\n", b"2 200\n", b"..3\r\n"]
    assert all(read.transcript.octets("S", line.start, line.end) == line.raw for line in lines)


def test_a_body_that_was_cut_has_its_last_line_too() -> None:
    read = conversation(GREETING, *LOGIN, ("C", b"LIST\r\n"), ("S", b"+OK\r\n1 120\r\n2 2"), Incident.SERVER_CLOSED)
    assert [line.raw for line in read.exchanges[-1].body_lines()] == [b"1 120\r\n", b"2 2"]


@pytest.mark.parametrize("reply", [(), (("S", b"-ERR\r\n"),), (("S", b"+OK\r\n.\r\n"),)])
def test_where_there_is_no_body_there_are_no_lines(reply: tuple[tuple[str, bytes], ...]) -> None:
    listing = conversation(GREETING, *LOGIN, ("C", b"LIST\r\n"), *reply).exchanges[-1]
    assert listing.body_octets() == b""
    assert list(listing.body_blocks()) == []
    assert listing.body_lines() == []


def test_a_listing_without_end_gives_as_many_lines_as_any_listing_has() -> None:
    read = conversation(GREETING, *LOGIN, ("C", b"LIST\r\n"), ("S", b"+OK\r\n"), *[("S", b"1\r\n" * 20_000)] * 11)
    read.transcript.mark(Incident.TOO_MUCH, 9.0)
    read.follow()
    lines = read.exchanges[-1].body_lines()
    assert len(lines) == 200_000
    read.transcript.close()


def test_half_a_line_that_no_command_explains_is_kept_too() -> None:
    greeting = conversation(GREETING, ("S", b"+OK ne"), Incident.SERVER_CLOSED).exchanges[0]
    assert ([line.raw for line in greeting.extra], greeting.lost) == ([b"+OK ne"], None)


STLS = (("C", b"STLS\r\n"), ("S", b"+OK\r\n"))


def test_behind_the_handshake_all_goes_on_as_certain_as_before() -> None:
    read = conversation(GREETING, *STLS, Incident.TLS, ("C", b"NOOP\r\n"), ("S", b"-ERR\r\n"))
    assert [(e.verb, e.status, e.certain) for e in read.exchanges[1:]] == [
        ("STLS", b"+OK", True),
        ("NOOP", b"-ERR", True),
    ]


@pytest.mark.parametrize("pieces", [[b"STLS\r\nCAPA\r\n"], [b"STLS\r\n", b"CAPA\r\n"]])
def test_a_command_in_the_clear_behind_stls_has_no_answer_inside_tls(pieces: list[bytes]) -> None:
    sent = [("C", piece) for piece in pieces]
    read = conversation(GREETING, *sent, ("S", b"+OK\r\n"), Incident.TLS, ("C", b"XYZZ\r\n"), ("S", b"-ERR\r\n"))
    assert [(e.verb, e.status, e.lost, e.certain) for e in read.exchanges[1:]] == [
        ("STLS", b"+OK", None, True),
        ("CAPA", b"", Incident.TLS, False),
        ("XYZZ", b"-ERR", None, False),
    ]


def test_what_such_a_command_says_inside_all_the_same_is_laid_to_nobody() -> None:
    read = conversation(
        GREETING, ("C", b"STLS\r\nCAPA\r\n"), ("S", b"+OK\r\n"), Incident.TLS, ("S", b"+OK\r\nTOP\r\n.\r\n")
    )
    assert [exchange.extra_lines for exchange in read.exchanges] == [0, 0, 0]


def test_the_part_of_a_line_that_was_sent_in_the_clear_is_no_part_of_one_inside_tls() -> None:
    read = conversation(
        GREETING, ("C", b"STLS\r\nCA"), ("S", b"+OK\r\n"), Incident.TLS, ("C", b"PA\r\n"), ("S", b"+OK\r\nTOP\r\n.\r\n")
    )
    assert [(e.verb, e.certain) for e in read.exchanges[1:]] == [("STLS", True), ("PA", False)]


@pytest.mark.parametrize("answer, certain", [(b"+OK\r\n", False), (b"-ERR\r\n", True)])
def test_once_stls_is_accepted_nothing_that_is_said_in_the_clear_is_certain(answer: bytes, certain: bool) -> None:
    read = conversation(GREETING, ("C", b"STLS\r\n"), ("S", answer), ("C", b"NOOP\r\n"), ("S", b"\x15\x03\x01\0\x02"))
    assert read.exchanges[2].certain is certain


def test_replies_inside_tls_are_found_by_their_offsets_though_one_was_cut_off() -> None:
    inside = (Incident.TLS, ("C", b"CAPA\r\n"), ("S", b"+OK\r\nTOP\r\n.\r\n"))
    read = conversation(GREETING, ("C", b"CAPA\r\nSTLS\r\n"), ("S", b"+OK\r\nTOP\r\nUS"), *inside)
    assert read.exchanges[-1].body_octets() == b"TOP\r\n"


def test_a_turn_of_auth_may_be_of_any_length_and_its_reply_is_certain() -> None:
    turns = conversation(
        ("S", b"+OK ready\r\n"),
        ("C", b"AUTH PLAIN\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"A" * 5000 + b"\r\n"),
        ("S", b"-ERR\r\n"),
        ("C", b"NOOP\r\n"),
        ("S", b"-ERR\r\n"),
    )
    assert [exchange.certain for exchange in turns.exchanges] == [True] * 4
    assert [isinstance(exchange.command, Turn) for exchange in turns.exchanges] == [False, False, True, False]
    assert [exchange.verb for exchange in turns.exchanges] == ["greeting", "AUTH", "AUTH", "NOOP"]


def test_a_turn_that_did_not_wait_for_its_challenge_is_known_once_that_has_come() -> None:
    turns = conversation(("S", b"+OK\r\n"), ("C", b"AUTH PLAIN\r\nQUIT\r\n"), ("S", b"+ \r\n-ERR\r\n"))
    assert [exchange.verb for exchange in turns.exchanges] == ["greeting", "AUTH", "AUTH"]


def test_where_ctrl_c_cut_a_reading_short_nothing_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript = recording(GREETING, ("C", b"NOOP\r\n"))
    read = Conversation(transcript)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.transcript.conversation.Exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read.follow()
    monkeypatch.undo()
    transcript.record("S", b"+OK\r\n+OK\r\n", 3.0)  # of whose command nothing is known
    read.follow()
    assert read.exchanges == []
