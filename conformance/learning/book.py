"""The book: where a session stands by the RFCs, and which answers to a word are lawful there.

It is the model of the session, with the table of `conformance.wire.states` inside, made into places that can be
compared, and with what a server may do besides:

* a login may be refused, whatever is right about it (RFC 1939 §4); but nobody gets in by a wrong password;
* UIDL may be refused where there is nothing to list (§5 settles that case for LIST alone);
* CAPA may be refused between USER and PASS, where the client's next step is PASS or QUIT (§7);
* a server may hang up behind a login that failed (§4), and when it has refused enough.

What is disputed is lawful: that USER is taken a second time, or that PASS is taken with other commands between.
"""

import copy
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Final, Self

from conformance.driver import Account
from conformance.learning.words import NOBODY, Heard, Proof, Word
from conformance.model import Maildrop, Session
from conformance.wire import State

__all__ = ["Page", "clauses"]

_COUNTED: Final = 3
"""Refusals in a row that are told apart: with the third a server may close."""
_OVER: Final = frozenset({State.UPDATE, State.ENDED})
_LISTINGS: Final = frozenset({"STAT", "LIST", "RETR", "DELE", "TOP", "UIDL", "RSET"})


@dataclass(frozen=True, eq=False)
class Page:
    """A place in the book. It never changes: `after` gives another."""

    session: Session
    account: Account
    may_close: bool = False
    """Whether the server may have closed behind its last answer."""
    closed: bool = False
    """Whether it has."""
    spent: bool = False
    """Whether the last USER that was accepted has had its PASS, in vain."""

    @classmethod
    def first(cls, account: Account, messages: int, offers: Collection[str], *, secure: bool = False) -> Self:
        """The place behind the greeting, or with TLS spoken already behind what led to it."""
        maildrop = Maildrop.of((100, b"uid-%d" % number) for number in range(messages))
        session = Session(maildrop, offers=offers)
        session.secure = secure
        return cls(session, account)

    @property
    def state(self) -> State:
        """The state of the session, by the table."""
        return State.ENDED if self.closed else self.session.state

    @property
    def named(self) -> bytes | None:
        """The name that a PASS would be for."""
        return self.session.name if self.session.name is not None else self.session.stale_name

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self.closed or self.session.state in _OVER

    @property
    def rough(self) -> Hashable:
        """What makes it another place, but for the patience that is left."""
        session = self.session
        names = session.name, session.stale_name
        return self.state, self.closed, frozenset(session.marked), *names, session.secure, self.spent

    @property
    def key(self) -> Hashable:
        """What makes it another place."""
        return self.rough, min(self.session.refusals, _COUNTED), self.may_close

    @property
    def label(self) -> str:
        """Its name, for people."""
        marked, name = len(self.session.marked), self.session.name
        pieces = [self.state.value]
        if self.state is State.AUTHORIZATION and name is not None:
            pieces.append("nobody named" if name == NOBODY else "named")
        pieces += [f"{marked} marked"] if marked and self.state is State.TRANSACTION else []
        pieces += ["TLS"] if self.session.secure and not self.over else []
        return ", ".join(pieces)

    def lawful(self, word: Word) -> frozenset[Heard]:
        """What the server may let hear now."""
        if self.over:
            return frozenset({Heard.CLOSED})
        expected = self.session.expect(word.command)
        positive = expected.positive is not None and not self._wrong(word)
        negative = expected.negative or self._excused(word) or (expected.positive is not None and not positive)
        heard = {Heard.OK} if positive else set()
        heard |= {Heard.ERR} if negative else set()
        fails = word.verb == "STLS" and positive  # the handshake may
        heard |= {Heard.CLOSED} if self.may_close or fails else set()
        return frozenset(heard)

    def logs_in(self, word: Word) -> bool:
        """Whether there is no reason to refuse this login but the maildrop's lock."""
        if self.over or self.state is not State.AUTHORIZATION or word.proof is not Proof.RIGHT:
            return False
        return word.verb != "PASS" or self.session.name == self.account.name_octets

    def after(self, word: Word, heard: Heard) -> "Page":
        """The place behind a word that was answered so."""
        if heard not in (Heard.OK, Heard.ERR):
            return Page(self.session, self.account, closed=True)
        session = copy.copy(self.session)
        session.marked = set(session.marked)
        expected = session.expect(word.command)
        session.advance(word.command, positive=heard is Heard.OK)
        spent = self.spent or (word.verb == "PASS" and self.named is not None)
        spent &= not (word.verb == "USER" and heard is Heard.OK)
        may_close = heard is Heard.ERR and (expected.may_close or word.proof is not Proof.NONE)
        return Page(session, self.account, may_close, spent=spent)

    def _wrong(self, word: Word) -> bool:
        """Whether this must let nobody in."""
        if word.proof is Proof.WRONG:
            return True
        return word.verb == "PASS" and self.named is not None and self.named != self.account.name_octets

    def _excused(self, word: Word) -> bool:
        if word.label == "UIDL":
            return self.state is State.TRANSACTION and self.session.count == 0
        return word.verb == "CAPA" and self.named is not None


def clauses(page: Page, word: Word, heard: Heard) -> tuple[str, ...]:
    """The clauses that say why this answer is not lawful there, the closest first; none where no clause is clear."""
    verb = word.verb
    if page.over:
        return ("R1939-UPD-06",) if page.state is State.UPDATE else ("R1939-QUITA-02",)
    if heard in (Heard.CLOSED, Heard.SILENCE):
        return ("R1939-NET-05",)
    if heard is Heard.OTHER:
        return ("R1939-RESP-01",)
    if heard is Heard.ERR:
        return _REFUSED.get((page.state, verb), ())
    if page.state is State.AUTHORIZATION:
        return _accepted_before_login(page, word)
    if word.arguments and verb in _MARKED:
        return _MARKED[verb]
    return _OUT_OF_PLACE.get(verb, ("R1939-STATE-01",))


def _accepted_before_login(page: Page, word: Word) -> tuple[str, ...]:
    verb = word.verb
    if verb == "NOOP":
        return "R1939-NOOP-03", "R1939-STATE-04"
    if verb in _LISTINGS:
        return f"R1939-{verb}-01", "R1939-STATE-04"
    if verb == "APOP":
        return ("R1939-APOP-05",)
    if verb == "PASS":
        if page.named is None:
            return ("R1939-PASS-05",) if page.spent else ("R1939-PASS-01",)
        return ("R1939-PASS-02",)
    return _ACCEPTED.get(verb, ("R1939-STATE-01",))


_ACCEPTED: Final = {"AUTH": (), "STLS": ("R2595-STLS-08",), "USER": (), "CAPA": (), "QUIT": ()}
_OUT_OF_PLACE: Final = {
    "USER": ("R1939-USER-01", "R1939-STATE-04"),
    "PASS": ("R1939-STATE-04",),
    "APOP": ("R1939-APOP-10", "R1939-STATE-04"),
    "AUTH": ("R5034-AUTH-03",),
    "STLS": ("R2595-STLS-06",),
}
"""What TRANSACTION has no place for."""
_MARKED: Final = {
    "LIST": ("R1939-LIST-11", "R1939-DELE-03"),
    "RETR": ("R1939-RETR-06", "R1939-DELE-03"),
    "TOP": ("R1939-DELE-03",),
    "UIDL": ("R1939-UIDL-13", "R1939-DELE-03"),
    "DELE": ("R1939-DELE-04", "R1939-DELE-03"),
}
"""Commands that name a message that is marked, or none."""
_REFUSED: Final = {
    (State.AUTHORIZATION, "QUIT"): ("R1939-QUITA-01",),
    (State.TRANSACTION, "STAT"): ("R1939-STAT-02",),
    (State.TRANSACTION, "NOOP"): ("R1939-NOOP-01",),
    (State.TRANSACTION, "RSET"): ("R1939-RSET-03",),
    (State.TRANSACTION, "DELE"): ("R1939-DELE-02",),
    (State.TRANSACTION, "QUIT"): ("R1939-UPD-03",),
    (State.TRANSACTION, "LIST"): ("R1939-STATE-08",),
    (State.TRANSACTION, "RETR"): ("R1939-STATE-08",),
    (State.TRANSACTION, "TOP"): ("R1939-STATE-08",),
    (State.TRANSACTION, "UIDL"): ("R1939-STATE-08",),
}
"""What must be answered +OK."""
