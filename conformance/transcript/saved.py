"""A recording as JSON lines: a header, then one line a chunk or incident, the octets escaped.

Nothing is masked: what is loaded again must be what was recorded. A saved recording of a login holds its password and
is to be kept like one.

    {"schema": "pop3spec-recording/1", "name": "A", "peer": "localhost:110", "opened": 7.25}
    {"at": 0.0, "incident": "connected"}
    {"at": 0.01, "S": "+OK ready\\r\\n"}
    {"at": 0.02, "C": "QUIT\\r\\n"}
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from conformance.transcript.escape import escape, unescape
from conformance.transcript.recording import Chunk, Incident, Transcript

__all__ = ["RecordingError", "dump", "load"]

_SCHEMA: Final = "pop3spec-recording/1"


class RecordingError(ValueError):
    """A saved recording cannot be read; says which line and why."""


def dump(transcript: Transcript) -> Iterator[str]:
    """The lines of a recording, passwords included, each with its line end."""
    header = {"schema": _SCHEMA, "name": transcript.name, "peer": transcript.peer, "opened": transcript.opened}
    yield json.dumps(header) + "\n"
    for entry in transcript.entries:
        if isinstance(entry, Chunk):
            octets = transcript.octets(entry.sender, entry.start, entry.end)
            yield json.dumps({"at": entry.at, entry.sender: escape(octets)}) + "\n"
        else:
            note = {"note": entry.note} if entry.note else {}
            yield json.dumps({"at": entry.at, "incident": entry.incident.value, **note}) + "\n"


def load(lines: Iterable[str]) -> Transcript:
    """The recording that `dump` was given; `RecordingError` when it is not one."""
    transcript: Transcript | None = None
    for number, line in enumerate(lines, 1):
        try:
            document = json.loads(line)
            if transcript is None:
                transcript = _header(document)
            else:
                _entry(transcript, document)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"line {number} is not a line of a saved recording: {error}"
            raise RecordingError(message) from error
    if transcript is None:
        message = "a saved recording has a header; this is empty"
        raise RecordingError(message)
    return transcript


def _header(document: dict[str, Any]) -> Transcript:
    if document["schema"] != _SCHEMA:
        message = f"the schema is {document['schema']!r}, not {_SCHEMA!r}"
        raise ValueError(message)
    return Transcript(str(document["name"]), str(document["peer"]), float(document["opened"]))


def _entry(transcript: Transcript, document: dict[str, Any]) -> None:
    at = float(document["at"])
    if "C" in document:
        transcript.record("C", unescape(document["C"]), at)
    elif "S" in document:
        transcript.record("S", unescape(document["S"]), at)
    else:
        transcript.mark(Incident(document["incident"]), at, str(document.get("note", "")))
