"""One connection of a scenario, and how far its replies were read."""

from dataclasses import dataclass
from statistics import median
from typing import Final

from conformance.driver import TLS_OWN_REASONS, Driver
from conformance.scenario.expressions import Value
from conformance.scenario.guard import Stock
from conformance.scenario.matching import Mismatch, goes_on
from conformance.scenario.stage import NotPlayed
from conformance.transcript import Conversation, Evidence, Exchange, Span
from conformance.verdicts import Outcome
from conformance.wire import Turn

__all__ = ["Line"]

_SHOWN: Final = 80
_RECENT: Final = 9
_SOME: Final = 3
_LONGEST_SILENCE: Final = 2.0


@dataclass(slots=True)
class Line:
    """A connection, and how far its replies were read."""

    driver: Driver
    read: int = 0
    """Index of the next exchange whose reply is expected."""
    stock: Stock | None = None
    """What LIST showed after login."""
    said: bytes = b""
    """The last octets that were sent."""
    slow: bool = False
    """Whether replies are read slowly."""
    no_tls: str | None = None
    """Why there is no TLS, empty when there is; None while nothing began it."""
    adrift: bool = False
    """Whether a command was passed over in silence, so that it is not certain which one the next reply answers."""

    @property
    def conversation(self) -> Conversation:
        """What was said on it."""
        return self.driver.conversation

    def evidence(self) -> Evidence:
        """What was said last."""
        exchanges = self.conversation.exchanges
        return Evidence(self.driver.transcript.name, exchanges[-1].number if exchanges else None)

    @property
    def some_replies_long(self) -> float:
        """Seconds: what is quick here. No silence that is shorter would be noticed on a slow way."""
        exchanges = self.conversation.exchanges[-_RECENT:]
        times = [e.answered_at - e.sent_at for e in exchanges if e.answered_at is not None and e.command is not None]
        return min(_SOME * median(times), _LONGEST_SILENCE) if times else 0.0

    def behind(self) -> tuple[Evidence, bytes]:
        """What came behind the reply that was read last, the beginning of it, and where to see it."""
        read = self.conversation.exchanges[: self.read + (self.read == 1 and self.driver.stls is not None)]
        last = next((exchange for exchange in reversed(read) if exchange.reply is not None), None)
        end = last.reply.end if last is not None and last.reply is not None else 0
        came = self.driver.transcript.length("S")
        spans = (Span("S", end, came),) if came > end else ()
        evidence = Evidence(self.driver.transcript.name, last.number if last is not None else 0, spans)
        return evidence, self.driver.transcript.octets("S", end, min(came, end + _SHOWN))

    def names_alone(self, name: bytes) -> bool:
        """Whether it is open, and nothing was said on it but USER with this name, which was accepted."""
        said = [exchange for exchange in self.conversation.exchanges if exchange.command is not None]
        if not self.driver.open or len(said) != 1 or not said[0].positive or isinstance(said[0].command, Turn):
            return False
        return said[0].verb == "USER" and said[0].command is not None and said[0].command.arguments == (name,)

    def in_sasl(self, exchange: Exchange) -> bool:
        """Whether the reply asks for the next turn of a SASL exchange, and there is one (RFC 5034 §4)."""
        before = self.conversation.exchanges[exchange.number - 1] if exchange.number else None
        return goes_on(exchange) and (exchange.verb == "AUTH" or (before is not None and goes_on(before)))

    def start_tls(self, version: str = "") -> dict[str, Value]:
        """Do the handshake, offering one version alone where one is named; what the scenario knows of it then.

        How it went is seen by what is awaited next.
        """
        said = len(self.conversation.exchanges)
        self.no_tls = self.driver.start_tls(version)
        if not self.no_tls:  # what was said in the clear has no answer inside
            self.read, self.adrift = said, False
        channel = self.driver.channel
        spoken, cipher = (channel.version, channel.cipher) if channel is not None else ("", "")
        return {"tls_version": spoken.encode(), "tls_cipher": cipher.encode()}

    def see_tls(self, *, wanted: bool) -> None:
        """`Mismatch` when it did not go as is wanted, `NotPlayed` when that is none of the server's doing."""
        if self.no_tls and self.no_tls.startswith(TLS_OWN_REASONS):
            raise NotPlayed(Outcome.NOT_APPLICABLE, f"no TLS for this run: {self.no_tls}")
        if wanted and self.no_tls:
            message = f"TLS was to begin, and did not: {self.no_tls}"
            raise Mismatch(message)
        if not wanted and not self.no_tls:
            spoken = self.driver.channel.version if self.driver.channel is not None else "TLS"
            message = f"the handshake was to fail, and did not: {spoken} is spoken"
            raise Mismatch(message)
