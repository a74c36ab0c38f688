"""Measure, and show: `python -m tests.bench [race] [memory] [suite] [generated]`."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from .contestants import fill, real_servers, serving
from .generated import generated
from .memory import memory
from .race import LOADS, race
from .suite import suite


def _races(folder: Path) -> Iterator[str]:
    """A line for each load: the rates, and by how many times the reference server is faster."""
    (mail := folder / "mail").mkdir()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})  # where the kernel puts client and server weighs more than what they do
    with real_servers(folder) as others, serving(mail) as reference:
        fill(f"maildir:{mail}/{{user}}")
        yield " " * 22 + "".join(f"{one.name:>20}" for one in (reference, *others))
        for name in LOADS:
            rates = race(name, [reference, *others])
            yield f"{name:22}" + "".join(f"{rate:>11,.0f}{rates[0] / rate:>8.2f}x" for rate in rates)
    os.sched_setaffinity(0, cores)


def _memory(folder: Path) -> Iterator[str]:
    return (f"{what:60}{result:>8}" for what, result in memory(folder))


def _suite(folder: Path) -> Iterator[str]:
    return (f"{what:60}{result:>8}" for what, result in suite(folder))


def _generated(folder: Path) -> Iterator[str]:
    return (f"{what:60}{result:>8}" for what, result in generated(folder))


_ALL: Final[Mapping[str, Callable[[Path], Iterator[str]]]] = {
    "race": _races,
    "memory": _memory,
    "suite": _suite,
    "generated": _generated,
}


def main(asked: list[str]) -> None:
    """Measure everything, or what is asked for."""
    for name in asked or _ALL:
        with tempfile.TemporaryDirectory(prefix="pop3spec-bench-") as folder:
            for line in _ALL[name](Path(folder)):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
        sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
