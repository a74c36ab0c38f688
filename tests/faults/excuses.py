"""Clauses that can fail a server and that no fault breaks, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["EXCUSES"]

EXCUSES: Final[Mapping[str, str]] = MappingProxyType({})
"""By id."""
