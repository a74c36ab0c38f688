"""What a large maildrop costs the reference server: octets of memory, beyond what it has when it greets."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from .client import logged_in
from .contestants import fill, serving, text

__all__ = ["memory"]

_HUGE: Final = 256 << 20
_MANY: Final = 100_000
_MIB: Final = 1 << 20


def memory(folder: Path) -> Iterator[tuple[str, str]]:
    """What was measured, and the result."""
    peak, _ = _growth(folder / "huge", [text(_HUGE)], b"RETR 1\r\n")
    yield "a message of 256 MiB: MiB at the most", f"{peak / _MIB:.1f}"
    peak, kept = _growth(folder / "many", (text(500) for _ in range(_MANY)), b"LIST\r\n", b"UIDL\r\n")
    yield "100,000 messages: octets each at the most", f"{peak / _MANY:.0f}"
    yield "100,000 messages: octets each after the session", f"{kept / _MANY:.0f}"


def _growth(folder: Path, mail: Iterable[bytes], *commands: bytes) -> tuple[int, int]:
    """By how much the server grew at the most in a session over this mail, and how much of that is left behind it."""
    with serving(folder, "alice", "bob") as server:
        with logged_in(server.port, "bob"):
            before = server.memory("VmRSS")
        fill(f"maildir:{folder}/{{user}}", {"alice": mail})
        with logged_in(server.port, "alice") as client:
            for command in commands:
                client.body(command)
        with logged_in(server.port, "bob"):
            after = server.memory("VmRSS")
        return server.memory("VmHWM") - before, after - before
