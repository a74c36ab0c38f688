"""Whether values that came from a file are what the fields of our dataclasses say."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

__all__ = ["misfits"]

_WORDS: Final = {str: "a text", float: "a number", int: "a whole number", bool: "true or false"}


def misfits(value: object, hint: Any, place: str = "") -> Iterator[str]:
    """What is otherwise than its type hint says, each with its place: ``cases[3].seconds is no number``.

    Understood are dataclasses and named tuples, tuples, unions, and classes. A whole number is a number, too.
    """
    if get_origin(hint) is UnionType:
        if all(any(misfits(value, one, place)) for one in get_args(hint)):
            yield f"{place} is of another kind"
    elif get_origin(hint) is tuple:
        yield from _in_tuple(value, get_args(hint), place)
    elif not isinstance(value, _CLASSES.get(hint, hint)) or (isinstance(value, bool) and hint in (int, float)):
        yield f"{place} is not {_WORDS.get(hint, 'what it should be')}"
    elif is_dataclass(hint) or hasattr(hint, "_fields"):
        for name, inner in _fields(hint).items():
            yield from misfits(getattr(value, name), inner, f"{place}.{name}" if place else name)


_CLASSES: Final[Mapping[Any, Any]] = {float: (int, float)}


def _in_tuple(value: object, hints: tuple[Any, ...], place: str) -> Iterator[str]:
    if not isinstance(value, tuple) or (hints[1:] != (...,) and len(value) != len(hints)):
        yield f"{place} is no list of so many"
        return
    inner = hints[:1] * len(value) if hints[1:] == (...,) else hints
    for number, (one, hint) in enumerate(zip(value, inner, strict=True)):
        yield from misfits(one, hint, f"{place}[{number}]")


@cache
def _fields(hint: Any) -> Mapping[str, Any]:
    return get_type_hints(hint)
