"""No octets get a DELE out where mail of others may lie."""

import pytest

from conformance.scenario.guard import Held, Stock, held_back, may_delete, stock
from conformance.transcript import Conversation, Exchange, Incident
from conformance.verdicts import Outcome
from tests.scenario.playing import ALIEN, BOB, Theatre
from tests.transcript.recordings import conversation

HELLO = ("S", b"+OK hello\r\n")
LOGIN = (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS sesame\r\n"), ("S", b"+OK\r\n"))
LISTED = (("C", b"LIST\r\n"), ("S", b"+OK\r\n1 120\r\n2 80\r\n.\r\n"))


def listing(count: int) -> Exchange:
    """What LIST shows of so many messages."""
    rows = b"".join(b"%d 120\r\n" % number for number in range(1, count + 1))
    return conversation(*LOGIN, ("C", b"LIST\r\n"), ("S", b"+OK\r\n" + rows + b".\r\n")).exchanges[-1]


def stopped(begun: Conversation, *pieces: bytes) -> bytes:
    """What is said of these pieces, one after the other, before one is held back as it may delete."""
    said = b""
    before = b""
    for piece in pieces:
        deletes, before = may_delete(begun, before, piece)
        if deletes:
            return said
        said += piece
        begun.transcript.record("C", piece, 1.0)
        begun.follow()
    return said


# -- what is a DELE --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"DELE 1\r\n",
        b"dele 1\r\n",
        b"dElE 1\r\n",
        b"DELE\r\n",
        b"DELE 99\r\n",
        b"DELE 1",
        b"DELE 1\n",
        b"DELE 1\r",
        b" DELE 1\r\n",
        b"\tDELE\t1\r\n",
        b"NOOP\r\nDELE 1\r\n",
        b"NOOP\nDELE 1\r\n",
        b"NOOP\rDELE 1\r\n",
        b"STAT\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n",
        b"D\0E\0L\0E\0 1\r\n",
        b"DE\0\0\0\0\0\0\0\0\0\0\0\0LE 1\r\n",
        b"DE\rLE 1\r\n",
        b"\x7fDE\x7fLE 1\r\n",
        b"\xc4\xc5\xcc\xc5 1\r\n",
        b"DELE\xa01\r\n",
        b"RETR " + b"1" * 600 + b"DELE 1\r\n",
        b"NOOP \0DELE 1\r\n",
        b"X" * 70_000 + b"DELE 1\r\n",
    ],
)
def test_a_dele_behind_login_is_seen_however_it_is_written(octets: bytes) -> None:
    assert stopped(conversation(*LOGIN), octets) == b""


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("octets", [b"DELE 1\r\n", b"D\0\0\0\0\0\0\0\0\0\0ELE 1\r\n", b"NOOP\r\ndele 2\r\n"])
def test_a_dele_in_pieces_is_never_said_to_its_end(octets: bytes, size: int) -> None:
    said = stopped(conversation(*LOGIN), *(octets[at : at + size] for at in range(0, len(octets), size)))
    assert b"DELE" not in said.replace(b"\0", b"").upper()
    assert len(said) < len(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"STAT\r\n",
        b"DEL",
        b"RETR 1\r\nLIST\r\nUIDL\r\nRSET\r\nQUIT\r\n",
        b"TOP 1 0\r\n",
        b"USER adele\r\n",
        b"NOOP DELE\r\n",
        b"XDEL 1\r\n",
    ],
)
def test_what_can_delete_nothing_may_be_said_to_anybody(octets: bytes) -> None:
    assert stopped(conversation(*LOGIN), octets) == octets


CHALLENGED = (HELLO, ("C", b"AUTH CRAM-MD5\r\n"), ("S", b"+ PDFAYT4=\r\n"))


def test_a_response_to_a_challenge_may_spell_it() -> None:
    assert may_delete(conversation(*CHALLENGED), b"", b"aaaDELEaaa==\r\n")[0] is False


@pytest.mark.parametrize("octets", [b"DELE 1\r\n", b"aaa\r\nDELE 1\r\n", b"aaaDELE", b"aDELE\taa\r\n", b"aaaDELE\n"])
def test_what_is_no_response_alone_may_delete_behind_a_challenge_too(octets: bytes) -> None:
    assert may_delete(conversation(*CHALLENGED, ("S", b"+OK\r\n")), b"", octets)[0]


def test_names_and_passwords_may_look_like_commands() -> None:
    pieces = (b"USER adele\r\n", b"PASS dele 1\r\n", b"STAT\r\n")
    assert stopped(conversation(HELLO), *pieces) == b"".join(pieces)
    said = stopped(conversation(HELLO, ("C", b"USER passepartout\r\n"), ("S", b"+OK\r\n")), b"DELE 1\r\n")
    assert said == b"DELE 1\r\n"


# -- before login ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        (),
        (HELLO,),
        (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n")),
        (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS wrong\r\n"), ("S", b"-ERR no\r\n")),
        (HELLO, ("C", b"APOP alice 0\r\n"), ("S", b"-ERR no\r\n"), ("C", b"STAT\r\n"), ("S", b"-ERR no\r\n")),
        (HELLO, ("C", b"AUTH PLAIN\r\n"), ("S", b"-ERR no\r\n")),
    ],
)
def test_a_dele_to_which_nothing_is_open_may_be_said(before: tuple[tuple[str, bytes], ...]) -> None:
    assert stopped(conversation(*before), b"DELE 1\r\n") == b"DELE 1\r\n"


USER = (HELLO, ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"))


@pytest.mark.parametrize(
    "before",
    [
        pytest.param((*USER, ("C", b"PASS sesame\r\n")), id="waits"),
        pytest.param((*USER, ("C", b"PASS sesame\r\n"), Incident.WAITED), id="is late"),
        pytest.param((*USER, ("C", b"PASS sesame\r\n"), ("S", b"+"), Incident.WAITED), id="is broken off"),
        pytest.param((*USER, ("C", b"PASS sesame\r\n"), ("S", b"hm\r\n")), id="is nonsense"),
        pytest.param((*USER, ("C", b"PASS sesame\r\n"), ("S", b"hm\r\n+OK\r\n")), id="comes behind nonsense"),
        pytest.param((*USER, ("C", b"PASS sesame\r\n"), ("S", b"-ERR\r\n+OK\r\n")), id="comes behind another"),
        pytest.param((*USER, ("S", b"-ERR late\r\n"), ("C", b"PASS sesame\r\n"), ("S", b"-ERR\r\n")), id="may be old"),
        pytest.param((*USER, ("C", b"PASS\tsesame\r\n"), ("S", b"+OK\r\n")), id="to TAB"),
        pytest.param((*USER, ("C", b" PASS sesame\r\n"), ("S", b"+OK\r\n")), id="to blank"),
        pytest.param((*USER, ("C", b"PA\0SS sesame\r\n"), ("S", b"+OK\r\n")), id="to NUL"),
        pytest.param((*USER, ("C", b"NOOP\rPASS sesame\r\n"), ("S", b"-ERR\r\n+OK\r\n")), id="to a lone CR"),
        pytest.param((*USER, ("C", b"NOOP\rPASS sesame\r\n"), ("S", b"-ERR\r\n")), id="to a lone CR, and waits"),
        pytest.param((HELLO, ("C", b"U" * 600 + b"PASS x\r\n"), ("S", b"-ERR\r\n")), id="to a long line"),
        pytest.param((HELLO, ("C", b"U" * 70_000 + b"\r\n"), ("S", b"-ERR\r\n")), id="to what was cut"),
        pytest.param((HELLO, ("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", b"AGEAYg==\r\n")), id="to SASL"),
        pytest.param((HELLO, ("C", b"AUTH PLAIN AGEAYg==\r\n")), id="to AUTH"),
        pytest.param((HELLO, ("C", b"APOP alice 0\r\n")), id="to APOP"),
        pytest.param(
            (HELLO, ("C", b"\r\nUSER alice\r\nPASS sesame\r\nRETR 9\r\n"), ("S", b"+OK\r\n+OK\r\n-ERR\r\n")),
            id="is one off, as the server passed over a line",
        ),
        pytest.param(
            (HELLO, ("C", b"XXXX\r\nUSER alice\r\nPASS sesame\r\nRETR 9\r\n"), ("S", b"+OK\r\n+OK\r\n-ERR\r\n")),
            id="is one off, as the server ignored a command",
        ),
    ],
)
def test_where_the_answer_to_a_login_leaves_doubt_dele_may_delete(
    before: tuple[tuple[str, bytes] | Incident, ...],
) -> None:
    begun = conversation(*before)
    assert stopped(begun, b"DELE 1\r\n") == b""
    assert stopped(begun, b"NOOP\r\n") == b"NOOP\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (b"PASS sesame\r\nDELE 1\r\n",),
        (b"PASS sesame\r\n", b"DELE 1\r\n"),
        (b"PASS a long pass", b"word\r\nDELE 1\r\n"),
        (b"PASS " + b"x" * 300, b"\r\nDELE 1\r\n"),
        (b"X" * 70_000, b"\r\nDELE 1\r\n"),
        (b"PA", b"SS sesame\r\n", b"DE", b"LE 1\r\n"),
        (b"P\0A\0S", b"\0S sesame\r\nDELE 1\r\n"),
        (b"NOOP\nPASS sesame\nDELE 1\n",),
        (b"NOOP\rPASS sesame\rDELE 1\r",),
        (b"NOOP\rPASS sesame\r", b"DELE 1\r"),
        (b"AUTH PLAIN\r\nAGEAYg==\r\nDELE 1\r\n",),
        (b"APOP alice 00\r\nDELE 1\r\n",),
        (b"pass sesame\r\ndele 1\r\n",),
        (b"DELE 1\r\nPASS sesame\r\n",),
    ],
)
def test_a_dele_pipelined_behind_a_login_may_delete(pieces: tuple[bytes, ...]) -> None:
    said = stopped(conversation(*USER), *pieces)
    assert b"DELE" not in said.upper()


def test_a_session_that_was_let_in_stays_one_when_it_ends() -> None:
    begun = conversation(*LOGIN, *LISTED, ("C", b"QUIT\r\n"), ("S", b"+OK\r\n"))
    assert stopped(begun, b"DELE 1\r\n") == b""


# -- what is ours ----------------------------------------------------------------------------------------------------


def dropped(*said: tuple[str, bytes] | Incident) -> Conversation:
    return conversation(*LOGIN, *said)


DELE = (("C", b"DELE 1\r\n"), ("S", b"+OK\r\n"))
QUIT = (("C", b"QUIT\r\n"), ("S", b"+OK\r\n"))


@pytest.mark.parametrize(
    "sessions, least, most",
    [
        pytest.param([], 3, 3, id="none before"),
        pytest.param([dropped(*QUIT)], 3, 3, id="nothing marked"),
        pytest.param([dropped(*DELE, *QUIT)], 2, 2, id="marked and removed"),
        pytest.param([dropped(*DELE)], 2, 3, id="marked, never removed"),
        pytest.param([dropped(*DELE, ("C", b"QUIT\r\n"), ("S", b"-ERR\r\n"))], 2, 3, id="perhaps removed"),
        pytest.param([dropped(*DELE, ("C", b"QUIT\r\n"), Incident.SERVER_CLOSED)], 2, 3, id="closed in QUIT"),
        pytest.param([dropped(*DELE, ("C", b"RSET\r\n"), ("S", b"+OK\r\n"), *QUIT)], 3, 3, id="taken back"),
        pytest.param([dropped(("C", b"DELE 1\r\n"), ("S", b"-ERR\r\n"), *QUIT)], 3, 3, id="refused"),
        pytest.param([dropped(("C", b"DELE 1\r\n"), ("S", b"hm\r\n"), *QUIT)], 2, 3, id="nobody knows"),
        pytest.param([dropped(*DELE, *QUIT), dropped(*DELE, *DELE, *QUIT)], 0, 0, id="session by session"),
        pytest.param([conversation(HELLO, *DELE, *QUIT)], 3, 3, id="before login"),
    ],
)
def test_how_many_of_ours_there_can_be(sessions: list[Conversation], least: int, most: int) -> None:
    assert stock(listing(9), 3, 0, sessions) == Stock(9, least, most)


def test_what_is_on_its_way_may_be_there_or_not() -> None:
    assert stock(listing(3), 3, 2, []) == Stock(3, 3, 5)


def test_of_an_unknown_maildrop_nothing_is_ours() -> None:
    assert stock(listing(1), None, 4, []) == Stock(1, None, None)
    assert not Stock(1, None, None).all_ours
    assert Stock(0, None, None).all_ours


@pytest.mark.parametrize(
    "found, outcome, word",
    [
        (None, Outcome.ERRORED, "was not listed after <log in>"),
        (Stock(1, None, None), Outcome.ERRORED, "holds 1 messages that this run did not put there"),
        (Stock(3, 2, 2), Outcome.ERRORED, "holds 3 messages, and 2 of them can be ours"),
        (Stock(1, -2, -1), Outcome.ERRORED, "holds 1 messages, and 0 of them can be ours"),
        (Stock(1, 2, 3), Outcome.INCONCLUSIVE, "must hold 2 of ours"),
    ],
)
def test_why_a_dele_is_held_back(found: Stock | None, outcome: Outcome, word: str) -> None:
    held = held_back(found)
    assert isinstance(held, Held)
    assert held.outcome is outcome
    assert word in held.reason


@pytest.mark.parametrize("found", [Stock(3, 3, 3), Stock(2, 2, 3), Stock(3, 2, 3), Stock(0, None, None)])
def test_where_all_can_be_ours_nothing_is_held_back(found: Stock) -> None:
    assert held_back(found) is None


# -- on a server -----------------------------------------------------------------------------------------------------

BY_HAND = "C: <connect>\nS: +OK\nC: USER {user}\nS: +OK\n"


@pytest.mark.parametrize(
    "session",
    [
        pytest.param("C: <log in>\nC: DELE 1\nC: QUIT", id="listed"),
        pytest.param("C: <log in>\nC~ DE\nC~ LE 1\\r\\nQUIT\\r\\n", id="in segments"),
        pytest.param("C: <log in>\nC~ DE\\0\nC~ \\0LE 1\\r\\nQUIT\\r\\n", id="with NUL"),
        pytest.param("C: <log in>\nC/1: DELE 1\nC: QUIT", id="octet by octet"),
        pytest.param("C: <log in>\nC: {verb} 1\nC: QUIT", id="from a value"),
        pytest.param("C: <log in>\nfor x in D E L E {blank} 1:\n  C~ {x}\nC: \nC: QUIT", id="letter by letter"),
        pytest.param("C: <log in 2>\nB> C: <log in>\nB> C: DELE 1\nB> C: QUIT", id="beside an empty maildrop"),
        pytest.param(BY_HAND + "C: PASS {password}\nS: +OK\nC: DELE 1\nC: QUIT", id="by hand"),
        pytest.param(BY_HAND + "C: PASS {password}\nC: DELE 1\nC: QUIT", id="pipelined"),
        pytest.param(BY_HAND + "C: PASS {password}\nC: <wait 100 ms>\nC: DELE 1\nC: QUIT", id="unread"),
        pytest.param(BY_HAND + "C~ PASS {password}\\r\\nDELE 1\\r\\nQUIT\\r\\n", id="one segment"),
        pytest.param(BY_HAND + "C~ PASS {password}\nC~ \\r\\nDELE 1\\r\\nQUIT\\r\\n", id="an unfinished login"),
        pytest.param(
            "C: <connect>\nS: +OK\nC~ FOO\\nUSER {user}\\nPASS {password}\\nDELE 1\\nQUIT\\n", id="lines that end in LF"
        ),
    ],
)
def test_no_session_removes_mail_of_others(session: str, house: Theatre) -> None:
    """The maildrop was not found empty, and nothing is known of it."""
    house.put()
    case = house.play(session, verb=b"dele", blank=b" ")
    assert case.outcome is Outcome.ERRORED
    assert "DELE is held back" in case.reason
    assert house.mail() == [ALIEN.replace(b"\r\n", b"\n")] or house.mail() == [ALIEN]


def test_mail_that_came_in_between_is_left_alone_and_so_is_ours(house: Theatre) -> None:
    stage = house.stage()
    assert house.play("C: <log in>", stage, maildrop=("plain", "dots")).outcome is Outcome.KEPT
    house.put()
    case = house.play("C: <log in>\nC: DELE 1\nC: QUIT", stage, maildrop=("plain", "dots"))
    assert case.outcome is Outcome.ERRORED
    assert case.reason == "DELE is held back: the maildrop holds 3 messages, and 2 of them can be ours"
    assert len(house.mail()) == 3


def test_what_is_ours_is_removed_over_several_sessions(house: Theatre) -> None:
    session = """
        C: <log in>
        C: DELE 1
        S: +OK
        C: QUIT
        S: +OK
        B> C: <log in>
        check count == 2
        B> C: DELE 2
        B> S: +OK
        B> C: <close>
        C> C: <log in within 2 s>
        check count == 2
        C> C: DELE 1
        C> S: +OK
        C> C: QUIT
        C> S: +OK
        A> C: <log in>
        check count == 1
    """
    case = house.play(session, maildrop=("plain", "dots", "tiny"))
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    assert len(house.mail()) == 1


def test_the_second_account_is_nobodys_to_empty(house: Theatre) -> None:
    house.put(BOB.name)
    case = house.play("B> C: <log in 2>\nB> C: DELE 1\nB> C: QUIT", maildrop=("plain",))
    assert "holds 1 messages that this run did not put there" in case.reason
    assert len(house.mail(BOB.name)) == 1


def test_a_dele_before_login_is_nobodys_loss_and_is_said(house: Theatre) -> None:
    house.put()
    case = house.play("C: <connect>\nS: +OK\nC: DELE 1\nS: -ERR\nC: QUIT\nS: +OK")
    assert case.outcome is Outcome.KEPT
    assert len(house.mail()) == 1
