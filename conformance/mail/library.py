"""Messages by name: the files in `fixtures/mail/`, and those made from a number."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from conformance.bundled import MAIL
from conformance.mail.made import KINDS, Kind
from conformance.mail.message import Mail

__all__ = ["UnknownMailError", "expand", "load", "maildrop", "names"]

_NONE: Final[Mapping[str, bytes]] = MappingProxyType({})
_NUMBER: Final = re.compile(r"([0-9]{1,18})(KiB|MiB)?")
_UNITS: Final = {None: 1, "KiB": 2**10, "MiB": 2**20}
_ENTRY: Final = re.compile(r"(?P<name>.+)\*(?P<times>[1-9][0-9]{0,5})")


class UnknownMailError(LookupError):
    """No message has that name; the text says what might have been meant."""


@cache
def names() -> tuple[str, ...]:
    """The names of the messages in the folder, sorted."""
    return tuple(sorted(path.stem for path in MAIL.glob("*.eml")))


def load(name: str) -> Mail:
    """The message of that name: a file's, or `small:SEED`, `text:OCTETS`, `dots:OCTETS`, `lines:COUNT`.

    Octets may be given as 64KiB or 32MiB; a made message bears the name with the number written out. Raises
    UnknownMailError.
    """
    name = _resolve(name)
    kind, colon, number = name.partition(":")
    return Mail(name, KINDS[kind].make(int(number))) if colon else _read(name)


def expand(spec: Iterable[str], own: Mapping[str, bytes] = _NONE) -> list[str]:
    """The names that a maildrop's entries stand for, in order, without making a message.

    `NAME*COUNT` repeats a message. `small*COUNT` is that many different messages: the seeds run on from 1 through the
    whole maildrop, and `small` alone takes the next one. `own` has messages that are in no folder, by name. Raises
    UnknownMailError.
    """
    seeds = iter(range(1, KINDS["small"].most))
    return [name for entry in spec for name in _expand_entry(entry, seeds, own)]


def maildrop(spec: Iterable[str], own: Mapping[str, bytes] = _NONE) -> list[Mail]:
    """The messages that a maildrop's entries stand for (see `expand`); repeated ones are one object."""
    order = expand(spec, own)
    mails = {name: Mail(name, own[name]) if name in own else load(name) for name in dict.fromkeys(order)}
    return [mails[name] for name in order]


@lru_cache(maxsize=32)  # of files only: a made message may have many MiB
def _read(name: str) -> Mail:
    return Mail(name, (MAIL / f"{name}.eml").read_bytes())


def _expand_entry(entry: str, seeds: Iterator[int], own: Mapping[str, bytes]) -> list[str]:
    repeated = _ENTRY.fullmatch(entry)
    name, times = (repeated["name"], int(repeated["times"])) if repeated else (entry, 1)
    if name in own:
        return [name] * times
    if name == "small":
        return [f"small:{next(seeds)}" for _ in range(times)]
    return [_resolve(name)] * times


def _resolve(name: str) -> str:
    """The name in its one true spelling, or UnknownMailError."""
    prefix, colon, number = name.partition(":")
    if not colon and name in names():
        return name
    if prefix not in KINDS:
        raise UnknownMailError(_no_such(name))
    kind = KINDS[prefix]
    return f"{prefix}:{_number(kind, number)}"


def _number(kind: Kind, text: str) -> int:
    found, sized = _NUMBER.fullmatch(text), kind.number == "OCTETS"
    if not found or (found[2] and not sized):
        suffix = ", plain or with KiB or MiB" if sized else ""
        message = f'"{kind.name}:{text}": write {kind.name}:{kind.number}, a whole number{suffix}'
        raise UnknownMailError(message)
    number = int(found[1]) * _UNITS[found[2]]
    if not kind.least <= number <= kind.most:
        message = f'"{kind.name}:{text}": {kind.number} goes from {kind.least} to {kind.most}'
        raise UnknownMailError(message)
    return number


def _no_such(name: str) -> str:
    near = get_close_matches(name, (*names(), *(f"{kind}:" for kind in KINDS)))
    hint = " or ".join(f'"{one}"' for one in near)
    return f'no message is called "{name}"' + (f"; did you mean {hint}?" if near else "")
