"""Learns the session of a server, compares it with the book, and sees each difference once more with its own eyes."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.driver import Features, TargetError, TlsMode
from conformance.learning.asking import Asker, mail_for
from conformance.learning.book import Page
from conformance.learning.bounds import Bounds, Exhausted, NoGuesses, Unsteady
from conformance.learning.comparing import Comparison, Difference, compared
from conformance.learning.machine import Machine
from conformance.learning.memory import Memory, Relearn
from conformance.learning.words import Heard, Word, alphabet
from conformance.mailboxes import FillError
from conformance.scenario import Stage
from conformance.transcript import Secrets, TextLine, text_lines

__all__ = ["Learned", "Seen", "learn"]

_ANEW: Final = 3
"""Times that learning begins anew because an answer that was remembered was an accident."""
_MOST: Final = 40
"""Differences that are looked at once more."""
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
    left_out: list[str] = field(default_factory=list)
    """What was not asked, and why."""
    sessions: int = 0
    failed_logins: int = 0
    seconds: float = 0.0

    @property
    def differences(self) -> list[Seen]:
        """Those that were seen again."""
        return [one for one in self.seen if one.confirmed]


def learn(stage: Stage, bounds: Bounds, noted: Callable[[int, int], None] = lambda *_: None) -> Learned:
    """Learn the session. `noted` is told the number of states and of sessions, now and then.

    `TargetError` or `FillError` when the server cannot be worked with from the start.
    """
    features = stage.survey()
    learned = Learned(_words(stage, features, bounds))
    first = Page.first(stage.account, len(mail_for(stage)), _offers(features))
    asker = Asker(stage, first, bounds)
    memory = Memory(asker)
    try:
        _leave_out(learned, asker, stage, bounds)
        _study(learned, memory, first, lambda states: noted(states, bounds.said))
    except (Exhausted, Unsteady) as why:
        learned.ended_early = str(why)
    except (TargetError, FillError) as why:
        if learned.machine is None:
            raise
        learned.ended_early, learned.lost = str(why), True
    if learned.machine is not None:
        learned.comparison = compared(learned.machine, first, memory.rows())
        _confirm(learned, asker, bounds, Secrets(secret for a in stage.target.accounts for secret in a.secrets))
    asker.close()
    learned.sessions, learned.failed_logins = bounds.said, bounds.failed
    learned.seconds = time.monotonic() - bounds.began
    return learned


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


def _leave_out(learned: Learned, asker: Asker, stage: Stage, bounds: Bounds) -> None:
    """Say no DELE where nobody can see what is in the maildrop, and tell what else is not asked."""
    if not stage.settings.touch:
        learned.left_out.append("messages are neither shown nor deleted: the maildrop may hold mail of others")
    elif not mail_for(stage):
        learned.left_out.append("messages cannot be shown or deleted: there are none, as --fill names no way to mail")
    if not bounds.failed_logins:
        learned.left_out.append("wrong passwords: --failed-logins allows none")
    if not stage.account.plain:
        learned.left_out.append(f"USER and PASS: they are not open to {stage.account.name}")
    if stage.settings.touch and not _lists(learned, asker):
        learned.words = tuple(word for word in learned.words if word.verb != "DELE")
        learned.left_out.append("DELE: the server does not list the maildrop by LIST, so nobody sees whose mail it is")


def _lists(learned: Learned, asker: Asker) -> bool:
    by_label = {word.label: word for word in learned.words}
    ways = (("USER right", "PASS right"), ("APOP right",), ("AUTH right",))
    for way in ways:
        if all(label in by_label for label in way):
            heard = asker.ask([*(by_label[label] for label in way), by_label["LIST"]]).heard
            return heard[-1] is Heard.OK
    return False


def _study(learned: Learned, memory: Memory, first: Page, noted: Callable[[int], None]) -> None:
    """Learn without wrong passwords, then with them: where these run out, what was learned before holds."""
    everything = learned.words
    learned.words = tuple(word for word in everything if not word.guesses)
    _settled(learned, memory, first, noted)
    if learned.words == everything:
        return
    without, learned.words = (learned.words, learned.machine), everything
    try:
        for row in _guesses({word.label: word for word in everything}):
            memory.query(row)
        _settled(learned, memory, first, noted)
    except NoGuesses as why:
        learned.words, learned.machine = without
        learned.left_out.append(f"what lies behind wrong passwords was looked at, and not learned: {why}")


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


def _confirm(learned: Learned, asker: Asker, bounds: Bounds, secrets: Secrets) -> None:
    """Say each difference once more, and keep the session."""
    differences = learned.comparison.differences if learned.comparison is not None else ()
    bounds.sessions += _MOST * 2  # what was found is looked at, whatever finding it has cost
    bounds.seconds += bounds.seconds / 10
    for difference in differences[:_MOST]:
        try:
            answered = asker.ask(difference.words, patient=True)
        except (Exhausted, TargetError, FillError) as why:
            learned.ended_early = learned.ended_early or str(why)
            learned.seen.append(Seen(difference, confirmed=False, session=()))
            continue
        lines = text_lines([answered.conversation], secrets, limit_lines=_LINES)
        confirmed = answered.heard[-1] is difference.heard
        learned.seen.append(Seen(difference, confirmed, lines))
        answered.conversation.transcript.close()
