"""Header fields as they came, beside those of the message that was put there."""

import re
from dataclasses import dataclass, field
from typing import Final

__all__ = ["HeaderComparison", "compare_headers", "fields", "is_rewritten"]

_FIELD: Final = re.compile(rb"(?P<name>[!-9;-~]+)[ \t]*:")
_FOLD: Final = re.compile(rb"[ \t\r\n]+")
_ADDED: Final = re.compile(
    rb"status|x-.+|content-length|lines|return-path|delivered-to|envelope-to|received|authentication-results"
)
"""Names of fields that deliveries and stores add, also beside fields of the same name."""

_REWRITTEN: Final = re.compile(
    rb"status|x-status|x-uid|x-uidl|x-keywords|x-imap|x-imapbase|x-mozilla-status2?|content-length|lines|return-path|bcc"
)
"""Names of fields that they change and take away."""


@dataclass(slots=True)
class HeaderComparison:
    """What became of a header."""

    lost: bytes | None = None
    """The first field that is missing, changed or not in its place."""
    stray: bytes | None = None
    """The first line that is neither a field nor goes on with one."""
    added: set[str] = field(default_factory=set)
    """Names of the fields that were added."""


def fields(header: bytes) -> tuple[list[tuple[bytes, bytes]], list[bytes]]:
    """The fields, name in lower case and the whole with white space evened out, and the lines that are none."""
    found: list[tuple[bytes, bytes]] = []
    strays: list[bytes] = []
    for line in header.replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith((b" ", b"\t")) and found:
            name, whole = found[-1]
            found[-1] = name, whole + b" " + line
        elif (start := _FIELD.match(line)) is not None:
            found.append((start["name"].lower(), line))
        elif line:
            strays.append(line)
    return [(name, _even(whole)) for name, whole in found], strays


def compare_headers(came: bytes, put: bytes) -> HeaderComparison:
    """Whether the fields that were put there came, in their order; others may stand between them."""
    there, strays = fields(came)
    wanted, own_strays = fields(put)
    result = HeaderComparison(stray=strays[0] if strays and not own_strays else None)
    wanted = [field for field in wanted if not _is_loose(field)]
    loose = {name for name, _ in fields(put)[0]} - {name for name, _ in wanted}
    names = {name for name, _ in wanted}
    rest = iter(there)
    for _, whole in wanted:
        for other, candidate in rest:
            if candidate == whole:
                break
            if other in names and not _ADDED.fullmatch(other):
                result.lost = whole
                return result
            result.added |= {other.decode("ascii", "replace")} - {known.decode("ascii", "replace") for known in loose}
        else:
            result.lost = whole
            return result
    return result


def _is_loose(field_: tuple[bytes, bytes]) -> bool:
    """Whether a field may come changed, or not at all; of octets that are not ASCII RFC 6856 has more to say."""
    name, whole = field_
    return is_rewritten(name) or not whole.isascii()


def is_rewritten(name: bytes) -> bool:
    """Whether deliveries and stores change and take away fields of this name."""
    return _REWRITTEN.fullmatch(name) is not None


def _even(whole: bytes) -> bytes:
    name, _, value = whole.partition(b":")
    return name.strip().lower() + b": " + _FOLD.sub(b" ", value).strip()
