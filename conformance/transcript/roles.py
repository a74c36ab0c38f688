"""What a line is for: the exchange that it belongs to, and whether it is a secret by its place in the conversation."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from conformance.transcript.conversation import Conversation, Exchange
from conformance.transcript.ranges import Ranges
from conformance.transcript.recording import Sender
from conformance.transcript.secrets import Secrets
from conformance.wire import VERBS

__all__ = ["Roles"]

_BEGINNING: Final = 1024
"""Octets of a client's line that show what it is, and that are looked for when a server echoes them."""
_WORTH_SEEKING: Final = 8
"""Octets that a digest or a SASL response must have to be looked for elsewhere."""
_SOUGHT: Final = 50
_BY_GRAMMAR: Final = Secrets()


class Roles:
    """One connection, read as a conversation."""

    def __init__(self, conversation: Conversation) -> None:
        conversation.follow()
        self._transcript = conversation.transcript
        self._asked = [(e, e.command.line) for e in conversation.exchanges if e.command is not None]
        answered = [(e.number, e.reply.start) for e in conversation.exchanges if e.reply is not None]
        self._starts: dict[Sender, list[int]] = {
            "C": [line.start for _, line in self._asked],
            "S": [start for _, start in answered],
        }
        self._numbers: dict[Sender, list[int]] = {
            "C": [exchange.number for exchange, _ in self._asked],
            "S": [number for number, _ in answered],
        }
        self._unfinished = self._asked[-1][1].end if self._asked else 0
        self._sasl, self._in_sasl = _sasl_responses([exchange for exchange, _ in self._asked])

    def exchange(self, sender: Sender, start: int) -> int | None:
        """The number of the exchange that a line belongs to; one that no command explains follows the one before."""
        if sender == "C" and start >= self._unfinished:
            return None
        index = bisect_right(self._starts[sender], start)
        return self._numbers[sender][index - 1] if index else None

    def exchange_after(self, sent: int, received: int) -> int | None:
        """The number of the last exchange of which something had passed after so many octets of either side."""
        numbers = (self.exchange("C", sent - 1), self.exchange("S", received - 1))
        return max((number for number in numbers if number is not None), default=None)

    def beginnings(self, number: int) -> Iterator[tuple[Sender, int]]:
        """Where an exchange's command and reply begin."""
        for sender, starts in self._starts.items():
            yield from ((sender, start) for start, n in zip(starts, self._numbers[sender], strict=True) if n == number)

    def hidden(self, start: int, length: int) -> Ranges:
        """What must not be seen of a client's line of `length` octets, its line end not counted."""
        if start in self._sasl or (self._in_sasl and start >= self._unfinished):
            return [(0, length)]
        beginning = self._transcript.octets("C", start, start + min(length, _BEGINNING))
        ranges = _BY_GRAMMAR.hidden_in_client_line(beginning)
        return [(first, length if end == len(beginning) else end) for first, end in ranges]

    def secrets(self) -> Iterator[bytes]:
        """Digests and SASL responses that the client sent, to be looked for in what the server sent."""
        return islice(self._secrets(), _SOUGHT)

    def _secrets(self) -> Iterator[bytes]:
        for exchange, line in self._asked:
            content = line.content[:_BEGINNING]
            if line.start in self._sasl:
                yield content
            elif exchange.verb in ("APOP", "AUTH"):
                yield from (
                    content[a:b] for a, b in _BY_GRAMMAR.hidden_in_client_line(content) if b - a >= _WORTH_SEEKING
                )


def _sasl_responses(asked: Sequence[Exchange]) -> tuple[frozenset[int], bool]:
    """Where the client's lines begin that answer a SASL challenge (RFC 5034 §4), and whether the next one would.

    In doubt a line is one: what was sent behind AUTH before its reply had come, or where replies cannot be told apart.
    A command that is known is none, and neither is the asterisk that cancels.
    """
    responses: set[int] = set()
    in_sasl = challenged = False
    for exchange in asked:
        assert exchange.command is not None  # noqa: S101 - these were asked
        line = exchange.command.line
        words = line.content.upper().split(maxsplit=2)
        if words[:1] == [b"AUTH"] and len(words) > 1:
            in_sasl = True
        elif in_sasl and (challenged or exchange.pipelined) and words[:1] != [b"*"] and not _known(words):
            responses.add(line.start)
        elif not challenged:
            in_sasl = False
        challenged = in_sasl and (not exchange.certain or not (exchange.positive or exchange.negative))
    return frozenset(responses), in_sasl and challenged


def _known(words: Sequence[bytes]) -> bool:
    return bool(words) and words[0].decode("latin-1") in VERBS
