"""From texts with escapes and braces to octets and expressions."""

import re
from typing import Final

from conformance.scenario.expressions import Expression, ExpressionError
from conformance.scenario.source import ScriptError
from conformance.scenario.steps import Place, Template

__all__ = ["parse_expression", "parse_template"]

_ESCAPES: Final = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "s": b" ", "\\": b"\\", "{": b"{", "}": b"}"}


def parse_expression(text: str, place: Place) -> Expression:
    """An expression; `ScriptError` when it is none."""
    try:
        return Expression(text)
    except ExpressionError as error:
        raise ScriptError(place, str(error)) from None


def parse_template(text: str, place: Place) -> Template:
    r"""Octets with ``\r``, ``\x00``, ``\s`` (a space) and ``{expression}`` in them."""
    parts: list[bytes | Expression] = []
    octets = bytearray()
    at = 0
    while at < len(text):
        here = Place(place.line, place.column + at)
        if text[at] == "\\":
            octet, width = _escape(text[at + 1 : at + 4], here)
            octets += octet
            at += width
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0:
                raise ScriptError(here, "a brace is opened and not closed; write \\{ for a brace as such")
            if octets:
                parts.append(bytes(octets))
                octets.clear()
            parts.append(parse_expression(text[at + 1 : end], here))
            at = end + 1
        else:
            octets += text[at].encode()
            at += 1
    if octets:
        parts.append(bytes(octets))
    return Template(tuple(parts))


def _escape(text: str, place: Place) -> tuple[bytes, int]:
    if text[:1] in _ESCAPES:
        return _ESCAPES[text[:1]], 2
    if re.fullmatch(r"x[0-9a-fA-F]{2}", text):
        return bytes([int(text[1:], 16)]), 4
    raise ScriptError(place, f"\\{text[:1]} means nothing: \\r \\n \\t \\0 \\s \\\\ \\{{ \\}} and \\xNN do")
