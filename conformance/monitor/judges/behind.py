"""Lines that came behind a reply and that no command explains: together with it, at once, or later."""

from typing import Final

from conformance.monitor.seen import Seen
from conformance.transcript import Chunk, Incident
from conformance.wire import Line

__all__ = ["answers_part", "answers_unfinished", "is_farewell", "is_status", "same_breath", "same_chunk"]

_AT_ONCE: Final = 0.05
"""Seconds in which the lines of one response follow each other."""


def is_status(line: Line) -> bool:
    """Whether a line begins with a status indicator."""
    return line.raw[:3].upper() == b"+OK" or line.raw[:4].upper() == b"-ERR"


def is_farewell(seen: Seen) -> bool:
    """Whether a server says -ERR once more before it hangs up: its patience or its time is over."""
    extra, ending = seen.exchange.extra, seen.session.ending
    closed = ending is not None and ending.incident in (Incident.SERVER_CLOSED, Incident.SERVER_RESET)
    alone = len(extra) == 1 and extra[0].raw[:4].upper() == b"-ERR"
    return alone and closed and extra[0].end == seen.exchange.transcript.length("S")


def answers_unfinished(seen: Seen) -> bool:
    """Whether what came may answer a last line that the client did not end."""
    return bool(seen.session.unfinished) and seen.exchange is seen.session.conversation.exchanges[-1]


def answers_part(seen: Seen, line: Line) -> bool:
    """Whether the client had begun its next command before a line came: then it may answer what had come of that."""
    return seen.session.spoke_within(seen.exchange, line.start)


def same_chunk(seen: Seen, line: Line) -> bool:
    """Whether a line came together with the end of the reply."""
    chunk = _chunk_with(seen, seen.exchange.reply.end - 1) if seen.exchange.reply is not None else None
    return chunk is not None and line.start < chunk.end


def same_breath(seen: Seen, line: Line) -> bool:
    """Whether a line followed the reply at once, in however many pieces."""
    chunk = _chunk_with(seen, line.start)
    answered = seen.exchange.answered_at
    return chunk is not None and answered is not None and chunk.at - answered <= _AT_ONCE


def _chunk_with(seen: Seen, offset: int) -> Chunk | None:
    for entry in seen.exchange.transcript.entries:
        if isinstance(entry, Chunk) and entry.sender == "S" and entry.start <= offset < entry.end:
            return entry
    return None
