"""What was said on a connection, when and by whom, and how it reads as commands and replies."""

from conformance.transcript.conversation import Conversation, Exchange
from conformance.transcript.display import octets_of
from conformance.transcript.escape import escape, unescape
from conformance.transcript.evidence import Evidence, Span
from conformance.transcript.recording import LOSSES, Chunk, Incident, Mark, Sender, Transcript
from conformance.transcript.saved import RecordingError, dump, load
from conformance.transcript.secrets import MASK, Secrets
from conformance.transcript.tape import Tape
from conformance.transcript.text import TextLine, render, text_lines

__all__ = [
    "LOSSES",
    "MASK",
    "Chunk",
    "Conversation",
    "Evidence",
    "Exchange",
    "Incident",
    "Mark",
    "RecordingError",
    "Secrets",
    "Sender",
    "Span",
    "Tape",
    "TextLine",
    "Transcript",
    "dump",
    "escape",
    "load",
    "octets_of",
    "render",
    "text_lines",
    "unescape",
]
