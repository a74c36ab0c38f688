"""Calls the command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["COMMAND", "Done", "environment", "pop3spec", "unmeasured"]

COMMAND = (sys.executable, "-bb", "-m", "conformance.cli")

_FOREIGN = (
    "NO_COLOR",
    "GITHUB_STEP_SUMMARY",
    "FORCE_COLOR",
    "PYTEST_",
    "COV_",
    "POP3SPEC_",
    "COLUMNS",
    "PYTHONWARNINGS",
)


@dataclass(frozen=True)
class Done:
    """How the command ended."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that was said."""
        return self.out + self.err


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what tests and terminals put there."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**plain, **(more or {})}


def unmeasured() -> dict[str, str]:
    """That without coverage's, which imports things of its own, and waits for ever where a signal strikes it.

    Its lock is not released where KeyboardInterrupt is raised while it is held.
    """
    return {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}


def pop3spec(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 120
) -> Done:
    """Call it and wait; whatever went wrong, nobody is shown a traceback."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in result.text, result.text
    assert "INTERNALERROR" not in result.text, result.text
    assert "Exception ignored" not in result.text, result.text
    return result
