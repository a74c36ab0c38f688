"""Scenario files: those that come with pop3spec, and those that the command line names."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance import bundled
from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.scenario import Problem, Scenario

__all__ = ["SUFFIX", "bundled_files", "read", "scenario_files"]

SUFFIX = ".pop3.yaml"


def bundled_files() -> list[Path]:
    """The files that come with pop3spec, in the order of the RFC's sections."""
    return sorted(bundled.SCENARIOS.rglob(f"*{SUFFIX}"))


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The files that these paths name, folders searched; `Failure` for a path that names none."""
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob(f"*{SUFFIX}"))
            if not inside:
                raise Failure(f"{path}: no file in this folder has a name that ends in {SUFFIX}")
            files |= dict.fromkeys(inside)
        elif not path.exists():
            raise Failure(f"{path}: there is no such file")
        elif not path.name.endswith(SUFFIX):
            raise Failure(f"{path}: the name of a scenario file ends in {SUFFIX}")
        else:
            files[path] = None
    return list(files)


def read(files: Sequence[Path]) -> "tuple[list[Scenario], list[Problem]]":
    """The scenarios of all files, and everything that is wrong in them."""
    from conformance.scenario import load

    scenarios, problems = [], []
    for path in files:
        good, bad = load(path)
        scenarios += good
        problems += bad
    return scenarios, problems
