"""Functions about names and passwords: spellings that are equivalent, and such as are none (RFC 6856 §2.2)."""

import re
import stringprep
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

__all__ = ["SPELLINGS"]

_SOFT_HYPHEN: Final = "\u00ad"
_TO_FULL_WIDTH: Final = 0xFEE0
"""From a visible ASCII character to the one of full width that NFKC takes for the same."""
_VISIBLE: Final = re.compile(rb"[!-~]")


def _hyphenated(octets: bytes) -> bytes:
    """With a soft hyphen behind the first character, which SASLprep maps to nothing."""
    text = octets.decode()
    return (text[:1] + _SOFT_HYPHEN + text[1:]).encode()


def _wide(octets: bytes) -> bytes:
    """With the first character that is visible ASCII in full width."""
    return _VISIBLE.sub(lambda found: chr(ord(found[0]) + _TO_FULL_WIDTH).encode(), octets, count=1)


def _overlong(octets: bytes) -> bytes:
    """With the first character that is visible ASCII in two octets, which RFC 3629 §3 forbids."""
    return _VISIBLE.sub(lambda found: bytes([0xC0 | ord(found[0]) >> 6, 0x80 | ord(found[0]) & 0x3F]), octets, count=1)


def _unassigned(octets: bytes) -> bool:
    """Whether some character is one that Unicode 3.2 does not assign."""
    return any(map(stringprep.in_table_a1, octets.decode()))


SPELLINGS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"hyphenated": _hyphenated, "wide": _wide, "overlong": _overlong, "unassigned": _unassigned}
)
"""By the names that they have in expressions."""
