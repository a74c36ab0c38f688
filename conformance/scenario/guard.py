"""Keeps mail of others from being removed: a session says DELE only where every message that it sees is ours.

What is known is how many messages the run delivered, and how many of them its own sessions removed. A maildrop that
shows just as many holds nothing else; where it shows more, somebody else's mail came in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from conformance.scenario.excuses import LOGINS
from conformance.transcript import Conversation, Exchange
from conformance.verdicts import Outcome
from conformance.wire import Command, Line, State, parse_command

__all__ = ["Held", "Stock", "held_back", "may_delete", "stock"]

_OUTSIDE: Final = frozenset({State.CONNECTED, State.AUTHORIZATION})
_TAIL: Final = 8
"""Octets of what was said before that are looked at together with what is said next."""
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]*={0,2}\r\n")
_SURE_LENGTH: Final = 512
"""Octets up to which a command line is taken for one command by every server."""
_CONTROL: Final = frozenset({*range(0x20), 0x7F} - {0x0A})
_READ_AS: Final = bytes(octet & 0x7F for octet in range(256)).upper()
_PASSED_OVER: Final = bytes(octet for octet in range(256) if octet & 0x7F in _CONTROL)


@dataclass(frozen=True, slots=True)
class Stock:
    """What a session found when it began."""

    found: int
    """Messages that it listed."""
    least: int | None
    """How many of ours there must be; None when nothing is known of the maildrop."""
    most: int | None
    """How many of ours there can be."""
    numbered: bool = True
    """Whether they were numbered from 1 on without gaps; else there may be more than were shown."""

    @property
    def all_ours(self) -> bool:
        """Whether nobody else's mail can be among them."""
        if not self.numbered:
            return False
        if self.least is None or self.most is None:
            return self.found == 0
        return self.least <= self.found <= self.most


@dataclass(frozen=True, slots=True)
class Held:
    """Why DELE is not sent."""

    outcome: Outcome
    reason: str


def stock(listing: Exchange, delivered: int | None, later: int, conversations: Iterable[Conversation]) -> Stock:
    """The stock of a session that begins now, by what LIST showed.

    `delivered` messages were there at first, `later` ones were handed over since and may be on their way.
    """
    words = [line.content.split()[:1] for line in listing.body_lines()]
    found, numbered = len(words), sorted(map(_number, words)) == list(range(1, len(words) + 1))
    if delivered is None:
        return Stock(found, None, None, numbered)
    removed = perhaps = 0
    for conversation in conversations:
        sure, unsure = _removed(conversation)
        removed += sure
        perhaps += unsure
    return Stock(found, delivered - removed - perhaps, delivered + later - removed, numbered)


def _number(words: list[bytes]) -> int:
    return int(words[0]) if words and words[0].isdigit() and len(words[0]) < 20 else 0


def _removed(conversation: Conversation) -> tuple[int, int]:
    """Messages that a session has removed for sure, and those that it may have removed besides."""
    marked = unsure = 0
    for exchange in conversation.exchanges:
        if exchange.state is not State.TRANSACTION:
            continue
        if exchange.verb == "DELE":
            marked += exchange.positive
            unsure += not (exchange.positive or exchange.negative)
        elif exchange.verb == "RSET" and exchange.positive:
            marked = unsure = 0
        elif exchange.verb == "QUIT" and exchange.positive:
            return marked, unsure
    return 0, marked + unsure


def may_delete(conversation: Conversation, before: bytes, octets: bytes) -> tuple[bool, bytes]:
    """Whether octets, said after others, can make a server delete something; and what to hand in as `before` next.

    In doubt they can: behind anything but plain commands a server may cut lines where it likes, and pass over NUL and
    other control characters and the eighth bit.
    """
    said = before + _plain(octets)
    after = said[-_TAIL:]
    if b"DELE" not in said or _is_response(conversation, octets):
        return False, after
    commands = _commands(conversation, octets)
    if commands is None:
        unfinished = conversation.connection.unfinished
        enters = len(unfinished) > _SURE_LENGTH or _names_login(said) or _names_login(_plain(unfinished + octets))
    elif not any(command.verb == "DELE" for command in commands):
        return False, after  # such as USER adele
    else:
        enters = any(command.verb in LOGINS for command in commands)
    return enters or conversation.state not in _OUTSIDE or _may_have_entered(conversation), after


def _is_response(conversation: Conversation, octets: bytes) -> bool:
    """Whether the octets are one response to a challenge: base64 may spell DELE, but has no blank for its number."""
    last = conversation.exchanges[-1] if conversation.exchanges else None
    asked = last is not None and last.reply is not None and last.reply.challenges
    return asked and not conversation.connection.unfinished and _BASE64.fullmatch(octets) is not None


def _plain(octets: bytes) -> bytes:
    return octets.translate(_READ_AS, _PASSED_OVER)


def _commands(conversation: Conversation, octets: bytes) -> list[Command] | None:
    """The commands that these octets are; None where servers may read them in more than one way."""
    *lines, rest = (conversation.connection.unfinished + octets).split(b"\n")
    if rest or not all(exchange.certain for exchange in conversation.exchanges):
        return None
    read = [parse_command(Line(line + b"\n")) for line in lines]
    commands = [one for one in read if isinstance(one, Command) and not one.line.defects]
    return commands if len(commands) == len(read) and all(one.line.length <= _SURE_LENGTH for one in read) else None


def _may_have_entered(conversation: Conversation) -> bool:
    """Whether a login may have succeeded, whatever the replies show: they may belong to other commands."""
    exchanges = conversation.exchanges
    shifted = any(exchange.extra_lines for exchange in exchanges)
    for exchange, following in zip_longest(exchanges, exchanges[1:]):
        alone = not exchange.pipelined and (following is None or not following.pipelined)
        refused = exchange.negative and exchange.complete and exchange.certain and alone and not shifted
        if _is_login(exchange) and not refused:
            return True
    return False


def _is_login(exchange: Exchange) -> bool:
    command = exchange.command
    if command is None or (isinstance(command, Command) and exchange.certain):
        return exchange.verb in LOGINS
    return command.line.length > _SURE_LENGTH or _names_login(_plain(command.line.raw))


def _names_login(plain: bytes) -> bool:
    return any(login.encode() in plain for login in LOGINS)


def held_back(found: Stock | None) -> Held | None:
    """Why a session with this stock says no DELE; None when it may."""
    lead = "DELE is held back: the maildrop"
    if found is None:
        return Held(Outcome.ERRORED, f"{lead} was not listed after <log in>")
    if found.all_ours:
        return None
    if found.most is None:
        return Held(Outcome.ERRORED, f"{lead} holds {found.found} messages that this run did not put there")
    if found.found > found.most:
        return Held(
            Outcome.ERRORED, f"{lead} holds {found.found} messages, and {max(found.most, 0)} of them can be ours"
        )
    if not found.numbered:
        gaps = "is not listed by the numbers 1, 2, 3 and so on, so it is not certain what is in it"
        return Held(Outcome.INCONCLUSIVE, f"{lead} {gaps}")
    missing = f"shows {found.found} messages and must hold {found.least} of ours, so it is not certain whose they are"
    return Held(Outcome.INCONCLUSIVE, f"{lead} {missing}")
