import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.driver import Account, Limits, Target
from conformance.learning import Bounds, Learned, learn, write_all
from conformance.scenario import Settings, Stage
from conformance.server import Account as ServerAccount
from conformance.server import MemoryStore, ReferenceServer
from conformance.transcript import Secrets
from tests.faults.suite import Memory

pytest.importorskip("aalpy", reason="AALpy is not installed: pip install 'pop3spec[learn]'")

_ALICE = Account("alice", "secret")
_LIMITS = Limits(reply=1, login=2, close=1, unlock=1)


def _learned(*faults: str, bounds: Bounds | None = None) -> Learned:
    store = MemoryStore()
    with ReferenceServer([ServerAccount("alice", "secret")], store, faults=faults) as server:
        target = Target("127.0.0.1", server.port, (_ALICE,), _LIMITS)
        return learn(Stage(target, Memory(store), Settings()), bounds or Bounds())


def test_a_sound_server_gives_no_difference() -> None:
    learned = _learned()
    assert learned.ended_early == ""
    assert learned.seen == []
    assert learned.machine is not None
    assert len(learned.machine.states) >= 5


@pytest.mark.parametrize(
    "fault, clause, words",
    [
        ("stat-before-login", "R1939-STAT-01", ["STAT"]),
        ("user-after-login", "R1939-USER-01", ["AUTH right", "USER right"]),
        ("unknown-command-accepted", "R1939-STATE-01", ["FROB"]),
        ("quit-before-login-refused", "R1939-QUITA-01", ["QUIT"]),
        ("noop-refused-when-marked", "R1939-NOOP-01", ["AUTH right", "DELE 1", "NOOP"]),
        ("dele-accepted-twice", "R1939-DELE-04", ["AUTH right", "DELE 1", "DELE 1"]),
    ],
)
def test_a_fault_of_the_session_is_found_by_a_shortest_session(fault: str, clause: str, words: list[str]) -> None:
    learned = _learned(fault, bounds=Bounds(failed_logins=0))
    found = {seen.difference.clauses[0]: seen for seen in reversed(learned.differences)}  # the shortest one stays
    assert [word.label for word in found[clause].difference.words] == words
    assert set(found) == {clause}


def test_a_bound_ends_it_and_is_told() -> None:
    learned = _learned(bounds=Bounds(sessions=30))
    assert "--sessions" in learned.ended_early


def test_no_more_wrong_passwords_are_sent_than_allowed() -> None:
    assert _learned(bounds=Bounds(failed_logins=0)).failed_logins == 0
    few = _learned(bounds=Bounds(failed_logins=3))
    assert few.failed_logins <= 3
    assert any("--failed-logins" in text for text in few.left_out)


def test_the_files_show_no_secret_and_hostile_text_stays_text(tmp_path: Path) -> None:
    learned = _learned("user-after-login", bounds=Bounds(failed_logins=0))
    learned.ended_early = "<script>alert(1)</script>\x1b[2J secret"
    drawing, table = write_all(learned, "<b>&\x1b[31m", tmp_path, Secrets([b"secret"]))
    svg, text = drawing.read_text(encoding="utf-8"), table.read_text(encoding="utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}  # noqa: S314 - our own
    assert tags <= {"svg", "title", "style", "defs", "marker", "path", "rect", "text"}
    assert "wrongcell" in svg
    assert "\x1b" not in svg + text
    assert "secret" not in svg + text
    assert json.loads(text)["differences"][0]["confirmed"]
