"""Faults in unique-ids: shared, changed, used again, forgotten (RFC 1939 §7)."""

from collections.abc import Callable

from conformance.model import Maildrop, Message
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.server.stores import OpenMaildrop
from conformance.wire import State

__all__: list[str] = []


def _named(held: OpenMaildrop, name: Callable[[Message], bytes]) -> OpenMaildrop:
    """The maildrop with other unique-ids."""
    return Held(held, Maildrop.of((message.octets, name(message)) for message in held.maildrop.messages))


@fault(Place.MAILDROP, "R1939-UIDL-09", "R1939-UIDL-11")
def unique_ids_of_numbers(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """A unique-id is the message-number in disguise."""
    return _named(held, lambda message: b"message-%d" % message.number)


@fault(Place.MAILDROP, "R1939-UIDL-09", "R1939-UIDL-10")
def unique_ids_of_the_session(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Each session gives new unique-ids."""
    return _named(held, lambda message: b"%d-%b" % (scene.connection, message.unique_id))


@fault(Place.MAILDROP, "R1939-UIDL-10")
def unique_ids_kept_by_quit_only(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """New unique-ids are written down by QUIT; when a session ends without it they are forgotten."""
    known: dict[bytes, bytes] = scene.common.memory.setdefault("written", {})
    return _named(held, lambda message: known.get(message.unique_id, b"%d-%b" % (scene.connection, message.unique_id)))


@unique_ids_kept_by_quit_only.at(Place.REPLY)
def _write_down(scene: Scene, response: Response) -> Response:
    if scene.verb == "QUIT" and scene.session.state is State.UPDATE and isinstance(scene.held, Held):
        known = scene.common.memory["written"]
        for own, told in zip(scene.held.under.maildrop.messages, scene.held.maildrop.messages, strict=True):
            known[own.unique_id] = told.unique_id
    return response


def _counted(scene: Scene, held: OpenMaildrop, first: Callable[[dict[bytes, int]], int]) -> OpenMaildrop:
    """Number messages as they are first seen; `first` tells the number of the first new one."""
    counted: dict[bytes, int] = scene.common.memory.setdefault(("counted", scene.user), {})
    here = [message.unique_id for message in held.maildrop.messages]
    for gone in counted.keys() - set(here):
        del counted[gone]
    number = first(counted)
    for unique_id in here:
        if unique_id not in counted:
            counted[unique_id] = number
            number += 1
    return _named(held, lambda message: b"%b.%d" % (scene.user.encode(), counted[message.unique_id]))


@fault(Place.MAILDROP, "R1939-UIDL-11")
def unique_ids_one_above_the_highest(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """A new message gets the unique-id behind the highest that is there, though that may have been given before."""
    return _counted(scene, held, lambda counted: max(counted.values(), default=0) + 1)


@fault(Place.MAILDROP, "R1939-UIDL-11")
def unique_ids_begin_anew_when_empty(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """The counter of unique-ids begins anew when the maildrop was empty."""
    last: dict[str, int] = scene.common.memory.setdefault("last", {})

    def first(counted: dict[bytes, int]) -> int:
        return last.get(scene.user, 0) + 1 if counted else 1

    named = _counted(scene, held, first)
    counted: dict[bytes, int] = scene.common.memory[("counted", scene.user)]
    last[scene.user] = max(last.get(scene.user, 0) if counted else 0, max(counted.values(), default=0))
    return named
