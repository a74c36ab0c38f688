"""Numbers that no message has: zero, negative, beyond the last, beyond any (RFC 1939 §4, §5, §7)."""

import re
from typing import Final

from conformance.monitor.findings import Finding
from conformance.monitor.judges.refusals import refusal
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.wire import Command

__all__: list[str] = []

_NAMING: Final = ("LIST", "RETR", "DELE", "TOP", "UIDL")
_DIGITS: Final = re.compile(rb"(?P<minus>-?)(?P<digits>[0-9]+)")
_BEYOND_ANY: Final = 2**31
"""No maildrop has so many messages."""
_CLAUSES: Final = {
    "LIST": "R1939-LIST-12",
    "RETR": "R1939-RETR-05",
    "DELE": "R1939-DELE-06",
    "TOP": "R1939-TOP-06",
    "UIDL": "R1939-UIDL-13",
}


def _value(seen: Seen) -> int | None:
    """The number that the command's first argument spells, also where no message can have it."""
    command = seen.command
    if not isinstance(command, Command) or not command.arguments or b"" in command.arguments:
        return None
    found = _DIGITS.fullmatch(command.arguments[0])
    if found is None:
        return None
    value = int(found["digits"].lstrip(b"0")[:40] or b"0")
    return -value if found["minus"] else value


@judge("R1939-ARG-02", verb=_NAMING)
def impossible_numbers_name_nothing(seen: Seen) -> Finding | None:
    """§4: numbers begin with 1, and no maildrop has 2,147,483,648 messages."""
    value = _value(seen)
    if value is None or not seen.in_transaction or 0 < value < _BEYOND_ANY:
        return None
    return refusal(seen, "a number that no message can have has to be refused")


def _no_such_message(seen: Seen) -> Finding | None:
    """§5, §7: the response for a number without a message is negative."""
    value, drop = _value(seen), seen.drop
    if value is None or value < 0 or drop is None or not _countable(seen):
        return None
    if value and (drop.most is None or value <= drop.most or value in drop.there):
        return None
    if seen.positive and _new(seen, value):
        return None  # mail that came during the session, and should have stayed out of it
    return refusal(seen, f"{seen.verb} of a number without a message has to be refused")


for _verb, _clause in _CLAUSES.items():
    judge(_clause, verb=_verb)(_no_such_message)


def _countable(seen: Seen) -> bool:
    """Whether nothing but the number can be wrong with the command."""
    command = seen.command
    form = 2 if seen.verb == "TOP" else 1
    return (
        command is not None
        and len(command.arguments) == form
        and (seen.verb != "TOP" or command.arguments[1].isdigit())
    )


def _new(seen: Seen, value: int) -> bool:
    """Whether the number may be that of a message that arrived during the session."""
    user, most = seen.session.user, seen.drop.most if seen.drop is not None else None
    if user is None or most is None or value <= most or not seen.scene.ledger.knows(user):
        return False
    late = seen.scene.history(user).late
    return late is None or value <= most + late


@judge("R1939-AUTH-13", verb=("LIST", "UIDL", "RETR", "TOP"))
def late_mail_has_no_number(seen: Seen) -> Finding | None:
    """§4: numbers are given when the maildrop is opened."""
    value, drop, user = _value(seen), seen.drop, seen.session.user
    if value is None or drop is None or user is None or not seen.positive or "STAT" not in drop.witnesses:
        return None
    if drop.count is None or not seen.scene.history(user).late or not _new(seen, value):
        return None
    if (seen.body is not None and not seen.body.octets) or not any(seen.arguments):
        return None
    return seen.broken(f"messages that arrive later have to stay out of a session; of {drop.count} it shows one more")
