"""Faults in how a maildrop is opened: lock, numbers, sizes, and mail that comes later (RFC 1939 §4, §11)."""

from collections.abc import Callable, Iterable, Iterator

from conformance.model import Maildrop, Message
from conformance.server.faults.acts import CLOSE, Act
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held, asks, in_transaction
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, accepted, refused
from conformance.server.stores import NOTHING, MaildropBusyError, MaildropError, OpenMaildrop
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

Take = Callable[[], OpenMaildrop]
Any = Command | InvalidCommand


# -- the lock --------------------------------------------------------------------------------------------------------


class _Common(Held):
    """A maildrop that others have open too: what one removes is removed for all."""

    def __init__(self, under: OpenMaildrop, gone: set[bytes]) -> None:
        super().__init__(under)
        self.gone = gone

    def read(self, message: Message) -> Iterator[bytes]:
        if message.unique_id in self.gone:
            removed = f"message {message.number} was removed by another session"
            raise MaildropError(removed)
        return super().read(message)

    def remove(self, numbers: frozenset[int]) -> None:
        super().remove(numbers)
        self.gone |= {message.unique_id for message in self.maildrop.messages if message.number in numbers}


class _Closed(_Common):
    """Likewise, and what is left closes up."""

    def read(self, message: Message) -> Iterator[bytes]:
        left = [other for other in self.maildrop.messages if other.unique_id not in self.gone]
        if message.number > len(left):
            removed = f"there is no message {message.number} any more"
            raise MaildropError(removed)
        return super().read(left[message.number - 1])


def _unlocked(take: Take) -> OpenMaildrop:
    """The maildrop, open for others at once."""
    held = take()
    held.close()
    return held


def _gone(scene: Scene) -> set[bytes]:
    gone: set[bytes] = scene.common.memory.setdefault(("gone", scene.user), set())
    return gone


@fault(Place.LOCK, "R1939-AUTH-02", "R1939-AUTH-03")
def messages_vanish_in_mid_session(scene: Scene, take: Take) -> OpenMaildrop:
    """A maildrop has no lock, and RETR of a message that another session has removed is answered -ERR."""
    return _Common(_unlocked(take), _gone(scene))


@fault(Place.LOCK, "R1939-AUTH-02", "R1939-AUTH-03", "R1939-AUTH-12")
def numbers_move_when_others_remove(scene: Scene, take: Take) -> OpenMaildrop:
    """A maildrop has no lock, and RETR counts its way to a message among those that other sessions have left."""
    return _Closed(_unlocked(take), _gone(scene))


@fault(Place.LOCK, "R1939-AUTH-05")
def busy_maildrop_shows_empty(_: Scene, take: Take) -> OpenMaildrop:
    """A login succeeds while another session holds the maildrop, and shows no messages."""
    try:
        return take()
    except MaildropBusyError:
        return NOTHING


@fault(Place.LOCK, "R1939-AUTH-05")
def busy_maildrop_hangs_up(scene: Scene, take: Take) -> OpenMaildrop:
    """A login is not answered while another session holds the maildrop: the server hangs up."""
    try:
        return take()
    except MaildropBusyError:
        scene.memory["busy"] = True
        raise


@busy_maildrop_hangs_up.at(Place.OCTETS)
def _hang_up(scene: Scene, _: Response, blocks: Iterable[bytes | Act]) -> Iterable[bytes | Act]:
    return (CLOSE,) if scene.memory.pop("busy", False) else blocks


@fault(Place.LOCK, "R1939-AUTH-04", "R1939-AUTH-05")
def lock_only_with_the_first_command(scene: Scene, take: Take) -> OpenMaildrop:
    """A login succeeds and takes no lock; the first command behind it takes the lock, or is refused."""
    held = scene.memory["lazy"] = Held(NOTHING)
    scene.memory["take"] = take
    return held


@lock_only_with_the_first_command.at(Place.COMMAND)
def _lock(scene: Scene, command: Any) -> Response | None:
    if not in_transaction(scene) or "take" not in scene.memory or command.verb == "QUIT":
        return None
    lazy: Held = scene.memory["lazy"]
    try:
        lazy.under = scene.memory["take"]()
    except MaildropError:
        return refused(b"maildrop already locked")
    del scene.memory["take"]
    lazy.maildrop = lazy.under.maildrop
    scene.session.open(lazy.maildrop)
    return None


@fault(Place.LOCK, "R1939-AUTH-04")
def lock_behind_the_answer(scene: Scene, take: Take) -> OpenMaildrop:
    """A login is refused while another session holds the maildrop, but the lock comes only behind the answer."""
    held = scene.memory["late"] = Held(_unlocked(take))
    scene.memory["take"] = take
    return held


@lock_behind_the_answer.at(Place.COMMAND)
def _lock_late(scene: Scene, _: Any) -> None:
    if in_transaction(scene) and "take" in scene.memory:
        take, held = scene.memory.pop("take"), scene.memory["late"]
        try:
            held.under = take()
        except MaildropError:
            return


# -- mail that comes later -------------------------------------------------------------------------------------------


class _Live(Held):
    """A maildrop that can be looked at again."""

    def look(self, scene: Scene) -> Maildrop:
        """What is there now."""
        self.under.close()
        self.under = scene.common.store.open(scene.user)
        return self.under.maildrop


def _live(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    live = scene.memory["live"] = _Live(held)
    return live


@fault(Place.MAILDROP, "R1939-AUTH-13")
def late_mail_is_shown(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Mail that arrives during a session appears in it, behind the other messages."""
    return _live(scene, held)


@late_mail_is_shown.at(Place.COMMAND)
def _look_again(scene: Scene, command: Any) -> None:
    live: _Live | None = scene.memory.get("live")
    if live is not None and in_transaction(scene) and command.verb != "QUIT":
        marked = frozenset(scene.session.marked)
        live.maildrop = live.look(scene)
        scene.session.open(live.maildrop)
        for number in marked:
            scene.session.mark(number)


@fault(Place.MAILDROP, "R1939-AUTH-13")
def late_mail_is_counted(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """STAT looks at the maildrop again, and counts mail that has no number in the session."""
    return _live(scene, held)


@late_mail_is_counted.at(Place.REPLY)
def _count_late_mail(scene: Scene, response: Response) -> Response:
    live: _Live | None = scene.memory.get("live")
    if live is None or scene.verb != "STAT" or not response.positive or not in_transaction(scene):
        return response
    late = live.look(scene).messages[live.maildrop.count :]
    session = scene.session
    return accepted(b"%d %d" % (session.count + len(late), session.octets + sum(message.octets for message in late)))


@fault(Place.MAILDROP, "R1939-AUTH-13")
def late_mail_is_retrieved(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """RETR looks at the maildrop again, and sends mail that no listing of the session has."""
    return _live(scene, held)


@late_mail_is_retrieved.at(Place.COMMAND)
def _retrieve_late_mail(scene: Scene, command: Any) -> Response | None:
    live: _Live | None = scene.memory.get("live")
    number = command.message
    if live is None or number is None or not asks(scene, command, "RETR", number=True):
        return None
    late = live.look(scene).get(number) if number > live.maildrop.count else None
    return None if late is None else accepted(b"message follows", body=tuple(live.read(late)))


# -- sizes -----------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-LIST-07", "R1939-LIST-14")
def list_with_a_number_leaves_the_header_out(scene: Scene, response: Response) -> Response:
    """LIST counts whole messages, and LIST with a message-number the body of that one alone."""
    message = scene.session.message(scene.number)
    if scene.verb != "LIST" or message is None or not response.positive or not in_transaction(scene):
        return response
    body = b"".join(scene.held.read(message)).partition(b"\r\n\r\n")[2]
    return accepted(b"%d %d" % (message.number, len(body)))
