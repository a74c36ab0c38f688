"""What a file holds is what the fields say, or it is told where it is not."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import pytest

from conformance.results.typed import misfits


class Kind(StrEnum):
    GOOD = "good"


class Pair(NamedTuple):
    name: str
    size: int = 0


@dataclass(frozen=True)
class Thing:
    name: str
    seconds: float = 0.0
    pairs: tuple[Pair, ...] = ()
    mark: tuple[int, int] | None = None
    kind: Kind = Kind.GOOD
    whole: bool = True


WRONG: Any = None


def never(value: Any) -> Any:
    """What no checker of types would let pass."""
    return value


@pytest.mark.parametrize(
    "thing",
    [
        Thing("x"),
        Thing("x", 1),
        Thing("x", 1.5, (Pair("a"), Pair("b", 2)), (1, 2)),
        Thing("", kind=Kind.GOOD, whole=False),
    ],
)
def test_what_fits_fits(thing: Thing) -> None:
    assert list(misfits(thing, Thing)) == []


@pytest.mark.parametrize(
    "thing, told",
    [
        (Thing(WRONG), "name is not a text"),
        (Thing("x", never("soon")), "seconds is not a number"),
        (Thing("x", True), "seconds is not a number"),
        (Thing("x", pairs=(Pair("a"), Pair("b", WRONG))), "pairs[1].size is not a whole number"),
        (Thing("x", pairs=(Pair("a", never(1.5)),)), "pairs[0].size is not a whole number"),
        (Thing("x", pairs=never([Pair("a")])), "pairs is no list of so many"),
        (Thing("x", mark=never((1,))), "mark is of another kind"),
        (Thing("x", kind=never("good")), "kind is not what it should be"),
        (Thing("x", whole=never(1)), "whole is not true or false"),
        (WRONG, " is not what it should be"),
    ],
)
def test_what_does_not_is_told_with_its_place(thing: Any, told: str) -> None:
    assert list(misfits(thing, Thing)) == [told]
