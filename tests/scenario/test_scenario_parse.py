import pytest

from conformance.scenario.expressions import Expression
from conformance.scenario.parse import parse_session
from conformance.scenario.source import ScriptError
from conformance.scenario.steps import (
    Act,
    Action,
    Capture,
    Check,
    Choice,
    Expect,
    Loop,
    Note,
    Place,
    Send,
    Skip,
    Step,
    Template,
)
from conformance.scenario.templates import parse_template


def only(text: str) -> Step:
    (step,) = parse_session(text)
    return step


def send(text: str) -> Send:
    step = only(text)
    assert isinstance(step, Send)
    return step


def expect(text: str) -> Expect:
    step = only(text)
    assert isinstance(step, Expect)
    return step


def act(text: str) -> Act:
    step = only(text)
    assert isinstance(step, Act)
    return step


def test_a_command_gets_its_crlf_and_raw_octets_do_not() -> None:
    assert send("C: STAT").line
    assert not send("C~ STAT").line
    assert send("C/3: STAT").piece == 3


def test_escapes_are_octets() -> None:
    template = parse_template(r"a\x00\r\n\t\0\s\\\{\}é", Place(1, 1))
    assert template.parts == (b"a\0\r\n\t\0 \\{}" + "é".encode(),)


def test_a_connection_has_a_letter_and_is_a_by_default() -> None:
    assert send("B> C: NOOP").connection == "B"
    assert send("B>C: NOOP").connection == "B"
    assert send("C: NOOP").connection == "A"


def test_a_status_line_keeps_words_and_compares_others() -> None:
    words = expect("S: +OK <count> {total}").status.words
    assert words[1] == Capture("count")
    assert not isinstance(words[2], Capture)


def test_a_mark_names_the_clauses_that_a_line_judges() -> None:
    assert expect("S: -ERR   [R1939-STAT-01, R1939-STATE-04]").clauses == ("R1939-STAT-01", "R1939-STATE-04")
    assert expect("S: +OK [IN-USE]").clauses == ()


def test_the_lines_of_a_body_end_with_the_terminating_line() -> None:
    step = expect("S: +OK\nS: 1 {size[1]}\nS: 2 <x>\nS: .")
    assert step.body is not None
    assert [pattern.text for pattern in step.body] == ["1 {size[1]}", "2 <x>"]


def test_an_empty_body_is_not_the_same_as_any_body() -> None:
    assert expect("S: +OK\nS: .").body == ()
    assert expect("S: +OK").body is None


def test_rows_and_bodies_are_kept_under_a_name() -> None:
    assert expect("S: +OK\nS: <rows x>\nS: .").rows == "x"
    assert expect("S: +OK\nS: <body x>\nS: .").content == "x"
    assert expect("S: +OK\nS: <body x>\nS: .").body is None


def test_a_body_belongs_to_its_own_connection() -> None:
    steps = parse_session("A> S: +OK\nB> S: +OK\nB> S: .")
    assert [isinstance(step, Expect) and step.body for step in steps] == [None, ()]


@pytest.mark.parametrize(
    "text,action,seconds",
    [
        ("C: <connect>", Action.CONNECT, None),
        ("C: <log in>", Action.LOG_IN, None),
        ("C: <log in within 5 s>", Action.LOG_IN, 5.0),
        ("C: <wait 200 ms>", Action.WAIT, 0.2),
        ("C: <wait 10 min>", Action.WAIT, 600.0),
        ("C: <wait 2 s>", Action.WAIT, 2.0),
        ("C: <half-close>", Action.HALF_CLOSE, None),
        ("C: <reset>", Action.RESET, None),
        ("C: <close>", Action.CLOSE, None),
        ("S: <silence>", Action.SILENCE, None),
        ("S: <silence 1 s>", Action.SILENCE, 1.0),
        ("S: <closes within 20 s>", Action.CLOSES, 20.0),
        ("S: <closes silently>", Action.CLOSES_SILENTLY, None),
        ("S: <closes silently within 11 min>", Action.CLOSES_SILENTLY, 660.0),
        ("C: <read slowly>", Action.READ_SLOWLY, None),
    ],
)
def test_acts(text: str, action: Action, seconds: float | None) -> None:
    step = act(text)
    assert (step.action, step.seconds) == (action, seconds)


def test_a_loop_holds_its_block() -> None:
    step = only("for n in 0 -1 {count + 1}:\n  C: RETR {n}\n  S: -ERR")
    assert isinstance(step, Loop)
    assert len(step.values) == 3
    assert len(step.block) == 2


def test_a_choice_has_branches_that_begin_with_the_server() -> None:
    step = only("either: [R1939-AUTH-02]\n  S: -ERR\nor:\n  S: +OK\n  C: NOOP\n  S: +OK\nor:\n  S: <closes>")
    assert isinstance(step, Choice)
    assert [len(branch) for branch in step.branches] == [1, 3, 1]
    assert step.clauses == ("R1939-AUTH-02",)


def test_statements() -> None:
    steps = parse_session("let a = 1 + 1\ncheck a == 2  [R1939-STAT-05]\nnote it holds\ndeliver plain\nskip enough")
    assert [type(step).__name__ for step in steps] == ["Let", "Check", "Note", "Deliver", "Skip"]
    check, note, skip = steps[1], steps[2], steps[4]
    assert isinstance(check, Check)
    assert check.clauses == ("R1939-STAT-05",)
    assert isinstance(note, Note)
    assert note.text == Template((b"it holds",))
    assert isinstance(skip, Skip)
    assert skip.text == "enough"


def test_a_note_can_hold_what_is_worked_out() -> None:
    note = only("note it took {a - 1} us")
    assert isinstance(note, Note)
    first, worked_out, last = note.text.parts
    assert (first, last) == (b"it took ", b" us")
    assert isinstance(worked_out, Expression)
    assert worked_out.text == "a - 1"


def test_a_login_can_have_a_command_before_it() -> None:
    act = only("C: <log in 2 with UTF8 within 5 s>")
    assert isinstance(act, Act)
    assert (act.action, act.account, act.word, act.seconds) == (Action.LOG_IN, 2, "UTF8", 5.0)


def test_remarks_and_empty_lines_are_passed_over() -> None:
    assert len(parse_session("# why\n\nC: STAT\n\n# because\nS: +OK")) == 2


@pytest.mark.parametrize(
    "text,line,column,message",
    [
        ("", 1, 1, "empty session"),
        ("C: STAT\n   S: +OK", 2, 4, "opens no block"),
        ("C: STAT\nsay hello", 2, 1, "is expected here"),
        ("S~ +OK", 1, 1, "written S: and nothing else"),
        ("S: OK", 1, 4, "+OK, -ERR"),
        ("S: <never>", 1, 4, "<silence>"),
        ("S: +OK\nS: 1 120", 1, 1, "has no end"),
        ("C: STAT [R1939-STAT-01]", 1, 1, "put the mark behind the S: line"),
        ("C/0: STAT", 1, 1, "at least 1"),
        ("C: <wait>", 1, 1, "needs a time"),
        ("C: <wait 5 days>", 1, 1, "is no time"),
        ("C: <log on>", 1, 1, "<log in>"),
        ("C: <close 2>", 1, 1, "takes no account"),
        ("skip unless a != b", 1, 1, "skip unless EXPRESSION: TEXT"),
        ("skip unless a !: it is so", 1, 13, "no expression"),
        ("C: <connect with UTF8>", 1, 1, "<log in with UTF8> does"),
        ("C: <close> [R1939-STAT-01]", 1, 1, "can be refused"),
        ("C: a{b", 1, 5, "not closed"),
        ("C: {1 +}", 1, 4, "no expression"),
        ("C: a\\q", 1, 5, "means nothing"),
        ("check", 1, 1, "something to check"),
        ("let 2 = 3", 1, 1, "let NAME"),
        ("for n 1 2", 1, 1, "for NAME in"),
        ("for n in 1 2:", 1, 1, "a block is expected"),
        ("either:\n  S: +OK", 1, 1, "at least one or"),
        ("either:\n  C: NOOP\nor:\n  S: +OK", 2, 3, "begins with what the server does"),
        ("deliver", 1, 1, "deliver MAIL"),
        ("deliver plain to 2", 1, 1, "deliver MAIL"),
        ("restart now", 1, 1, "alone"),
        ("note", 1, 1, "needs a text"),
        ("skip", 1, 1, "needs the reason"),
        ("C: x\n\tS: +OK", 2, 1, "TAB"),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_session(text)
    assert message in caught.value.message
    assert caught.value.place == Place(line, column)
