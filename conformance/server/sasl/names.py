"""Names as octets from a client, made comparable."""

from conformance.server.auth import Account
from conformance.server.international import as_query

__all__ = ["may_act_as", "quoted_name"]


def may_act_as(account: Account | None, identity: bytes) -> Account | None:
    """The account, if its owner may act as that authorization identity: as no one else, and none means oneself.

    RFC 5034 §4: an identity that cannot be prepared, or of which nothing is left then, fails the authentication.
    """
    if account is None or not identity:
        return account
    prepared = as_query(identity)
    return account if prepared and prepared == as_query(account.name.encode()) else None


def quoted_name(octets: bytes) -> bytes | None:
    """What a `saslname` says, where `=2C` and `=3D` stand for comma and equals sign (RFC 5802 §5.1); else None."""
    pieces = octets.split(b"=")
    if b"," in octets or not octets or any(piece[:2] not in (b"2C", b"3D") for piece in pieces[1:]):
        return None
    return pieces[0] + b"".join((b"," if piece[:2] == b"2C" else b"=") + piece[2:] for piece in pieces[1:])
