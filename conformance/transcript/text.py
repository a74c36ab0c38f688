"""The text form of recordings, as RFCs print sessions: ``C:`` and ``S:``, several connections in the order of time.

What is shown is safe to be shown: printable ASCII, secrets masked, bounded in lines and octets whatever a peer sent.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.transcript.conversation import Conversation
from conformance.transcript.display import display_line
from conformance.transcript.escape import escape
from conformance.transcript.evidence import Evidence
from conformance.transcript.excerpt import Gap, Happened, Part, Said, parts, reduced, streams
from conformance.transcript.recording import Sender, Transcript
from conformance.transcript.roles import Roles
from conformance.transcript.secrets import Secrets

__all__ = ["TextLine", "render", "text_lines"]

_EVIDENCE_KEPT: Final = 50
"""Places of evidence in one direction of a connection that are looked up."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a session."""

    connection: str
    """``A``, ``B``..."""
    at: float
    """Seconds since the first connection of the scenario was opened."""
    kind: str
    """``C``, ``S``, or ``*``: something happened, or lines were left out."""
    text: str
    """Printable ASCII, a backslash doubled, other octets as ``\\xNN`` or ``\\t``, ``\\r``, ``\\n``; a CRLF at the end
    is not shown, a lone LF is. Only notes of what was left out hold a ``…``."""
    marks: tuple[tuple[int, int], ...] = ()
    """Ranges of characters in the text that are the offending octets; an empty range at the end is the line end."""
    exchange: int | None = None
    """Number of the exchange that it belongs to."""
    ended: bool = True
    """Whether a line end came."""


def text_lines(
    recordings: Sequence[Transcript | Conversation],
    secrets: Secrets,
    evidence: Iterable[Evidence] = (),
    limit_lines: int = 300,
    limit_octets: int = 65_536,
) -> tuple[TextLine, ...]:
    """What was said, fit to be seen; of what is too long, the beginning, the end and what is around the evidence.

    A recording that is being read as a conversation is not read once more.
    """
    evidence = list(evidence)
    conversations = [one if isinstance(one, Conversation) else Conversation(one) for one in recordings]
    transcripts = [conversation.transcript for conversation in conversations]
    roles = [Roles(conversation) for conversation in conversations]
    began = min((transcript.opened for transcript in transcripts if transcript.entries), default=0.0)
    known = secrets.with_more(value for role in roles for value in role.secrets())
    views = [
        _View(transcript, role, [e for e in evidence if e.connection == transcript.name], known, began)
        for transcript, role in zip(transcripts, roles, strict=True)
    ]
    by_view = [[(number, part) for part in view.parts()] for number, view in enumerate(views)]
    merged = list(heapq.merge(*by_view, key=lambda item: views[item[0]].at(item[1])))
    return tuple(views[number].line(part) for number, part in reduced(merged, limit_lines, limit_octets))


class _View:
    """One connection, on the way to be shown."""

    def __init__(
        self, transcript: Transcript, roles: Roles, evidence: Sequence[Evidence], secrets: Secrets, began: float
    ) -> None:
        self._transcript = transcript
        self._roles = roles
        self._secrets = secrets
        self._opened = transcript.opened - began
        self._streams = streams(transcript)
        self._marks: dict[Sender, list[tuple[int, int]]] = {"C": [], "S": []}
        self._wanted: dict[Sender, set[int]] = {"C": set(), "S": set()}
        for item in evidence:
            self._look(item)

    def _look(self, evidence: Evidence) -> None:
        for span in evidence.spans:
            sender: Sender = "C" if span.sender == "C" else "S"
            self._marks[sender].append((span.start, span.end))
            self._wanted[sender] |= {span.start, max(span.start, span.end - 1)}
        if evidence.exchange is not None:
            for sender, at in self._roles.beginnings(evidence.exchange):
                self._wanted[sender].add(at)

    def parts(self) -> Iterator[Part]:
        """What is shown, in the order of time."""
        wanted: dict[Sender, Sequence[int]] = {
            sender: sorted(places)[:_EVIDENCE_KEPT] for sender, places in self._wanted.items()
        }
        return parts(self._transcript, self._streams, wanted)

    def at(self, part: Part) -> float:
        """When it was, since the first connection was opened."""
        return self._opened + part.at

    def line(self, part: Part) -> TextLine:
        """It, as text."""
        name, at = self._transcript.name, round(self.at(part), 6)
        if isinstance(part, Said):
            return self._said(part, name, at)
        if isinstance(part, Gap):
            text = f"… {_counted(part.lines, 'line')}, {_counted(part.octets, 'octet')} left out …"
            return TextLine(name, at, "*", text, exchange=self._roles.exchange(part.sender, part.start))
        return TextLine(
            name, at, "*", self._happened(part), exchange=self._roles.exchange_after(part.sent, part.received)
        )

    def _happened(self, part: Happened) -> str:
        note = escape(self._secrets.text(part.mark.note.encode("utf-8", "surrogateescape")))
        return f"{part.mark.incident.value}: {note}" if note else part.mark.incident.value

    def _said(self, part: Said, name: str, at: float) -> TextLine:
        stream = self._streams[part.sender]
        end = stream.read(max(part.start, part.end - 2), part.end)
        length = part.octets - 2 * (end == b"\r\n")
        ended = end.endswith(b"\n")
        reach = part.end + (not ended)  # where nothing more came, what is missing is marked behind the line
        marks = [
            (max(start, part.start) - part.start, stop - part.start)
            for start, stop in self._marks[part.sender]
            if start < reach and max(stop, start + 1) > part.start
        ]
        hidden = self._roles.hidden(part.start, length) if part.sender == "C" else []
        text, columns = display_line(
            lambda a, b: stream.read(part.start + a, part.start + b), length, self._secrets, marks, hidden
        )
        return TextLine(name, at, part.sender, text, columns, self._roles.exchange(part.sender, part.start), ended)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def render(lines: Iterable[TextLine], *, several: bool | None = None) -> str:
    """The lines as text, each mark underlined; connections are named when there are `several`, or seem to be."""
    lines = list(lines)
    if several is None:
        several = len({line.connection for line in lines}) > 1
    rendered = []
    for line in lines:
        lead = f"{line.connection}  {line.kind}: " if several else f"{line.kind}: "
        rendered.append(f"{lead}{line.text}" + ("" if line.ended else "  (no line end)"))
        if line.marks:
            rendered.append(" " * len(lead) + _underline(line.marks))
    return "".join(f"{line}\n" for line in rendered)


def _underline(marks: Iterable[tuple[int, int]]) -> str:
    columns = {column for start, end in marks for column in range(start, max(end, start + 1))}
    return "".join("^" if column in columns else " " for column in range(max(columns) + 1))
