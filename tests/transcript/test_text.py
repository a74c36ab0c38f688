import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import Evidence, Incident, Secrets, Span, TextLine, Transcript, render, text_lines
from tests.transcript.recordings import recording

SECRETS = Secrets([b"open sesame"])
GREETING = ("S", b"+OK ready\r\n")


def text(*said: tuple[str, bytes] | Incident, evidence: tuple[Evidence, ...] = ()) -> str:
    return render(text_lines([recording(*said)], SECRETS, evidence))


def test_a_session_is_printed_as_the_rfc_prints_one() -> None:
    assert text(GREETING, ("C", b"STAT\r\n"), ("S", b"+OK 2 320\r\n"), ("C", b"QUIT\r\n"), ("S", b"+OK\r\n")) == (
        "S: +OK ready\nC: STAT\nS: +OK 2 320\nC: QUIT\nS: +OK\n"
    )


def test_octets_that_came_in_pieces_are_one_line() -> None:
    assert text(*(("S", bytes([octet])) for octet in b"+OK\r\n"), ("C", b"NO"), ("C", b"OP\r\n")) == "S: +OK\nC: NOOP\n"


def test_line_ends_that_are_none_can_be_seen() -> None:
    assert text(("S", b"+OK\nmore\r\r\nlast")) == "S: +OK\\n\nS: more\\r\nS: last  (no line end)\n"


def test_nothing_that_a_server_sends_acts_on_a_terminal() -> None:
    said = [("S", bytes(range(first, first + 16)) + b"\r\n") for first in range(0, 256, 16)]
    lines = text_lines([recording(*said)], SECRETS)
    assert len(lines) == 17  # one of the octets is a line end
    assert all(" " <= character <= "~" for line in lines for character in line.text)


def test_incidents_are_told_with_their_notes() -> None:
    transcript = recording(Incident.CONNECTED, GREETING)
    transcript.mark(Incident.WAITED, 0.5, "1.0 s, \x1b open sesame")
    assert [line.text for line in text_lines([transcript], SECRETS) if line.kind == "*"] == [
        "connected",
        "waited in vain: 1.0 s, \\x1b ********",
    ]


def test_a_line_says_when_it_was_and_where_it_belongs() -> None:
    said = (GREETING, ("C", b"NOOP\r\n"), ("S", b"-ERR\r\n"), Incident.SERVER_CLOSED)
    assert text_lines([recording(*said, name="B", opened=10.0)], SECRETS) == (
        TextLine("B", 0.0, "S", "+OK ready", (), 0),
        TextLine("B", 0.01, "C", "NOOP", (), 1),
        TextLine("B", 0.02, "S", "-ERR", (), 1),
        TextLine("B", 0.03, "*", "server closed", (), 1),
    )


def test_several_connections_are_told_in_the_order_of_time() -> None:
    one = recording(GREETING, ("C", b"NOOP\r\n"), name="A", opened=5.0)
    two = recording(GREETING, ("C", b"QUIT\r\n"), name="B", opened=5.005)
    never_opened = Transcript("C")
    lines = text_lines([two, one, never_opened], SECRETS)
    assert render(lines) == "A  S: +OK ready\nB  S: +OK ready\nA  C: NOOP\nB  C: QUIT\n"
    assert [line.at for line in lines] == [0.0, 0.005, 0.01, 0.015]


def test_nothing_was_said_on_no_connection() -> None:
    assert text_lines([], SECRETS) == ()
    assert render([]) == ""


# -- marks ---------------------------------------------------------------------------------------------------------


def test_the_offending_octets_are_underlined() -> None:
    evidence = Evidence("A", 1, (Span("S", 15, 18), Span("S", 19, 20)))
    assert text(GREETING, ("C", b"STAT\r\n"), ("S", b"+OK two 3\r\n"), evidence=(evidence,)) == (
        "S: +OK ready\nC: STAT\nS: +OK two 3\n       ^^^ ^\n"
    )


def test_a_mark_over_several_lines_is_in_each_of_them() -> None:
    lines = text_lines(
        [recording(("S", b"+OK one\r\ntwo\r\n\r\nmore\r\n"))], SECRETS, [Evidence("A", 0, (Span("S", 4, 16),))]
    )
    assert [(line.text, line.marks) for line in lines] == [
        ("+OK one", ((4, 7),)),
        ("two", ((0, 3),)),
        ("", ((0, 0),)),
        ("more", ()),
    ]


def test_a_marked_line_end_is_underlined_behind_the_line() -> None:
    evidence = Evidence("A", 0, (Span("S", 9, 11),))
    assert text(GREETING, evidence=(evidence,)) == "S: +OK ready\n            ^\n"


def test_a_mark_where_nothing_came_is_shown_at_the_end() -> None:
    evidence = Evidence("A", 0, (Span("S", 3, 3),))
    assert text(("S", b"+OK"), Incident.SERVER_CLOSED, evidence=(evidence,)) == (
        "S: +OK  (no line end)\n      ^\n*: server closed\n"
    )


def test_a_client_can_be_accused_too() -> None:
    evidence = Evidence("A", 1, (Span("C", 4, 5),))
    assert text(GREETING, ("C", b"NOOP\n"), evidence=(evidence,)) == "S: +OK ready\nC: NOOP\\n\n       ^^\n"


def test_evidence_marks_its_own_connection_alone() -> None:
    transcripts = [recording(GREETING, name=name) for name in "AB"]
    lines = text_lines(transcripts, SECRETS, [Evidence("B", 0, (Span("S", 0, 3),))])
    assert {line.connection: line.marks for line in lines} == {"A": (), "B": ((0, 3),)}


def test_evidence_of_no_exchange_marks_its_octets() -> None:
    assert text(GREETING, evidence=(Evidence("A", None, (Span("S", 0, 3),)),)) == "S: +OK ready\n   ^^^\n"


@pytest.mark.parametrize("span", [Span("S", 500, 600), Span("C", 0, 4)])
def test_evidence_beyond_the_recording_marks_nothing(span: Span) -> None:
    assert text(GREETING, evidence=(Evidence("A", 7, (span,)),)) == "S: +OK ready\n"


# -- secrets -------------------------------------------------------------------------------------------------------


def test_a_password_sent_octet_by_octet_is_masked() -> None:
    assert (
        text(GREETING, *(("C", bytes([octet])) for octet in b"PASS hunter2\r\n")) == "S: +OK ready\nC: PASS ********\n"
    )


def test_a_password_without_its_line_end_is_masked() -> None:
    shown = text(GREETING, ("C", b"PASS hun"), Incident.CLIENT_RESET)
    assert shown == "S: +OK ready\nC: PASS ********  (no line end)\n*: client reset\n"


def test_a_password_that_the_server_echoes_in_pieces_is_masked_and_marks_stay_right() -> None:
    said = [GREETING, ("C", b"PASS open sesame\r\n"), ("S", b"-ERR 'open s"), ("S", b"esame' is wrong\r\n")]
    assert text(*said, evidence=(Evidence("A", 1, (Span("S", 33, 38),)),)) == (
        "S: +OK ready\nC: PASS ********\nS: -ERR '********' is wrong\n                      ^^^^^\n"
    )


def test_sasl_responses_are_masked_and_so_are_their_echoes() -> None:
    said = (
        GREETING,
        ("C", b"AUTH PLAIN\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"AGFsaWNl"),
        ("C", b"AHg=\r\n"),
        ("S", b"-ERR AGFsaWNlAHg= is wrong\r\n"),
        ("C", b"APOP alice c4c9334bac560ecc\r\n"),
        ("S", b"-ERR what is c4c9334bac560ecc?\r\n"),
    )
    assert text(*said) == (
        "S: +OK ready\nC: AUTH PLAIN\nS: + \nC: ********\nS: -ERR ******** is wrong\n"
        "C: APOP alice ********\nS: -ERR what is ********?\n"
    )


@given(
    st.lists(st.sampled_from([b"open sesame", b"\r\n", b"\n", b"PASS ", b"\xff", b"+OK ", b"x" * 290, b"AUTH X\r\n"])),
    st.integers(1, 9),
    st.sampled_from("CS"),
)
def test_no_password_is_seen_however_it_was_cut(pieces: list[bytes], size: int, sender: str) -> None:
    octets = b"".join(pieces)
    chunks = [(sender, octets[at : at + size]) for at in range(0, len(octets), size)]
    assert "open sesame" not in text(GREETING, *chunks, evidence=(Evidence("A", 1, (Span(sender, 5, 9),)),))


# -- bounds --------------------------------------------------------------------------------------------------------

LISTING = b"+OK\r\n" + b"".join(b"%d 100\r\n" % number for number in range(1, 1001)) + b".\r\n"
LOGGED_IN = (GREETING, ("C", b"PASS x\r\n"), ("S", b"+OK\r\n"))


def test_of_a_long_body_the_middle_is_left_out() -> None:
    lines = text(*LOGGED_IN, ("C", b"LIST\r\n"), ("S", LISTING)).splitlines()
    assert lines[3:6] == ["C: LIST", "S: +OK", "S: 1 100"]
    assert lines[-2:] == ["S: 1000 100", "S: ."]
    assert [line for line in lines if line.startswith("*")] == ["*: … 984 lines, 8,768 octets left out …"]


def test_lines_with_evidence_and_a_few_around_are_kept() -> None:
    at = 16 + LISTING.index(b"500 100")
    lines = text(*LOGGED_IN, ("C", b"LIST\r\n"), ("S", LISTING), evidence=(Evidence("A", 2, (Span("S", at, at + 3),)),))
    assert "S: 498 100\nS: 499 100\nS: 500 100\n   ^^^\nS: 501 100\nS: 502 100\n*: …" in lines


def test_a_few_lines_are_not_worth_a_note() -> None:
    body = b"+OK\r\n" + b"x\r\n" * 19 + b".\r\n"
    shown = text(*LOGGED_IN, ("C", b"LIST\r\n"), ("S", body))
    assert shown.count("S: x") == 19
    assert "left out" not in shown


def test_what_is_left_out_and_what_is_shown_is_all_there_is() -> None:
    transcript = recording(*LOGGED_IN, ("C", b"LIST\r\n"), *[("S", LISTING)] * 7)
    lines = text_lines([transcript], SECRETS)
    notes = [line.text.split(" ") for line in lines if line.kind == "*"]
    total = sum(int(note[1].replace(",", "")) for note in notes) + sum(line.kind == "S" for line in lines)
    assert total == transcript.octets("S").count(b"\n")


def test_a_server_that_talks_without_end_makes_no_long_report() -> None:
    transcript = recording(GREETING, *[("S", b"+OK again\r\n" * 1000)] * 100)
    assert len(text_lines([transcript], SECRETS)) < 25
    transcript.close()


def test_a_line_without_end_makes_no_long_report() -> None:
    transcript = recording(GREETING, *[("S", b"x" * 65_536)] * 40)
    lines = text_lines([transcript], SECRETS)
    transcript.close()
    assert [len(line.text) <= 300 for line in lines] == [True, True]
    assert not lines[1].ended


def test_of_very_many_exchanges_the_middle_is_left_out() -> None:
    said = [entry for number in range(2_000) for entry in (("C", b"RETR %d\r\n" % number), ("S", b"-ERR\r\n"))]
    evidence = Evidence("A", 1_000, ())
    lines = text_lines([recording(GREETING, *said)], SECRETS, [evidence], limit_lines=50)
    shown = render(lines)
    assert len(lines) <= 53
    assert "C: RETR 0\n" in shown
    assert "C: RETR 999\nS: -ERR\n" in shown
    assert "C: RETR 1999\nS: -ERR\n" in shown
    assert shown.count("left out") == 2


def test_evidence_everywhere_makes_no_long_report_either() -> None:
    said = [entry for number in range(2_000) for entry in (("C", b"RETR %d\r\n" % number), ("S", b"-ERR\r\n"))]
    evidence = [Evidence("A", number, ()) for number in range(2_000)]
    assert len(text_lines([recording(GREETING, *said)], SECRETS, evidence, limit_lines=50)) <= 60


def test_octets_are_bounded_as_lines_are() -> None:
    said = [("S" if number % 2 else "C", b"x" * 280 + b"\r\n") for number in range(200)]
    lines = text_lines([recording(GREETING, *said)], SECRETS, limit_octets=2_000)
    assert sum(len(line.text) for line in lines) <= 2_200


def test_what_happened_in_the_middle_of_too_much_is_left_out_with_it() -> None:
    said = [entry for _ in range(100) for entry in (("S", b"x\r\n"), Incident.WAITED)]
    lines = text_lines([recording(*said)], SECRETS, limit_lines=10)
    assert [line.text for line in lines if "left out" in line.text] == ["… 95 lines, 285 octets left out …"]


def test_a_message_of_many_octets_is_read_in_little_memory() -> None:
    block = (b"x" * 70 + b"\r\n") * 900
    transcript = recording(*LOGGED_IN, ("C", b"RETR 1\r\n"), ("S", b"+OK\r\n"), *[("S", block)] * 100, ("S", b".\r\n"))
    evidence = Evidence("A", 2, (Span("S", 3_000_000, 3_000_003),))
    lines = text_lines([transcript], SECRETS, [evidence])
    transcript.close()
    assert sum(bool(line.marks) for line in lines) == 1
    assert [line.text for line in lines if line.kind == "*"] == [
        "… 41,653 lines, 2,999,016 octets left out …",
        "… 48,326 lines, 3,479,472 octets left out …",
    ]
