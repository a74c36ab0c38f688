"""What is there before learning begins: which words can be said to the server, and what is left out, and why."""

from collections.abc import Collection, Iterator
from typing import Final

from conformance.driver import TLS_OWN_REASONS, Features, TlsMode
from conformance.learning.asking import Asker, mail_for
from conformance.learning.bounds import Bounds
from conformance.learning.learned import Learned
from conformance.learning.words import UNKNOWN, Heard, Proof, Word, alphabet
from conformance.scenario import Stage

__all__ = ["look_around", "offers", "words_for"]

_NAGGING: Final = 5
"""Unknown commands in a row that make an impatient server hang up."""


def words_for(stage: Stage, features: Features, bounds: Bounds) -> tuple[Word, ...]:
    """The words that are tried, unless looking around finds a reason against one."""
    clear = stage.target.tls.mode is TlsMode.NONE
    return alphabet(
        stage.account,
        stamp=bool(features.look.stamp),
        offers=features.announced,
        stls=not clear or "STLS" in features.announced,
        wrong=bounds.failed_logins > 0,
        touch=stage.settings.touch,
    )


def offers(features: Features) -> frozenset[str]:
    """Optional commands that must work: those that are announced, or were seen to."""
    seen = {verb for verb in ("TOP", "UIDL") if verb not in features.missing and verb not in features.unknown}
    return features.announced | seen | ({"CAPA"} if features.look.capabilities is not None else set())


def look_around(learned: Learned, asker: Asker, stage: Stage, features: Features, bounds: Bounds) -> None:
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
    if stage.settings.touch and _lists(learned, asker) is False:
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


def _lists(learned: Learned, asker: Asker) -> bool | None:
    """Whether the server lists the maildrop; None where no way in is known."""
    by_label = {word.label: word for word in learned.words}
    ways = (("USER right", "PASS right"), ("APOP right",), ("AUTH right",))
    for way in ways:
        if all(label in by_label for label in way):
            heard = asker.ask([*(by_label[label] for label in way), by_label["LIST"]]).heard
            return heard[-1] is Heard.OK
    return None
