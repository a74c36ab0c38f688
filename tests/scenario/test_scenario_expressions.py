from typing import Any

import pytest

from conformance.scenario.expressions import Expression, ExpressionError, as_octets
from conformance.wire import BodyReader


def work_out(text: str, **variables: Any) -> Any:
    return Expression(text).value(variables)


@pytest.mark.parametrize(
    "text,value",
    [
        ("count - 1", 2),
        ("sum(size) - size[2]", 40),
        ("'u' * 40", b"u" * 40),
        ("user + 'x'", b"alicex"),
        ("'m' + count", b"m3"),
        ("size[2] == 20 and not count == 4", True),
        ("1 < count <= 3", True),
        ("2 in size", True),
        ("5 not in keys(size)", True),
        ("words(['SASL PLAIN LOGIN', 'TOP'])", [b"SASL", b"PLAIN", b"LOGIN", b"TOP"]),
        ("len(set([1, 1, 2]))", 2),
        ("-count // 2", -2),
        ("max(size) % 2", 1),
        ("count == 1 or count == 3", True),
    ],
)
def test_expressions_come_to_what_python_says(text: str, value: Any) -> None:
    assert work_out(text, count=3, size={1: 10, 2: 20, 3: 30}, user=b"alice") == value


def test_the_accounts_of_a_body_can_be_asked_for() -> None:
    body, _ = BodyReader(0).feed(b"a\r\n..b\r\n.\r\n")
    assert work_out("x.octets", x=body) == 7
    assert work_out("x.lines == 2 and x.digest == y.digest", x=body, y=body)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "count.__class__",
        "open('/etc/passwd')",
        "(lambda: 1)()",
        "[x for x in size]",
        "size[1:2]",
        "1.5",
        "f'{count}'",
        "count ** 9",
        "count if count else 1",
        "sum(*size)",
        "(x := 3)",
        "a +",
        "",
    ],
)
def test_nothing_but_the_permitted_part_of_python_is_an_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        work_out(text, count=3, size={1: 2})


@pytest.mark.parametrize(
    "text,word",
    [
        ("nobody + 1", "nobody"),
        ("size[9]", "KeyError"),
        ("count // 0", "ZeroDivisionError"),
        ("user - 1", "TypeError"),
        ("'x' * 9999999", "octets"),
        ("count.octets", "body"),
    ],
)
def test_what_cannot_be_worked_out_says_why(text: str, word: str) -> None:
    with pytest.raises(ExpressionError, match=word):
        work_out(text, count=3, size={1: 2}, user=b"alice")


def test_the_names_that_an_expression_needs_are_known() -> None:
    assert Expression("sum(size) - size[n] + count").names == {"size", "n", "count"}


def test_numbers_are_sent_in_base_ten() -> None:
    assert as_octets(42) == b"42"
    assert as_octets("a") == b"a"
    with pytest.raises(ExpressionError):
        as_octets([1])
    with pytest.raises(ExpressionError):
        as_octets(value=True)


@pytest.mark.parametrize(
    "text,value",
    [
        ("hyphenated(user)", "a\u00adlice".encode()),
        ("wide(user)", "ａlice".encode()),
        ("wide(other)", "öＡb".encode()),
        ("overlong(user)", b"\xc1\xa1lice"),
        ("overlong('')", b""),
        ("unassigned(user)", False),
        ("unassigned(key)", True),
        ("median([3, 1, 20])", 3),
    ],
)
def test_spellings_and_middles(text: str, value: Any) -> None:
    assert work_out(text, user=b"alice", other="öAb".encode(), key="\U0001f511".encode()) == value
