"""Reads clause files: one TOML file an RFC, checked field by field."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from conformance.clauses.clause import Advisory, Clause, Level, Subject
from conformance.clauses.rules import objection

__all__ = ["ClauseFileError", "read_clauses"]

_Choice = TypeVar("_Choice", bound=StrEnum)

_HEAD: Final = frozenset({"rfc", "title", "clause"})
_KEYS: Final = frozenset(Clause.__dataclass_fields__) - {"rfc"}


class ClauseFileError(ValueError):
    """A clause file is not as it should be; the message reads ``file: clause id: what was expected``."""


def read_clauses(path: Path) -> tuple[Clause, ...]:
    """The clauses of one file, in its order."""
    # Only those who look at a clause pay for the parser.
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        message = f"{path}: expected TOML: {fault}"
        raise ClauseFileError(message) from fault
    head = _Fields(document, f"{path}")
    head.only(_HEAD)
    head.text("title")
    rfc = head.number("rfc")
    rows = document.get("clause")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise head.error("expected [[clause]] tables")
    return tuple(_clause(row, rfc, f"{path}: {_name(row, place)}") for place, row in enumerate(rows, start=1))


def _name(row: Mapping[str, Any], place: int) -> str:
    name = row.get("id")
    return name if isinstance(name, str) and name else f"clause number {place}"


def _clause(row: Mapping[str, Any], rfc: int, where: str) -> Clause:
    fields = _Fields(row, where)
    fields.only(_KEYS)
    clause = Clause(
        id=fields.text("id"),
        rfc=rfc,
        section=fields.text("section"),
        topic=fields.text("topic"),
        subject=fields.choice("subject", Subject),
        level=fields.choice("level", Level),
        inferred=fields.flag("inferred"),
        says=fields.text("says"),
        how=fields.text("how"),
        observe=fields.words("observe"),
        needs=fields.words("needs"),
        advisory=fields.choice("advisory", Advisory) if "advisory" in row else None,
        excuse=fields.text("excuse") if "excuse" in row else None,
    )
    if (expected := objection(clause)) is not None:
        raise fields.error(expected)
    return clause


class _Fields:
    """A TOML table whose values are asked for by type."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self._table = table
        self._where = where

    def error(self, expected: str) -> ClauseFileError:
        return ClauseFileError(f"{self._where}: {expected}")

    def only(self, known: frozenset[str]) -> None:
        if strangers := sorted(set(self._table) - known):
            raise self.error(f"expected no other keys than {', '.join(sorted(known))}; got {', '.join(strangers)}")

    def text(self, key: str) -> str:
        """A text on one line: white space, line ends included, is folded."""
        value = self._table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"expected {key} to be a text")
        return " ".join(value.split())

    def number(self, key: str) -> int:
        value = self._table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.error(f"expected {key} to be a number")
        return value

    def flag(self, key: str) -> bool:
        value = self._table.get(key)
        if not isinstance(value, bool):
            raise self.error(f"expected {key} to be true or false")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.error(f"expected {key} to be a list of texts")
        return tuple(value)

    def choice(self, key: str, kinds: type[_Choice]) -> _Choice:
        value = self._table.get(key)
        for kind in kinds:
            if kind.value == value:
                return kind
        raise self.error(f"expected {key} to be one of {', '.join(kinds)}; got {value!r}")
