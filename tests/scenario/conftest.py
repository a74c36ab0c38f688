"""A reference server to play on for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.playing import Theatre, theatre


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Theatre]:
    """Alice's and Bob's maildrops are empty."""
    with theatre(tmp_path) as here:
        yield here
