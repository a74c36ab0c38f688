"""Ways to be odd that are lawful (RFC 1939 leaves them open): a judge that accuses one of them is wrong."""

from collections.abc import Callable
from hashlib import sha256

from conformance.model import Maildrop
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import State

__all__: list[str] = []


@fault(Place.LOCK)
def several_sessions_at_a_time(_: Scene, take: Callable[[], OpenMaildrop]) -> OpenMaildrop:
    """A maildrop is open to several sessions at a time, and each keeps the messages as it found them."""
    held = take()
    held.close()
    return held


@fault(Place.MAILDROP)
def unique_ids_of_content(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """A unique-id is a hash of the message, so that copies have the same."""
    contents = (b"".join(held.read(message)) for message in held.maildrop.messages)
    return Held(held, Maildrop.of((len(octets), sha256(octets).hexdigest().encode()) for octets in contents))


@fault(Place.REPLY)
def quit_fails_and_says_so(scene: Scene, response: Response) -> Response:
    """QUIT removes nothing, and is answered -ERR where something was marked (RFC 1939 §6)."""
    failed = scene.verb == "QUIT" and scene.session.state is State.UPDATE and scene.session.marked
    return refused(b"some deleted messages not removed", closes=True) if failed else response


@quit_fails_and_says_so.at(Place.MAILDROP)
def _unremovable(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    return _Kept(held)


class _Kept(Held):
    """A maildrop of which nothing can be removed."""

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove nothing."""


@fault(Place.REPLY)
def download_once(scene: Scene, response: Response) -> Response:
    """QUIT removes what was retrieved too, as RFC 1939 §8 lets a site have it."""
    sent: set[int] = scene.memory.setdefault("sent", set())
    if scene.verb == "RETR" and response.positive and scene.number is not None:
        sent.add(scene.number)
    if scene.verb == "QUIT" and scene.session.state is State.UPDATE and sent:
        scene.held.remove(frozenset(sent))
    return response
