"""Octets as printable ASCII, so that nothing a peer sends can act as markup or as a terminal code; and back."""

import re
from typing import Final

__all__ = ["escape", "unescape"]

_NAMED: Final = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x5C: "\\\\"}
_TABLE: Final = tuple(_NAMED.get(o) or (chr(o) if 0x20 <= o <= 0x7E else f"\\x{o:02x}") for o in range(256))
_BY_CHARACTER: Final = {octet: text for octet, text in enumerate(_TABLE) if text != chr(octet)}
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|(.?))", re.DOTALL)
_BACK: Final = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def escape(octets: bytes) -> str:
    """Printable ASCII as it is, a backslash doubled, TAB, CR and LF by name, any other octet as ``\\xNN``."""
    return octets.decode("latin-1").translate(_BY_CHARACTER)


def unescape(text: str) -> bytes:
    """The octets that `escape` was given; `ValueError` for what it never writes."""

    def back(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        try:
            return _BACK[found[2]]
        except KeyError:
            message = f"unknown escape {found[0]!r}"
            raise ValueError(message) from None

    return _ESCAPE.sub(back, text).encode("latin-1")
