"""When a fault strikes."""

from functools import partial
from random import Random

import pytest

from conformance.server.faults import Moment, When, WhenError
from conformance.wire import State

RETR = Moment(connection=2, verb="RETR", nth=3, command=9, state=State.TRANSACTION)
DICE = partial(Random, 7)
ALWAYS = DICE()


@pytest.mark.parametrize(
    "text", ["", "RETR", "retr", "RETR#3", "#9", "TRANSACTION", "connection=2", "RETR#3,TRANSACTION,connection=2"]
)
def test_it_strikes(text: str) -> None:
    assert When.parse(text).holds(RETR, ALWAYS)


@pytest.mark.parametrize(
    "text", ["TOP", "RETR#2", "#3", "AUTHORIZATION", "connection=1", "RETR,connection=3", "GREETING"]
)
def test_it_does_not(text: str) -> None:
    assert not When.parse(text).holds(RETR, ALWAYS)


def test_chance_is_from_a_seed_and_about_right() -> None:
    when = When.parse("RETR,chance=0.25")
    dice, again = DICE(), DICE()
    struck = [when.holds(RETR, dice) for _ in range(1000)]
    assert struck == [when.holds(RETR, again) for _ in range(1000)]
    assert 200 < sum(struck) < 300


def test_the_dice_are_not_cast_where_the_rest_does_not_hold() -> None:
    dice = DICE()
    assert not When.parse("TOP,chance=0.5").holds(RETR, dice)
    assert dice.random() == DICE().random()


@pytest.mark.parametrize("text", ["RETR#2", "#5", "TRANSACTION", "STAT,connection=3", "chance=0.5", "GREETING"])
def test_it_is_written_as_it_is_read(text: str) -> None:
    assert str(When.parse(text)) == text


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("RETR#0", "'RETR#0' does not say when"),
        ("sometimes!", "'sometimes!' does not say when"),
        ("connection=0", "connection=0: a number from 1 on is expected"),
        ("chance=2", "chance=2: a number above 0 and up to 1 is expected"),
        ("chance=x", "chance=x: a number above 0"),
        ("colour=red", "'colour' is no condition"),
        ("RETR,TOP", "'TOP' says once more"),
    ],
)
def test_what_is_not_understood_is_told(text: str, complaint: str) -> None:
    with pytest.raises(WhenError, match="^" + complaint):
        When.parse(text)
