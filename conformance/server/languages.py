"""The languages that replies are in, and how one is chosen (RFC 6856 §3).

What the server says stands in the code, in English. Every other language is a table of translations, looked up when a
client has asked for it; `{}` stands for a number. What is not in the table is no text: sizes, unique-ids, codes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from conformance.server.responses import Response
from conformance.server.texts import GERMAN

__all__ = ["ENGLISH", "LANGUAGES", "Language", "chosen", "listing"]

_STATUS: Final = re.compile(rb"(?P<status>\+OK|-ERR)(?: (?P<code>\[[^\]]*\] ?)?(?P<text>.*))?\r\n", re.DOTALL)
_NUMBER: Final = re.compile(rb"[0-9]+")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the server speaks."""

    tag: str
    """As RFC 5646 has it."""
    name: str
    """What it calls itself."""
    texts: Mapping[str, str] = field(repr=False, default_factory=lambda: MappingProxyType({}))
    """English texts, and how they are put."""

    def put(self, text: bytes) -> bytes:
        """The text in this language, in UTF-8; as it is where it is none that is known."""
        numbers = _NUMBER.findall(text)
        known = self.texts.get(_NUMBER.sub(b"{}", text).decode("latin-1"))
        return text if known is None else known.format(*(number.decode() for number in numbers)).encode()

    def said(self, response: Response) -> Response:
        """The reply with its text in this language."""
        found = _STATUS.fullmatch(response.status)
        if not self.texts or found is None or not found["text"]:
            return response
        words = (found["status"], b" ", found["code"] or b"", self.put(found["text"]), b"\r\n")
        return replace(response, status=b"".join(words))


ENGLISH: Final = Language("en", "English")
LANGUAGES: Final = (ENGLISH, Language("de", "Deutsch", GERMAN))
"""All there are; the first one is the server's own, and the one that is preferred."""


def chosen(wanted: bytes) -> Language | None:
    """The language for a language range; None where there is none.

    `*` is the one that is preferred. Else it is looked up as RFC 4647 §3.4 says, cutting subtags off from the end;
    failing that, one of which the range is the beginning (§3.3.1).
    """
    asked = wanted.decode("ascii", "replace").lower()
    if asked == "*":
        return ENGLISH
    known = {language.tag.lower(): language for language in LANGUAGES}
    for tag in _ever_shorter(asked):
        if tag in known:
            return known[tag]
    return next((language for tag, language in known.items() if tag.startswith(f"{asked}-")), None)


def listing() -> tuple[bytes, ...]:
    """One line a language: its tag, a space, and its name in the language itself."""
    return tuple(f"{language.tag} {language.name}".encode() for language in LANGUAGES)


def _ever_shorter(asked: str) -> Iterator[str]:
    subtags = asked.split("-")
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:  # a singleton goes with what it introduced
            subtags.pop()
