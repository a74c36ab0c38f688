"""Draws sessions from a seed: hypothesis chooses them, and neither shrinks nor remembers any."""

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisWarning

from conformance.machine.fair import FAIR
from conformance.scenario import Scenario

__all__ = ["draw"]

_NOWHERE: Final = Path(tempfile.gettempdir(), "pop3spec-hypothesis")
"""For hypothesis' own files where nothing is to be remembered."""


def draw(
    sessions: st.SearchStrategy[Scenario], take: Callable[[Scenario], None], size: int, number: int, drawn: int
) -> None:
    """Draw so many at most and hand each over; what `take` raises ends it, and comes out behind one more call.

    The same ones come from the same seed, `number`, and the same number of those that were `drawn` before.
    """
    set_hypothesis_home_dir(_NOWHERE)
    drawing = settings(
        max_examples=size,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        backend=FAIR,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
    )(given(sessions)(take))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # that a session is long is no news
        seed(number * 1_000_003 + drawn)(drawing)()
