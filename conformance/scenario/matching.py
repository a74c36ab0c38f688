"""Whether a reply is the one that a scenario expects, and if not, in what it differs."""

from collections.abc import Mapping, MutableMapping
from typing import Final

from conformance.scenario.expressions import Value, as_octets
from conformance.scenario.steps import Capture, Expect, Pattern, Template
from conformance.transcript import Exchange, escape
from conformance.wire import Indicator

__all__ = ["Mismatch", "Unclear", "fill", "goes_on", "match_body", "match_status", "rows_of", "tell"]

_TOLD: Final = 400
"""Characters of a note at the most."""


class Mismatch(Exception):
    """What was expected and what was seen, in words; the octets that differ, as a span of the server's octets."""

    def __init__(self, reason: str, *spans: tuple[int, int], lost: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.spans = spans
        self.lost = lost
        """Whether nothing came, or not all: then the server may be gone."""


class Unclear(Mismatch):
    """What was expected did not come, but that may have a reason that breaks nothing."""


def fill(template: Template, variables: Mapping[str, Value]) -> bytes:
    """The octets of a template."""
    return b"".join(part if isinstance(part, bytes) else as_octets(part.value(variables)) for part in template.parts)


def tell(template: Template, variables: Mapping[str, Value]) -> str:
    """A template as text for people: a list with commas, and what does not print as escapes."""
    parts = (part if isinstance(part, bytes) else _octets_of(part.value(variables)) for part in template.parts)
    return escape(b"".join(parts))[:_TOLD]


def _octets_of(value: Value) -> bytes:
    return b", ".join(map(as_octets, value)) if isinstance(value, list) else as_octets(value)


def match_status(exchange: Exchange, expect: Expect, variables: MutableMapping[str, Value]) -> None:
    """Compare the status line word by word and keep what is captured; `Mismatch` when it is another."""
    first, *_ = expect.status.words
    wanted = fill(first, variables) if isinstance(first, Template) else b""
    right = (exchange.positive and b"+OK" in wanted) or (exchange.negative and b"-ERR" in wanted)
    right = right or (wanted == b"+" and goes_on(exchange))
    if not right:
        message = f"{wanted.decode()} was expected and {_shown(exchange.status)} came"
        raise Mismatch(message)
    _match_words(expect.status, exchange.status.split(), variables, skip=1)


def goes_on(exchange: Exchange) -> bool:
    """Whether the reply asks for the next turn of a SASL exchange (RFC 5034 §4)."""
    return exchange.reply is not None and exchange.reply.indicator is Indicator.CONTINUATION


def match_body(exchange: Exchange, expect: Expect, variables: MutableMapping[str, Value]) -> None:
    """Compare the lines of the body with those expected, in any order; `Mismatch` when they differ."""
    if expect.rows is not None:
        variables[expect.rows] = rows_of(exchange)
    if expect.lines is not None:
        variables[expect.lines] = [line.content for line in exchange.body_lines()]
    if expect.content is not None:
        if exchange.reply is None or exchange.reply.body is None:
            message = "a multi-line reply was expected and a single line came"
            raise Mismatch(message)
        variables[expect.content] = exchange.reply.body
    if expect.body is None:
        return
    left = exchange.body_lines()
    for pattern in expect.body:
        for line in left:
            try:
                _match_words(pattern, line.content.split(), variables, skip=0)
            except Mismatch:
                continue
            left.remove(line)
            break
        else:
            message = f"the line {pattern.text!r} was expected in the body and is not there"
            raise Mismatch(message)
    if left:
        message = f"the body holds {_shown(left[0].content)}, which was not expected"
        raise Mismatch(message, (left[0].start, left[0].end))


def rows_of(exchange: Exchange) -> dict[int, Value]:
    """A listing's rows: number -> the word that follows it, as a number where it is one (of LIST)."""
    rows: dict[int, Value] = {}
    for line in exchange.body_lines():
        number, rest = (*line.content.split(None, 1), b"", b"")[:2]
        word = rest.split(b" ")[0]
        if number.isdigit() and len(number) < 20:
            rows[int(number)] = int(word) if exchange.verb == "LIST" and word.isdigit() and len(word) < 20 else word
    return rows


def _match_words(pattern: Pattern, words: list[bytes], variables: MutableMapping[str, Value], skip: int) -> None:
    captured: dict[str, Value] = {}
    for index, wanted in enumerate(pattern.words):
        if index < skip:
            continue
        word = words[index] if index < len(words) else None
        if isinstance(wanted, Capture):
            if word is None or not word:
                message = f"{pattern.text!r} was expected and {_shown(b' '.join(words))} came: a word is missing"
                raise Mismatch(message)
            captured[wanted.name] = int(word) if word.isdigit() and len(word) < 20 else word
        elif not _same(word, octets := fill(wanted, variables)):
            seen = "nothing" if word is None else _shown(word)
            message = f"{pattern.text!r} was expected, so {_shown(octets)} at word {index + 1}, and {seen} is there"
            raise Mismatch(message)
    variables.update(captured)


def _same(word: bytes | None, wanted: bytes) -> bool:
    """Whether a word is the one that is wanted, or the same number: how numbers are written is for the monitor."""
    if word is None or not (word.isdigit() and wanted.isdigit() and len(word) < 20):
        return word == wanted
    return int(word) == int(wanted)


def _shown(octets: bytes) -> str:
    text = octets[:120].decode("ascii", "backslashreplace")
    return repr(text) if text.isprintable() else ascii(text)
