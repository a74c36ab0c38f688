import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import Conversation, Incident, RecordingError, Transcript, dump, load
from tests.transcript.recordings import recording

ENTRIES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("CS"), st.binary(max_size=20)),
        st.sampled_from(Incident),
    )
)


@given(ENTRIES, st.floats(0, 1e6), st.text(max_size=5))
def test_a_saved_recording_loads_into_an_equal_one(
    said: list[tuple[str, bytes] | Incident], opened: float, name: str
) -> None:
    transcript = recording(*said, name=name, opened=opened)
    assert load(dump(transcript)) == transcript


def test_a_loaded_recording_reads_as_the_same_exchanges() -> None:
    transcript = recording(
        Incident.CONNECTED,
        ("S", b"+OK ready\r\n"),
        ("C", b"LI"),
        ("C", b"ST\r\n"),
        ("S", b"+OK\r\n1 1"),
        ("S", b"20\r\n.\r\n"),
        ("C", b"NO\0P\r\n"),
        ("S", b"-ERR \xff"),
        Incident.SERVER_RESET,
    )
    loaded = Conversation(load(dump(transcript)))
    original = Conversation(transcript)
    loaded.follow()
    original.follow()
    assert loaded.exchanges == original.exchanges
    assert len(loaded.exchanges) == 3


def test_the_saved_form_can_be_read() -> None:
    transcript = Transcript("A", "localhost:110", 7.25)
    transcript.record("S", b"+OK ready\r\n", 0.01)
    transcript.mark(Incident.WAITED, 1.5, "1.0 s")
    assert list(dump(transcript)) == [
        '{"schema": "pop3spec-recording/1", "name": "A", "peer": "localhost:110", "opened": 7.25}\n',
        '{"at": 0.01, "S": "+OK ready\\\\r\\\\n"}\n',
        '{"at": 1.5, "incident": "waited in vain", "note": "1.0 s"}\n',
    ]


HEADER = json.dumps({"schema": "pop3spec-recording/1", "name": "A", "peer": "", "opened": 0})


@pytest.mark.parametrize(
    "lines,complaint",
    [
        ([], "this is empty"),
        (["{"], "line 1"),
        (["[]"], "line 1"),
        (['{"schema": "pop3spec-recording/2"}'], "line 1.*recording/2"),
        ([HEADER.replace('"peer": "", ', "")], "line 1.*peer"),
        ([HEADER, "+OK"], "line 2"),
        ([HEADER, '{"at": 0}'], "line 2.*incident"),
        ([HEADER, '{"at": 0, "C": 7}'], "line 2"),
        ([HEADER, '{"at": 0, "C": "\\\\q"}'], "line 2.*unknown escape"),
        ([HEADER, '{"at": "soon", "C": ""}'], "line 2"),
        ([HEADER, '{"at": 0, "incident": "fell asleep"}'], "line 2.*fell asleep"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_line(lines: list[str], complaint: str) -> None:
    with pytest.raises(RecordingError, match=complaint):
        load(lines)
