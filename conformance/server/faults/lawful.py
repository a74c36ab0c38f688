"""Ways to be odd that are lawful (RFC 1939 leaves them open): a judge that accuses one of them is wrong."""

from collections.abc import Callable

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.server.stores import OpenMaildrop
from conformance.wire import State

__all__: list[str] = []


@fault(Place.LOCK)
def several_sessions_at_a_time(_: Scene, take: Callable[[], OpenMaildrop]) -> OpenMaildrop:
    """A maildrop is open to several sessions at a time, and each keeps the messages as it found them."""
    held = take()
    held.close()
    return held


@fault(Place.REPLY)
def download_once(scene: Scene, response: Response) -> Response:
    """QUIT removes what was retrieved too, as RFC 1939 §8 lets a site have it."""
    sent: set[int] = scene.memory.setdefault("sent", set())
    if scene.verb == "RETR" and response.positive and scene.number is not None:
        sent.add(scene.number)
    if scene.verb == "QUIT" and scene.session.state is State.UPDATE and sent:
        scene.held.remove(frozenset(sent))
    return response
