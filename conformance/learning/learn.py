"""Learns the session of a server, compares it with the book, and sees each difference once more with its own eyes."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Final

from conformance.driver import TargetError, TlsMode
from conformance.learning.around import look_around, offers, words_for
from conformance.learning.asking import Asker, mail_for
from conformance.learning.book import Page
from conformance.learning.bounds import Bounds, Exhausted, NoGuesses, Unsteady
from conformance.learning.comparing import compared, shown
from conformance.learning.learned import Learned, Seen
from conformance.learning.machine import Machine
from conformance.learning.memory import Memory, Relearn
from conformance.learning.words import Word
from conformance.mailboxes import FillError
from conformance.scenario import Stage
from conformance.transcript import Secrets, text_lines

__all__ = ["learn"]

_ANEW: Final = 3
"""Times that learning begins anew because an answer that was remembered was an accident."""
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


def learn(stage: Stage, bounds: Bounds, noted: Callable[[int, int], None] = lambda *_: None) -> Learned:
    """Learn the session. `noted` is told the number of states and of sessions, now and then.

    `TargetError` or `FillError` when the server cannot be worked with from the start.
    """
    features = stage.survey()
    learned = Learned(words_for(stage, features, bounds))
    secure = stage.target.tls.mode is not TlsMode.NONE
    first = Page.first(stage.account, len(mail_for(stage)), offers(features), secure=secure)
    asker = Asker(stage, first, bounds)
    secrets = Secrets(secret for account in stage.target.accounts for secret in account.secrets)
    memory = Memory(asker)
    try:
        with _endings(learned):
            look_around(learned, asker, stage, features, bounds)
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
