"""Who may log in, and how: accounts, and the two ways to prove a name that RFC 1939 §7 knows."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Self

__all__ = ["Account", "Accounts", "Stamps"]

_APOP: Final = ":apop"
_NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A name with its secret, for one way to log in: RFC 1939 §13 advises against both for one maildrop."""

    name: str
    password: str = field(repr=False)
    apop: bool = False
    """Whether it logs in by APOP, and by nothing else; otherwise by USER and PASS."""

    def __post_init__(self) -> None:
        if not self.name or not self.password:
            mistake = "an account has a name and a password"
            raise ValueError(mistake)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME:PASSWORD` or `NAME:PASSWORD:apop`; a password may have colons."""
        name, _, rest = text.partition(":")
        apop = rest.endswith(_APOP)
        return cls(name, rest.removesuffix(_APOP), apop)


class Accounts:
    """The accounts of a server; secrets are compared in constant time, unknown names cost as much as known ones."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.name.encode(): account for account in accounts}
        self.offers_pass = any(not account.apop for account in self._accounts.values())
        """Whether USER and PASS are of use to anyone."""
        self.offers_apop = any(account.apop for account in self._accounts.values())
        """Whether greetings bear a time stamp."""
        self._nobody = Account(_NOBODY, secrets.token_hex())

    def known(self, name: bytes) -> Account | None:
        """The account of that name, whoever asks."""
        return self._accounts.get(name)

    def by_password(self, name: bytes, password: bytes) -> Account | None:
        """The account that this name and password open."""
        account = self._accounts.get(name, self._nobody)
        right = hmac.compare_digest(account.password.encode(), password)
        return account if right and account is not self._nobody and not account.apop else None

    def by_digest(self, name: bytes, digest: bytes, stamp: bytes) -> Account | None:
        """The account that this name and digest open after a greeting with that time stamp."""
        account = self._accounts.get(name, self._nobody)
        proof = hashlib.md5(stamp + account.password.encode(), usedforsecurity=False).hexdigest()
        right = hmac.compare_digest(proof.encode(), digest)
        return account if right and account is not self._nobody and account.apop else None


class Stamps:
    """Time stamps for greetings, each of them once (RFC 1939 §7 APOP).

    They have the form of a msg-id: a number that runs on, and a token that no other server and no later run has.
    """

    def __init__(self, host: str = "pop3spec.invalid", token: str | None = None) -> None:
        self._numbers = count(1)
        self._right = f".{token or secrets.token_hex(8)}@{host}>".encode()

    def next(self) -> bytes:
        """A time stamp, angle brackets included."""
        return b"<%d%b" % (next(self._numbers), self._right)
