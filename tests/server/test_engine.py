"""The engine: octets in, octets out, a deadline."""

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.model import Message
from conformance.server import Engine, MaildropError, MemoryStore, OpenMaildrop
from conformance.server.stores import NOTHING
from conformance.wire import Answered, Connection, Event, Greeted, Sent

from .talking import LOGIN, STAMP, engine, talk

ONE = b"Subject: one\r\n\r\nfirst\r\n.second\r\n"
TWO = b"Subject: two\r\n\r\n"


def store() -> MemoryStore:
    made = MemoryStore()
    made.deliver("alice", ONE)
    made.deliver("alice", TWO)
    return made


def logged_in(mail: MemoryStore | None = None) -> Engine:
    made = engine(mail or store())
    talk(made, LOGIN)
    return made


def held(mail: MemoryStore) -> bool:
    try:
        mail.open("alice").close()
    except MaildropError:
        return True
    return False


def left(mail: MemoryStore) -> list[bytes]:
    opened = mail.open("alice")
    opened.close()
    return [b"".join(opened.read(message)) for message in opened.maildrop.messages]


SESSION = (
    LOGIN
    + b"STAT\r\nLIST\r\nLIST 2\r\nRETR 1\r\nTOP 1 1\r\nDELE 2\r\nLIST 2\r\nLIST\r\nRSET\r\nnoop\r\nDELE 1\r\nQUIT\r\n"
)
REPLIES = (
    b"+OK\r\n"
    b"+OK maildrop has 2 messages (48 octets)\r\n"
    b"+OK 2 48\r\n"
    b"+OK 2 messages (48 octets)\r\n1 32\r\n2 16\r\n.\r\n"
    b"+OK 2 16\r\n"
    b"+OK 32 octets\r\nSubject: one\r\n\r\nfirst\r\n..second\r\n.\r\n"
    b"+OK top of message follows\r\nSubject: one\r\n\r\nfirst\r\n.\r\n"
    b"+OK\r\n"
    b"-ERR no such message\r\n"
    b"+OK 1 messages (32 octets)\r\n1 32\r\n.\r\n"
    b"+OK\r\n"
    b"+OK\r\n"
    b"+OK\r\n"
    b"+OK POP3 server signing off\r\n"
)


def test_the_server_speaks_first_and_with_a_time_stamp() -> None:
    assert talk(engine(greeted=False), b"") == b"+OK POP3 server ready " + STAMP + b"\r\n"


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_a_session_is_the_same_whole_and_octet_by_octet(size: int) -> None:
    mail = store()
    made = engine(mail)
    said = b"".join(talk(made, SESSION[start : start + size]) for start in range(0, len(SESSION), size))
    assert said == REPLIES
    assert made.closing
    assert left(mail) == [TWO]


def test_what_follows_quit_is_not_answered() -> None:
    made = engine(store())
    assert talk(made, SESSION + b"NOOP\r\nUSER bob\r\nhalf a li") == REPLIES
    assert talk(made, b"ne\r\nNOOP\r\n") == b""


def test_commands_are_obeyed_when_their_replies_are_asked_for() -> None:
    mail = store()
    made = logged_in(mail)
    made.receive(b"RETR 1\r\nDELE 1\r\nQUIT\r\n", at=0)
    sending = made.to_send()
    assert next(sending).startswith(b"+OK 32 octets")
    assert held(mail)
    made.hang_up()
    assert list(sending) == []
    assert left(mail) == [ONE, TWO]


def test_replies_can_be_left_at_any_block_and_taken_up_again() -> None:
    mail = store()
    mail.deliver("alice", b"x" * 70 + b"\r\n" * 200_000)
    made, other = logged_in(mail), engine(mail)
    made.receive(b"RETR 3\r\nLIST\r\nNOOP\r\nQUIT\r\n", at=0)
    piecemeal = b""
    while block := next(iter(made.to_send()), b""):
        piecemeal += block
    talk(other, LOGIN)
    assert piecemeal == talk(other, b"RETR 3\r\nLIST\r\nNOOP\r\nQUIT\r\n")
    assert made.closing


def test_thousands_of_commands_in_one_segment_are_answered_in_order() -> None:
    made = logged_in()
    said = talk(made, b"".join(b"LIST %d\r\nNOOP\r\n" % number for number in range(3000)))
    lines = said.split(b"\r\n")
    assert len(lines) == 6001
    assert [place for place, line in enumerate(lines) if line.startswith(b"+OK ")] == [2, 4]


def test_the_maildrop_is_free_when_quit_is_answered() -> None:
    mail = store()
    made = logged_in(mail)
    assert held(mail)
    made.receive(b"QUIT\r\n", at=0)
    for _ in made.to_send():
        assert not held(mail)


def test_a_session_without_quit_removes_nothing_and_lets_go_of_the_maildrop() -> None:
    mail = store()
    made = logged_in(mail)
    talk(made, b"DELE 1\r\nDELE 2\r\n")
    made.hang_up()
    made.hang_up()
    assert made.closing
    assert left(mail) == [ONE, TWO]


def test_the_end_of_what_the_client_sends_ends_the_session() -> None:
    mail = store()
    made = logged_in(mail)
    talk(made, b"DELE 1\r\nQUIT")
    made.receive_end()
    assert talk(made, b"") == b""
    assert made.closing
    assert left(mail) == [ONE, TWO]


def test_commands_that_came_before_the_end_are_answered() -> None:
    mail = store()
    made = logged_in(mail)
    made.receive(b"DELE 1\r\nQUIT\r\n", at=0)
    made.receive_end()
    assert not made.closing
    assert b"".join(made.to_send()) == b"+OK\r\n+OK POP3 server signing off\r\n"
    assert left(mail) == [TWO]


def test_after_the_end_of_what_the_client_sends_the_last_reply_is_the_last() -> None:
    made = logged_in()
    made.receive(b"NOOP\r\n", at=0)
    made.receive_end()
    assert next(iter(made.to_send())) == b"+OK\r\n"
    assert made.closing


def test_a_second_session_is_refused_and_can_try_again() -> None:
    mail = store()
    first, second = logged_in(mail), engine(mail)
    assert talk(second, LOGIN) == b"+OK\r\n-ERR [IN-USE] maildrop already locked\r\n"
    assert talk(second, b"STAT\r\n").startswith(b"-ERR")
    talk(first, b"QUIT\r\n")
    assert talk(second, LOGIN).splitlines()[1].startswith(b"+OK")


def test_a_failed_login_takes_no_hold_of_the_maildrop() -> None:
    mail = store()
    made = engine(mail)
    assert talk(made, b"USER alice\r\nPASS wrong\r\nSTAT\r\n").count(b"-ERR") == 2
    assert not held(mail)
    assert talk(made, LOGIN).count(b"+OK") == 2


@pytest.mark.parametrize("name", [b"alice", b"nobody", b"carol", b"x" * 40, b"alice@mail.example"])
def test_every_name_looks_the_same_until_its_password_comes(name: bytes) -> None:
    assert talk(engine(), b"USER " + name + b"\r\nPASS wrong\r\n") == (
        b"+OK\r\n-ERR [AUTH] name and secret do not match\r\n"
    )


def test_a_password_may_have_spaces() -> None:
    assert talk(engine(), b"USER bob\r\nPASS open sesame\r\n").count(b"+OK") == 2


def apop(secret: bytes) -> bytes:
    return b"APOP carol " + hashlib.md5(STAMP + secret).hexdigest().encode() + b"\r\n"  # noqa: S324  # RFC 1939 §7


def test_apop_opens_the_maildrop_of_an_account_with_a_shared_secret() -> None:
    assert talk(engine(), apop(b"a long shared secret") + b"STAT\r\n").endswith(b"+OK 0 0\r\n")


def test_a_wrong_digest_leaves_authorization() -> None:
    assert talk(engine(), apop(b"wrong") + b"STAT\r\n").count(b"-ERR") == 2


def test_one_user_is_good_for_one_pass() -> None:
    assert talk(engine(), b"USER alice\r\nPASS wrong\r\nPASS secret\r\n").splitlines()[2].startswith(b"-ERR")


@pytest.mark.parametrize("state", [b"", LOGIN])
def test_capabilities_are_the_same_before_and_after_login(state: bytes) -> None:
    made = engine()
    talk(made, state)
    _, *lines, end, _ = talk(made, b"CAPA\r\n").split(b"\r\n")
    assert lines[:3] == [b"TOP", b"UIDL", b"USER"]
    assert lines[-1].startswith(b"IMPLEMENTATION pop3spec")
    assert end == b"."


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b" ", b"STAT 1", b"RSET 1", b"QUIT now", b"NOOP x", b"LIST 01", b"LIST +1", b"LIST -1", b"LIST 0"),
        *(
            b"LIST 3",
            b"LIST  1",
            b"LIST 1 ",
            b"LIST ",
            b"RETR",
            b"RETR 1 2",
            b"RETR 4294967297",
            b"RETR " + b"9" * 1900,
        ),
        *(b"TOP 1", b"TOP 1 -1", b"TOP 1 +1", b"STLS", b"AUTH", b"AUTH PLAIN", b"XTND XLST", b"LAST", b"FOO", b"NOOPS"),
        *(b"NO\0OP", b"NOOP\0", b"NOOP\x80", b"NOOP\x7f", b"NOOP\t", b"\xff\xfe", b"NOOP\r", b"+OK", b"USER bob"),
        *(b"PASS secret", b"A" * 2047, b"NOOP " + b"x" * 100_000, b"STAT\rSTAT", b"DELE", b"DELE x", b"UIDL 9"),
    ],
)
def test_what_cannot_be_obeyed_draws_one_refusal_and_changes_nothing(line: bytes) -> None:
    made = logged_in()
    talk(made, b"DELE 2\r\n")
    said = talk(made, line + b"\r\nSTAT\r\n")
    assert said.startswith(b"-ERR ")
    assert said.count(b"\r\n") == 2
    assert said.endswith(b"\r\n+OK 1 32\r\n")


def test_lf_alone_ends_a_line_that_is_no_command() -> None:
    assert talk(logged_in(), b"NOOP\nNOOP\r\n").splitlines()[1] == b"+OK"


@pytest.mark.parametrize("count", [b"3", b"4294967296", b"9" * 1900])
def test_top_takes_more_lines_than_there_are(count: bytes) -> None:
    assert b"..second\r\n.\r\n" in talk(logged_in(), b"TOP 1 " + count + b"\r\n")


def test_a_message_without_an_empty_line_is_all_header() -> None:
    mail = MemoryStore()
    mail.deliver("alice", b"no header\nand no end")
    assert talk(logged_in(mail), b"TOP 1 0\r\n").endswith(b"\r\nno header\r\nand no end\r\n.\r\n")


def test_arguments_of_forty_octets_and_long_lines_are_taken() -> None:
    assert talk(engine(), b"USER " + b"n" * 40 + b"\r\n") == b"+OK\r\n"
    assert talk(engine(), b"USER bob\r\nPASS " + b"p" * 2000 + b"\r\n").endswith(b"do not match\r\n")


def test_mail_that_comes_during_a_session_is_not_seen_in_it() -> None:
    mail = store()
    made = logged_in(mail)
    mail.deliver("alice", b"three")
    assert talk(made, b"STAT\r\nLIST 3\r\nDELE 1\r\nDELE 2\r\nQUIT\r\n").startswith(b"+OK 2 48\r\n-ERR")
    assert left(mail) == [b"three\r\n"]


@pytest.mark.parametrize("line", [b"NOOP\r\n", b"nonsense\r\n", b"RETR 1\r\n", b"\n"])
def test_any_line_restarts_the_autologout_timer(line: bytes) -> None:
    made = engine(store(), at=100)
    assert made.deadline == 700
    talk(made, line, at=650)
    assert made.deadline == 1250


def test_half_a_line_does_not() -> None:
    made = engine(at=100)
    talk(made, b"NOO", at=650)
    assert made.deadline == 700
    talk(made, b"P\r\n", at=660)
    assert made.deadline == 1260


def test_progress_of_a_reply_restarts_the_timer_too() -> None:
    made = engine(at=100)
    made.touch(at=500)
    assert made.deadline == 1100


class Torn:
    """A maildrop whose messages cannot be read to their end, and not be removed."""

    def __init__(self, opened: OpenMaildrop) -> None:
        self.maildrop = opened.maildrop
        self.close = opened.close

    def read(self, message: Message) -> Iterator[bytes]:
        if message.number == 2:
            raise MaildropError("no such file")
        return self._torn()

    def remove(self, numbers: frozenset[int]) -> None:
        raise MaildropError(f"{numbers} stay")

    def _torn(self) -> Iterator[bytes]:
        yield b"Subject: one\r\n\r\n"
        raise MaildropError("the disk is gone")


class TornStore(MemoryStore):
    def open(self, user: str) -> Torn:  # type: ignore[override]  # another kind of open maildrop
        if user == "bob":
            raise MaildropError("cannot be parsed")
        return Torn(super().open(user))


def torn() -> TornStore:
    mail = TornStore()
    mail.deliver("alice", ONE)
    mail.deliver("alice", TWO)
    return mail


def test_a_maildrop_that_cannot_be_opened_refuses_the_login() -> None:
    assert talk(engine(torn()), b"USER bob\r\nPASS open sesame\r\nSTAT\r\n").count(b"-ERR") == 2


def test_removal_that_fails_is_reported_and_the_session_ends_unlocked() -> None:
    mail = torn()
    made = logged_in(mail)
    assert talk(made, b"DELE 1\r\nQUIT\r\n") == b"+OK\r\n-ERR [SYS/PERM] some deleted messages not removed\r\n"
    assert made.closing
    mail.open("alice").close()


def test_a_message_that_cannot_be_read_is_refused() -> None:
    assert talk(logged_in(torn()), b"RETR 2\r\nNOOP\r\n") == b"-ERR [SYS/PERM] that message cannot be read\r\n+OK\r\n"


def test_a_reply_that_breaks_off_ends_the_session_without_a_terminating_line() -> None:
    mail = torn()
    made = logged_in(mail)
    said = talk(made, b"RETR 1\r\nNOOP\r\n")
    assert b"\r\n.\r\n" not in said
    assert made.closing
    mail.open("alice").close()


fragments = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b"\r\n", b"\n", LOGIN, b"RETR 1\r\n", b"TOP 1 1\r\n", b"LIST\r\n", b"DELE 1\r\n", b"QUIT\r\n", b"STAT\r\n"]
    ),
)


@settings(deadline=None)
@given(st.lists(fragments, max_size=30))
def test_whatever_is_said_every_line_has_one_reply_and_every_reply_is_sound(pieces: list[bytes]) -> None:
    made, seen = engine(store(), greeted=False), Connection()
    events: list[Event] = []
    for piece in (b"", *pieces, b"\r\n"):
        if made.closing:
            break
        events += seen.client_sent(piece)
        events += seen.server_sent(talk(made, piece))
    assert isinstance(events[0], Greeted)
    answered = [event for event in events if isinstance(event, Answered)]
    assert {type(event) for event in events[1:]} <= {Sent, Answered}
    assert not seen.in_reply
    assert made.closing or len(answered) == sum(isinstance(event, Sent) for event in events)
    for event in answered:
        assert event.reply.status.defects == ()
        assert event.reply.positive or event.reply.negative
        assert event.reply.body is None or (event.reply.body.terminated and event.reply.body.flaws == ())


def test_before_login_there_is_nothing_to_read_and_nothing_to_remove() -> None:
    NOTHING.remove(frozenset({1}))
    NOTHING.close()
    with pytest.raises(MaildropError, match="no maildrop is open"):
        NOTHING.read(Message(1, 0, b"x"))
