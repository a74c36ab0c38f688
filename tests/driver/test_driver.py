import itertools
import signal
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conformance.driver import Account, Driver, Limits, Target, TargetError
from conformance.server import ReferenceServer
from conformance.transcript import Chunk, Incident, Transcript

from .peers import (
    Line,
    Peer,
    answering,
    close,
    endlessly,
    half_close,
    hear,
    peer,
    read_all,
    reset,
    say,
    silence,
    trickle,
)

GREETING = say(b"+OK ready\r\n")
MIB = 1 << 20


@pytest.fixture(autouse=True)
def _no_recording_is_left_open() -> Iterator[None]:
    yield
    while _RECORDINGS:
        _RECORDINGS.pop().close()


_RECORDINGS: list[Transcript] = []


@contextmanager
def connected(server: Peer, *, greeted: bool = True, **limits: float) -> Iterator[Driver]:
    with Driver(server.target(**limits)) as driver:
        _RECORDINGS.append(driver.transcript)
        if greeted:
            assert driver.read_greeting() is not None
        yield driver


def seconds(what: Callable[[], object]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


# -- beginnings and ends ---------------------------------------------------------------------------------------------


def test_a_session_is_on_record_from_the_beginning_to_the_end() -> None:
    with ReferenceServer() as server, Driver(Target("127.0.0.1", server.port)) as driver:
        greeting = driver.read_greeting()
        assert greeting is not None
        assert greeting.positive
        for command in (b"USER alice", b"PASS secret", b"STAT", b"QUIT"):
            answer = driver.ask(command)
            assert answer is not None
            assert answer.positive
            assert answer.verb == command.split(b" ")[0].decode()
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
    assert driver.transcript.octets("C") == b"USER alice\r\nPASS secret\r\nSTAT\r\nQUIT\r\n"
    assert [e.verb for e in driver.conversation.exchanges] == ["greeting", "USER", "PASS", "STAT", "QUIT"]


def test_an_ipv6_address_is_a_host() -> None:
    if not socket.has_ipv6:
        pytest.skip("this Python knows no IPv6")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with peer([GREETING], host="::1") as server, connected(server) as driver:
        assert driver.transcript.peer == f"[::1]:{server.port}"


def test_times_only_grow() -> None:
    with peer([answering({})]) as server, connected(server) as driver:
        for _ in range(20):
            driver.ask(b"NOOP")
    times = [entry.at for entry in driver.transcript.entries]
    assert times == sorted(times)
    assert times[0] >= 0
    sent = [exchange.sent_at for exchange in driver.conversation.exchanges[1:]]
    answered = [exchange.answered_at for exchange in driver.conversation.exchanges[1:]]
    assert all(a is not None and s <= a for s, a in zip(sent, answered, strict=True))


@pytest.mark.parametrize(
    "host,port,why,what_to_do",
    [
        ("127.0.0.1", 0, "Connection refused", "is the server running, and on that port?"),
        ("no-such-host.invalid", 110, "no-such-host.invalid:110", "spelled right"),
        ("x" * 70 + ".invalid", 110, "label", "spelled right"),
        ("127.0.0.1", 70_000, "port", "between 1 and 65535"),
    ],
)
def test_a_connection_that_cannot_be_made_says_why_and_what_to_do(
    host: str, port: int, why: str, what_to_do: str
) -> None:
    if port == 0:
        with socket.create_server((host, 0)) as taken:
            port = taken.getsockname()[1]
    with pytest.raises(TargetError) as caught:
        Driver(Target(host, port)).connect()
    assert f"cannot connect to {host}:{port}: " in str(caught.value)
    assert why in str(caught.value)
    assert what_to_do in str(caught.value)


def test_an_address_that_nobody_answers_from_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        target = Target("127.0.0.1", full.getsockname()[1], limits=Limits(connect=0.2))
        waiting: list[socket.socket] = []
        try:
            for _ in range(3):  # nobody accepts: the queue is full, and who comes now is not answered
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(("127.0.0.1", target.port))
            with pytest.raises(TargetError, match=r"timed out.*within 0\.2 s.*firewall"):
                Driver(target).connect()
        finally:
            for one in waiting:
                one.close()


def test_closing_is_an_orderly_end_and_resetting_is_none() -> None:
    for end, seen, incident in (
        (Driver.close, "end", Incident.CLIENT_CLOSED),
        (Driver.reset, "ConnectionResetError", Incident.CLIENT_RESET),
    ):
        with peer([GREETING, read_all]) as server:
            with connected(server) as driver:
                end(driver)
                assert not driver.open
                assert not driver.listening
            assert server.finished().ending == seen
        assert [getattr(entry, "incident", None) for entry in driver.transcript.entries][-1] is incident


def test_after_a_half_close_the_server_is_still_heard() -> None:
    with peer([GREETING, read_all, say(b"+OK late\r\n")]) as server, connected(server) as driver:
        driver.send(b"STAT\r\n")
        driver.half_close()
        assert not driver.open
        assert driver.listening
        answer = driver.read_reply()
        assert answer is not None
        assert answer.status == b"+OK late"
        driver.send(b"NOOP\r\n")  # cannot be said any more, and does no harm
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
    assert server.lines[0].octets == b"STAT\r\n"
    assert driver.transcript.octets("C") == b"STAT\r\n"


def test_a_half_close_when_the_server_is_gone_is_no_error() -> None:
    with peer([GREETING, hear(), reset]) as server, connected(server) as driver:
        driver.send(b"NOOP\r\n")
        server.finished()
        driver.half_close()
        driver.half_close()
        assert driver.wait_for_close() is Incident.SERVER_RESET


def test_how_the_server_ended_the_connection_is_told() -> None:
    for end, incident in ((close, Incident.SERVER_CLOSED), (reset, Incident.SERVER_RESET)):
        with peer([GREETING, hear(), end]) as server, connected(server) as driver:
            driver.send(b"NOOP\r\n")
            assert driver.wait_for_close() is incident
            assert driver.wait_for_close(0) is incident
            assert not driver.listening


def test_an_end_by_the_client_is_none_by_the_server() -> None:
    with peer([GREETING, silence]) as server, connected(server) as driver:
        assert driver.wait_for_close(0.02) is None
        driver.close()
        assert driver.wait_for_close(0.02) is None


# -- sending ---------------------------------------------------------------------------------------------------------


def test_each_piece_arrives_as_a_segment_of_its_own() -> None:
    with peer([GREETING, read_all]) as server:
        with connected(server) as driver:
            driver.send(b"USER alice\r\n", piece=5, pause=0.05)
            driver.send(b"NOOP\r\nSTAT\r\n")
        pieces = server.finished().pieces
    assert pieces[:2] == [b"USER ", b"alice"]
    assert b"".join(pieces) == b"USER alice\r\nNOOP\r\nSTAT\r\n"
    chunks = [e for e in driver.transcript.entries if isinstance(e, Chunk) and e.sender == "C"]
    assert [chunk.end - chunk.start for chunk in chunks] == [5, 5, 2, 12]


def test_nothing_is_sent_where_there_is_nothing_to_send() -> None:
    with peer([GREETING, read_all]) as server, connected(server) as driver:
        driver.send(b"")
        assert driver.transcript.length("C") == 0
        assert driver.read_reply() is None


def test_what_came_before_a_command_is_not_its_answer() -> None:
    with peer([say(b"+OK ready\r\n", b"+OK nobody asked\r\n"), hear(), say(b"-ERR no\r\n"), hear()]) as server:
        with connected(server) as driver:
            driver.quiet(0.05)
            answer = driver.ask(b"STAT")
            assert answer is not None
            assert answer.status == b"-ERR no"
        greeting = driver.conversation.greeting
    assert greeting is not None
    assert [line.content for line in greeting.extra] == [b"+OK nobody asked"]


def test_a_server_that_answers_before_it_reads_on_does_not_block_both() -> None:
    lines = 10_000
    question, answer = b"x" * 1022 + b"\r\n", b"-ERR " + b"x" * 400 + b"\r\n"

    def answer_each(line: Line) -> None:
        left = lines
        while left and (octets := line.receive()):
            heard = octets.count(b"\n")
            left -= heard
            line.socket.sendall(answer * heard)

    with peer([GREETING, answer_each]) as server, connected(server) as driver:
        driver.send(question * lines)
        assert driver.transcript.length("C") == 10_240_000
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
        assert driver.transcript.length("S") == len(b"+OK ready\r\n") + len(answer) * lines


def test_a_server_that_never_reads_is_given_up_in_time_and_what_it_took_is_told() -> None:
    with peer([GREETING, silence]) as server, connected(server, reply=0.3) as driver:
        assert seconds(lambda: driver.send(b"x" * (64 * MIB))) < 5
        assert not driver.open
        took = driver.transcript.length("C")
        assert 0 < took < 64 * MIB
        note = getattr(driver.transcript.entries[-1], "note", "")
        assert note == f"the server does not read what is sent: it took {took} of {64 * MIB} octets"
        assert driver.ask(b"NOOP") is None
        assert driver.transcript.length("C") == took


def test_a_server_that_closed_its_half_and_never_reads_costs_no_time_of_ours() -> None:
    with peer([GREETING, half_close, silence]) as server, connected(server, reply=0.5) as driver:
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
        worked = time.process_time()
        driver.send(b"x" * (16 * MIB))
        assert time.process_time() - worked < 0.3


def test_a_server_that_resets_while_it_is_spoken_to_is_no_error() -> None:
    with peer([GREETING, hear(), reset]) as server, connected(server) as driver:
        driver.send(b"NOOP\r\n" + b"x" * (8 * MIB))
        assert driver.wait_for_close() is Incident.SERVER_RESET
        assert driver.conversation.exchanges[1].lost is Incident.SERVER_RESET
        assert driver.read_reply() is None


# -- receiving -------------------------------------------------------------------------------------------------------


def test_a_greeting_may_be_late() -> None:
    with (
        peer([trickle(b"+OK rea", 0.02), say(b"dy\r\n"), hear()]) as server,
        connected(server, greeted=False) as driver,
    ):
        greeting = driver.read_greeting()
        assert greeting is not None
        assert greeting.status == b"+OK ready"


def test_a_greeting_that_comes_behind_the_first_command_is_still_the_greeting() -> None:
    with peer([hear(), say(b"+OK ready\r\n+OK 0 0\r\n")]) as server, connected(server, greeted=False) as driver:
        assert driver.read_greeting(0.02) is None
        answer = driver.ask(b"STAT")
        assert answer is not None
        assert answer.status == b"+OK 0 0"
        assert driver.conversation.greeting is not None
        assert driver.conversation.greeting.status == b"+OK ready"


def test_pipelined_commands_are_read_one_after_another() -> None:
    with peer([answering({b"STAT": b"+OK 0 0\r\n"})]) as server, connected(server) as driver:
        driver.send(b"NOOP\r\nSTAT\r\nNOOP\r\n")
        first = driver.read_reply()
        assert first is not None
        assert first.verb == "NOOP"
        driver.read_all()
        assert [exchange.status for exchange in driver.conversation.exchanges[1:]] == [b"+OK", b"+OK 0 0", b"+OK"]
        assert driver.read_reply() is None


@pytest.mark.parametrize("end,incident", [(half_close, Incident.SERVER_CLOSED), (reset, Incident.SERVER_RESET)])
def test_a_reply_that_breaks_off_is_lost(end: Callable[..., None], incident: Incident) -> None:
    script = [GREETING, hear(), say(b"+OK here it is\r\nFirst line\r\nSecond"), end]
    with peer(script) as server, connected(server) as driver:
        answer = driver.ask(b"RETR 1")
        assert answer is not None
        assert answer.lost is incident
        assert not answer.complete
        assert b"First line\r\nSecond".startswith(answer.body_octets())


def test_a_command_that_is_sent_when_the_server_is_gone_is_lost() -> None:
    with peer([GREETING, close]) as server, connected(server) as driver:
        driver.wait_for_close()
        answer = driver.ask(b"STAT")
        assert answer is not None
        assert answer.lost is Incident.SERVER_CLOSED
        driver.send(b"NOOP\r\nNOOP\r\n")
        assert seconds(driver.read_all) < 1


def test_a_command_without_an_answer_does_not_stand_in_the_way_of_the_next() -> None:
    script = [GREETING, hear(2), say(b"+OK one\r\n+OK two\r\n"), hear()]
    with peer(script) as server, connected(server, reply=0.1) as driver:
        first = driver.ask(b"NOOP")
        assert first is not None
        assert first.lost is Incident.WAITED
        assert seconds(lambda: driver.await_reply(first)) < 0.1  # nothing was said since: it is not worth waiting
        second = driver.ask(b"STAT", 2.0)
        assert second is not None
        assert second.status == b"+OK two"
        assert first.status == b"+OK one"
        assert first.complete
        assert driver.read_reply() is None


def test_silence_is_told_from_noise_and_from_an_end() -> None:
    with peer([GREETING, hear(), say(b"boo\r\n"), hear(), half_close, hear()]) as server, connected(server) as driver:
        assert driver.quiet(0.05)
        driver.send(b"\r\n")
        assert not driver.quiet(0.1)
        driver.send(b"\r\n")
        assert not driver.quiet(5.0)
        assert not driver.listening
        assert seconds(lambda: driver.quiet(5.0)) < 1


def test_a_signal_in_the_middle_does_no_harm() -> None:
    came = itertools.count()
    before = signal.signal(signal.SIGALRM, lambda *_: next(came) and None)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        with peer([GREETING, hear(), trickle(b"+OK at last\r\n", 0.02), hear()]) as server, connected(server) as driver:
            answer = driver.ask(b"NOOP")
            assert answer is not None
            assert answer.status == b"+OK at last"
            assert driver.quiet(0.1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert next(came) > 5


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_reply_that_keeps_coming_at_a_good_pace_may_take_longer_than_the_time_out() -> None:
    body = b"+OK\r\n" + b"x" * 98 + b"\r\n" + b"." * 0
    script = [GREETING, hear(), trickle(body * 1 + b"y" * 900 + b"\r\n.\r\n", 0.05, 100), hear()]
    with peer(script) as server, connected(server, reply=0.3, slowest=1_000) as driver:
        answer = driver.ask(b"RETR 1")
        assert answer is not None
        assert answer.complete
        assert not driver.too_slow


def test_a_reply_that_trickles_is_given_up_and_called_too_slow() -> None:
    script = [GREETING, hear(), say(b"+OK\r\n"), endlessly(b"x", 0.02)]
    with peer(script) as server, connected(server, reply=0.4, slowest=1_000) as driver:
        taken = seconds(lambda: driver.ask(b"RETR 1"))
        assert 0.3 < taken < 1.0
        assert driver.too_slow


def test_a_reply_that_stops_in_the_middle_is_not_called_too_slow() -> None:
    script = [GREETING, hear(), say(b"+OK\r\nhalf a line"), silence]
    with peer(script) as server, connected(server, reply=0.3) as driver:
        answer = driver.ask(b"RETR 1")
        assert answer is not None
        assert answer.lost is Incident.WAITED
        assert not driver.too_slow


@pytest.mark.parametrize(
    "script,command",
    [
        ([hear(), say(b"+OK\r\n"), endlessly(b"x" * 998 + b"\r\n")], b"RETR 1"),
        ([hear(), say(b"+OK\r\n"), endlessly(b"x" * 1000)], b"TOP 1 0"),
        ([hear(), say(b"+OK\r\n"), endlessly(b"1 1\r\n" * 1000)], b"LIST"),
        ([hear(), endlessly(b"+OK " * 1000)], b"STAT"),
        ([hear(), endlessly(b"+OK " + b"x" * 500 + b"\r\n")], b"STAT"),
    ],
)
def test_a_reply_without_end_is_ended_by_the_driver(script: list[Callable[..., None]], command: bytes) -> None:
    with peer([GREETING, *script]) as server, connected(server, largest=4 * MIB) as driver:
        began = time.monotonic()
        driver.ask(command)
        driver.quiet(5)
        driver.close()
        assert time.monotonic() - began < 10
        assert driver.transcript.length("S") < 10 * MIB


def test_a_greeting_without_end_is_ended_by_the_driver() -> None:
    with peer([endlessly(b"+OK " * 1000)]) as server, connected(server, greeted=False) as driver:
        greeting = driver.read_greeting()
        assert greeting is not None
        assert greeting.lost is Incident.TOO_MUCH
        assert not driver.listening
        assert driver.transcript.length("S") < 2 * MIB


@pytest.mark.parametrize("what", ["send", "quiet", "wait_for_close", "close"])
def test_a_flood_that_nobody_asked_for_ends_every_wait(what: str) -> None:
    with peer([GREETING, endlessly(b"x" * 998 + b"\r\n")]) as server, connected(server, largest=2 * MIB) as driver:
        calls: dict[str, Callable[[], object]] = {
            "send": lambda: driver.send(b"NOOP\r\n"),
            "quiet": lambda: driver.quiet(30.0),
            "wait_for_close": lambda: driver.wait_for_close(30.0),
            "close": driver.close,
        }
        assert seconds(calls[what]) < 10
        assert driver.transcript.length("S") < 12 * MIB


def test_octets_in_tiny_pieces_cost_bounded_memory() -> None:
    script = [GREETING, hear(), say(b"+OK\r\n"), trickle(b"x" * 5_000, 0.0005), hear()]
    with peer(script) as server, connected(server, reply=20.0, pieces=500) as driver:
        answer = driver.ask(b"RETR 1")
        assert answer is not None
        assert answer.lost is Incident.TOO_MUCH
        assert driver.too_slow
        assert len(driver.transcript.entries) < 510


def test_a_large_message_takes_no_memory() -> None:
    block = (b"x" * 78 + b"\r\n") * 800

    def large(line: Line) -> None:
        line.socket.sendall(b"+OK\r\n")
        for _ in range(64 * MIB // len(block)):
            line.socket.sendall(block)
        line.socket.sendall(b".\r\n")

    with peer([GREETING, hear(), large, hear()]) as server, connected(server, reply=30.0) as driver:
        tracemalloc.start()
        try:
            answer = driver.ask(b"RETR 1")
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert answer is not None
        assert answer.complete
        assert answer.reply is not None
        assert answer.reply.body is not None
        assert answer.reply.body.octets == 64 * MIB // len(block) * len(block)
        assert most < 16 * MIB


def test_an_account_does_not_show_its_password() -> None:
    assert "sesame" not in repr(Account("alice", "open sesame"))
