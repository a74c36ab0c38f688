"""Learns the session of a server, compares it with the book, and sees each difference once more with its own eyes."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from conformance.driver import TLS_OWN_REASONS, Features, TargetError, TlsMode
from conformance.learning.asking import Asker, mail_for
from conformance.learning.book import Page
from conformance.learning.bounds import Bounds, Exhausted, NoGuesses, Unsteady
from conformance.learning.comparing import Comparison, Difference, compared, shown
from conformance.learning.machine import Machine
from conformance.learning.memory import Memory, Relearn
from conformance.learning.words import UNKNOWN, Heard, Proof, Word, alphabet
from conformance.mailboxes import FillError
from conformance.scenario import Stage
from conformance.transcript import Secrets, TextLine, text_lines

__all__ = ["Learned", "Seen", "learn"]

_ANEW: Final = 3
"""Times that learning begins anew because an answer that was remembered was an accident."""
_NAGGING: Final = 5
"""Unknown commands in a row that make an impatient server hang up."""
_MOST: Final = 40
"""Differences that are looked at once more."""
_SLOW: Final = 0.5
"""Seconds for the answer to a wrong password that are worth a word."""
_LINES: Final = 60
"""Lines of a session that are kept."""
_GUESSES: Final = (
    ("USER right", "PASS wrong", "PASS right"),
    ("USER right", "PASS wrong", "USER right", "PASS right"),
    ("USER right", "PASS wrong", "STAT"),
    ("USER nobody", "PASS right"),
    ("USER nobody", "PASS wrong"),
    ("APOP wrong", "STAT"),
    ("APOP wrong", "APOP right"),
)
"""What is said in any case, however few wrong passwords there may be."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference, and the session that shows it."""

    difference: Difference
    confirmed: bool
    """Whether the server answered so once more, on a fresh connection."""
    session: tuple[TextLine, ...]
    """That session, secrets masked."""


@dataclass(slots=True)
class Learned:
    """What came of learning."""

    words: tuple[Word, ...]
    machine: Machine | None = None
    """The machine; None when learning ended before there was one."""
    comparison: Comparison | None = None
    seen: list[Seen] = field(default_factory=list)
    ended_early: str = ""
    """Why it ended before all was learned; empty when it did not."""
    lost: bool = False
    """Whether that was because the server could not be worked with any more."""
    interrupted: bool = False
    """Whether it was by Ctrl-C."""
    left_out: list[str] = field(default_factory=list)
    """What was not asked, and why."""
    remarks: list[str] = field(default_factory=list)
    """What else is to be known."""
    sessions: int = 0
    failed_logins: int = 0
    seconds: float = 0.0

    @property
    def differences(self) -> list[Seen]:
        """Those that were seen again."""
        return [one for one in self.seen if one.confirmed]

    @property
    def complete(self) -> bool:
        """Whether every word was tried everywhere, and every difference looked at once more."""
        return self.machine is not None and not (self.ended_early or self.left_out or self.not_looked_at)

    @property
    def not_looked_at(self) -> int:
        """How many differences were not looked at once more."""
        looked_at = sum(bool(one.session) for one in self.seen)
        return len(self.comparison.differences) - looked_at if self.comparison is not None else 0


def learn(stage: Stage, bounds: Bounds, noted: Callable[[int, int], None] = lambda *_: None) -> Learned:
    """Learn the session. `noted` is told the number of states and of sessions, now and then.

    `TargetError` or `FillError` when the server cannot be worked with from the start.
    """
    features = stage.survey()
    learned = Learned(_words(stage, features, bounds))
    secure = stage.target.tls.mode is not TlsMode.NONE
    first = Page.first(stage.account, len(mail_for(stage)), _offers(features), secure=secure)
    asker = Asker(stage, first, bounds)
    secrets = Secrets(secret for account in stage.target.accounts for secret in account.secrets)
    memory = Memory(asker)
    try:
        with _endings(learned):
            _look_around(learned, asker, stage, features, bounds)
            _study(learned, memory, first, lambda states: noted(states, bounds.said))
        if learned.machine is not None:
            learned.comparison = compared(learned.machine, first, memory)
        if not learned.interrupted:
            with _endings(learned):
                _confirm(learned, asker, first, bounds, secrets)
    finally:
        asker.close()
    if learned.comparison is not None:
        others = learned.comparison.differences[len(learned.seen) :]
        learned.seen += [Seen(difference, confirmed=False, session=()) for difference in others]
    if bounds.failed and (each := bounds.waited / bounds.failed) > _SLOW:
        learned.remarks.append(f"the server takes its time behind wrong passwords, {each:.1f} s for each answer")
    learned.sessions, learned.failed_logins = bounds.said, bounds.failed
    learned.seconds = time.monotonic() - bounds.began
    return learned


@contextmanager
def _endings(learned: Learned) -> Iterator[None]:
    """Note why it ends early; `TargetError` and `FillError` come through while there is no machine to tell of."""
    try:
        yield
    except (Exhausted, Unsteady) as why:
        learned.ended_early = str(why)
    except (TargetError, FillError) as why:
        if learned.machine is None:
            raise
        learned.ended_early, learned.lost = str(why), True
    except KeyboardInterrupt:
        learned.ended_early, learned.interrupted = "it was interrupted", True


def _words(stage: Stage, features: Features, bounds: Bounds) -> tuple[Word, ...]:
    clear = stage.target.tls.mode is TlsMode.NONE
    return alphabet(
        stage.account,
        stamp=bool(features.look.stamp),
        offers=features.announced,
        stls=not clear or "STLS" in features.announced,
        wrong=bounds.failed_logins > 0,
        touch=stage.settings.touch,
    )


def _offers(features: Features) -> frozenset[str]:
    """Optional commands that must work: those that are announced, or were seen to."""
    seen = {verb for verb in ("TOP", "UIDL") if verb not in features.missing and verb not in features.unknown}
    return features.announced | seen | ({"CAPA"} if features.look.capabilities is not None else set())


def _look_around(learned: Learned, asker: Asker, stage: Stage, features: Features, bounds: Bounds) -> None:
    """Take out of the words what cannot be asked here, and tell what is not asked.

    DELE is not where nobody can see what is in the maildrop, STLS not where it leads to no TLS by our own choice.
    """
    if (seconds := stage.target.pace.seconds) > 0:
        learned.remarks.append(f"the server wants {seconds:g} s between two logins (LOGIN-DELAY), and got them")
    learned.left_out += _left_out(learned.words, stage, features, bounds)
    asker.ask([word for word in learned.words if word.verb == UNKNOWN] * _NAGGING)  # it may hang up: so be it known
    stls = next((word for word in learned.words if word.verb == "STLS"), None)
    if stls is not None and (why := asker.ask([stls]).no_tls).startswith(TLS_OWN_REASONS):
        _without(learned, stls.verb, f"{why}; --ca FILE names the authority to trust, and --insecure accepts any")
    if stage.settings.touch and not _lists(learned, asker):
        _without(learned, "DELE", "the server does not list the maildrop by LIST, so nobody sees whose mail it is")


def _left_out(words: Collection[Word], stage: Stage, features: Features, bounds: Bounds) -> Iterator[str]:
    account, labels = stage.account, {word.label for word in words}
    if not stage.settings.touch:
        yield "showing and deleting messages: the maildrop may hold mail of others"
    elif not mail_for(stage):
        yield "messages to show and delete: there are none, as --fill names no way to mail"
    if not bounds.failed_logins:
        yield "wrong passwords: --failed-logins allows none"
    if not account.plain:
        yield f"USER and PASS: they are not open to {account.name}"
    if features.look.stamp and "APOP right" not in labels:
        yield f"APOP that succeeds: {account.name} is not known to have it, --apop-account names an account that has"
    if not any(word.proof is Proof.RIGHT for word in words):
        yield f"all behind a login: USER and PASS, APOP and AUTH PLAIN are known, and none is open to {account.name}"


def _without(learned: Learned, verb: str, why: str) -> None:
    learned.words = tuple(word for word in learned.words if word.verb != verb)
    learned.left_out.append(f"{verb}: {why}")


def _lists(learned: Learned, asker: Asker) -> bool:
    by_label = {word.label: word for word in learned.words}
    ways = (("USER right", "PASS right"), ("APOP right",), ("AUTH right",))
    for way in ways:
        if all(label in by_label for label in way):
            heard = asker.ask([*(by_label[label] for label in way), by_label["LIST"]]).heard
            return heard[-1] is Heard.OK
    return False


def _study(learned: Learned, memory: Memory, first: Page, noted: Callable[[int], None]) -> None:
    """Learn without wrong passwords, then with them: where these cannot be learned, what was learned before holds."""
    everything = learned.words
    learned.words = tuple(word for word in everything if not word.guesses)
    _settled(learned, memory, first, noted)
    if learned.words == everything:
        return
    without, learned.words = (learned.words, learned.machine), everything
    reason: NoGuesses | None = None
    settled = False
    try:
        for row in _guesses({word.label: word for word in everything}):
            memory.query(row)
        _settled(learned, memory, first, noted)
        settled = True
    except NoGuesses as why:
        reason = why
    finally:
        if not settled:
            learned.words, learned.machine = without
            because = f": {reason}" if reason is not None else ""
            learned.left_out.append(f"what lies behind wrong passwords was looked at, and not learned{because}")


def _guesses(words: Mapping[str, Word]) -> Iterator[list[Word]]:
    """Rows with wrong passwords that are to be said in any case."""
    for row in _GUESSES:
        if all(label in words for label in row):
            yield [words[label] for label in row]


def _settled(learned: Learned, memory: Memory, first: Page, noted: Callable[[int], None]) -> None:
    from conformance.learning import learner  # AALpy is an extra

    def keep(machine: Machine) -> None:
        learned.machine = machine
        noted(len(machine.states))

    for _ in range(_ANEW):
        try:
            learner.learned(memory, learned.words, first, keep)
        except Relearn:
            continue
        return
    message = f"{_ANEW} times an answer was another one later on; is somebody else using the account?"
    raise Unsteady(message)


def _confirm(learned: Learned, asker: Asker, first: Page, bounds: Bounds, secrets: Secrets) -> None:
    """Say each difference once more, and keep the session."""
    differences = learned.comparison.differences if learned.comparison is not None else ()
    bounds.look_again(_MOST * 2)
    for difference in islice(differences, _MOST):
        try:
            answered = asker.ask(difference.words, patient=True)
        except NoGuesses as why:
            learned.ended_early = learned.ended_early or str(why)
            learned.seen.append(Seen(difference, confirmed=False, session=()))
            continue
        lines = text_lines([answered.conversation], secrets, limit_lines=_LINES)
        learned.seen.append(Seen(difference, shown(difference, first, answered.heard), lines))
        answered.conversation.transcript.close()
