"""Commands with the answers that followed at once, read back from what a case shows of its sessions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.transcript import Incident, TextLine
from conformance.wire import VERBS

__all__ = ["BY_SERVER", "Answer", "answers", "happened", "verb_of"]

BY_SERVER: Final = (Incident.SERVER_CLOSED, Incident.SERVER_RESET)
"""How a server ends a connection."""
_ENDINGS: Final = (*BY_SERVER, Incident.CLIENT_CLOSED, Incident.CLIENT_RESET, Incident.TOO_MUCH)
_LONGEST: Final = 1e6
"""Seconds: no run waits so long, so that a greater time is no time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A command and the first line that came back."""

    verb: str
    """In capitals, one that an RFC knows."""
    command: TextLine
    reply: TextLine

    @property
    def positive(self) -> bool:
        """Whether it is +OK, or a challenge of SASL."""
        return self.reply.text.startswith(("+OK", "+ ")) or self.reply.text == "+"

    @property
    def negative(self) -> bool:
        """Whether it is -ERR."""
        return self.reply.text.startswith("-ERR")

    @property
    def seconds(self) -> float:
        """From the command's last octet to the last one of the line."""
        return self.reply.at - self.command.at


def answers(lines: Iterable[TextLine]) -> Iterator[Answer]:
    """Those of a case's commands to which the time of the answer is known and is the server's alone, in order.

    Left out are commands that were sent before the one before was answered, or whose answer did not come or is not
    shown; and whatever was said while another connection was open, which may have held the maildrop, or the client.
    """
    living: set[str] = set()
    before: TextLine | None = None
    for line in lines:
        if happened(line, *_ENDINGS):
            living.discard(line.connection)
        else:
            living.add(line.connection)
        if before is not None and living == {line.connection} and _answers(line, before):
            answer = Answer(verb_of(before), before, line)
            if answer.verb and 0 <= answer.seconds < _LONGEST:
                yield answer
        before = line


def happened(line: TextLine, *incidents: Incident) -> bool:
    """Whether a line tells of one of these."""
    return line.kind == "*" and line.text.partition(":")[0] in incidents


def verb_of(line: TextLine) -> str:
    """The keyword of a client's line, where an RFC knows it; else nothing."""
    verb = line.text.partition(" ")[0].upper()
    return verb if line.ended and verb in VERBS else ""


def _answers(line: TextLine, before: TextLine) -> bool:
    return (
        (before.kind, line.kind) == ("C", "S")
        and line.exchange is not None
        and (before.connection, before.exchange) == (line.connection, line.exchange)
    )
