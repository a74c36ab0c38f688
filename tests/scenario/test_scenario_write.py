"""What is written is read again as the same scenario."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario import Scenario, load
from conformance.scenario.expressions import Expression
from conformance.scenario.parse import parse_session
from conformance.scenario.steps import Check, Place, Send, Step, Template
from conformance.scenario.write import as_text, session_lines
from tests.scenario.playing import scenario

SESSION = """\
C: <connect>
S: <any>
C: <try to log in>
C: USER {user}
C/1: STAT
C~ NO
C~ OP\\r\\n\\0\\xff
B> C: <log in 2>
C: \\sLIST \\s
C: \\x3creset> \\x5bR1939-STAT-01]
C:
C: <wait 0.2 s>
S: <silence 1 s>
C: <half-close>
B> C: <reset>
deliver plain
S: <closes>"""
PLACE = Place(1, 1)
HEADER = b"Message-ID: <1@fixtures.pop3spec.invalid>\r\n"


def placeless(step: Step) -> Step:
    """Wherever it stands; no expression is like another."""
    if isinstance(step, Send):
        parts = tuple(part.text if isinstance(part, Expression) else part for part in step.template.parts)
        step = replace(step, template=Template(parts))  # type: ignore[arg-type]
    return replace(step, place=PLACE)


def test_each_kind_of_line_is_written_as_it_is_read() -> None:
    assert list(session_lines(parse_session(SESSION))) == SESSION.split("\n")


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=3), st.booleans(), st.sampled_from("AB"))
def test_any_octets_are_read_as_they_were(octets: list[bytes], line: bool, name: str) -> None:
    steps = [Send(PLACE, name, Template((one,) if one else ()), line) for one in octets if one or line]
    steps = steps or [Send(PLACE, name, Template(()), line=True)]
    assert list(map(placeless, parse_session("\n".join(session_lines(tuple(steps)))))) == steps


def written(of: Scenario, tmp_path: Path, *remarks: str) -> Scenario:
    path = tmp_path / "found.pop3.yaml"
    path.write_text(as_text(of, remarks), encoding="utf-8")
    (again,), problems = load(path)
    assert problems == []
    return again


LINES = [b"", b" ", b".", b"# no remark", b"\tx ", b"{a}", b"\\n", b"\xff\0", b"  - indented: deeper", b"x" * 2000]


@pytest.mark.parametrize("end", [b"\r\n", b""], ids=["whole", "cut"])
@pytest.mark.parametrize("line", LINES, ids=repr)
def test_a_message_is_the_same_octet_by_octet(line: bytes, end: bytes, tmp_path: Path) -> None:
    octets = HEADER + b"\r\n" + line + b"\r\n\r\n" + line + b"y" + end
    again = written(replace(scenario("C: <log in>", maildrop=("odd",)), mail={"odd": octets, "more": HEADER}), tmp_path)
    assert again.mail == {"odd": octets, "more": HEADER}
    assert again.maildrop == ("odd",)


def test_a_message_may_end_in_empty_lines(tmp_path: Path) -> None:
    octets = HEADER + b"\r\nx\r\n\r\n\r\n"
    again = written(replace(scenario("C: <log in>", maildrop=("odd",)), mail={"odd": octets}), tmp_path)
    assert again.mail == {"odd": octets}


def test_the_rest_is_the_same_too(tmp_path: Path) -> None:
    before = scenario(
        SESSION, maildrop=("plain", "small*2"), needs=("TOP", "account-2"), wrong_logins=3, clauses=("R1939-STAT-01",)
    )
    before = replace(before, title='A title with "quotes", \\ and é')
    again = written(before, tmp_path, "a remark", "")
    assert (again.title, again.clauses, again.maildrop) == (before.title, ("R1939-STAT-01",), ("plain", "small*2"))
    assert (again.needs, again.wrong_logins) == (before.needs, 3)
    assert list(map(placeless, again.steps)) == list(map(placeless, before.steps))


def test_what_was_read_from_a_file_is_not_written() -> None:
    with pytest.raises(ValueError, match="a Check is not written"):
        list(session_lines((Check(PLACE, Expression("1"), ()),)))
