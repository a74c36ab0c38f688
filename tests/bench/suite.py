"""How long the suite itself takes: to say what it can do, and to judge the reference server.

What a run takes for itself is the processor's time that it used, in user code and in the kernel: while it waits for the
server it uses none. The start is left out of it, as a run of one scenario shows it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from .contestants import serving

__all__ = ["suite"]

_ACCOUNTS: Final = (
    *("alice:secret", "bob:secret", "dave:open sesame please"),
    "forty-characters-" + "n" * 23 + ":forty-characters-" + "p" * 23,
)
_APOP: Final = "carol:secret"
_ONE: Final = "rfc1939/05-noop/*"
_LARGE: Final = "rfc1939/11-large-maildrops/*"


def suite(folder: Path) -> Iterator[tuple[str, str]]:
    """What was measured, and the result."""
    yield "pop3spec --help, ms", f"{min(_run('--help').clock for _ in range(5)) * 1e3:.0f}"
    (mail := folder / "mail").mkdir()
    with serving(mail, *_ACCOUNTS, _APOP + ":apop") as server:

        def judged(name: str, *selection: str) -> tuple[_Cost, int]:
            """What it took, and the number of scenarios."""
            report = folder / name
            accounts = [f"--account={account}" for account in _ACCOUNTS]
            where = [f"--port={server.port}", "--host=127.0.0.1", f"--fill=maildir:{mail}/{{user}}"]
            cost = _run("run", *where, *accounts, f"--apop-account={_APOP}", f"--report={report}", *selection)
            return cost, len(json.loads((report / "results.json").read_text())["cases"])

        start, few = judged("start", f"--scenario={_ONE}")
        yield "the start, of the processor, ms", f"{start.processor * 1e3:.0f}"
        cost, most = judged("most", f"--not-scenario={_LARGE}")
        yield f"{most} scenarios, without large maildrops, s", f"{cost.clock:.1f}"
        yield "  of the processor for each, ms", f"{(cost.processor - start.processor) / (most - few) * 1e3:.1f}"
        yield "  memory at the most, MiB", f"{cost.memory:.0f}"
        cost, every = judged("all")
        yield f"all {every} scenarios, s", f"{cost.clock:.1f}"
        yield "  memory at the most, MiB", f"{cost.memory:.0f}"


class _Cost(NamedTuple):
    """What a run of the command took."""

    clock: float
    """Seconds."""
    processor: float
    """Seconds."""
    memory: float
    """MiB at the most."""


def _run(*arguments: str) -> _Cost:
    """Run the command."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "conformance.cli", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"pop3spec {' '.join(arguments)} ended with {process.returncode}")
    return _Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
