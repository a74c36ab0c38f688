"""Access tokens that a server can tell to be right by itself (RFC 7519, HS256)."""

import base64
import hashlib
import hmac
import json
import time
from typing import Final

__all__ = ["SECRET", "token"]

SECRET: Final = b"an authorization server's secret"
"""What whoever grants tokens and whoever takes them have in common."""

_SECONDS: Final = 3600


def token(user: str, *, expired: bool = False) -> str:
    """A token that lets `user` in for an hour, or did so until an hour ago."""
    now = int(time.time())
    until = now - _SECONDS if expired else now + _SECONDS
    claims = {"sub": user, "iat": now - 2 * _SECONDS, "exp": until}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return b".".join([signed, _encoded(hmac.digest(SECRET, signed, hashlib.sha256))]).decode("ascii")


def _encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
