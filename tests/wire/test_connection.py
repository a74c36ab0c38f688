"""Both directions of a connection as events: each reply finds its command, whatever either side does."""

import time
import tracemalloc
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire import (
    LINE_LIMIT,
    Answered,
    Connection,
    Defect,
    Event,
    Greeted,
    InvalidCommand,
    Line,
    Sent,
    State,
    Unsolicited,
    parse_command,
)

from .listening import HELLO, STOP, Turn, listen, story, take, told
from .reading import LONG, SOUPS, LongLine, lines_of

# -- any octets ------------------------------------------------------------------------------------------------------


def slow(client: bytes, server: bytes) -> list[tuple[str, bytes, bytes]]:
    """What the server's lines are, read one by one: all of the client's octets came before them."""
    cut = [Line(raw[:LINE_LIMIT], 0, len(raw)) for raw in lines_of(client) if raw.endswith(b"\n")]
    commands = [parse_command(line) for line in cut]
    lines = [raw for raw in lines_of(server) if raw.endswith(b"\n")]
    said, in_auth = [], False
    if lines:
        said.append(("greeting", lines.pop(0), b""))
    while lines:
        status, body = lines.pop(0), b""
        if not commands:
            said.append(("unsolicited", status, b""))
            continue
        command = commands.pop(0)
        if status[:3].upper() == b"+OK" and command.multiline and not in_auth:
            while lines and lines[0] not in (b".\r\n", b".\n"):
                body += lines.pop(0)
            if not lines:
                break
            body += lines.pop(0)
        verb = "AUTH" if in_auth else command.verb
        in_auth = verb == "AUTH" and status.startswith(b"+") and status[:3].upper() != b"+OK"
        said.append((verb, status, body))
    return said


def heard(events: list[Event], server: bytes) -> list[tuple[str, bytes, bytes]]:
    """The same from events, the octets by their offsets."""
    said = []
    for event in events:
        match event:
            case Greeted(reply):
                said.append(("greeting", server[reply.start : reply.end], b""))
            case Unsolicited(line):
                said.append(("unsolicited", server[line.start : line.end], b""))
            case Answered(command, reply):
                status = reply.status
                said.append((command.verb, server[status.start : status.end], server[status.end : reply.end]))
    return said


@given(SOUPS, SOUPS)
@settings(deadline=None, max_examples=300)
def test_any_octets_are_read_as_a_slow_reader_reads_them(client: bytes, server: bytes) -> None:
    _, events = listen(("C", client), ("S", server))
    assert heard(events, server) == slow(client, server)
    assert [event.command.line.raw for event in events if isinstance(event, Sent)] == [
        raw for raw in lines_of(client) if raw.endswith(b"\n")
    ]


@given(st.lists(st.tuples(st.sampled_from("CS"), SOUPS) | st.just(STOP), max_size=6))
@settings(deadline=None)
def test_any_exchange_is_read_the_same_in_whatever_pieces_it_comes(turns: list[Turn]) -> None:
    _, events = listen(*turns)
    server = b"".join(octets for side, octets in turns if side == "S")
    assert b"".join(status + body for _, status, body in heard(events, server)) == server[: end_of(events)]


def end_of(events: list[Event]) -> int:
    ends = [
        event.line.end if isinstance(event, Unsolicited) else event.reply.end
        for event in events
        if not isinstance(event, Sent)
    ]
    return max(ends, default=0)


@given(LONG, SOUPS)
@settings(deadline=None, max_examples=5)
def test_lines_about_as_long_as_the_limit_move_no_offset(line: LongLine, after: bytes) -> None:
    client = line.octets + b"\r\nRETR 1\r\n"
    server = b"+OK\r\n" + line.octets + b"\r\n+OK " + line.octets + after
    _, events = listen(("C", client), ("S", server))
    assert heard(events, server) == slow(client, server)


# -- greeting and order ----------------------------------------------------------------------------------------------


def test_the_first_line_of_the_server_is_the_greeting_whatever_it_is() -> None:
    for octets in (b"+OK hello\r\n", b"-ERR busy\r\n", b"220 ready\n", b"\r\n"):
        connection, events = listen(("S", octets))
        assert [type(event) for event in events] == [Greeted]
        assert connection.state is State.AUTHORIZATION


def test_the_second_line_of_a_greeting_is_unsolicited() -> None:
    assert story(("S", b"+OK hello\r\n+OK and welcome\r\n")) == ["greeting +OK hello", "unsolicited +OK and welcome"]


def test_a_command_sent_before_the_greeting_waits_for_the_line_after_it() -> None:
    turns = (("C", b"CAPA\r\n"), ("S", b"+OK hello\r\n+OK\r\nUIDL\r\n.\r\n"))
    assert story(*turns) == ["greeting +OK hello", "CAPA +OK [6]"]


def test_replies_to_pipelined_commands_come_in_their_order() -> None:
    client = ("C", b"STAT\r\nLIST\r\nRETR 9\r\nLIST 1\r\nUIDL\r\nQUIT\r\n")
    server = ("S", b"+OK 1 2\r\n+OK\r\n1 2\r\n.\r\n-ERR none\r\n+OK 1 2\r\n-ERR what?\r\n+OK bye\r\n")
    assert story(HELLO, client, server) == [
        "greeting +OK hello",
        "STAT +OK 1 2",
        "LIST +OK [5]",
        "RETR -ERR none",
        "LIST +OK 1 2",
        "UIDL -ERR what?",
        "QUIT +OK bye",
    ]


def test_commands_wait_until_they_are_answered() -> None:
    connection, _ = listen(HELLO, ("C", b"STAT\r\nNOOP\r\nQU"), ("S", b"+OK 1 2\r\n"))
    assert [command.verb for command in connection.waiting] == ["NOOP"]
    assert connection.unfinished == b"QU"


def test_a_line_that_no_command_explains_is_unsolicited() -> None:
    turns = (
        HELLO,
        ("C", b"NOOP\r\n"),
        ("S", b"+OK\r\n-ERR autologout\r\n"),
        ("C", b"NOOP\r\n"),
        ("S", b"+OK again\r\n"),
    )
    assert story(*turns)[1:] == ["NOOP +OK", "unsolicited -ERR autologout", "NOOP +OK again"]


def test_lines_behind_a_body_are_no_part_of_it() -> None:
    assert story(HELLO, ("C", b"RETR 1\r\n"), ("S", b"+OK\r\ntext\r\n.\r\n.\r\n"))[1:] == [
        "RETR +OK [6]",
        "unsolicited .",
    ]


@pytest.mark.parametrize("status", [b"-ERR no\r\n", b"-err no\r\n", b"\r\n", b"1 120\r\n", b"+\r\n", b" +OK\r\n"])
def test_only_a_positive_reply_has_a_body(status: bytes) -> None:
    connection, events = listen(HELLO, ("C", b"LIST\r\n"), ("S", status))
    assert isinstance(events[-1], Answered)
    assert events[-1].reply.body is None
    assert not connection.in_reply


@pytest.mark.parametrize("status", [b"+OK\r\n", b"+ok\r\n", b"+OKfoo\r\n", b"+OK\n"])
def test_a_positive_reply_has_one_however_it_is_written(status: bytes) -> None:
    connection, events = listen(HELLO, ("C", b"LIST\r\n"), ("S", status))
    assert [type(event) for event in events] == [Greeted, Sent]
    assert connection.in_reply
    assert listen(HELLO, ("C", b"LIST\r\n"), ("S", status + b".\r\n"))[1][-1:] != events[-1:]


@pytest.mark.parametrize("command", [b"LIST \r\n", b"list\n", b"RETR 1\n", b"AUTH\r\n", b"CAPA now\r\n"])
def test_a_sloppy_command_that_a_server_takes_is_answered_with_a_body_too(command: bytes) -> None:
    turns = (HELLO, ("C", command + b"NOOP\r\n"), ("S", b"+OK\r\n1 120\r\n.\r\n+OK done\r\n"))
    assert story(*turns)[2:] == ["NOOP +OK done"]


# -- half-read replies -----------------------------------------------------------------------------------------------


def stopped(server: bytes, client: bytes = b"RETR 1\r\n") -> tuple[Connection, Answered]:
    connection, events = listen(HELLO, ("C", client), ("S", server), STOP)
    answered = events[-1]
    assert isinstance(answered, Answered)
    return connection, answered


@pytest.mark.parametrize(
    "octets, kind",
    [
        (b".\r", Defect.BAD_TERMINATOR),
        (b".", Defect.BAD_TERMINATOR),
        (b". \r\n", Defect.BAD_TERMINATOR),
        (b"last words.\r\n", Defect.GLUED_TERMINATOR),
    ],
)
def test_a_body_with_a_botched_end_is_unterminated_once_the_server_stops(octets: bytes, kind: Defect) -> None:
    connection, answered = stopped(b"+OK\r\ntext\r\n" + octets)
    body = answered.reply.body
    assert body is not None
    assert ([flaw.defect for flaw in body.flaws], body.terminated) == ([kind], False)
    assert answered.reply.end == len(b"+OK hello\r\n+OK\r\ntext\r\n" + octets)
    assert (connection.in_reply, connection.body_octets) == (False, 0)


def test_a_terminating_line_that_ends_in_lf_ends_the_body() -> None:
    _, events = listen(HELLO, ("C", b"RETR 1\r\nNOOP\r\n"), ("S", b"+OK\r\ntext\r\n.\n+OK\r\n"))
    assert [told(event) for event in events[-2:]] == ["RETR +OK [6]", "NOOP +OK"]


@pytest.mark.parametrize("octets", [b"", b"text", b"text\r", b"text\r\n"])
def test_a_body_that_breaks_off_is_unterminated(octets: bytes) -> None:
    _, answered = stopped(b"+OK\r\n" + octets)
    body = answered.reply.body
    assert body is not None
    assert (body.octets, body.terminated) == (len(octets), False)


def test_a_status_line_without_its_end_becomes_a_reply_when_the_server_stops() -> None:
    _, answered = stopped(b"-ERR half")
    assert answered.reply.status.defects == (Defect.NO_LINE_END,)
    assert answered.reply.body is None


def test_a_positive_one_has_an_empty_body_then() -> None:
    _, answered = stopped(b"+OK half")
    body = answered.reply.body
    assert body is not None
    assert (body.octets, body.terminated, body.start, body.end) == (0, False, 19, 19)


def test_half_a_greeting_is_a_greeting() -> None:
    assert story(("S", b"+OK hel"), STOP) == ["greeting +OK hel"]


def test_half_a_line_that_no_command_explains_is_unsolicited() -> None:
    assert story(HELLO, ("S", b"-ERR go"), STOP)[1:] == ["unsolicited -ERR go"]


def test_a_server_that_stops_between_replies_leaves_nothing() -> None:
    connection, events = listen(HELLO, ("C", b"NOOP\r\n"), STOP, STOP)
    assert [type(event) for event in events] == [Greeted, Sent]
    assert len(connection.waiting) == 1


def test_a_server_that_goes_on_after_all_is_read_on_from_there() -> None:
    late = (HELLO, ("C", b"RETR 1\r\nNOOP\r\n"), ("S", b"+OK\r\ntext\r\n"), STOP, ("S", b"+OK late\r\n"))
    _, events = listen(*late)
    assert [told(event) for event in events[-2:]] == ["RETR +OK [6]", "NOOP +OK late"]
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert (answered.reply.start, answered.reply.end) == (22, 32)


def test_the_octets_of_a_body_are_counted_while_it_is_read() -> None:
    connection = Connection()
    take(connection, (HELLO, ("C", b"RETR 1\r\n"), ("S", b"+OK\r\ntext\r\nmo")))
    assert (connection.in_reply, connection.body_octets) == (True, 8)
    take(connection, [("S", b"re\r\n.\r\n")])
    assert (connection.in_reply, connection.body_octets) == (False, 0)


# -- without end -----------------------------------------------------------------------------------------------------


def test_an_endless_status_line_takes_no_more_memory_than_the_limit() -> None:
    connection, block = Connection(), b"x" * LINE_LIMIT
    take(connection, (HELLO, ("C", b"NOOP\r\nNOOP\r\n")))
    tracemalloc.start()
    for _ in range(256):
        connection.server_sent(block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * LINE_LIMIT
    cut, behind = connection.server_sent(b"\r\n+OK\r\n")
    assert isinstance(cut, Answered)
    assert isinstance(behind, Answered)
    assert cut.reply.status.defects == (Defect.CUT,)
    assert (len(cut.reply.status.raw), cut.reply.end) == (LINE_LIMIT, 11 + 256 * LINE_LIMIT + 2)
    assert behind.reply.start == cut.reply.end


def test_an_endless_command_takes_no_more_memory_than_the_limit() -> None:
    connection, block = Connection(), b"x" * LINE_LIMIT
    for _ in range(64):
        connection.client_sent(block)
    assert len(connection.unfinished) == LINE_LIMIT
    (sent,) = connection.client_sent(b"\r\n")
    assert isinstance(sent, Sent)
    assert isinstance(sent.command, InvalidCommand)
    assert sent.command.line.length == 64 * LINE_LIMIT + 2


@pytest.mark.parametrize("command, reply", [(b"NOOP\r\n", b"+OK\r\n"), (b"CAPA\r\n", b"+OK\r\n.\r\n")])
def test_what_is_behind_a_line_or_a_body_is_not_copied_for_each(command: bytes, reply: bytes) -> None:
    """Copying it would take minutes."""
    connection, count, rest = Connection(), 4000, b"x" * (32 << 20)
    connection.server_sent(b"+OK\r\n")
    began = time.process_time()
    assert len(connection.client_sent(command * count + rest)) == count
    assert len(connection.server_sent(reply * count + rest)) == count
    assert time.process_time() - began < 5


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client, server", [(b"NOOP\r\n", b""), (b"NO", b""), (b"", b"+O"), (b"CAPA\r\n", b"+OK\r\nT")])
def test_what_is_pending_when_tls_begins_is_forgotten_and_told(client: bytes, server: bytes) -> None:
    connection = Connection()
    connection.server_sent(HELLO[1])
    connection.client_sent(client)
    connection.server_sent(server)
    assert connection.secured()
    assert (connection.waiting, connection.unfinished, connection.in_reply) == (deque(), b"", False)
    sent = connection.client_sent(b"STAT\r\n")
    assert [event.command.verb for event in sent if isinstance(event, Sent)] == ["STAT"]
    (answered,) = connection.server_sent(b"-ERR\r\n")
    assert isinstance(answered, Answered)
    assert answered.reply.start == len(HELLO[1] + server)


def test_where_nothing_is_pending_tls_forgets_nothing() -> None:
    connection = Connection()
    connection.server_sent(HELLO[1])
    assert not connection.secured()
    assert connection.state is State.AUTHORIZATION
