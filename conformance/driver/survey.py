"""What a server is and what it offers, found out without changing anything.

One look before anybody logs in (`look`), and one session with an account (`survey`). What is missing is missing because
the server said so: with -ERR, or by leaving it out of its list of capabilities (RFC 2449 §5).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.logins import credentials, present
from conformance.driver.look import POP3, Look, capabilities, look
from conformance.driver.sasl import Outcome
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange, Secrets, escape

__all__ = ["Features", "count_messages", "credentials", "log_in", "recognise", "session", "survey"]


@dataclass(frozen=True, slots=True)
class Features:
    """What the server said of each thing that a scenario can need: empty when it is there, else why it is not."""

    look: Look
    missing: dict[str, str] = field(default_factory=dict)
    """Feature -> how the server said that it has none."""
    capabilities: tuple[bytes, ...] | None = None
    """What CAPA lists after login."""
    messages: int = 0
    """How many the maildrop held."""
    announced: frozenset[str] = frozenset()
    """What CAPA lists where the run logs in, by name, with ``UTF8-USER``, and ``SASL-PLAIN`` for each mechanism."""
    unknown: frozenset[str] = frozenset()
    """Features that only a maildrop with a message in it can show for sure."""

    @property
    def lists(self) -> tuple[bytes, ...]:
        """What CAPA lists, before login or after."""
        return (*(self.look.capabilities or ()), *(self.capabilities or ()))


def recognise(target: Target) -> Look:
    """Look from outside, before anybody logs in; `TargetError` when no POP3 server is there that wants to serve."""
    seen = look(target)
    if seen.kind != POP3:
        what = _NOT_POP3.get(seen.kind, f"it seems to be {seen.kind}")
        message = f"{target.address} does not speak POP3: {what}. `pop3spec probe {target.address}` tells more."
        raise TargetError(message)
    if seen.refused:
        message = f"{target.address} refuses service: {escape(seen.greeting)}"
        raise TargetError(message)
    return seen


def survey(target: Target, account: Account, seen: Look | None = None) -> Features:
    """Log in once and ask for each optional thing; `TargetError` when that cannot be done.

    `seen` is what `recognise` saw, which else is done first.
    """
    seen = seen or recognise(target)
    missing = _missing_before_login(seen)
    with session(target, account, "survey") as driver:
        offers = None if seen.capabilities is None else capabilities(driver)[0]
        announced = _announced((*(seen.capabilities or ()), *(offers or ())))
        messages = count_messages(driver) or 0
        verbs = [verb for verb in ("UIDL", "TOP") if verb not in announced]  # what is announced must work
        for verb in verbs:
            if verb == "UIDL" or messages:
                answer = driver.ask(_QUESTIONS[verb])
                if answer is not None and answer.negative and answer.complete:
                    missing[verb] = f"the server answered -ERR to {_QUESTIONS[verb].decode()}"
        if not messages:  # else the session ends without QUIT: a server may delete what was shown (RFC 1939 §8)
            driver.ask(b"QUIT")
    unknown = () if messages else (verb for verb in verbs if verb == "TOP" or verb in missing)
    return Features(seen, missing, offers, messages, announced, frozenset(unknown))


def _announced(lines: Iterable[bytes]) -> frozenset[str]:
    """The names of capabilities, and with each that has such, its arguments (RFC 2449 §6, RFC 5034 §6, RFC 6856 §2)."""
    names: set[str] = set()
    for line in lines:
        name, *more = line.decode("ascii", "replace").upper().split() or [""]
        names.add(name)
        if name in ("SASL", "UTF8"):
            names |= {f"{name}-{one}" for one in more}
    return frozenset(names - {""})


def _missing_before_login(seen: Look) -> dict[str, str]:
    missing: dict[str, str] = {}
    if seen.refuses_capa:
        missing["CAPA"] = seen.without_capa
    elif seen.capabilities is not None:
        missing["no-CAPA"] = "the server implements CAPA"
    else:  # it is not known, so what is about CAPA shows it, and what is about doing without it would be a guess
        missing["no-CAPA"] = f"it is not known whether the server implements CAPA: {seen.without_capa}"
    if not seen.stamp:
        missing["APOP"] = "the greeting holds no time stamp"
    return missing


def count_messages(driver: Driver) -> int | None:
    """How many messages STAT tells of; None when it does not."""
    answer = driver.ask(b"STAT")
    if answer is None or answer.reply is None or not answer.positive or not answer.complete:
        return None
    return answer.reply.number(0)


@contextmanager
def session(target: Target, account: Account, name: str, *, utf8: bool = False) -> Iterator[Driver]:
    """A connection that is logged in; it ends without QUIT when the block says none. The recording ends with it.

    With `utf8` it is in UTF-8 mode where the server has one, so that messages are shown as they are (RFC 6856 §2.1);
    `TargetError` where the server lists that mode and refuses it.
    """
    with Driver(target, name) as driver:
        try:
            if utf8:
                _enter_utf8_mode(driver)
            log_in(driver, account)
            yield driver
        finally:
            driver.close()
            driver.transcript.close()


def _enter_utf8_mode(driver: Driver) -> None:
    greeting = driver.read_greeting()
    if greeting is None or not greeting.positive:
        return  # who logs in will see it
    listed, _, _ = capabilities(driver)
    if "UTF8" in _announced(listed or ()):
        answer = driver.ask(b"UTF8")
        if answer is None or not answer.positive:
            message = (
                f"{driver.target.address} lists UTF8 and refuses it, so messages may be shown in another form than "
                "they have; nothing was removed. Save the mail by other means, and empty the maildrop."
            )
            raise TargetError(message)


_QUESTIONS: Final = {"UIDL": b"UIDL", "TOP": b"TOP 1 0"}
_NOT_POP3: Final = {
    "TLS": "it speaks TLS from the start (pop3s), and the run begins in the clear: write pops:// for that",
    "silent": "nothing came after the connection was made",
    "closed": "it closed the connection without a word",
    "endless": "it sent a line that does not end",
    "unknown": "what it says is of no protocol that is known here",
}


def log_in(driver: Driver, account: Account) -> None:
    """Read the greeting and authenticate by the account's own way; `TargetError` when that fails."""
    greeting = driver.read_greeting()
    if greeting is None or not greeting.positive:
        said = escape(greeting.status) if greeting is not None else ""
        message = f"{driver.target.address} did not greet with +OK but said {said or 'nothing'}"
        raise TargetError(message)
    outcome = present(driver, account, greeting.status)
    if outcome.failed:
        raise TargetError(_refused(driver, account, outcome))


def _refused(driver: Driver, account: Account, outcome: Outcome) -> str:
    answer = outcome.exchange
    verb = f"AUTH {account.auth}" if account.way not in ("USER", "APOP") else answer.verb if answer else account.way
    if answer is None or answer.reply is None:
        lost = answer.lost.value if answer is not None and answer.lost is not None else "no connection"
        said = f"the server gave no answer to {verb} ({lost})"
    elif answer.positive or answer.lost is not None:
        said = outcome.failed
    else:
        secrets = Secrets(account.secrets).with_more(_shown(answer))  # a server may repeat them
        said = f"the server answered {verb} with {escape(secrets.text(answer.status))!r}"
    return (
        f"{driver.target.address}: cannot log in as {account.name}: {said}. "
        "Is the password right, are plaintext logins allowed, and is no other session holding the maildrop?"
    )


def _shown(answer: Exchange) -> tuple[bytes, ...]:
    """What was sent last: a digest of the password, perhaps."""
    return (*answer.command.line.content.split(b" ", 2)[2:],) if answer.command is not None else ()
