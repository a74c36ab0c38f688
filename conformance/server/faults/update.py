"""Faults in how a session ends: what QUIT removes, what survives an abort, and the lock (RFC 1939 §4, §6, §8)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from conformance.server.faults.acts import Act, Pause
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Choosing, Ending, Held, in_transaction
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.server.stores import MaildropBusyError, OpenMaildrop
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Any = Command | InvalidCommand
Blocks = Iterable[bytes | Act]
Take = Callable[[], OpenMaildrop]


# -- what QUIT removes -----------------------------------------------------------------------------------------------


@fault(Place.MAILDROP, "R1939-UPD-01", "R1939-UPD-07")
def quit_removes_nothing(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes nothing, and says that it did."""
    return Choosing(held, lambda _: ())


@fault(Place.MAILDROP, "R1939-UPD-01", "R1939-UPD-07")
def quit_removes_the_first_only(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes one of the messages that are marked: the first."""
    return Choosing(held, lambda numbers: sorted(numbers)[:1])


@fault(Place.REPLY, "R1939-UPD-02")
def quit_removes_though_nothing_is_marked(scene: Scene, response: Response) -> Response:
    """QUIT removes the first message when none is marked."""
    if scene.verb == "QUIT" and scene.session.state is State.UPDATE and not scene.session.marked:
        scene.held.remove(frozenset({1}) if scene.session.maildrop.count else frozenset())
    return response


@fault(Place.MAILDROP, "R1939-UPD-02")
def quit_removes_the_next_too(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes the message behind each marked one too."""
    return Choosing(held, lambda numbers: numbers | {number + 1 for number in numbers})


@fault(Place.MAILDROP, "R1939-UPD-02")
def quit_empties_the_maildrop(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes all messages when any is marked."""
    return Choosing(held, lambda _: (message.number for message in held.maildrop.messages))


@fault(Place.MAILDROP, "R1939-UPD-01", "R1939-UPD-02", "R1939-UPD-07")
def quit_removes_by_place(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes one message after another by its place in the row, which has closed up behind each."""

    def places(numbers: frozenset[int]) -> Iterator[int]:
        left = [message.number for message in held.maildrop.messages]
        for number in sorted(numbers):
            if number <= len(left):
                yield left.pop(number - 1)

    return Choosing(held, places)


class _Rewritten(Held):
    """A maildrop that is written anew, from what the session knew of it."""

    def __init__(self, under: OpenMaildrop, scene: Scene) -> None:
        super().__init__(under)
        self._scene = scene

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove these, and all that the session has not seen."""
        super().remove(numbers)
        self.under.close()
        now = self._scene.common.store.open(self._scene.user)
        known = {message.unique_id for message in self.maildrop.messages}
        late = frozenset(message.number for message in now.maildrop.messages if message.unique_id not in known)
        if late:
            now.remove(late)
        self.under = now


@fault(Place.MAILDROP, "R1939-UPD-02")
def quit_loses_late_mail(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT writes the maildrop anew where something is to be removed, and mail that came meanwhile is lost."""
    return _Rewritten(held, scene)


class _Background(Held):
    """A maildrop whose messages go later."""

    def __init__(self, under: OpenMaildrop, scene: Scene, least: int) -> None:
        super().__init__(under)
        self._scene, self._least = scene, least

    def remove(self, numbers: frozenset[int]) -> None:
        if len(numbers) < self._least:
            super().remove(numbers)
            return
        waiting = self._scene.common.memory.setdefault("waiting", {})
        waiting[self._scene.user] = (self.under, numbers)


@fault(Place.MAILDROP, "R1939-UPD-07")
def quit_removes_in_the_background(scene: Scene, held: OpenMaildrop, *, least: int = 2) -> OpenMaildrop:
    """QUIT is answered first where several messages are to be removed; they are gone in the session after the next."""
    if (job := scene.common.memory.setdefault("waiting", {}).pop(scene.user, None)) is not None:
        before, numbers = job
        before.remove(numbers)
    return _Background(held, scene, least)


class _Deferred(Held):
    """A maildrop that keeps in mind what is to be removed."""

    doomed: frozenset[int] = frozenset()

    def remove(self, numbers: frozenset[int]) -> None:
        self.doomed = numbers


@fault(Place.MAILDROP, "R1939-UPD-10")
def quit_undone_when_nobody_listens(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """QUIT removes nothing when the client is gone before it has the answer."""
    scene.memory["deferred"] = deferred = _Deferred(held)
    return deferred


@quit_undone_when_nobody_listens.at(Place.RECEIVE)
def _gone(scene: Scene, octets: bytes) -> bytes:
    if not octets:
        scene.memory["gone"] = True
    return octets


@quit_undone_when_nobody_listens.at(Place.OCTETS)
def _remove_when_heard(scene: Scene, _: Response, blocks: Blocks) -> Iterator[bytes | Act]:
    deferred: _Deferred | None = scene.memory.get("deferred")
    if scene.verb == "QUIT" and deferred is not None and deferred.doomed:
        yield Pause(0.02)
        if "gone" not in scene.memory:
            deferred.under.remove(deferred.doomed)
    yield from blocks


# -- what else removes -----------------------------------------------------------------------------------------------


def _without_quit(scene: Scene) -> bool:
    return scene.session.state is State.TRANSACTION


@fault(Place.MAILDROP, "R1939-UPD-08")
def end_of_connection_is_quit(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """The end of the connection is taken for QUIT, and what is marked is removed."""

    def end(ending: Ending) -> None:
        if _without_quit(scene) and scene.session.marked:
            ending.remove(frozenset(scene.session.marked))

    return Ending(held, scene, end)


@fault(Place.MAILDROP, "R1939-STATE-07")
def marks_survive(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """What was marked when a connection ended without QUIT is marked at the next login."""
    index = scene.common.memory.setdefault("index", {})

    def end(_: Ending) -> None:
        marked = scene.session.marked if _without_quit(scene) else ()
        index[scene.user] = {message.unique_id for message in held.maildrop.messages if message.number in marked}

    return Ending(held, scene, end)


@marks_survive.at(Place.REPLY)
def _mark_again(scene: Scene, response: Response) -> Response:
    if in_transaction(scene) and scene.verb in ("PASS", "APOP") and response.positive:
        old = scene.common.memory.get("index", {}).pop(scene.user, ())
        for message in scene.session.maildrop.messages:
            if message.unique_id in old:
                scene.session.mark(message.number)
    return response


@fault(Place.REPLY, "R1939-SITE-03", "R1939-UPD-08")
def retr_removes_at_once(scene: Scene, response: Response) -> Response:
    """RETR removes the message from the maildrop, whatever becomes of the session."""
    if scene.verb == "RETR" and response.positive and in_transaction(scene) and scene.number is not None:
        scene.held.remove(frozenset({scene.number}))
    return response


@fault(Place.REPLY, "R1939-TOP-11", "R1939-UPD-08")
def top_removes_at_once(scene: Scene, response: Response) -> Response:
    """TOP counts as a download, after which the message is removed, whatever becomes of the session."""
    if scene.verb == "TOP" and response.positive and in_transaction(scene) and scene.number is not None:
        scene.held.remove(frozenset({scene.number}))
    return response


@fault(Place.COMMAND, "R1939-QUITA-02", "R1939-UPD-02")
def quit_before_login_removes(scene: Scene, command: Any) -> None:
    """QUIT before login empties the maildrop that was open on the connection before."""
    store, memory = scene.common.store, scene.common.memory
    if in_transaction(scene):
        memory["user"] = scene.user
    elif command.verb == "QUIT" and "user" in memory:
        try:
            held = store.open(memory.pop("user"))
        except MaildropBusyError:
            return
        held.remove(frozenset(message.number for message in held.maildrop.messages))
        held.close()


# -- the lock --------------------------------------------------------------------------------------------------------


@fault(Place.LOCK, "R1939-UPD-05")
def lock_outlives_quit(scene: Scene, take: Take, *, refusals: int = 18) -> OpenMaildrop:
    """The lock is kept when QUIT has removed a single message, until so many logins were refused; it happens once."""
    _refuse(scene)

    def end(_: Ending) -> None:
        if not _without_quit(scene) and len(scene.session.marked) == 1:
            scene.common.memory.setdefault("stale", {scene.user: refusals})

    return Ending(take(), scene, end)


@fault(Place.LOCK, "R1939-UPD-09")
def lock_outlives_a_reset(scene: Scene, take: Take, *, refusals: int = 18) -> OpenMaildrop:
    """The lock is kept when the connection was reset, until so many logins were refused; it happens once."""
    _refuse(scene)

    def end(_: Ending) -> None:
        if _without_quit(scene) and "ended" not in scene.memory:
            scene.common.memory.setdefault("stale", {scene.user: refusals})

    return Ending(take(), scene, end)


@lock_outlives_a_reset.at(Place.RECEIVE)
def _ended(scene: Scene, octets: bytes) -> bytes:
    if not octets:
        scene.memory["ended"] = True
    return octets


def _refuse(scene: Scene) -> None:
    stale = scene.common.memory.get("stale", {})
    if stale.get(scene.user, 0):
        stale[scene.user] -= 1
        raise MaildropBusyError("somebody had it open")


@fault(Place.REPLY, "R1939-AUTH-16")
def user_takes_the_lock(scene: Scene, response: Response) -> Response:
    """USER takes hold of the maildrop, until that connection ends."""
    if scene.verb == "USER" and response.positive and scene.arguments:
        names = scene.common.memory.setdefault("names", {})
        holder: Scene | None = names.get(scene.arguments[0])
        if holder is None or holder.over:
            names[scene.arguments[0]] = scene
    return response


@user_takes_the_lock.at(Place.LOCK)
def _held_by_name(scene: Scene, take: Take) -> OpenMaildrop:
    holder: Scene | None = scene.common.memory.get("names", {}).get(scene.user.encode())
    if holder is None or holder is scene or holder.over:
        return take()
    raise MaildropBusyError("somebody has said that name")


# -- the connection --------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-UPD-06")
def open_behind_quit(scene: Scene, response: Response, *, least: int = 1) -> Response:
    """QUIT lets go of the maildrop and leaves the connection open, where so many messages were to be removed."""
    if scene.verb == "QUIT" and _left(scene) and len(scene.session.marked) >= least:
        scene.held.close()
        return replace(response, closes=False)
    return response


def _left(scene: Scene) -> bool:
    return scene.session.state is State.UPDATE


@fault(Place.REPLY, "R1939-QUITA-02")
def open_behind_quit_before_login(scene: Scene, response: Response) -> Response:
    """QUIT before login leaves the connection open."""
    return replace(response, closes=False) if scene.verb == "QUIT" and not scene.user else response
