"""Faults in the autologout timer (RFC 1939 §3)."""

from collections.abc import Callable
from contextlib import suppress

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held
from conformance.server.faults.scene import Scene
from conformance.server.stores import MaildropError, OpenMaildrop
from conformance.wire import State

__all__: list[str] = []

Blocks = tuple[bytes, ...]


def _since(scene: Scene, deadline: float, *, fresh: bool) -> float:
    """The deadline as it was when the timer was last restarted for a reason that counts."""
    if fresh or "deadline" not in scene.memory:
        scene.memory["deadline"] = deadline
    kept: float = scene.memory["deadline"]
    return kept


@fault(Place.ACTIVITY, "R1939-TIMER-02", slow=True)
def timer_too_short(scene: Scene, deadline: float, *, less: float = 400.0) -> float:
    """The timer is over minutes too soon."""
    return deadline - less if scene.session.state is State.TRANSACTION else deadline


@fault(Place.ACTIVITY, "R1939-TIMER-03", slow=True)
def noop_restarts_no_timer(scene: Scene, deadline: float) -> float:
    """NOOP and unknown commands do not restart the timer."""
    return _since(
        scene, deadline, fresh=scene.command is None or (scene.command.known is not None and scene.verb != "NOOP")
    )


@fault(Place.ACTIVITY, "R1939-TIMER-06", slow=True)
def timer_runs_while_sending(scene: Scene, deadline: float) -> float:
    """The timer runs on while a reply is under way, however long that takes."""
    return _since(scene, deadline, fresh=scene.memory.pop("heard", False))


@timer_runs_while_sending.at(Place.RECEIVE)
def _heard(scene: Scene, octets: bytes) -> bytes:
    scene.memory["heard"] = True
    return octets


@fault(Place.EXPIRY, "R1939-TIMER-04", "R1939-UPD-08", slow=True)
def timer_updates(scene: Scene, blocks: Blocks) -> Blocks:
    """When the timer is over, what is marked is removed as by QUIT."""
    if scene.session.marked:
        with suppress(MaildropError):
            scene.held.remove(frozenset(scene.session.marked))
    return blocks


@fault(Place.EXPIRY, "R1939-TIMER-05", slow=True)
def timer_says_so(_: Scene, blocks: Blocks, *, text: str = "-ERR idle for too long") -> Blocks:
    """When the timer is over, the client is told before the connection is closed."""
    return (*blocks, text.encode() + b"\r\n")


class _Kept(Held):
    """A maildrop that stays locked when the timer is over, until others have asked for it so many times."""

    def __init__(self, under: OpenMaildrop, scene: Scene, times: int) -> None:
        super().__init__(under)
        self._scene, self._left = scene, times

    def close(self) -> None:
        """Let go of it, unless the timer is over."""
        if "expired" in self._scene.memory:
            self._scene.common.memory[self._scene.user] = self
        else:
            super().close()

    def ask(self) -> None:
        """Somebody wants it."""
        self._left -= 1
        if self._left <= 0:
            super().close()


@fault(Place.MAILDROP, "R1939-TIMER-07", slow=True)
def timer_keeps_the_lock(scene: Scene, maildrop: OpenMaildrop, *, times: int = 20) -> OpenMaildrop:
    """When the timer is over, the connection is closed, and the maildrop stays locked for long."""
    return _Kept(maildrop, scene, times)


@timer_keeps_the_lock.at(Place.EXPIRY)
def _remember_the_expiry(scene: Scene, blocks: Blocks) -> Blocks:
    scene.memory["expired"] = True
    return blocks


@timer_keeps_the_lock.at(Place.LOCK)
def _ask_for_the_lock(scene: Scene, take: Callable[[], OpenMaildrop]) -> OpenMaildrop:
    if isinstance(kept := scene.common.memory.get(scene.user), _Kept):
        kept.ask()
    return take()
