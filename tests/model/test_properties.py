"""Whatever is said, the totals are right and the strict book is part of the tolerant one."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.model import DropListing, Farewell, Maildrop, ScanListing, Session
from conformance.wire import State

from .sessions import ALL, command, logged_in

maildrops = st.lists(st.integers(0, 2**40), max_size=12).map(
    lambda sizes: Maildrop.of((octets, b"id%d" % place) for place, octets in enumerate(sizes))
)
numbers = st.one_of(st.integers(-2, 14).map(str), st.sampled_from(["01", "+2", "x", "", "99999999999999999999999"]))
lines = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["LIST", "RETR", "DELE", "UIDL", "dele"]), numbers),
    st.builds("TOP {} {}".format, numbers, numbers),
    st.sampled_from(["STAT", "LIST", "UIDL", "NOOP", "RSET", "QUIT", "CAPA", "FOO", "", "STAT 1", "QUIT x", "RSET  "]),
    st.sampled_from(["USER alice", "PASS secret", "PASS", "USER", "APOP alice 00", "APOP x", "USER bob"]),
)


@given(maildrops, st.lists(st.tuples(lines, st.booleans()), max_size=40))
def test_totals_are_those_of_the_messages_that_are_not_marked(maildrop: Maildrop, said: list[tuple[str, bool]]) -> None:
    session, marked = logged_in(maildrop), set[int]()
    for line, positive in said:
        if session.state is not State.TRANSACTION:
            break
        if positive and line in [f"{verb} {number}" for verb in ("DELE", "dele") for number in range(1, 13)]:
            marked |= {int(line[5:])} & {message.number for message in maildrop.messages}
        elif positive and line == "RSET":
            marked = set()
        session.advance(command(line), positive=positive)
        left = tuple(message for message in maildrop.messages if message.number not in marked)
        if session.state is State.TRANSACTION:
            size = sum(message.octets for message in left)
            assert session.expect(command("STAT")).positive == DropListing(len(left), size)
            assert session.expect(command("LIST")).positive == ScanListing(left)
            assert session.expect(command("QUIT")).positive == Farewell(frozenset(marked))


@given(maildrops, st.lists(st.tuples(lines, st.booleans()), max_size=40))
def test_what_the_strict_book_allows_the_tolerant_one_allows_too(
    maildrop: Maildrop, said: list[tuple[str, bool]]
) -> None:
    strict = Session(maildrop, offers=ALL, tolerant=False)
    tolerant = Session(maildrop, offers=ALL)
    for line, wish in said:
        told = command(line)
        narrow, wide = strict.expect(told), tolerant.expect(told)
        assert narrow.positive in (None, wide.positive)
        assert narrow.negative <= wide.negative
        assert narrow.may_close <= wide.may_close
        positive = narrow.positive is not None and (wish or not narrow.negative)
        strict.advance(told, positive=positive)
        tolerant.advance(told, positive=positive)
        assert strict.state is tolerant.state
        assert strict.marked == tolerant.marked


@given(st.binary(max_size=80), st.booleans())
def test_no_octets_upset_a_session(octets: bytes, tolerant: bool) -> None:
    for state in (Session(offers=ALL, tolerant=tolerant), logged_in(tolerant=tolerant)):
        told = command(octets.replace(b"\n", b"") + b"\r\n")
        allowed = state.expect(told)
        assert allowed.negative or allowed.positive is not None
        state.advance(told, positive=allowed.positive is not None)


def test_thousands_of_marks_cost_little_each() -> None:
    session = logged_in(Maildrop.of((number, b"%d" % number) for number in range(1, 20_001)))
    for number in range(1, 20_001):
        session.advance(command(f"DELE {number}"), positive=True)
        assert session.expect(command("STAT")).positive is not None
    assert (session.count, session.octets) == (0, 0)
