"""What stands in angle brackets: what a client does besides sending, and what is awaited besides a reply."""

import re
from typing import Final

from conformance.driver import MECHANISMS, TLS_OFFERS
from conformance.scenario.source import SourceLine
from conformance.scenario.steps import Act, Action
from conformance.scenario.templates import parse_template

__all__ = ["awaited", "awaits", "done"]

_WORDED: Final = re.compile(r"(start tls|authenticate)(?: (\{[^}]*\}|\S+))?")
_DONE: Final = re.compile(
    r"(connect in the clear|connect|try to log in|log in|close|half-close|reset|read slowly|wait)"
    r"(?: (\d))?(?: with (UTF8))?(?:(?: within)? (.+))?"
)
_AWAITED: Final = re.compile(r"(silence|closes silently|closes|any|tls|no tls|alert)(?:(?: within)? (.+))?")
_TIMELESS: Final = (Action.ANY, Action.TLS, Action.NO_TLS, Action.ALERT)
_AWAITS: Final = frozenset({Action.SILENCE, Action.CLOSES, Action.CLOSES_SILENTLY, *_TIMELESS} - {Action.ANY})
_LOGINS: Final = (Action.LOG_IN, Action.TRY_TO_LOG_IN)
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?) (s|ms|min)$")
_UNIT: Final = {"s": 1.0, "ms": 0.001, "min": 60.0}


def done(line: SourceLine, name: str, words: str, clauses: tuple[str, ...]) -> Act | None:
    """``<log in 2 within 5 s>`` and its like."""
    if (worded := _WORDED.fullmatch(words)) is not None:
        return _worded(line, name, Action(worded[1]), worded[2] or "", clauses)
    found = _DONE.fullmatch(words)
    if found is None:
        acts = "<connect>, <log in>, <try to log in>, <authenticate NAME>, <start tls>, <close>, <half-close>, <reset>"
        acts += ", <read slowly> or <wait N s>"
        raise line.error(f"{acts} is expected here")
    action, account, word, rest = Action(found[1]), found[2], found[3] or "", found[4]
    if action is Action.WAIT and account and rest is not None and not _SECONDS.fullmatch(rest):
        account, rest = None, f"{account} {rest}"
    if action is Action.WAIT and account:
        account, rest = None, f"{account} {rest or ''}".strip()
    seconds = _duration(line, rest) if rest else None
    if action is Action.WAIT and seconds is None:
        raise line.error("<wait> needs a time: <wait 2 s>, <wait 200 ms> or <wait 10 min>")
    if clauses and action not in (Action.CONNECT, Action.CONNECT_IN_THE_CLEAR, Action.LOG_IN):
        raise line.error("only <connect> and <log in> among the client's acts can be refused by the server")
    if account and action not in _LOGINS:
        raise line.error(f"<{action.value}> takes no account")
    if seconds is not None and action is Action.TRY_TO_LOG_IN:
        raise line.error("<try to log in> tries once, and takes no time")
    if word and action is not Action.LOG_IN:
        raise line.error(f"<{action.value}> has nothing to do with {word}: <log in with {word}> does")
    return Act(line.place, name, action, clauses, seconds, int(account or 1), word)


def _worded(line: SourceLine, name: str, action: Action, word: str, clauses: tuple[str, ...]) -> Act:
    """``<start tls 1.1>`` and its like."""
    if action is Action.AUTHENTICATE:
        if word.startswith("{"):
            parse_template(word, line.place)
        elif word not in MECHANISMS:
            raise line.error(f"{word!r} is no mechanism: {', '.join(MECHANISMS)} are")
        return Act(line.place, name, action, clauses, word=word)
    if word and word not in TLS_OFFERS:
        raise line.error(f"{word!r} is nothing that can be offered alone: {', '.join(TLS_OFFERS)} are")
    if clauses:
        raise line.error("whether there is TLS is seen in the line below: S: <tls> or S: <no tls>, which can be marked")
    return Act(line.place, name, action, word=word)


def awaited(line: SourceLine, name: str, words: str, clauses: tuple[str, ...], offset: int) -> Act:
    """``<closes within 20 s>`` and its like."""
    found = _AWAITED.fullmatch(words)
    if found is None:
        known = "<any>, <silence>, <silence N s>, <closes>, <closes silently>, <closes within N s>, <tls>, <no tls>"
        known += ", <alert>"
        raise line.error(f"{known} is expected here", offset)
    action, seconds = Action(found[1]), _duration(line, found[2]) if found[2] else None
    if seconds is not None and action in _TIMELESS:
        raise line.error(f"<{action.value}> takes no time", offset)
    if clauses and action is Action.ANY:
        raise line.error("<any> can break nothing, so there is nothing to mark; what comes is for the monitor", offset)
    return Act(line.place, name, action, clauses, seconds)


def _duration(line: SourceLine, text: str) -> float:
    found = _SECONDS.fullmatch(text)
    if found is None:
        raise line.error(f"{text!r} is no time: write 2 s, 200 ms or 10 min")
    return float(found[1]) * _UNIT[found[2]]


def awaits(act: Act) -> bool:
    """Whether it is for the server to do."""
    return act.action in _AWAITS
