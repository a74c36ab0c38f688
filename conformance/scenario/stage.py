"""The stage: what stays from one scenario to the next. It fills maildrops, knows the target, and keeps the budget.

Nothing is ever deleted that this run did not put there. A maildrop is only touched after it was found empty; what is
taken away is recognised as ours, one by one; and a session may only send DELE after it was seen to hold just the number
of messages that were delivered (see `Player`).
"""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from conformance.driver import (
    Account,
    Cutting,
    Driver,
    Features,
    Look,
    Target,
    TargetError,
    learn_pace,
    log_in,
    recognise,
    survey,
)
from conformance.mail import Mail, UnknownMailError, maildrop
from conformance.mailboxes import FillError, Mailbox, Provisioner, is_ours
from conformance.scenario.casting import cast, is_special
from conformance.scenario.document import Scenario
from conformance.scenario.needs import MECHANISM, NEEDS, meant, unmet
from conformance.scenario.opening import shut
from conformance.verdicts import Outcome

__all__ = ["NotPlayed", "Prepared", "Settings", "Stage"]


_NO_MAIL: Final[Mapping[str, bytes]] = MappingProxyType({})


class NotPlayed(Exception):
    """A scenario cannot be played here; the text says why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user allows."""

    failed_logins: int = 200
    """Wrong passwords that may be sent for one account."""
    slow: bool = False
    """Whether scenarios that wait for minutes are played."""
    touch: bool = True
    """Whether maildrops may be filled and emptied; False with ``--allow-nonempty``."""
    restart: str = ""
    """The command that restarts the server."""
    shows: bool = True
    """Whether a case holds what was said; who only counts verdicts need not have it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a scenario finds."""

    account: Account
    other: Account | None
    delivered: tuple[bytes, ...] | None
    """The messages in the maildrop in wire form; None when that is not known."""
    second: tuple[bytes, ...] = ()
    """The messages that were put into the second account's maildrop."""
    at_once: bool = False
    """Whether it connects at once behind a login, though the server wants some time between two."""
    cut: Cutting | None = None
    """How all is cut that it sends."""


@dataclass(slots=True)
class _Contents:
    spec: tuple[str, ...]
    own: Mapping[str, bytes]
    messages: tuple[bytes, ...]


@dataclass(slots=True)
class Stage:
    """One worker's view of the target."""

    target: Target
    provisioner: Provisioner
    settings: Settings = field(default_factory=Settings)
    main: Account | None = None
    """The account that this worker has for itself; the first one by default."""
    taken: frozenset[str] = frozenset()
    """Names of the accounts that other workers have for themselves."""
    features: Features | None = None
    _look: Look | None = None
    _contents: dict[str, _Contents] = field(default_factory=dict)
    _wrong: dict[str, int] = field(default_factory=dict)
    _shuts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why nothing can be expected of a mechanism on an account, by both names."""
    _found_empty: list[Account] = field(default_factory=list)
    """Accounts beside the worker's own whose maildrops were looked at."""
    _refused: dict[frozenset[str], str | None] = field(default_factory=dict)
    """Why messages of such traits cannot be delivered, or None."""
    _shut: str = ""
    """Why mail cannot be delivered while a session is open, once that has been tried in vain."""

    @property
    def account(self) -> Account:
        """The account of this worker."""
        if self.main is None:
            self.main = next((account for account in self.target.accounts if account.plain), self.target.accounts[0])
        return self.main

    # -- before the first scenario -------------------------------------------------------------------------------

    def recognise(self) -> Look:
        """What is there, seen from outside once; `TargetError` when that is no POP3 server that wants to serve."""
        if self._look is None:
            self._look = recognise(self.target)
        return self._look

    def learn_pace(self) -> None:
        """Find out once whether the server wants some time between two logins; `TargetError` when that is too long."""
        if not self.target.pace.known:
            learn_pace(self.target, self.account, self.recognise())

    def begin(self) -> None:
        """Look at the maildrop of this worker's account. `TargetError` when the run must not go on.

        Those of special accounts are looked at before they are filled: that nobody can log in to one of them may be
        what there is to find out.
        """
        self._check_empty(self.account)

    def survey(self) -> Features:
        """What the target offers, found out once."""
        if self.features is None:
            self.learn_pace()
            self.features = survey(self.target, self.account, self.recognise())
        return self.features

    def _check_empty(self, account: Account) -> None:
        if not self.settings.touch:
            return
        mailbox = _mailbox(account)
        if self.provisioner.spec != "none":
            self.provisioner.check(mailbox)
        if count := self.provisioner.count(mailbox) or self._count_by_pop3(account):
            message = (
                f"the maildrop of {account.name} on {self.target.address} holds {count} message(s); "
                "nothing was touched. "
                "Use an account that is empty, or --backup DIR to save and then remove what is there, "
                "or --allow-nonempty to run only what needs no known mail and deletes nothing."
            )
            raise TargetError(message)

    def _count_by_pop3(self, account: Account) -> int:
        with Driver(self.target, "check") as driver:
            log_in(driver, account)
            driver.send(b"STAT\r\n")
            stat = driver.read_reply()
            count = stat.reply.number(0) if stat is not None and stat.reply is not None and stat.positive else None
            driver.send(b"QUIT\r\n")
            driver.read_reply()
            driver.wait_for_close()
        if count is None:
            message = f"{self.target.address} does not tell by STAT whether the maildrop of {account.name} is empty"
            raise TargetError(message)
        return count

    # -- for each scenario ---------------------------------------------------------------------------------------

    def prepare(self, scenario: Scenario) -> Prepared:
        """Put the scenery up. Raises `NotPlayed`, `FillError` or `TargetError`."""
        account = self._cast(scenario)
        self._check_needs(scenario, account)
        wrong = self._wrong.get(account.name, 0) + scenario.wrong_logins
        if wrong > self.settings.failed_logins:
            left = self.settings.failed_logins - self._wrong.get(account.name, 0)
            reason = f"it sends {scenario.wrong_logins} wrong password(s) and --failed-logins leaves {left}"
            raise NotPlayed(Outcome.NOT_APPLICABLE, reason)
        spec, spec_2, own = scenario.maildrop, scenario.maildrop_2, scenario.mail
        delivered = None if spec is None else self.fill(account, spec, own)
        other = self._other(account)
        second = () if other is None or spec_2 is None else self.fill(other, spec_2, own)
        self._wrong[account.name] = wrong
        return Prepared(account, other, delivered, second, "LOGIN-DELAY" in scenario.needs, scenario.cut)

    def _cast(self, scenario: Scenario) -> Account:
        """The account that plays: one with the special property that is needed, or the worker's own."""
        account, lacking = cast(scenario.needs, self.account, self.target.accounts)
        if lacking:
            raise NotPlayed(Outcome.NOT_APPLICABLE, f"it needs {lacking}")
        return account

    def _other(self, account: Account) -> Account | None:
        """Another account than this one, that no other worker is busy with."""
        accounts = self.target.accounts
        return next((a for a in accounts if a.name != account.name and a.name not in self.taken), None)

    def _other_password(self, account: Account) -> str | None:
        other = self._other(account)
        return other.password if other is not None else None

    def _check_needs(self, scenario: Scenario, account: Account) -> None:
        features = self.survey()
        for need in scenario.needs:
            if (want := unmet(need, self.target, features)) is not None:
                raise NotPlayed(*want)
            if need.startswith(MECHANISM) and (why := self._closed_to(meant(need, features), account)):
                raise NotPlayed(Outcome.NOT_APPLICABLE, why)
            if need == "USER" and not account.plain:
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"USER and PASS are not open to {account.name}")
            if need == "account-2" and self._other(account) is None:
                free = " that no other worker uses" if self.taken else ""
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}{free}")
            if need == "password-2" and self._other_password(account) in (None, account.password):
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}")
            if need == "restart" and not self.settings.restart:
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}")
            if need == "slow" and not self.settings.slow:
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}")

    def _closed_to(self, mechanism: str, account: Account) -> str:
        """Why nothing can be expected of a mechanism, found out once for each account."""
        if (found := self._shuts.get((mechanism, account.name))) is None:
            found = self._shuts[mechanism, account.name] = shut(mechanism, account, self.target)
        return found

    def fill(self, account: Account, spec: tuple[str, ...], own: Mapping[str, bytes] = _NO_MAIL) -> tuple[bytes, ...]:
        """Put these messages, and no others, into a maildrop; what they are. Raises as `prepare` does.

        `own` has messages by names that only the scenario knows.
        """
        if not self.settings.touch:
            raise NotPlayed(Outcome.NOT_APPLICABLE, "it needs known mail, and with --allow-nonempty none is delivered")
        if self.provisioner.spec == "none":
            if not spec:
                return ()  # it was found empty, and nothing is ever delivered
            raise NotPlayed(Outcome.NOT_APPLICABLE, "it needs known mail, and with --fill none none is delivered")
        known = self._contents.get(account.name)
        if known is not None and (known.spec, known.own) == (spec, own):
            return known.messages
        try:
            mails = list(maildrop(spec, own))
        except UnknownMailError as error:
            raise NotPlayed(Outcome.ERRORED, str(error)) from None
        self._check_deliverable(mails)
        if account != self.account and account not in self._found_empty:
            try:
                self._check_empty(account)
            except TargetError as error:
                if account.plain and not is_special(account):
                    raise NotPlayed(Outcome.NOT_APPLICABLE, str(error)) from None
                raise
            self._found_empty.append(account)
        self._contents.pop(account.name, None)
        self.clear(account)
        mailbox = _mailbox(account)
        self.provisioner.deliver(mailbox, (mail.octets for mail in mails))
        if not self.provisioner.knows_order:
            self._await_delivery(account, len(mails))
        messages = tuple(mail.octets for mail in mails)
        self._contents[account.name] = _Contents(spec, own, messages)
        return messages

    def _check_deliverable(self, mails: Sequence[Mail]) -> None:
        for mail in mails:
            traits = mail.traits
            if traits not in self._refused:
                self._refused[traits] = self.provisioner.accepts(traits)
            if reason := self._refused[traits]:
                raise NotPlayed(Outcome.NOT_APPLICABLE, f"the message {mail.name!r} cannot be delivered: {reason}")

    def _await_delivery(self, account: Account, count: int) -> None:
        deadline = time.monotonic() + self.target.limits.login
        pause = 0.02
        while (found := self._count_by_pop3(account)) != count:
            if found > count:
                message = f"the maildrop of {account.name} holds {found} messages, and {count} were delivered"
                raise TargetError(message)
            if time.monotonic() > deadline:
                message = f"of {count} messages delivered to {account.name}, {found} had arrived when time was up"
                raise TargetError(message)
            time.sleep(pause)
            pause = min(pause * 2, 1.0)

    def deliver(self, account: Account, name: str, own: Mapping[str, bytes] = _NO_MAIL) -> tuple[bytes, ...]:
        """Deliver more mail while a scenario is played; what was delivered."""
        if self.provisioner.spec == "none" or not self.settings.touch:
            raise NotPlayed(Outcome.NOT_APPLICABLE, "it needs mail delivered in mid-session, and none can be")
        if self._shut:
            raise NotPlayed(Outcome.NOT_APPLICABLE, self._shut)
        mails = list(maildrop([name], own))
        self._check_deliverable(mails)
        try:
            self.provisioner.deliver(_mailbox(account), (mail.octets for mail in mails))
        except FillError as error:  # a server may lock the maildrop against deliveries too (RFC 1939 §4)
            self._shut = f"no mail can be delivered in mid-session: {error}"
            raise NotPlayed(Outcome.NOT_APPLICABLE, self._shut) from None
        return tuple(mail.octets for mail in mails)

    def spoiled(self, account: Account) -> None:
        """The maildrop may not hold any more what was put there."""
        self._contents.pop(account.name, None)

    def restart(self) -> None:
        """Start the server anew by the user's command, and wait until it is there."""
        done = subprocess.run(self.settings.restart, shell=True, capture_output=True, timeout=60, check=False)  # noqa: S602 - the user's own command
        if done.returncode:
            message = f"the restart command failed with status {done.returncode}: {self.settings.restart}"
            raise TargetError(message)
        deadline = time.monotonic() + self.target.limits.login
        while not self.alive():
            if time.monotonic() > deadline:
                message = f"{self.target.address} did not come back after the restart command"
                raise TargetError(message)
            time.sleep(0.05)

    def alive(self) -> bool:
        """Whether the target still takes connections and greets."""
        try:
            with Driver(self.target, "alive") as driver:
                greeting = driver.read_greeting()
                return greeting is not None and greeting.reply is not None
        except TargetError:
            return False

    # -- taking away ---------------------------------------------------------------------------------------------

    def clear(self, account: Account) -> None:
        """Take away what this run delivered, and nothing else."""
        if self.provisioner.spec == "none":
            return
        mailbox = _mailbox(account)
        if self.provisioner.can_clear:
            self.provisioner.clear(mailbox)
        else:
            self._clear_by_pop3(account)

    def _clear_by_pop3(self, account: Account) -> None:
        utf8 = "UTF8" in self.survey().announced
        with Driver(self.target, "clear") as driver:
            if utf8 and driver.read_greeting() is not None:
                driver.ask(b"UTF8")  # else a surrogate may hide what is ours (RFC 6856 §2.1)
            log_in(driver, account)
            for number in _numbers(driver):
                if not _recognised(driver, number):
                    message = (
                        f"message {number} in the maildrop of {account.name} is not from this run and was left alone. "
                        "Mail seems to arrive from elsewhere; use an account that gets none."
                    )
                    raise TargetError(message)
                driver.send(b"DELE %d\r\n" % number)
                driver.read_reply()
            driver.send(b"QUIT\r\n")
            driver.read_reply()
            driver.wait_for_close()

    def end(self) -> None:
        """Leave every maildrop as it was found: empty."""
        if self.settings.touch:
            for account in (self.account, *self._found_empty):
                try:
                    self.clear(account)
                except (FillError, TargetError):
                    continue  # what is left is named by the next run, which finds it


def _numbers(driver: Driver) -> list[int]:
    driver.send(b"LIST\r\n")
    listing = driver.read_reply()
    if listing is None or not listing.positive:
        message = f"{driver.target.address} does not list the maildrop that is to be emptied"
        raise TargetError(message)
    rows = (line.content.split(b" ")[0] for line in listing.body_lines())
    return [int(row) for row in rows if row.isdigit() and len(row) < 20]


def _recognised(driver: Driver, number: int) -> bool:
    for command in (b"TOP %d 0\r\n", b"RETR %d\r\n"):
        driver.send(command % number)
        answer = driver.read_reply()
        if answer is not None and answer.positive and answer.complete:
            return is_ours(b"".join(answer.body_blocks()))
    return False


def _mailbox(account: Account) -> Mailbox:
    return Mailbox(account.name, account.password)
