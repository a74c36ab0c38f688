"""Sessions brought to where a test begins."""

from conformance.model import Maildrop, Session
from conformance.wire import VERBS, Command, InvalidCommand, Line, State, parse_command

__all__ = ["ALL", "THREE", "command", "logged_in", "say", "session_in"]

ALL = frozenset(VERBS)
THREE = Maildrop.of([(120, b"one"), (200, b"two"), (3000, b"three")])


def command(text: str | bytes) -> Command | InvalidCommand:
    octets = text if isinstance(text, bytes) else text.encode() + b"\r\n"
    return parse_command(Line(octets))


def say(session: Session, *texts: str, positive: bool = True) -> Session:
    for text in texts:
        session.advance(command(text), positive=positive)
    return session


def logged_in(maildrop: Maildrop = THREE, *, tolerant: bool = False) -> Session:
    return say(Session(maildrop, offers=ALL, tolerant=tolerant), "USER alice", "PASS secret")


def session_in(state: State, *, tolerant: bool = False) -> Session:
    match state:
        case State.AUTHORIZATION:
            return Session(THREE, offers=ALL, tolerant=tolerant)
        case State.TRANSACTION:
            return logged_in(tolerant=tolerant)
        case State.UPDATE:
            return say(logged_in(tolerant=tolerant), "QUIT")
        case _:
            return say(Session(THREE, offers=ALL, tolerant=tolerant), "QUIT")
