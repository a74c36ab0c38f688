"""What the server does for messages and names beyond ASCII (RFC 6856 §2).

A message whose header is not all ASCII needs UTF-8 mode. Without that it is refused, and the reply says so by its code:
the RFC leaves the choice between that and a surrogate, and of a surrogate no size could be told before it is made.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from conformance.server.responses import refused
from conformance.wire.saslprep import Preparation, saslprep

__all__ = ["NEEDS_UTF8", "as_query", "as_stored", "if_ascii"]

NEEDS_UTF8: Final = refused(b"[UTF8] that message needs UTF-8 mode")
_HEADER_END: Final = b"\r\n\r\n"


def if_ascii(read: Callable[[], Iterator[bytes]]) -> Iterator[bytes] | None:
    """The message that `read` gives, in blocks, if its header is all ASCII; else None.

    A header that goes beyond the first block is looked at first, and the message read again.
    """
    blocks = read()
    first = next(blocks, b"")
    end = 0 if first.startswith(b"\r\n") else first.find(_HEADER_END)
    if end >= 0:
        return chain((first,), blocks) if first[:end].isascii() else None
    tail = first[-3:]
    if not first.isascii():
        return None
    for block in blocks:
        end = (tail + block).find(_HEADER_END)
        if not (tail + block)[: end if end >= 0 else None].isascii():
            return None
        if end >= 0:
            break
        tail = (tail + block)[-3:]
    return read()


def as_query(octets: bytes) -> bytes | None:
    """A name or a password as a client gave it, prepared; None where it is one that nobody has."""
    return saslprep(octets, Preparation.QUERY)


def as_stored(octets: bytes) -> bytes | None:
    """A secret as it is kept for APOP, prepared; None where it is one that cannot be."""
    return saslprep(octets, Preparation.STORED)
