import pytest

from conformance.transcript import Chunk, Incident, Mark, Transcript
from tests.transcript.recordings import recording


def test_each_direction_has_offsets_of_its_own() -> None:
    transcript = Transcript("A", "localhost:110", 7.0)
    assert transcript.record("S", b"+OK\r\n", 0.1) == Chunk("S", 0, 5, 0.1)
    assert transcript.record("C", b"QUIT\r\n", 0.2) == Chunk("C", 0, 6, 0.2)
    assert transcript.record("S", b"+OK bye\r\n", 0.3) == Chunk("S", 5, 14, 0.3)
    assert (transcript.length("S"), transcript.length("C")) == (14, 6)
    assert transcript.octets("S", 5) == b"+OK bye\r\n"
    assert transcript.octets("S", 0, 3) == b"+OK"
    assert b"".join(transcript.blocks("C", 0, 6)) == b"QUIT\r\n"


def test_entries_are_in_the_order_of_time() -> None:
    transcript = recording(Incident.CONNECTED, ("S", b"+OK\r\n"), ("C", b"QUIT\r\n"))
    assert transcript.entries == [Mark(Incident.CONNECTED, 0.0), Chunk("S", 0, 5, 0.01), Chunk("C", 0, 6, 0.02)]


@pytest.mark.parametrize(
    "incident",
    [
        Incident.CLIENT_CLOSED,
        Incident.CLIENT_RESET,
        Incident.SERVER_CLOSED,
        Incident.SERVER_RESET,
        Incident.TOO_MUCH,
    ],
)
def test_the_ending_is_the_last_incident_that_ends(incident: Incident) -> None:
    ended = recording(("S", b"+OK\r\n"), incident)
    assert ended.ending == Mark(incident, 0.01)


def test_waiting_and_closing_one_direction_end_nothing() -> None:
    transcript = recording(Incident.CONNECTED, Incident.WAITED, Incident.CLIENT_HALF_CLOSED, Incident.TLS)
    assert transcript.ending is None


def test_recordings_are_equal_when_the_same_passed_at_the_same_times() -> None:
    said = (("S", b"+OK\r\n"), ("C", b"NOOP\r\n"), Incident.SERVER_CLOSED)
    assert recording(*said) == recording(*said)
    assert recording(*said) != recording(*said, name="B")
    assert recording(*said) != recording(*said, opened=1.0)
    assert recording(*said) != recording(("S", b"+OK\r\n"), ("C", b"STAT\r\n"), Incident.SERVER_CLOSED)
    assert recording(*said) != recording(*said[:2])
    assert recording(*said) != "a recording"


def test_a_recording_can_be_closed_at_any_length() -> None:
    transcript = recording(("S", b"x" * (1 << 20)), ("C", b"QUIT\r\n"))
    transcript.close()  # an unclosed file would be a warning, and that an error
    assert transcript.length("S") == 1 << 20
