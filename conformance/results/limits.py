"""Where a server draws lines that no RFC draws, as far as a run met them: told as facts, each with its figure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Final

from conformance.results.answers import BY_SERVER, answers, happened, verb_of
from conformance.results.case import CaseResult
from conformance.transcript import Incident, TextLine, octets_of

__all__ = ["limits_met"]

_LONG: Final = 256
"""Octets of a command from which on no server need take it (RFC 2449 §4); its CRLF is among them."""
_IDLE: Final = 30.0
"""Seconds without a command from which on a connection is idle."""
_OTHER_REASONS: Final = ("-ERR [IN-USE", "-ERR [LOGIN-DELAY", "-ERR [SYS/")
"""How refusals begin that are about something else than the password."""


def limits_met(cases: Iterable[CaseResult]) -> tuple[tuple[str, str], ...]:
    """What each is about, and what was seen of it; nothing about what the run did not come to.

    * How long a refused login takes: PASS with a password behind a USER that was accepted, while no other connection
      was open.
    * How many refused logins a connection lives through, where nothing else was refused on it.
    * The longest command that got one answer and did not end the session, and the shortest one behind which the server
      closed though it had done what the command before asked for.
    * How long a connection lives on without a command, and how long it took until the server closed one.
    """
    met = _Met()
    for case in cases:
        met.pauses += _pauses(case.transcript)
        for name in dict.fromkeys(line.connection for line in case.transcript):
            lines = [line for line in case.transcript if line.connection == name]
            if (turns := _turns(lines)) is not None:
                _see_refused_logins(turns, met)
                _see_long_commands(turns, met)
            _see_silence(lines, met)
    return tuple(_told(met))


@dataclass(slots=True)
class _Met:
    pauses: list[float] = field(default_factory=list)
    """Seconds until a login was refused."""
    forgiven: int = 0
    """Refused logins on one connection behind which something was answered."""
    fatal: list[int] = field(default_factory=list)
    """Refused logins on one connection behind which the server closed."""
    taken: int = 0
    """Octets of the longest command that was taken."""
    untaken: list[int] = field(default_factory=list)
    """Octets of commands behind which the server closed."""
    lived: float = 0.0
    """Seconds without a command behind which one was answered."""
    died: list[float] = field(default_factory=list)
    """Seconds without a command behind which the server closed."""


@dataclass(slots=True)
class _Turn:
    """A command, or what was there before any, and what came back."""

    command: TextLine | None = None
    replies: list[TextLine] = field(default_factory=list)
    """The lines, a note of what is not shown among them."""
    closed: bool = False
    """Whether the server closed then."""

    @property
    def verb(self) -> str:
        return verb_of(self.command) if self.command is not None else ""

    @property
    def positive(self) -> bool:
        return bool(self.replies) and self.replies[0].text.startswith("+OK")

    @property
    def refused(self) -> bool:
        return self.command is not None and bool(self.replies) and _is_refused(self.command, self.replies[0])


def _turns(lines: Iterable[TextLine]) -> list[_Turn] | None:
    """One connection, command by command; None where something was said that was no answer to the last command."""
    turns = [_Turn()]
    for line in lines:
        if line.kind == "C":
            turns.append(_Turn(line))
        elif happened(line, *BY_SERVER):
            turns[-1].closed = True
        elif line.kind == "S" or line.text.startswith("…"):
            asked = turns[-1].command
            if asked is not None and asked.exchange != line.exchange:
                return None
            turns[-1].replies.append(line)
    return turns


def _pauses(lines: Iterable[TextLine]) -> Iterator[float]:
    named = None
    for answer in answers(lines):
        if named == answer.command.connection and _is_refused(answer.command, answer.reply):
            yield answer.seconds
        named = answer.command.connection if answer.verb == "USER" and answer.positive else None


def _is_refused(command: TextLine, reply: TextLine) -> bool:
    """Whether that was a password, and it was not accepted."""
    if verb_of(command) != "PASS" or not command.text.partition(" ")[2]:
        return False
    return reply.text.startswith("-ERR") and not reply.text.upper().startswith(_OTHER_REASONS)


def _see_refused_logins(turns: Iterable[_Turn], met: _Met) -> None:
    refused, named = 0, False
    for turn in turns:
        if turn.replies:
            met.forgiven = max(met.forgiven, refused)
        wrong = named and turn.refused
        refused += wrong
        if turn.closed and refused and (wrong or (turn.verb and not turn.replies)):
            met.fatal.append(refused)
        if turn.closed or not (wrong or turn.positive) or (turn.positive and turn.verb == "PASS"):
            return
        named = turn.verb == "USER"


def _see_long_commands(turns: Sequence[_Turn], met: _Met) -> None:
    for number, turn in enumerate(turns):
        text = turn.command.text if turn.command is not None and turn.command.ended else ""
        octets = (octets_of(text) or 0) + len("\r\n")
        if octets < _LONG:
            continue
        if turn.closed and turns[number - 1].positive:
            met.untaken.append(octets)
        elif len(turn.replies) == 1 and any(later.replies for later in turns[number + 1 : number + 2]):
            met.taken = max(met.taken, octets)


def _see_silence(lines: Sequence[TextLine], met: _Met) -> None:
    for number, (before, line) in enumerate(pairwise(lines), 1):
        seconds = line.at - before.at
        if seconds < _IDLE or not (before.kind == "S" or happened(before, Incident.CONNECTED, Incident.TLS)):
            continue
        if happened(line, *BY_SERVER):
            met.died.append(seconds)
        elif line.kind == "C" and any(answers(lines[number : number + 2])):
            met.lived = max(met.lived, seconds)


def _told(met: _Met) -> Iterator[tuple[str, str]]:
    if met.pauses:
        shortest, median, longest = (f"{1000 * it:,.1f} ms" for it in _spread(met.pauses))
        yield "login refused after", f"{shortest} to {longest}, {median} in the median of {len(met.pauses)}"
    if told := _both("the session went on behind", met.forgiven, "the server closed behind", met.fatal):
        yield "refused logins in a row", told
    if told := _both("answered up to", met.taken, "the server closed behind one of", met.untaken):
        yield "octets of a command", told
    if told := _both("the session went on behind", round(met.lived), "the server closed behind", met.died):
        yield "seconds without a command", told


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return min(values), median_low(values), max(values)


def _both(good: str, most: int, bad: str, those: Sequence[float]) -> str:
    parts = [f"{good} {most:,}"] if most else []
    parts += [f"{bad} {round(min(those)):,}"] if those else []
    return "; ".join(parts)
