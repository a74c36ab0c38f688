"""Which mechanisms a server offers, to whom, over which channel."""

from collections.abc import Collection

from conformance.server.auth import Accounts
from conformance.server.sasl.mechanism import MECHANISMS, Channel, Circumstances, Mechanism

__all__ = ["Offer"]


class Offer:
    """The mechanisms among those chosen that are of use to anybody on a channel."""

    def __init__(
        self,
        accounts: Accounts,
        channel: Channel,
        *,
        chosen: Collection[str] | None = None,
        anonymous: str = "",
        require_tls: bool = False,
    ) -> None:
        self._chosen, self._require_tls = chosen, require_tls
        self.place = Circumstances(accounts, channel, anonymous=anonymous)
        binds = any(name.endswith("-PLUS") for name in self.names)
        self.place = Circumstances(accounts, channel, binds, anonymous)

    @property
    def names(self) -> tuple[str, ...]:
        """What the SASL capability lists (RFC 5034 §3)."""
        return tuple(name for name in MECHANISMS if self.mechanism(name) is not None)

    def mechanism(self, name: str) -> Mechanism | None:
        """The mechanism of that name, in any letter case (RFC 5034 §5), if it is on offer."""
        found = MECHANISMS.get(name.upper())
        if found is None or (self._chosen is not None and found.name not in self._chosen):
            return None
        exposed = not self.place.channel.secure and (found.needs_tls or (found.plaintext and self._require_tls))
        return found if not exposed and found.serves(self.place) else None
