"""Recordings to test with, written as the RFCs print sessions."""

from conformance.transcript import Conversation, Incident, Transcript

__all__ = ["conversation", "recording"]


def recording(*said: tuple[str, bytes] | Incident, name: str = "A", opened: float = 0.0) -> Transcript:
    """A recording of what either side said and of what happened, a hundredth of a second apart."""
    transcript = Transcript(name, "localhost:110", opened)
    for number, entry in enumerate(said):
        at = round(number / 100, 2)
        if isinstance(entry, Incident):
            transcript.mark(entry, at)
        else:
            sender, octets = entry
            transcript.record("C" if sender == "C" else "S", octets, at)
    return transcript


def conversation(*said: tuple[str, bytes] | Incident) -> Conversation:
    """The same, read as exchanges."""
    read = Conversation(recording(*said))
    read.follow()
    return read
