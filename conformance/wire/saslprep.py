"""SASLprep: the one spelling to which equivalent spellings of a name or a password come down (RFC 4013).

A profile of stringprep (RFC 3454), whose tables of Unicode 3.2 come with Python. Characters beyond that version are
allowed in query strings, which is what a peer sends, and not in stored strings, which is what it is compared with
(RFC 3454 §7).
"""

import re
import stringprep
import unicodedata
from enum import StrEnum
from typing import Final

__all__ = ["Preparation", "saslprep"]


class Preparation(StrEnum):
    """What a string is prepared for (RFC 3454 §7)."""

    QUERY = "query"
    STORED = "stored"


_PLAIN: Final = re.compile(rb"[ -~]*")
_PROHIBITED: Final = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)
"""RFC 4013 §2.3."""


def saslprep(octets: bytes, preparation: Preparation) -> bytes | None:
    """The prepared string in UTF-8; None where the octets are not well-formed, or hold what is prohibited."""
    if _PLAIN.fullmatch(octets):
        return octets
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    mapped = "".join(map(_mapped, text))  # RFC 4013 §2.1
    normal = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)  # §2.2
    if any(prohibited(char) for char in normal for prohibited in _PROHIBITED) or not _reads_one_way(normal):
        return None
    if preparation is Preparation.STORED and any(map(stringprep.in_table_a1, normal)):  # §2.5
        return None
    return normal.encode()


def _mapped(char: str) -> str:
    """A space for each that is not ASCII's, and nothing for what is commonly mapped to nothing."""
    if stringprep.in_table_c12(char):
        return " "
    return "" if stringprep.in_table_b1(char) else char


def _reads_one_way(text: str) -> bool:
    """RFC 4013 §2.4, RFC 3454 §6: a text with characters that read from right to left has no others, and begins and
    ends with one."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    if any(map(stringprep.in_table_d2, text)):
        return False
    return stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
