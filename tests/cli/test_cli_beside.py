"""One session, as two servers answered it."""

from conformance.cli.beside import beside
from conformance.transcript import Conversation, Secrets, TextLine, text_lines
from tests.transcript.recordings import recording

GREETING = ("S", b"+OK ready\r\n")


def lines(*said: tuple[str, bytes], name: str = "A", opened: float = 0.0) -> tuple[TextLine, ...]:
    return text_lines([Conversation(recording(*said, name=name, opened=opened))], Secrets())


def shown(a: tuple[TextLine, ...], b: tuple[TextLine, ...]) -> list[str]:
    return [f"{lead} {text}" for lead, text in beside(a, b)]


def test_what_is_the_same_is_told_once_and_what_is_not_by_name() -> None:
    asked = ("C", b"NOOP\r\n")
    a = lines(GREETING, asked, ("S", b"+OK\r\n"))
    b = lines(GREETING, asked, ("S", b"-ERR what?\r\n"))
    assert shown(a, b) == ["S: +OK ready", "C: NOOP", "A: +OK", "B: -ERR what?"]


def test_of_bodies_the_lines_are_told_that_one_has_alone() -> None:
    rows = b"".join(b"%d 10\r\n" % number for number in range(1, 11))
    asked = ("C", b"CAPA\r\n")
    a = lines(GREETING, asked, ("S", b"+OK\r\n" + rows + b"TOP\r\n.\r\n"))
    b = lines(GREETING, asked, ("S", b"+OK\r\n" + rows + b"UIDL\r\n.\r\n"))
    assert shown(a, b)[2:] == ["S: +OK", "A: TOP", "B: UIDL", "S: … 11 lines alike"]


def test_bodies_in_another_order_are_told_both_and_shortened() -> None:
    rows = [b"%d 10\r\n" % number for number in range(1, 11)]
    asked = ("C", b"CAPA\r\n")
    a, b = (
        lines(GREETING, asked, ("S", b"+OK\r\n" + b"".join(order) + b".\r\n")) for order in (rows, list(reversed(rows)))
    )
    told = shown(a, b)
    assert told[3:5] == ["A: 1 10", "A: 2 10"]
    assert told[10:12] == ["A: … 4 more lines", "B: 10 10"]


def test_what_one_alone_is_asked_says_so() -> None:
    a = lines(GREETING, ("C", b"STLS\r\n"), ("S", b"+OK\r\n"), ("C", b"QUIT\r\n"), ("S", b"+OK\r\n"))
    b = lines(GREETING, ("C", b"QUIT\r\n"), ("S", b"+OK\r\n"))
    assert shown(a, b) == ["S: +OK ready", "C: STLS  (to A alone)", "A: +OK", "C: QUIT", "S: +OK"]


def test_connections_are_numbered_where_there_are_two() -> None:
    both = (*lines(GREETING), *lines(GREETING, name="B", opened=1.0))
    assert shown(both, both) == ["1> S: +OK ready", "2> S: +OK ready"]


def test_long_lines_are_cut() -> None:
    (greeting,) = shown(lines(("S", b"+OK " + b"x" * 200 + b"\r\n")), lines(("S", b"+OK " + b"x" * 200 + b"\r\n")))
    assert greeting.endswith("x… 104 characters more")
