"""A fault with its parameters set and its moments named, as one line of text says it, a profile or Python.

retr-not-stuffed                         whenever it can, or as is usual with this fault
cut(after=120)@RETR#2                    in the second RETR of a connection
silence@TRANSACTION,connection=3         in the third connection, behind the login
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from conformance.server.faults.fault import FAULTS, Fault, Parameter, Value
from conformance.server.faults.when import ALWAYS, When, WhenError

__all__ = ["Armed", "FaultError", "read_profile"]

_NOTATION: Final = re.compile(r"(?P<name>[\w-]+)\s*(?:\((?P<arguments>[^()]*)\))?\s*(?:@(?P<when>.*))?")
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}
_NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})


class FaultError(ValueError):
    """A fault cannot be armed as it is written; the text says what is wrong, and what may have been meant."""


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault, ready to strike."""

    fault: Fault
    arguments: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    """Parameters that have another value than by default."""
    when: When = ALWAYS

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``NAME(PARAMETER=VALUE,...)@WHEN``. Raises FaultError."""
        found = _NOTATION.fullmatch(text.strip())
        if found is None:
            raise FaultError(f"{text!r} is no fault: NAME, NAME(PARAMETER=VALUE) or NAME@WHEN is expected")
        words = [word.partition("=") for word in (found["arguments"] or "").split(",") if word.strip()]
        if bad := next((name for name, equals, _ in words if not equals), None):
            raise FaultError(f"{text!r}: {bad.strip()!r} has no value; PARAMETER=VALUE is expected")
        return cls.of(found["name"], {name.strip(): value.strip() for name, _, value in words}, found["when"] or "")

    @classmethod
    def of(cls, name: str, arguments: Mapping[str, Any] = _NOTHING, when: str = "") -> Self:
        """The fault of that name with these parameters. Raises FaultError."""
        fault = FAULTS.get(name)
        if fault is None:
            raise FaultError(f"there is no fault called {name!r}{_meant(name, FAULTS)}; `pop3spec faults` lists them")
        known = {parameter.name: parameter for parameter in fault.parameters}
        for word in arguments:
            if word not in known:
                has = f"it has {', '.join(map(str, known.values()))}" if known else "it has none"
                raise FaultError(f"{name} has no parameter {word!r}{_meant(word, known)}; {has}")
        try:
            moments = When.parse(when or fault.usually)
        except WhenError as error:
            raise FaultError(f"{name}: {error}") from None
        return cls(fault, {word: _value(name, known[word], value) for word, value in arguments.items()}, moments)

    def __str__(self) -> str:
        arguments = ",".join(f"{name}={value}" for name, value in self.arguments.items())
        return self.fault.name + (f"({arguments})" if arguments else "") + (f"@{self.when}" if str(self.when) else "")


def _value(name: str, parameter: Parameter, value: object) -> Value:
    kind, text = parameter.kind, str(value).lower()
    try:
        if kind is bool:
            return _TRUTH[text]
        if kind is str:
            return str(value)
        number = float(text) if kind is float else int(text)
        if number >= 0:
            return number
    except (KeyError, ValueError):
        pass
    expected = {bool: "yes or no", int: "a whole number from 0 on", float: "a number from 0 on"}[kind]
    raise FaultError(f"{name}: {parameter.name}={value}: {expected} is expected")


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def read_profile(path: Path) -> tuple[Armed, ...]:
    """The faults of a TOML file. Raises FaultError.

    [[fault]]
    name = "cut"
    when = "RETR#2"
    after = 120
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    tables = document.get("fault")
    if set(document) != {"fault"} or not isinstance(tables, list):
        raise FaultError(f"{path}: a profile holds [[fault]] tables and nothing else")
    armed = []
    for number, table in enumerate(tables, start=1):
        given = dict(table)
        name, when = given.pop("name", None), given.pop("when", "")
        if not isinstance(name, str) or not isinstance(when, str):
            raise FaultError(f"{path}: fault {number}: it needs a name, as text, and may have a when, as text")
        try:
            armed.append(Armed.of(name, given, when))
        except FaultError as error:
            raise FaultError(f"{path}: fault {number}: {error}") from None
    return tuple(armed)
