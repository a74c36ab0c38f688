"""The server's part in a session, with faults in it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from conformance.server.dialogue import Dialogue
from conformance.server.faults.fault import Place
from conformance.server.faults.scene import Common, Scene
from conformance.server.policy import Policy
from conformance.server.responses import Response
from conformance.server.sasl import Exchange, Mechanism, Offer
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand

__all__ = ["FaultyDialogue"]

_NONE: Final[Mapping[bytes, bytes]] = MappingProxyType({})


class FaultyDialogue(Dialogue):
    """Answers as the reference server does, and lets faults meddle with what it reads, does and says."""

    def __init__(self, common: Common, scene: Scene, policy: Policy, stamp: bytes) -> None:
        super().__init__(common.accounts, _Meddled(common, scene), policy, stamp)
        self.scene = scene
        scene.enter(self)

    @property
    def fixed(self) -> Mapping[bytes, bytes]:
        """Nothing is answered without asking."""
        return _NONE

    @property
    def held(self) -> OpenMaildrop:
        """The maildrop that the session holds."""
        return self._held

    @property
    def stamp(self) -> bytes:
        """The time stamp that APOP is about."""
        return self._stamp

    @stamp.setter
    def stamp(self, stamp: bytes) -> None:
        self._stamp = stamp

    def greeting(self) -> Response:
        """The first line."""
        greeting: Response = self.scene.through(Place.REPLY, super().greeting())
        return greeting

    def answer(self, command: Command | InvalidCommand) -> Response:
        """Obey the command, or do what faults make of it."""
        self.scene.begin(command)
        response: Response | None = None
        for meddle in self.scene.meddles(Place.COMMAND):
            done = meddle(self.scene, command)
            if isinstance(done, Response):
                response = done
                self.session.name = None  # which was for the next command alone (RFC 1939 §7)
                break
            command = command if done is None else done
        return self._said(self.obey(command) if response is None else response)

    def respond(self, line: bytes | None) -> Response:
        """Go on with an exchange, or do what faults make of it."""
        response: Response | None = None
        for meddle in self.scene.meddles(Place.TURN):
            done = meddle(self.scene, line)
            if isinstance(done, Response):
                response = done
                if not done.goes_on:
                    self._exchange = None
                break
            line = line if done is None else done
        return self._said(super().respond(line) if response is None else response)

    def _said(self, response: Response) -> Response:
        """What is said in the end, with faults in it."""
        place = Place.CHALLENGE if response.goes_on else Place.REPLY
        said: Response = self.scene.through(place, response)
        return said

    def hang_up(self) -> None:
        """Let go of the maildrop."""
        self.scene.over = True
        super().hang_up()

    @property
    def offer(self) -> Offer:
        """The SASL mechanisms that are on offer, as faults have them."""
        offer: Offer = self.scene.through(Place.OFFER, super().offer)
        return offer

    def _play(self, mechanism: Mechanism) -> Exchange:
        exchange: Exchange = self.scene.through(Place.EXCHANGE, super()._play(mechanism), mechanism)
        return exchange

    def obey(self, command: Command | InvalidCommand) -> Response:
        """What the reference server does and says."""
        return super().answer(command)


class _Meddled:
    """The store, with faults at its door."""

    def __init__(self, common: Common, scene: Scene) -> None:
        self._common, self._scene = common, scene

    def open(self, user: str) -> OpenMaildrop:
        """Take hold of a maildrop, as far as faults let it."""
        self._scene.user = user
        take: Callable[[], OpenMaildrop] = lambda: self._common.store.open(user)  # noqa: E731 - it is wrapped in turn
        for meddle in self._scene.meddles(Place.LOCK):
            take = _wrapped(meddle, self._scene, take)
        held: OpenMaildrop = self._scene.through(Place.MAILDROP, take())
        return held

    def deliver(self, user: str, octets: bytes) -> None:
        """Put a message into a maildrop."""
        self._common.store.deliver(user, octets)


def _wrapped(
    meddle: Callable[..., OpenMaildrop], scene: Scene, take: Callable[[], OpenMaildrop]
) -> Callable[[], OpenMaildrop]:
    return lambda: meddle(scene, take)


def outgoing(scene: Scene, response: Response) -> Iterator[object]:
    """What goes out for a response: octets, and acts of the connection."""
    return scene.octets(response, response.blocks())
