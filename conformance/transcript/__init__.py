"""What was said on a connection, when and by whom, and how it reads as commands and replies."""

from conformance.transcript.conversation import Conversation, Exchange
from conformance.transcript.evidence import Evidence, Span
from conformance.transcript.recording import Chunk, Incident, Mark, Sender, Transcript
from conformance.transcript.secrets import MASK, Secrets
from conformance.transcript.tape import Tape

__all__ = [
    "MASK",
    "Chunk",
    "Conversation",
    "Evidence",
    "Exchange",
    "Incident",
    "Mark",
    "Secrets",
    "Sender",
    "Span",
    "Tape",
    "Transcript",
]
