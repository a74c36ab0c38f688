"""One connection on which a row of words is said."""

import time
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from conformance.driver import Driver, Target
from conformance.learning.book import Page
from conformance.learning.bounds import Bounds, Crowded
from conformance.learning.words import Heard, Proof, Word
from conformance.scenario.guard import held_back, may_delete, stock
from conformance.transcript import Exchange, Incident
from conformance.wire import State
from conformance.wire.grammar import TIMESTAMP

__all__ = ["END", "Manners", "Session"]

END: Final = frozenset({Heard.CLOSED, Heard.SILENCE})
"""What nothing is said behind any more."""
_SHOWS: Final = frozenset({"RETR", "TOP"})
_BRIEFLY: Final = 0.05
"""Seconds for a server to close that was seen not to."""
_BY_SERVER: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})


@dataclass(slots=True)
class Manners:
    """How the server was seen to end connections."""

    hangs_up: bool = False
    """Whether it has hung up behind an answer where it may."""
    moment: float = 0.05
    """Seconds in which it does so, if it does."""
    stays: set[tuple[Word, ...]] = field(default_factory=set)
    """Rows of words behind which it may and does not."""
    lingers: bool = False
    """Whether it has not closed when a session was over; then it is not waited for at length any more."""


@dataclass(slots=True)
class Session:
    """Says the words one by one, and notes what is heard and what that means for the maildrop."""

    target: Target
    page: Page
    """Where the session stands by the book, as far as the answers were lawful."""
    words: Sequence[Word]
    bounds: Bounds
    delivered: int | None
    """How many messages are ours; None when nothing is known of the maildrop."""
    manners: Manners
    """What is known of the server, and kept up."""
    heard: list[Heard] = field(default_factory=list)
    greeted: bool = False
    turned_away: tuple[Word, ...] | None = None
    """The words up to a login that was refused without a reason that could be seen; nothing was said behind it."""
    let_in: tuple[Word, ...] = ()
    """The words up to a login that was granted, where there was no wrong password among them."""
    entered: bool = False
    """Whether it may have held the maildrop."""
    spoils: bool = False
    """Whether it may have taken messages away."""
    no_tls: str = ""
    """Why there was no TLS behind STLS; empty when there was, or nobody asked."""
    driver: Driver = field(init=False)
    _shown: bool = False
    _named: Word | None = None
    """The last USER, however it was answered."""
    _before: bytes = b""
    """The last octets that were said, for the guard."""
    _counted: bool = False

    def __post_init__(self) -> None:
        self.driver = Driver(self.target, "A")

    def hold(self, known: Collection[tuple[Word, ...]] = ()) -> None:
        """Hold it, to its end. Logins of the rows that are `known` to be refused are not wondered at."""
        with closing(self.driver):
            self.driver.connect(at_once=not any(word.proof is Proof.RIGHT for word in self.words))
            greeting = self.driver.read_greeting()
            self.greeted = greeting is not None and greeting.positive
            if not self.greeted or greeting is None:
                return
            stamp = TIMESTAMP.search(greeting.status)
            for number, word in enumerate(self.words, 1):
                self._see_whether_it_stays(tuple(self.words[: number - 1]))
                self.heard.append(self._say(word, stamp[0] if stamp else b""))
                if self.heard[-1] in END:
                    self.manners.hangs_up |= self._is_hung_up(number)
                    break
                row = tuple(self.words[:number])
                if self.page.logs_in(word):
                    if self.heard[-1] is Heard.ERR and row not in known:
                        self.turned_away = row
                        break
                    if self.heard[-1] is Heard.OK and not any(said.guesses for said in row):
                        self.let_in = row
                self.page = self.page.after(word, self.heard[-1])
            self.heard += self.heard[-1:] * (len(self.words) - len(self.heard))
            self._leave()

    def _is_hung_up(self, number: int) -> bool:
        """Whether the server has closed behind an answer where it may, and need not as behind QUIT."""
        quits = number > 1 and self.words[number - 2].verb == "QUIT"
        return self.heard[-1] is Heard.CLOSED and self.page.may_close and not quits

    def _see_whether_it_stays(self, row: tuple[Word, ...]) -> None:
        """What comes a moment behind an answer would be taken for the next one."""
        known = self.manners
        if known.hangs_up and self.page.may_close and row not in known.stays and self.driver.quiet(known.moment):
            known.stays.add(row)

    def _say(self, word: Word, stamp: bytes) -> Heard:
        if word.verb == "USER":
            self._named = word
        guesses = self._guesses(word) and self.driver.conversation.state is State.AUTHORIZATION
        if guesses:
            self.bounds.wrong_password()
        octets = word.spoken(self.page.account, stamp)
        dangerous, self._before = may_delete(self.driver.conversation, self._before, octets + b"\r\n")
        instead = self._see_that_all_is_ours() if dangerous else None
        began = time.monotonic()
        heard = self._heard(word, octets) if instead is None else instead
        if guesses:
            self.bounds.answered(time.monotonic() - began)
        state = self.driver.conversation.state
        self.entered |= state is not State.AUTHORIZATION or self.page.logs_in(word)
        self.spoils |= word.verb == "DELE" and heard is not Heard.ERR
        self.spoils |= self._shown and word.verb == "QUIT"  # RFC 1939 §8: a site may remove what was shown
        self._shown |= word.verb in _SHOWS and heard is not Heard.ERR
        return heard

    def _guesses(self, word: Word) -> bool:
        """Whether this login must fail; a PASS without any USER is for nobody's account."""
        if word.verb != "PASS":
            return bool(word.proof) and word.guesses
        return self._named is not None and (word.guesses or self._named.guesses)

    def _heard(self, word: Word, octets: bytes) -> Heard:
        limits = self.target.limits
        patience = limits.login if word.proof or word.verb == "USER" else limits.reply
        answer = self.driver.ask(octets, patience)
        if answer is not None and answer.complete and answer.reply is not None and answer.reply.challenges:
            answer = self.driver.ask(octets.split(b" ")[-1], patience)  # the response was not taken with the command
        heard = self._read(answer)
        if heard is Heard.OK and word.verb == "STLS":
            self.no_tls = self.driver.start_tls()
            return Heard.CLOSED if self.no_tls else Heard.OK
        return heard

    def _read(self, answer: Exchange | None) -> Heard:
        if answer is None or (not answer.complete and answer.lost in _BY_SERVER):
            return Heard.CLOSED
        if not answer.complete:
            return Heard.SILENCE
        return Heard.OK if answer.positive else Heard.ERR if answer.negative else Heard.OTHER

    def _see_that_all_is_ours(self) -> Heard | None:
        """Before DELE, once. `Crowded` when somebody else's mail could be there, or nobody can tell.

        Where the session is over, and LIST is not obeyed any more, DELE is not said: what LIST got is its answer.
        """
        if self._counted:
            return None
        listing = self.driver.ask(b"LIST")
        heard = self._read(listing)
        if heard in END or (self.page.over and heard is not Heard.OK):
            return heard
        found = stock(listing, self.delivered, 0, ()) if listing is not None and heard is Heard.OK else None
        if (held := held_back(found)) is not None:
            message = f"{held.reason.replace('after <log in>', 'before DELE')}; see that the account gets no other mail"
            raise Crowded(message)
        self._counted = True
        return None

    def _leave(self) -> None:
        """End the session so that the next one finds no lock, where that changes nothing."""
        clean = not (self.spoils or self._shown)
        if self.entered and clean and self.heard and self.heard[-1] not in END:
            self.driver.ask(b"QUIT")
        if self.driver.conversation.state in (State.UPDATE, State.ENDED):
            self.manners.lingers = self.driver.wait_for_close(_BRIEFLY if self.manners.lingers else None) is None
