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
from typing import Final

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
    took, _ = _run("--help")
    yield "pop3spec --help, ms", f"{min([took, *(_run('--help')[0] for _ in range(4))]) * 1e3:.0f}"
    (mail := folder / "mail").mkdir()
    with serving(mail, *_ACCOUNTS, _APOP + ":apop") as server:

        def judged(name: str, *selection: str) -> tuple[float, float, int]:
            """Seconds by the clock, seconds of the processor, and scenarios."""
            report = folder / name
            accounts = [f"--account={account}" for account in _ACCOUNTS]
            where = [f"--port={server.port}", "--host=127.0.0.1", f"--fill=maildir:{mail}/{{user}}"]
            took, used = _run("run", *where, *accounts, f"--apop-account={_APOP}", f"--report={report}", *selection)
            return took, used, len(json.loads((report / "results.json").read_text())["cases"])

        _, start, few = judged("start", f"--scenario={_ONE}")
        took, used, most = judged("most", f"--not-scenario={_LARGE}")
        yield f"{most} scenarios, without large maildrops, s", f"{took:.1f}"
        yield "  of the processor for each, ms", f"{(used - start) / (most - few) * 1e3:.1f}"
        took, _, every = judged("all")
        yield f"all {every} scenarios, s", f"{took:.1f}"


def _run(*arguments: str) -> tuple[float, float]:
    """Run the command: seconds by the clock, and of the processor."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "conformance.cli", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"pop3spec {' '.join(arguments)} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime
