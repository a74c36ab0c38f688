"""Maildrops that are generated: a few messages, of many shapes."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from hypothesis import strategies as st

from conformance.mailboxes import FIXTURE_DOMAIN

__all__ = ["Filling", "fillings"]

Filling = tuple[tuple[str, ...], Mapping[str, bytes]]
"""Names of messages, and those among them that are in no folder."""

_BUNDLED: Final = (
    *("tiny", "plain", "dots", "empty-body", "blank-lines", "lone-dot", "first-octet-dot", "longline-dot"),
    *(
        "only-blank-lines",
        "mime-nested",
        "terminator-lookalike",
        "small:1",
        "small:2",
        "small:3",
        "lines:7",
        "dots:600",
    ),
)
"""Messages that every way of delivery can carry."""
_SHAPES: Final = (
    *((), ("tiny",), ("tiny", "plain"), ("tiny", "plain", "dots"), ("plain", "tiny")),
    *(("small:1", "small:2", "small:3"), ("tiny", "tiny"), ("plain", "tiny", "dots", "small:4")),
)
_LINES: Final = (
    *(b"text", b"", b".", b"..", b".dot", b"...", b" ", b"x" * 76, b"x" * 500, b"=20", b"-- ", b"+OK", b"-ERR no"),
    *(b".\t", b". ", b"a.", b">From me", b"\tindented"),
)


_FIELDS: Final = (b"", b"Subject: x\r\n", b"Subject: .\r\n", b"X-Long: " + b"y" * 400 + b"\r\n")


@cache
def fillings(*, own: bool = True) -> st.SearchStrategy[Filling]:
    """Maildrops of up to four messages; `own` says whether some may be made up from lines."""
    shapes = st.sampled_from(_SHAPES).map(_bundled)
    mixed = st.lists(st.sampled_from(_BUNDLED), max_size=4).map(tuple).map(_bundled)
    if not own:
        return st.one_of(shapes, shapes, mixed)
    made = st.lists(_messages(), min_size=1, max_size=3).map(_own)
    return st.one_of(shapes, shapes, mixed, made)


def _messages() -> st.SearchStrategy[bytes]:
    """A header of a line or two, and a body."""
    body = st.lists(st.sampled_from(_LINES), max_size=8)
    return st.tuples(
        st.sampled_from((b"", b"Subject: x\r\n", b"Subject: .\r\n", b"X-Long: " + b"y" * 400 + b"\r\n")), body
    ).map(_made)


def _made(parts: tuple[bytes, list[bytes]]) -> bytes:
    header, lines = parts
    while lines and not lines[-1]:
        lines = lines[:-1]  # not every store keeps empty lines at the end
    return header + b"\r\n" + b"".join(line + b"\r\n" for line in lines)


def _bundled(names: tuple[str, ...]) -> Filling:
    return names, {}


def _own(messages: list[bytes]) -> Filling:
    mark = "Message-ID: <{}@" + FIXTURE_DOMAIN + ">\r\n"
    own = {f"made-{n}": mark.format(f"made-{n}").encode() + octets for n, octets in enumerate(messages, 1)}
    return tuple(own), own
