"""The mark that every message of pop3spec bears, so that it can be told from mail of others."""

import re
from typing import Final

__all__ = ["FIXTURE_DOMAIN", "is_ours"]

FIXTURE_DOMAIN: Final = "fixtures.pop3spec.invalid"
"""What stands right of the @ in the Message-ID of every message that is delivered (`.invalid`: RFC 2606 §2)."""

_END_OF_HEADER: Final = re.compile(rb"(?:\A|\n)\r?\n")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_MESSAGE_ID: Final = re.compile(rb"^Message-ID[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MARK: Final = f"@{FIXTURE_DOMAIN}>".encode("ascii")


def is_ours(header: bytes) -> bool:
    """Whether a header section, with CRLF or LF, has the Message-ID of a message that pop3spec delivered.

    A whole message may be given: what follows the first empty line is not looked at.
    """
    end = _END_OF_HEADER.search(header)
    unfolded = _FOLD.sub(b"", header[: end.start() + 1] if end else header)  # RFC 5322 §2.2.3
    return any(found[1].strip().endswith(_MARK) for found in _MESSAGE_ID.finditer(unfolded))
