"""Who may log in, and how: accounts, and what proves a name.

One secret opens a maildrop either by commands and mechanisms that show it to the server, and by SCRAM, of which nobody
learns it; or by APOP alone; or by CRAM-MD5 alone: RFC 1939 §13 and RFC 2195 §4 advise against both for one user.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Self

from conformance.server.international import as_query, as_stored

__all__ = ["Account", "Accounts", "Logins", "Stamps"]

_APOP: Final = ":apop"
_CRAM_MD5: Final = ":cram-md5"
_ITERATIONS: Final = 4096
"""Of SCRAM (RFC 5802 §5.1)."""
_SALT: Final = 16
_NOBODY: Final = "nobody"

ScramSecret = tuple[bytes, bytes, bytes, int]


@dataclass(frozen=True, slots=True)
class Account:
    """A name with its secret."""

    name: str
    password: str = field(repr=False)
    apop: bool = False
    """Whether the password opens it by APOP, and by nothing else."""
    cram_md5: bool = False
    """Whether the password opens it by CRAM-MD5, and by nothing else."""
    token: str = field(default="", repr=False)
    """An OAuth bearer token that opens it, whatever else does; empty for none."""

    def __post_init__(self) -> None:
        if not self.name or not self.password:
            mistake = "an account has a name and a password"
            raise ValueError(mistake)
        if self.apop and self.cram_md5:
            mistake = "an account logs in by APOP or by CRAM-MD5"
            raise ValueError(mistake)
        if as_query(self.name.encode()) is None or as_query(self.password.encode()) is None:
            mistake = "a name and a password hold no control characters, and nothing else that RFC 4013 prohibits"
            raise ValueError(mistake)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME:PASSWORD`, and behind it `:apop` or `:cram-md5`; a password may have colons."""
        name, _, rest = text.partition(":")
        if rest.endswith(_CRAM_MD5):
            return cls(name, rest.removesuffix(_CRAM_MD5), cram_md5=True)
        return cls(name, rest.removesuffix(_APOP), apop=rest.endswith(_APOP))

    @property
    def plain(self) -> bool:
        """Whether the password may be shown to the server."""
        return not (self.apop or self.cram_md5)


class Accounts:
    """The accounts of a server; secrets are compared in constant time, unknown names cost as much as known ones."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {as_query(account.name.encode()) or b"": account for account in accounts}
        self.offers_pass = any(account.plain for account in self._accounts.values())
        """Whether USER and PASS are of use to anyone."""
        self.offers_apop = any(account.apop for account in self._accounts.values())
        """Whether greetings bear a time stamp."""
        self.logins = Logins()
        self.offers_cram_md5 = any(account.cram_md5 for account in self._accounts.values())
        """Whether CRAM-MD5 is of use to anyone."""
        self.offers_tokens = any(account.token for account in self._accounts.values())
        """Whether mechanisms with bearer tokens are of use to anyone."""
        self.stamps = Stamps()
        """Time stamps that are challenges."""
        self._scram: dict[tuple[str, str], ScramSecret] = {}
        self._nobody = Account(_NOBODY, secrets.token_hex())

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def known(self, name: bytes) -> Account | None:
        """The account of that name, in any spelling that SASLprep makes the same (RFC 6856 §2.2), whoever asks."""
        prepared = as_query(name)
        return None if prepared is None else self._accounts.get(prepared)

    def by_password(self, name: bytes, password: bytes) -> Account | None:
        """The account that this name and password open."""
        account, given = self.known(name) or self._nobody, as_query(password)
        right = hmac.compare_digest(as_query(account.password.encode()) or b"", given or b"")
        return account if given and right and account is not self._nobody and account.plain else None

    def by_digest(self, name: bytes, digest: bytes, stamp: bytes) -> Account | None:
        """The account that this name and digest open after a greeting with that time stamp."""
        account = self.known(name) or self._nobody
        secret = as_stored(account.password.encode())
        proof = hashlib.md5(stamp + (secret or b""), usedforsecurity=False).hexdigest()
        right = hmac.compare_digest(proof.encode(), digest)
        return account if secret and right and account is not self._nobody and account.apop else None

    def by_keyed_digest(self, name: bytes, digest: bytes, challenge: bytes) -> Account | None:
        """The account that this name and digest open after that challenge of CRAM-MD5 (RFC 2195 §2)."""
        account = self.known(name) or self._nobody
        proof = hmac.new(account.password.encode(), challenge, hashlib.md5).hexdigest()
        right = hmac.compare_digest(proof.encode(), digest)
        return account if right and account is not self._nobody and account.cram_md5 else None

    def by_token(self, token: bytes) -> Account | None:
        """The account that a bearer token opens."""
        found = None
        for account in self._accounts.values():
            if hmac.compare_digest(account.token.encode(), token) and token:
                found = account
        return found

    def scram_secret(self, mechanism: str, name: str) -> ScramSecret:
        """Salt, stored key, server key and iterations of SCRAM; for a name that nobody has, some that fit no password.

        They are made once, so that whoever asks again gets the same salt, for any name (RFC 5802 §5.1).
        """
        from scramp import ScramMechanism  # only who authenticates by SASL pays for it

        if (kept := self._scram.get((mechanism, name))) is not None:
            return kept
        account = self.known(name.encode()) or self._nobody
        password = (account if account.plain else self._nobody).password
        salt = hmac.digest(self._nobody.password.encode(), f"{mechanism} {name}".encode(), "sha256")[:_SALT]
        made: ScramSecret = ScramMechanism(mechanism).make_auth_info(password, iteration_count=_ITERATIONS, salt=salt)
        if account is not self._nobody:
            self._scram[mechanism, name] = made
        return made


class Logins:
    """When each account logged in last, in seconds of the server's clock (RFC 2449 §6.5)."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def may(self, account: Account, *, at: float, delay: float) -> bool:
        """Whether the last login is so long ago."""
        last = self._last.get(account.name)
        return last is None or at - last >= delay

    def note(self, account: Account, *, at: float) -> None:
        """The account logs in."""
        self._last[account.name] = at


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
