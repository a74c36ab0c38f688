"""results.json: the run as plain data, see ``reports/results.schema.json``.

Laid out for eyes and for diffs: a clause, a scenario and a line of what was said have a line of the file each.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.reporters.files import write_file
from conformance.results import ResultsError, RunResult, run_as_plain, run_from_plain

__all__ = ["ResultsReporter", "read_results", "results_json"]

_LARGEST: Final = 256 * 1024 * 1024
"""Octets of a file that is read."""
_WHAT: Final = "name a results.json that `pop3spec run` wrote, or the folder that it is in"
_LISTS: Final = ("latency", "known", "left_out", "clauses")


@dataclass(frozen=True, slots=True)
class ResultsReporter:
    """Writes results.json."""

    path: Path

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, results_json(result))


def read_results(place: Path) -> RunResult:
    """The run whose results lie there: a file, or the folder that a results.json is in.

    `ResultsError` says why there is none, and what to do.
    """
    path = place / "results.json" if place.is_dir() else place
    try:
        if path.stat().st_size > _LARGEST:
            raise _refused(path, "is larger than results of a run are")
        plain = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise _refused(path, "is not there") from None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, ResultsError):
            raise
        raise _refused(path, "does not hold the results of a run: it is not JSON, or was cut off") from None
    if not isinstance(plain, dict):
        raise _refused(path, "does not hold the results of a run")
    try:
        return run_from_plain(plain)
    except ResultsError as error:
        raise _refused(path, f"does not hold the results of a run: {error}") from None


def _refused(path: Path, why: str) -> ResultsError:
    return ResultsError(f"{path} {why}; {_WHAT}")


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
