"""A server to judge for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.judged import Judged
from tests.cli.judged import judged as serve


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    """The reference server, judged in a folder of its own."""
    with serve(tmp_path) as server:
        yield server
