"""Mechanisms with a password: CRAM-MD5 (RFC 2195), which hides it, PLAIN (RFC 4616) and LOGIN, which do not."""

import hmac

from conformance.driver.sasl.client import Client, Identity, mechanism

__all__ = ["CramMd5", "Login", "Plain", "keyed_digest"]


def keyed_digest(name: bytes, password: bytes, challenge: bytes) -> bytes:
    """The response to a challenge of CRAM-MD5: name, space, digest in lower-case hexadecimal (RFC 2195 §2)."""
    return name + b" " + hmac.new(password, challenge, "md5").hexdigest().encode()


class CramMd5(Client):
    """One challenge, one digest."""

    _answered = False

    def answer(self, challenge: bytes) -> bytes:
        """The name and the digest."""
        if self._answered:
            return super().answer(challenge)
        self._answered = True
        return keyed_digest(self.identity.name, self.identity.password, challenge)


class Plain(Client):
    """One message, and no challenge but an empty one to ask for it."""

    plaintext = True

    def first(self) -> bytes:
        """No authorization identity: the server derives it."""
        return b"\0" + self.identity.name + b"\0" + self.identity.password


class Login(Client):
    """Name, then password, whatever the challenges say (draft-murchison-sasl-login, section 2.1)."""

    plaintext = True

    def __init__(self, identity: Identity) -> None:
        super().__init__(identity)
        self._left = [identity.password, identity.name]

    def answer(self, challenge: bytes) -> bytes:
        """What was not said yet."""
        if not self._left:
            return super().answer(challenge)
        return self._left.pop()


mechanism("CRAM-MD5", CramMd5)
mechanism("PLAIN", Plain)
mechanism("LOGIN", Login)
