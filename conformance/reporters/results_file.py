"""results.json: the run as plain data, see ``reports/results.schema.json``.

Laid out for eyes and for diffs: a clause, a scenario and a line of what was said have a line of the file each.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.reporters.files import write_file
from conformance.results import RunResult, run_as_plain

__all__ = ["ResultsReporter", "results_json"]

_LISTS: Final = ("left_out", "clauses")


@dataclass(frozen=True, slots=True)
class ResultsReporter:
    """Writes results.json."""

    path: Path

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, results_json(result))


def results_json(result: RunResult) -> str:
    """The text of results.json."""
    members = []
    for key, value in run_as_plain(result).items():
        if key == "cases":
            text = _list(map(_case, value), " ")
        else:
            text = _list(map(_dumped, value), " ") if key in _LISTS else _dumped(value)
        members.append(f' "{key}": {text}')
    return "{\n" + ",\n".join(members) + "\n}\n"


def _case(case: Mapping[str, Any]) -> str:
    head = _dumped({key: value for key, value in case.items() if key != "transcript"})
    return f'{head[:-1]}, "transcript": {_list(map(_dumped, case["transcript"]), "  ")}}}'


def _list(items: Iterable[str], indent: str) -> str:
    lines = ",\n".join(f"{indent} {item}" for item in items)
    return f"[\n{lines}\n{indent}]" if lines else "[]"


_dumped: Final = json.JSONEncoder(ensure_ascii=False).encode
