"""What a server is and what it offers, found out without changing anything.

One look before anybody logs in (`look`), and one session with an account (`survey`). What is missing is missing because
the server said so: with -ERR, or by leaving it out of its list of capabilities (RFC 2449 §5).
"""

from dataclasses import dataclass, field
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.look import POP3, Look, ask, capabilities, look
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange, escape
from conformance.wire.grammar import TIMESTAMP

__all__ = ["Features", "credentials", "log_in", "survey"]


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
    refusal: str = ""
    """Why nobody could log in."""


def survey(target: Target, account: Account) -> Features:
    """Log in once and ask for each optional thing; `TargetError` when that cannot be done."""
    seen = look(target)
    if seen.kind != POP3:
        message = f"{target.address} does not speak POP3: {_NOT_POP3.get(seen.kind, f'it seems to be {seen.kind}')}"
        raise TargetError(message)
    if seen.refused:
        message = f"{target.address} refuses service: {escape(seen.greeting)}"
        raise TargetError(message)
    missing: dict[str, str] = {}
    if seen.capabilities is None:
        missing["CAPA"] = seen.without_capa
    else:
        missing["no-CAPA"] = "the server implements CAPA"
    if not seen.stamp:
        missing["APOP"] = "the greeting holds no time stamp"
    with Driver(target, "survey") as driver:
        log_in(driver, account)
        offers = None if seen.capabilities is None else capabilities(driver)[0]
        listed = {line.split(b" ")[0].upper() for line in (offers or seen.capabilities or ())}
        stat = ask(driver, b"STAT")
        messages = stat.reply.number(0) if stat is not None and stat.reply is not None and stat.positive else None
        for verb, command in (("UIDL", b"UIDL"), ("TOP", b"TOP 1 0")):
            if verb.encode() in listed or (verb == "TOP" and not messages):
                continue  # what is announced must work; TOP needs a message to be asked for
            answer = ask(driver, command)
            if answer is not None and answer.negative:
                missing[verb] = f"the server answered -ERR to {command.decode()}"
        ask(driver, b"QUIT")
    return Features(seen, missing, offers, messages or 0)


_NOT_POP3: Final = {
    "TLS": "it speaks TLS from the start (pop3s); this run speaks cleartext",
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
    for command in credentials(account, greeting.status):
        answer = ask(driver, command, driver.target.limits.login)
        if answer is None or not answer.positive:
            raise TargetError(_refused(driver, account, command, answer))


def credentials(account: Account, greeting: bytes) -> tuple[bytes, ...]:
    """The commands that log an account in, given the greeting."""
    stamp = TIMESTAMP.search(greeting)
    if account.plain or stamp is None:
        return b"USER " + account.name_octets, b"PASS " + account.password_octets
    return (b"APOP " + account.name_octets + b" " + account.digest(stamp[0]),)


def _refused(driver: Driver, account: Account, command: bytes, answer: Exchange | None) -> str:
    verb = command.split(b" ")[0].decode()
    if answer is None or answer.reply is None:
        lost = answer.lost.value if answer is not None and answer.lost is not None else "no connection"
        said = f"gave no answer to {verb} ({lost})"
    else:
        said = f"answered {verb} with {escape(answer.status)!r}"
    return (
        f"{driver.target.address}: cannot log in as {account.name}: the server {said}. "
        "Is the password right, are plaintext logins allowed, and is no other session holding the maildrop?"
    )
