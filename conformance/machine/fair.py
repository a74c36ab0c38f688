"""Draws that are fair: each choice as likely as any other, from the seed alone.

hypothesis draws numbers near the ends of their range by preference, takes literals from the source of whatever modules
are loaded, and mutates what it drew before. That suits numbers; of the turns of a session it makes many that are empty
or alike, and not the same ones in another process. So sessions are drawn by a provider of their own, which is how
hypothesis lets its draws be made by others.
"""

from random import Random
from typing import Any, Final

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

__all__ = ["FAIR"]

FAIR: Final = "fair"
"""What the settings of hypothesis call it."""


class _Fair(HypothesisProvider):
    def draw_integer(self, min_value: int | None = None, max_value: int | None = None, **more: Any) -> int:
        """Any number of the range; the indices of choices are such numbers."""
        chance: Random | None = self._random
        if chance is None or min_value is None or max_value is None:
            return super().draw_integer(min_value, max_value, **more)
        return chance.randint(min_value, max_value)


AVAILABLE_PROVIDERS[FAIR] = _Fair
