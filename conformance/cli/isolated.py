"""pytest, in this process, without anything that the current folder or the environment would bring into it."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.cli.stopping import stoppable

__all__ = ["Ended", "play"]

_ALONE: Final = (
    *("-c", os.devnull),  # no pytest.ini, no pyproject.toml
    "--noconftest",
    "--capture=no",  # what is shown of a run is our own affair
    *("-p", "no:terminalreporter"),
    *("-p", "no:cacheprovider"),  # no .pytest_cache
    *("-p", "no:warnings"),  # the filters of the user's own tests are for the user's own tests
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),  # which would make warnings
    *("-p", "no:logging"),  # nothing is logged
    "--assert=plain",  # no test of Python's is there to be rewritten
    *("-p", "conformance.plugin"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How pytest ended."""

    status: int
    said: str
    """What it wrote on standard error: mistakes in the command line, for which there is no report."""
    interrupted: bool
    """Whether it was cut short where pytest itself does not notice."""
    terminated: bool
    """Whether it was by SIGTERM."""


def play(arguments: Sequence[str], front: object) -> Ended:
    """Run pytest with these arguments and one plug-in more."""
    import pytest

    interrupted = False
    with _environment(), _standard_error() as said, stoppable() as stopped:
        try:
            status = pytest.main([*_ALONE, f"--rootdir={Path.cwd()}", *arguments], plugins=[front])
        except KeyboardInterrupt:
            status, interrupted = pytest.ExitCode.INTERRUPTED, True
        return Ended(int(status), said(), interrupted, stopped.terminated)


@contextlib.contextmanager
def _environment() -> Iterator[Any]:
    """No plug-in but those that are named, and none of pytest's variables; all as before afterwards."""
    before = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    for name in before:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST_")]:
            del os.environ[name]
        os.environ.update(before)


@contextlib.contextmanager
def _standard_error() -> Iterator[Callable[[], str]]:
    """Keep what this process and those of pytest-xdist write there; called, it says what that was."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        before = os.dup(2)
        os.dup2(kept.fileno(), 2)

        def said() -> str:
            sys.stderr.flush()
            kept.seek(0)
            return kept.read().decode("utf-8", "replace")

        try:
            yield said
        finally:
            sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
