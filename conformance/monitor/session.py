"""One connection, as far as its exchanges have revealed it: who logged in, where it stands, how sure that is."""

from typing import Final

from conformance.monitor.announced import LISTED, period, read
from conformance.monitor.drop import Drop
from conformance.monitor.history import Past, Scene
from conformance.monitor.international import International
from conformance.monitor.sasl import Sasl
from conformance.transcript import Chunk, Conversation, Exchange, Incident, Mark
from conformance.wire import Command, Indicator, Reply, State, Turn, challenge_of
from conformance.wire.grammar import COMMAND_LIMIT, TIMESTAMP

__all__ = ["LOGINS", "Session"]

LOGINS: Final = frozenset({"PASS", "APOP", "AUTH"})
"""Commands whose positive answer opens the maildrop."""

_ENDINGS: Final = frozenset(
    {Incident.CLIENT_CLOSED, Incident.CLIENT_RESET, Incident.SERVER_CLOSED, Incident.SERVER_RESET, Incident.TOO_MUCH}
)
_UNCONDITIONAL: Final = frozenset({"STAT", "LIST", "NOOP", "RSET"})
"""Commands that succeed in every maildrop, without an argument."""
_GONE: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})
_PATIENCE: Final = 2
"""Refused commands after which a server may close without a word."""
_IDLE: Final = {State.AUTHORIZATION: 30.0, State.TRANSACTION: 600.0}
"""Seconds of silence after which a server may close: ten minutes (RFC 1939 §3), but much less is usual before login."""


class Session:
    """What the exchanges of one connection have revealed so far."""

    def __init__(self, conversation: Conversation, scene: Scene) -> None:
        self.conversation = conversation
        self.scene = scene
        self.sure = True
        """Whether it is certain which reply belongs to which command."""
        self.sure_up_to: int | None = None
        """Number of the first exchange for which that is not certain."""
        self.adrift = False
        """Whether the server is known to stand elsewhere than the commands and replies say."""
        self.shared = False
        """Whether another session may have had the same maildrop open at the same time."""
        self.user: bytes | None = None
        """Who logged in, when that was shown."""
        self.name: bytes | None = None
        """The name in the last USER that was accepted."""
        self.named = False
        """Whether a USER was ever accepted."""
        self.refused_name = False
        """Whether the last USER was refused."""
        self.fresh_name = False
        """Whether an accepted USER was the last command."""
        self.failed_pass = False
        """Whether PASS failed, and no USER was accepted since."""
        self.failed_logins = 0
        self.failed_apop = False
        """Whether the last login that was tried was an APOP that was refused."""
        self.refusals = 0
        """Commands that were refused in a row, those left out whose refusal is in their nature."""
        self.login: Exchange | None = None
        """The command whose positive answer opened the maildrop."""
        self.before: Past | None = None
        """The session that had the maildrop open before, when that is known."""
        self.late_at_first: int | None = None
        """How many messages of the run might still have arrived when the messages were first counted."""
        self.unproven = False
        """Whether no command has succeeded yet since the maildrop was opened."""
        self.refused_since: frozenset[str] = frozenset()
        """Commands that must succeed and were refused since then."""
        self.drop: Drop | None = None
        self.quit: Exchange | None = None
        """QUIT, once it was answered."""
        self.capabilities: frozenset[str] = frozenset()
        self.asked_capa: dict[State, Exchange] = {}
        """The last CAPA in each state, and how it was answered; what was said outside of TLS is forgotten inside."""
        self.international = International()
        """How it stands with UTF8 and LANG."""
        self.stamp: bytes | None = None
        """What looks like a time stamp in the greeting."""
        self.mechanisms: frozenset[str] = frozenset()
        """What the SASL capability listed last, in capitals (RFC 5034 §3)."""
        self.sasl: Sasl | None = None
        """The exchange that AUTH began, while it goes on (RFC 5034 §4)."""
        self.asked_before = frozenset[str]()
        """Commands without an argument that were answered positively since the maildrop was opened."""
        self.spoke_at: float | None = None
        """When the server spoke last, in seconds since the connection was opened."""
        self.bodied = False
        """Whether the reply before had a body."""
        marks = [entry for entry in conversation.transcript.entries if isinstance(entry, Mark)]
        self._waits = tuple(mark.at for mark in marks if mark.incident is Incident.WAITED)
        self._half_closed = any(mark.incident is Incident.CLIENT_HALF_CLOSED for mark in marks)

    @property
    def ending(self) -> Mark | None:
        """How the connection ended, if it did."""
        entries = self.conversation.transcript.entries
        return next((e for e in entries if isinstance(e, Mark) and e.incident in _ENDINGS), None)

    @property
    def unfinished(self) -> bytes:
        """What the client said last, without a line end; a server may take the end of the stream for one."""
        return self.conversation.connection.unfinished

    @property
    def open_drop(self) -> Drop | None:
        """The maildrop, while what is known of it can be trusted."""
        drop = self.drop
        return drop if drop is not None and not (self.shared or self.adrift or drop.blurred) else None

    @property
    def pipelines(self) -> bool:
        """Whether the server promised to answer commands that come in a batch (RFC 2449 §6.8)."""
        return "PIPELINING" in self.capabilities

    @property
    def announces(self) -> frozenset[str]:
        """What the server is known to list when asked by CAPA, here or elsewhere; nothing where it has no CAPA."""
        return self.capabilities | self.scene.announced

    # -- what did not come ---------------------------------------------------------------------------------------

    def waited(self, since: float, until: float | None = None) -> bool:
        """Whether somebody waited in vain between two moments."""
        return any(since <= at and (until is None or at <= until) for at in self._waits)

    def nothing_came(self, exchange: Exchange, offset: int) -> bool:
        """Whether more of a reply was waited for in vain, and nothing ever came behind an offset."""
        return self.waited(exchange.sent_at) and exchange.transcript.length("S") == offset

    def spoke_within(self, exchange: Exchange, offset: int) -> bool:
        """Whether the client said something between the end of a reply and what the server sent at an offset."""
        reply = exchange.reply
        if reply is None:
            return False
        spoke = False
        for entry in exchange.transcript.entries:
            if not isinstance(entry, Chunk):
                continue
            if entry.sender == "S" and entry.start <= offset < entry.end:
                return spoke
            answered = entry.sender == "S" and entry.start < reply.end <= entry.end
            spoke = not answered and (spoke or entry.sender == "C")
        return False

    def _answered_early(self, exchange: Exchange) -> bool:
        """Whether a line that may be the answer came while the client had sent no more than a part of the command."""
        before = self.conversation.exchanges[exchange.number - 1] if exchange.number else None
        return before is not None and any(self.spoke_within(before, line.start) for line in before.extra)

    def late(self, exchange: Exchange) -> bool:
        """Whether the reply was waited for in vain first; then it may be the one to a later command."""
        if not self._waits or exchange.answered_at is None or exchange.command is None:
            return False
        return self.waited(exchange.sent_at, exchange.answered_at)

    def ignored(self, exchange: Exchange) -> bool:
        """Whether it is certain that the server never answered the command, and ought to have."""
        if exchange.pipelined or exchange.command is None or self.quit is not None or not exchange.command.line.content:
            return False
        if self._answered_early(exchange):
            return False
        if exchange.lost in _GONE and exchange.reply is None and not self.waited(exchange.sent_at):
            return not (self._was_over(exchange) or self._may_close(exchange))
        if exchange.command.verb in LOGINS or self.failed_logins:
            return False  # servers slow down who guesses passwords
        if exchange.reply is None:
            return exchange.lost is not None and self.waited(exchange.sent_at)
        return self.late(exchange) and self._one_short(exchange)

    def _was_over(self, exchange: Exchange) -> bool:
        """Whether the connection was over when the command was said, or may have been: behind a login that failed."""
        before = self.conversation.exchanges[exchange.number - 1] if exchange.number else None
        refused = before is not None and before.verb in LOGINS and before.negative
        return refused or (self.ending is not None and self.ending.at <= exchange.sent_at)

    def _may_close(self, exchange: Exchange) -> bool:
        """Whether a server may hang up where the answer was due."""
        greeting = self.conversation.greeting
        refused = greeting is None or not greeting.positive
        idle = exchange.sent_at - (self.spoke_at or 0.0) >= _IDLE.get(exchange.state, 0.0)
        gone = self._half_closed or self.shared  # the client, or the maildrop from under the session
        long = exchange.command is not None and exchange.command.line.length > COMMAND_LIMIT
        return refused or idle or gone or long or self.failed_logins > 0 or self.refusals >= _PATIENCE

    def _one_short(self, exchange: Exchange) -> bool:
        """Whether the reply came only when another command was out, and the last command never got one."""
        later = self.conversation.exchanges[exchange.number + 1 :]
        answered_at = exchange.answered_at or 0.0
        return bool(later) and later[0].sent_at <= answered_at and later[-1].reply is None

    # -- learning ------------------------------------------------------------------------------------------------

    def learn(self, exchange: Exchange) -> None:
        """Take in what an exchange shows of the connection; what it shows of the maildrop is taken in elsewhere."""
        if exchange.answered_at is not None:
            self.spoke_at = exchange.answered_at
        if not exchange.certain or exchange.lost is not None or exchange.reply is None or self.late(exchange):
            self._doubt(exchange)
            return
        if self.sure:
            self._learn_answered(exchange)

    def _doubt(self, exchange: Exchange) -> None:
        self.sure = False
        if self.sure_up_to is None:
            self.sure_up_to = exchange.number

    def _learn_answered(self, exchange: Exchange) -> None:
        command, reply = exchange.command, exchange.reply
        if reply is None:
            return
        self.bodied = reply.body is not None
        if command is None:
            stamp = TIMESTAMP.search(reply.status.content)
            if stamp is not None:
                transcript = exchange.transcript
                self.stamp = stamp[0]
                self.scene.ledger.seen_stamps.setdefault(self.stamp, (transcript.name, transcript.opened))
            return
        if any(not _is_status(line.content) for line in exchange.extra):
            self._doubt(exchange)  # the rest may come later, and would be taken for replies
        if isinstance(command, Turn):
            self._learn_turn(command, reply, exchange)
            return
        self._learn_access(exchange)
        self.international.learn(exchange)
        if reply.indicator is Indicator.NONE:
            self._doubt(exchange)
        if exchange.verb in ("USER", "PASS", "APOP", "AUTH", "STLS"):
            self._learn_login(exchange)
        elif exchange.verb == "QUIT" and (exchange.positive or self._left(exchange)):
            self.quit = exchange
        elif exchange.verb == "CAPA" and command.wellformed:
            self._learn_capabilities(exchange)
        if exchange.verb != "USER":
            self.fresh_name = False
        if exchange.positive and isinstance(command, Command) and not command.arguments:
            self.asked_before |= {command.verb}
        if not exchange.negative:
            self.refusals = 0
        elif not _plausible(exchange):  # a server may count what is plausible or not
            self.refusals += 1

    def _learn_access(self, exchange: Exchange) -> None:
        """What is open and what is not: before anything was tried, and behind a login."""
        if exchange.state is State.AUTHORIZATION and exchange.negative and not (self.named or self.failed_logins):
            self.scene.barred.add(exchange.verb)
        if exchange.positive:
            self.unproven, self.refused_since = False, frozenset()
        elif exchange.negative and exchange.verb in _UNCONDITIONAL and _plausible(exchange):
            self.refused_since |= {exchange.verb}

    @staticmethod
    def _left(exchange: Exchange) -> bool:
        """Whether QUIT ended the session although some messages could not be removed (RFC 1939 §6)."""
        command = exchange.command
        return exchange.state is State.TRANSACTION and command is not None and command.wellformed

    def _learn_login(self, exchange: Exchange) -> None:
        command = exchange.command
        arguments = command.arguments if isinstance(command, Command) else ()
        if exchange.verb == "USER":
            self.fresh_name = exchange.positive
            self.refused_name = not exchange.positive
            if exchange.positive:
                self.name, self.named, self.failed_pass = b" ".join(arguments), True, False
            return
        if exchange.verb == "STLS":
            self.fresh_name = False  # a server may keep the name: that is for R2595-STLS-13, which is disputed
            if exchange.positive:
                self.asked_capa.clear()
                self.mechanisms = frozenset()
            return
        if exchange.verb == "AUTH" and exchange.reply is not None:
            self._exchanged(Sasl.begun_by(command), exchange.reply, exchange)
            return
        user = {"PASS": self.name, "APOP": arguments[0] if arguments else None}.get(exchange.verb)
        self._logged_in(exchange, user)

    def _learn_turn(self, turn: Turn, reply: Reply, exchange: Exchange) -> None:
        if self.sasl is not None:
            self.sasl.turns.append(turn)
        self._exchanged(self.sasl, reply, exchange)

    def _exchanged(self, sasl: Sasl | None, reply: Reply, exchange: Exchange) -> None:
        """What a reply to AUTH or a turn of it comes to: the exchange goes on, or it is over."""
        self.sasl = sasl if reply.challenges else None
        if reply.challenges:
            if sasl is not None:
                sasl.challenge = challenge_of(reply)
            return
        if exchange.positive and sasl is not None and sasl.initial is not None:
            self.scene.begun.add(sasl.mechanism)
        self._logged_in(exchange, sasl.user if sasl is not None else None)

    def _logged_in(self, exchange: Exchange, user: bytes | None) -> None:
        if exchange.state is not State.AUTHORIZATION:
            return
        verb = exchange.verb
        if exchange.positive and exchange.reply is not None and exchange.reply.body is None:
            self.scene.ledger.apop |= verb == "APOP" and self.stamp is not None
            self.login, self.user, self.drop = exchange, user, Drop()
            self.unproven, self.refused_since = True, frozenset()
            self.asked_before = frozenset()
            if user is not None:
                self.scene.logins[user] = exchange
            if verb == "PASS" and user is not None and exchange.command is not None:
                self.scene.passwords.add((user, b" ".join(exchange.command.arguments)))
        elif exchange.negative:
            self.failed_logins += 1
            self.failed_apop = verb == "APOP"
            self.failed_pass = self.failed_pass or verb == "PASS"

    def _learn_capabilities(self, exchange: Exchange) -> None:
        self.asked_capa[exchange.state] = exchange
        if not exchange.positive:
            return
        lines = exchange.body_lines()[:LISTED]
        self.capabilities = self.scene.offers(line.content.upper() for line in lines)
        found = tuple(read(lines))
        names = (name for capability in found if capability.tag == "SASL" for name in capability.words[1:] if name)
        self.mechanisms = frozenset(name.decode("latin-1").upper() for name in names)
        delays = [period(capability) for capability in found if capability.tag == "LOGIN-DELAY"]
        if self.user is not None and len(delays) == 1 and delays[0] is not None:
            self.scene.delays[self.user] = delays[0].number


def _is_status(octets: bytes) -> bool:
    return octets[:3].upper() == b"+OK" or octets[:4].upper() == b"-ERR"


def _plausible(exchange: Exchange) -> bool:
    """Whether a refusal is in the nature of the command and tries no server's patience."""
    command = exchange.command
    if not isinstance(command, Command) or not command.wellformed or command.known is None:
        return False
    return exchange.state in command.known.states
