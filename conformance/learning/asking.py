"""Says rows of words to the server, each on a connection of its own, and hears what comes.

Nothing is deleted that this run did not put there: DELE is said only where the session was seen to hold no more than
was delivered, and the maildrop is filled anew behind a session that may have taken something away.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from conformance.driver import TargetError
from conformance.learning.book import Page
from conformance.learning.bounds import Bounds, Crowded
from conformance.learning.session import Manners, Session
from conformance.learning.words import Heard, Word
from conformance.mailboxes import FillError
from conformance.scenario import NotPlayed, Stage
from conformance.transcript import Conversation

__all__ = ["MAIL", "Answered", "Asker", "mail_for"]

MAIL: Final = ("plain", "dots")
"""What the maildrop holds: with one message marked, another is left."""
_PATIENCE: Final = 3.0
"""Seconds for an answer to what is no login, unless fewer are allowed: silence is asked for in many states."""
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5
_REFILLS: Final = 3
"""Times that the maildrop is filled anew because it held something else than was delivered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a row of words."""

    heard: tuple[Heard, ...]
    """For each word; behind an end or a silence nothing is said any more, and the same is noted for the rest."""
    conversation: Conversation
    no_tls: str = ""
    """Why there was no TLS behind an STLS among them."""


class Asker:
    """Holds sessions with the server."""

    def __init__(self, stage: Stage, first: Page, bounds: Bounds) -> None:
        self._stage = stage
        self._first = first
        self._bounds = bounds
        self._limits = stage.target.limits
        quick = replace(self._limits, reply=min(self._limits.reply, _PATIENCE))
        self._quick = replace(stage.target, limits=quick)
        self._delivered: int | None = None
        self._refused: set[tuple[Word, ...]] = set()
        """Rows whose last login is refused even when no other session can hold the maildrop any more."""
        self._way_in: tuple[Word, ...] = ()
        """Words that were a login once."""
        self._manners = Manners()
        self._inside = -math.inf
        """When a session ended that may have held the maildrop."""

    def ask(self, words: Sequence[Word], *, patient: bool = False) -> Answered:
        """Say the words on a fresh connection; `Exhausted` where a bound is reached.

        `TargetError` or `FillError` when the server cannot be worked with any more. Who is `patient` waits for an
        answer as long as the target's limits allow.
        """
        began, pause, refills = time.monotonic(), _FIRST_PAUSE, _REFILLS
        while True:
            try:
                session = self._held(words, patient=patient)
            except Crowded:  # it may be that the server has written back what it knew when the last session ended
                if not refills:
                    raise
                refills -= 1
                time.sleep(_LONGEST_PAUSE / 5)
                self._stage.spoiled(self._stage.account)
                continue
            if session.greeted and session.turned_away is None:
                return Answered(tuple(session.heard), session.driver.conversation, session.no_tls)
            until = (self._inside if session.greeted else began) + self._limits.unlock
            if time.monotonic() + pause <= until:
                time.sleep(pause)  # another session may still hold the maildrop, or all that there may be are open
                pause = min(pause * 2, _LONGEST_PAUSE)
            elif session.turned_away is not None:
                self._see_that_somebody_gets_in()
                self._refused.add(session.turned_away)
            else:
                message = f"{self._stage.target.address} greets new connections with +OK no more; is it still running?"
                raise TargetError(message)

    def _held(self, words: Sequence[Word], *, patient: bool) -> Session:
        self._bounds.session()
        self._fill()
        target = self._stage.target if patient else self._quick
        session = Session(target, self._first, words, self._bounds, self._delivered, self._manners)
        try:
            session.hold(self._refused)
        finally:
            self._way_in = self._way_in or session.let_in
            if session.entered and session.turned_away is None:
                self._inside = time.monotonic()
            if session.spoils:
                self._stage.spoiled(self._stage.account)
        return session

    def _see_that_somebody_gets_in(self) -> None:
        """`TargetError` where the way in leads there no more."""
        if self._way_in and self._held(self._way_in, patient=True).turned_away is not None:
            name, wrong = self._stage.account.name, self._bounds.failed
            message = (
                f"{self._stage.target.address} does not let {name} in any more, as it did before; {wrong} wrong "
                "passwords were sent. Has it locked the account? --failed-logins 0 sends none"
            )
            raise TargetError(message)

    def doubt(self) -> None:
        """An answer was another one than before: wait longer for what may come behind an answer."""
        self._manners.moment *= 2
        self._manners.stays.clear()

    def close(self) -> None:
        """Leave the maildrop empty, as it was found; what cannot be taken away is named by the next run."""
        self._stage.end()

    def _fill(self) -> None:
        """See that the maildrop holds what it should."""
        if self._stage.settings.touch:
            mail = self._retried(lambda: self._stage.fill(self._stage.account, mail_for(self._stage)))
            self._delivered = len(mail)

    def _retried(self, work: Callable[[], tuple[bytes, ...]]) -> tuple[bytes, ...]:
        """Do it, and again while a session that was broken off may still hold the maildrop."""
        until = time.monotonic() + self._limits.unlock
        while True:
            try:
                return work()
            except NotPlayed as why:
                raise FillError(self._stage.provisioner.spec, why.reason, "name another way by --fill") from None
            except (TargetError, FillError):
                if time.monotonic() > until:
                    raise
                time.sleep(_LONGEST_PAUSE / 5)


def mail_for(stage: Stage) -> tuple[str, ...]:
    """The messages that the maildrop is filled with."""
    return MAIL if stage.provisioner.spec != "none" and stage.settings.touch else ()
