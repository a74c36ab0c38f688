"""Mechanisms without a password: bearer tokens (RFC 7628 and XOAUTH2), EXTERNAL (RFC 4422 A), ANONYMOUS (RFC 4505)."""

from conformance.driver.sasl.client import Client, mechanism
from conformance.driver.sasl.scram import quoted

__all__ = ["Anonymous", "External", "OAuthBearer", "XOAuth2"]


class OAuthBearer(Client):
    """The token; where it is refused the server says why, and one control character ends it (RFC 7628 §3.2.3)."""

    plaintext = True

    def first(self) -> bytes:
        """A GS2 header and pairs of key and value, each with a separator behind it (RFC 7628 §3.1)."""
        who = self.identity
        pairs = (b"host=" + who.host, b"port=%d" % who.port, b"auth=Bearer " + who.token)
        return b"n,a=" + quoted(who.name) + b",\x01" + b"".join(pair + b"\x01" for pair in pairs) + b"\x01"

    def answer(self, challenge: bytes) -> bytes:  # noqa: ARG002  # whatever it says
        """The server finishes when it has got this."""
        self.satisfied = False
        return b"\x01"


class XOAuth2(Client):
    """The same before there was an RFC; here an empty response asks for the end."""

    plaintext = True

    def first(self) -> bytes:
        """User and token."""
        who = self.identity
        return b"user=" + who.name + b"\x01auth=Bearer " + who.token + b"\x01\x01"

    def answer(self, challenge: bytes) -> bytes:  # noqa: ARG002  # whatever it says
        """Nothing more."""
        self.satisfied = False
        return b""


class External(Client):
    """What the client's certificate says is enough; no other identity is asked for."""

    def first(self) -> bytes:
        """An empty response (RFC 4422 §A.1)."""
        return b""


class Anonymous(Client):
    """Nobody in particular, with a trace for the administrator."""

    def first(self) -> bytes:
        """A word that is no mail address (RFC 4505 §2)."""
        return b"pop3spec"


mechanism("EXTERNAL", External)
mechanism("OAUTHBEARER", OAuthBearer)
mechanism("XOAUTH2", XOAuth2)
mechanism("ANONYMOUS", Anonymous)
