"""Offers of SASL mechanisms with one more or one less than there should be."""

from conformance.server.sasl import MECHANISMS, Mechanism, Offer

__all__ = ["Exposed", "Without"]


class Exposed(Offer):
    """An offer with one mechanism more, whatever is below."""

    def __init__(self, offer: Offer, name: str) -> None:
        self._offer, self._name = offer, name
        self.place = offer.place

    @property
    def names(self) -> tuple[str, ...]:
        """Those that there are besides, and that one."""
        names = self._offer.names
        return names if self._name in names else (*names, self._name)

    def mechanism(self, name: str) -> Mechanism | None:
        """That one, or what there is besides."""
        return MECHANISMS[self._name] if name.upper() == self._name else self._offer.mechanism(name)


class Without(Offer):
    """An offer without one mechanism."""

    def __init__(self, offer: Offer, name: str) -> None:
        self._offer, self._name = offer, name
        self.place = offer.place

    @property
    def names(self) -> tuple[str, ...]:
        """Those that there are besides."""
        return tuple(name for name in self._offer.names if name != self._name)

    def mechanism(self, name: str) -> Mechanism | None:
        """One of them."""
        return None if name.upper() == self._name else self._offer.mechanism(name)
