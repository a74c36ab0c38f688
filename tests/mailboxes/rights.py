"""Working without the rights that root has."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["NOBODY", "needs_root", "open_folder", "unprivileged"]

NOBODY = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the rights of root, or to give them up")


@contextmanager
def unprivileged() -> Iterator[None]:
    """Do without the rights of root for a while, so that file modes mean something."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter and read, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="pop3spec-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
