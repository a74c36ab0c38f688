"""Keeps track of which sessions have a maildrop open, and of what each leaves behind for the next."""

from conformance.monitor.history import UNKNOWN, Past
from conformance.monitor.session import LOGINS, Session
from conformance.transcript import Exchange
from conformance.wire import InvalidCommand

__all__ = ["Openings"]

_UNSETTLING = LOGINS | {"QUIT"}


class Openings:
    """The maildrops that are open now."""

    def __init__(self) -> None:
        self._open: list[Session] = []

    def follow(self, session: Session, exchange: Exchange) -> None:
        """Take notice of a login or a QUIT."""
        if session.login is exchange:
            for other in self._open:
                if session.user is None or other.user is None or session.user == other.user:
                    session.shared = other.shared = True
            self._open.append(session)
            session.before = session.scene.history(session.user).last if session.user is not None else None
        elif session.quit is exchange:
            self._leave(session)

    def ended(self, session: Session) -> None:
        """Take notice of the end of a connection."""
        if session in self._open:
            self._leave(session)
        elif session.login is None and (session.adrift or _unsettled(session)):
            session.scene.forget()

    def _leave(self, session: Session) -> None:
        if session not in self._open:
            return
        self._open.remove(session)
        if session.user is None:
            session.scene.forget()
            return
        session.scene.history(session.user).last = _past(session)


def _past(session: Session) -> Past:
    drop = session.drop
    if drop is None or session.shared or session.adrift or _unsettled(session):
        return UNKNOWN
    return Past(
        counts={kind: witness.count for kind, witness in drop.witnesses.items() if witness.calm},
        marked=None if drop.blurred or drop.doubtful else frozenset(drop.marked),
        taken_back=frozenset(drop.taken_back),
        retrieved=frozenset(drop.retrieved),
        ids=dict(drop.ids),
        quit=session.quit,
    )


def _unsettled(session: Session) -> bool:
    """Whether the server may have understood something else than the replies show, and acted on it."""
    if session.unfinished.strip().upper() == b"QUIT":
        return True
    doubted = session.conversation.exchanges[session.sure_up_to :] if session.sure_up_to is not None else []
    return any(isinstance(e.command, InvalidCommand) or not e.certain or e.verb in _UNSETTLING for e in doubted)
