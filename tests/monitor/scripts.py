"""Sessions to judge, written as the RFCs print them.

    S: +OK ready              a line of the server, of the client
    C: RETR 1
    S: +OK
    S: <plain>                the message of that name, stuffed, and the terminating line
    S: .x\\x00\\r\\r\\n\\       octets are escaped as in Python; behind a backslash at the end there is no line end
    ...                       a pause: what the server says behind it comes in another piece
    ! waited in vain          an incident
    B| S: +OK ready           from here on the connection B, which opens at its first line

What the server says in a row comes in one piece.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.monitor import Ledger, Monitor
from conformance.transcript import Conversation, Incident, Transcript
from conformance.verdicts import Outcome, Verdict
from conformance.wire import stuff

__all__ = ["LOGIN", "Case", "broken", "check", "conversations", "judged", "kept", "message", "session"]

LOGIN = """\
S: +OK ready
C: USER alice
S: +OK
C: PASS secret
S: +OK
"""

_PIECE = 0.01
_PAUSE = 1.0


class _Recorder:
    """Writes transcripts, all on one clock."""

    def __init__(self, mails: Mapping[str, bytes]) -> None:
        self.transcripts: dict[str, Transcript] = {}
        self._mails = mails
        self._clock = 0.0
        self._held: tuple[str, bytes] | None = None

    def line(self, name: str, line: str) -> None:
        if name not in self.transcripts:
            self.flush()
            self.transcripts[name] = Transcript(name, "localhost:110", self._clock)
        if line.startswith("S:"):
            self._server(name, self._octets(line[3:]))
            return
        self.flush()
        transcript = self.transcripts[name]
        if line.startswith("C:"):
            self._record(name, "C", self._octets(line[3:]))
            return
        self._clock += _PAUSE
        if line.startswith("! "):
            transcript.mark(Incident(line[2:]), self._clock - transcript.opened)
        else:
            assert line == "...", line

    def flush(self) -> None:
        """Let what the server said in a row come."""
        if self._held is not None:
            (name, octets), self._held = self._held, None
            self._record(name, "S", octets)

    def _server(self, name: str, octets: bytes) -> None:
        before = b""
        if self._held is not None and self._held[0] == name:
            before = self._held[1]
        else:
            self.flush()
        self._held = name, before + octets

    def _record(self, name: str, sender: str, octets: bytes) -> None:
        transcript = self.transcripts[name]
        self._clock = round(self._clock + _PIECE, 2)
        transcript.record("C" if sender == "C" else "S", octets, self._clock - transcript.opened)

    def _octets(self, text: str) -> bytes:
        if text.startswith("<") and text[1:-1] in self._mails:
            return b"".join(stuff([self._mails[text[1:-1]]])) + b".\r\n"
        line_end = b"" if text.endswith("\\") else b"\r\n"
        return text.removesuffix("\\").encode("latin-1").decode("unicode_escape").encode("latin-1") + line_end


def conversations(script: str, mails: Mapping[str, bytes] | None = None) -> list[Conversation]:
    """The connections of a script."""
    recorder = _Recorder(mails or {})
    name = "A"
    for line in textwrap.dedent(script).splitlines():
        rest = line
        if line[1:2] == "|":
            name, rest = line[0], line[2:].removeprefix(" ")
        if rest:
            recorder.line(name, rest)
    recorder.flush()
    read = [Conversation(transcript) for transcript in recorder.transcripts.values()]
    for conversation in read:
        conversation.follow()
    return read


def session(script: str) -> str:
    """A script behind a login."""
    return LOGIN + textwrap.dedent(script)


@dataclass(frozen=True)
class Case:
    """A script and what the monitor has to find in it."""

    title: str
    script: str
    broken: str = ""
    """The clauses that are broken, those of RFC 1939 without R1939-: these and no other."""
    kept: str = ""
    """Clauses among those that are kept."""
    mails: Mapping[str, bytes] = field(default_factory=dict)
    """Messages that were put into alice's maildrop; none of them is known when there are none."""
    later: Mapping[str, bytes] = field(default_factory=dict)
    """Messages that were put there too, nobody knows when."""
    elsewhere: Mapping[str, bytes] = field(default_factory=dict)
    """Messages that were put into bob's maildrop."""
    bodies: Mapping[str, bytes] = field(default_factory=dict)
    """Messages that the script names, and that were not put there."""
    apop: bool = False
    """Whether the server is known to have APOP."""
    lists: str = ""
    """What CAPA is known to list, without arguments."""
    clock_rate: float = 1.0

    def __str__(self) -> str:
        return self.title


def judged(case: Case) -> list[Verdict]:
    """All verdicts on a case."""
    ledger = Ledger(
        {user: list(mails.values()) for user, mails in ((b"alice", case.mails), (b"bob", case.elsewhere)) if mails},
        apop=case.apop,
        capabilities=case.lists.encode().split(),
        clock_rate=case.clock_rate,
    )
    for octets in case.later.values():
        ledger.add_delivered(b"alice", octets)
    return Monitor(ledger).judge(
        conversations(case.script, {**case.mails, **case.later, **case.elsewhere, **case.bodies})
    )


def check(case: Case) -> None:
    """Hold the verdicts against what the case says."""
    verdicts = judged(case)
    reasons = [f"{v.clause}: {v.reason}" for v in verdicts if v.outcome is Outcome.BROKEN]
    assert broken(verdicts) == set(case.broken.split()), reasons
    assert set(case.kept.split()) <= kept(verdicts), sorted(set(case.kept.split()) - kept(verdicts))


def broken(verdicts: Iterable[Verdict]) -> set[str]:
    """The clauses that were broken, without R1939-."""
    return {v.clause.removeprefix("R1939-") for v in verdicts if v.outcome is Outcome.BROKEN}


def kept(verdicts: Iterable[Verdict]) -> set[str]:
    """The clauses that were kept, likewise."""
    return {v.clause.removeprefix("R1939-") for v in verdicts if v.outcome is Outcome.KEPT}


def message(name: str, *lines: str, fields: tuple[str, ...] = ()) -> bytes:
    """A message as it is delivered: header, empty line, these lines."""
    header = ["From: a@example.org", *fields, f"Message-ID: <{name}@fixtures.pop3spec.invalid>", "", *lines]
    return "\r\n".join([*header, ""]).encode("latin-1")
