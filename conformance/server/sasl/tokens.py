"""Mechanisms that present an OAuth bearer token: OAUTHBEARER (RFC 7628), and XOAUTH2, from which it came.

Which token opens which maildrop is set beforehand: there is no authorization server here.
"""

from typing import Final

from conformance.server.auth import Account
from conformance.server.sasl.mechanism import Circumstances, Exchange, Side, mechanism
from conformance.server.sasl.names import quoted_name

__all__ = ["oauthbearer", "xoauth2"]

_SEPARATOR: Final = b"\x01"
_SCHEME: Final = b"bearer "
_REJECTED: Final = b'{"status":"invalid_token","scope":"pop"}'
_REJECTED_BEFORE: Final = b'{"status":"400","schemes":"Bearer","scope":"pop"}'


def _offers_tokens(place: Circumstances) -> bool:
    return place.accounts.offers_tokens


@mechanism("OAUTHBEARER", begins=Side.CLIENT, serves=_offers_tokens, plaintext=True, needs_tls=True)
def oauthbearer(place: Circumstances) -> Exchange:
    """RFC 7628 §3: what fails is told as JSON in a challenge, and the client's answer to that ends the exchange."""
    response = yield b""
    account = _by_bearer(place, response)
    if account is None:
        yield _REJECTED
    return account


@mechanism("XOAUTH2", begins=Side.CLIENT, serves=_offers_tokens, plaintext=True)
def xoauth2(place: Circumstances) -> Exchange:
    """As its inventor describes it: `user=NAME ^A auth=Bearer TOKEN ^A ^A`."""
    response = yield b""
    values = _pairs(response)
    account = None
    if values is not None and "user" in values:
        account = _named(_by_token(place, values), values["user"])
    if account is None:
        yield _REJECTED_BEFORE
    return account


def _by_bearer(place: Circumstances, response: bytes) -> Account | None:
    """RFC 7628 §3.1: `gs2-header kvsep *kvpair kvsep`; there is no channel binding, so the flag is not ``p``."""
    header, _, rest = response.partition(_SEPARATOR)
    flag, _, identity = header.partition(b",")
    values = _pairs(rest)
    if flag not in (b"n", b"y") or not identity.endswith(b",") or values is None:
        return None
    account = _by_token(place, values)
    if identity == b",":
        return account
    name = quoted_name(identity[2:-1]) if identity.startswith(b"a=") else None
    return _named(account, name) if name is not None else None


def _pairs(octets: bytes) -> dict[str, bytes] | None:
    """Key and value of each pair; every pair ends in a separator, and so does the whole."""
    *pairs, end, behind = octets.split(_SEPARATOR) if _SEPARATOR in octets else (b"", b"", b"?")
    if end or behind or not all(pair.partition(b"=")[0].isalpha() and b"=" in pair for pair in pairs):
        return None
    return {key.decode(): value for key, _, value in (pair.partition(b"=") for pair in pairs)}


def _by_token(place: Circumstances, values: dict[str, bytes]) -> Account | None:
    payload = values.get("auth", b"")
    if payload[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return place.accounts.by_token(payload[len(_SCHEME) :].strip(b" "))


def _named(account: Account | None, name: bytes) -> Account | None:
    return account if account is not None and account.name.encode() == name else None
