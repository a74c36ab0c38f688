"""Sessions to judge, written as the RFCs print them.

`S:` and `C:` lines are lines of the server and the client; a line that starts with neither goes on with the body of
the one before. Octets are escaped as in Python; a line that ends in `\\` has no line end, or another one before it.
What the server says in a row comes in one piece; `...` is a pause, after which it comes in another. `! waited in vain`
and the like are incidents. `B|` before a line puts it on the connection B, which opens there.
"""

import textwrap
from collections.abc import Iterable, Mapping

from conformance.monitor import Ledger, Monitor
from conformance.transcript import Conversation, Incident, Transcript
from conformance.verdicts import Outcome, Verdict

__all__ = ["LOGIN", "broken", "conversations", "judged", "kept", "message", "stuffed"]

LOGIN = """\
S: +OK ready
C: USER alice
S: +OK
C: PASS secret
S: +OK
"""


def _octets(text: str) -> bytes:
    open_end = text.endswith("\\")
    content = text[:-1] if open_end else text
    return content.encode("latin-1").decode("unicode_escape").encode("latin-1") + (b"" if open_end else b"\r\n")


class _Recorder:
    def __init__(self) -> None:
        self.transcripts: dict[str, Transcript] = {}
        self._clock = 0.0
        self._held: tuple[str, bytes] | None = None

    def line(self, name: str, line: str) -> None:
        if name not in self.transcripts:
            self.flush()
            self.transcripts[name] = Transcript(name, "localhost:110", self._clock)
        if line.startswith("S: ") or line == "S:":
            self._server(name, _octets(line[3:]))
        elif line.startswith("C: ") or line == "C:":
            self.flush()
            self._record(name, "C", _octets(line[3:]))
        elif line.startswith("! "):
            self.flush()
            self._clock += 1.0
            transcript = self.transcripts[name]
            transcript.mark(Incident(line[2:]), self._clock - transcript.opened)
        elif line == "...":
            self.flush()
            self._clock += 1.0
        else:
            self._server(name, _octets(line.removeprefix("   ")))

    def _server(self, name: str, octets: bytes) -> None:
        if self._held is not None and self._held[0] == name:
            octets = self._held[1] + octets
        else:
            self.flush()
        self._held = name, octets

    def flush(self) -> None:
        if self._held is not None:
            name, octets = self._held
            self._held = None
            self._record(name, "S", octets)

    def _record(self, name: str, sender: str, octets: bytes) -> None:
        transcript = self.transcripts[name]
        self._clock = round(self._clock + 0.01, 2)
        transcript.record("C" if sender == "C" else "S", octets, self._clock - transcript.opened)


def conversations(script: str) -> list[Conversation]:
    """The connections of a script."""
    recorder = _Recorder()
    name = "A"
    for line in textwrap.dedent(script).splitlines():
        if line[1:2] == "|":
            name, line = line[0], line[2:].removeprefix(" ")
        if line:
            recorder.line(name, line)
    recorder.flush()
    read = [Conversation(transcript) for transcript in recorder.transcripts.values()]
    for conversation in read:
        conversation.follow()
    return read


def judged(
    script: str, delivered: Mapping[bytes, Iterable[bytes]] | None = None, *, apop: bool = False
) -> list[Verdict]:
    """All verdicts on a script, when the run knows to have delivered these messages."""
    ledger = Ledger({user: list(messages) for user, messages in (delivered or {}).items()}, apop=apop)
    return Monitor(ledger).judge(conversations(script))


def broken(verdicts: Iterable[Verdict]) -> set[str]:
    """The clauses that were broken, without the R1939- before them."""
    return {v.clause.removeprefix("R1939-") for v in verdicts if v.outcome is Outcome.BROKEN}


def kept(verdicts: Iterable[Verdict]) -> set[str]:
    """The clauses that were kept, likewise."""
    return {v.clause.removeprefix("R1939-") for v in verdicts if v.outcome is Outcome.KEPT}


def message(name: str, *lines: str) -> bytes:
    """A message as it is delivered: header, empty line, these lines."""
    header = ["From: a@example.org", f"Subject: {name}", f"Message-ID: <{name}@fixtures.pop3spec.invalid>", "", *lines]
    return "\r\n".join([*header, ""]).encode("latin-1")


def stuffed(octets: bytes) -> str:
    """A message as the server sends it in a script, terminating line included."""
    lines = octets.decode("latin-1").split("\r\n")
    lines = lines[:-1] if not lines[-1] else lines
    quoted = [("." + line if line.startswith(".") else line).replace("\\", "\\\\") for line in lines]
    return "".join(f"S: {line}\n" for line in [*quoted, "."])
