"""A session may end behind any octet: what RFC 1939 §6 allows to be gone then, and what it does not."""

import pytest

from conformance.machine.cuts import cut_sessions
from conformance.server.faults import Armed
from conformance.server.faults.held import Ending
from conformance.server.faults.scene import Scene
from conformance.server.stores import OpenMaildrop
from conformance.verdicts import Outcome
from conformance.wire import State
from tests.machine.sweeping import broken, cuts, fault

DELETED = "R1939-UPD-08"


def _remember(scene: Scene, octets: bytes) -> bytes:
    """What came of a line that has no end yet."""
    line = scene.memory.get("line", b"") + octets
    scene.memory["line"] = line.rpartition(b"\n")[2]
    return octets


def _when(*lines: bytes) -> Armed:
    """At the end of a connection, what is marked is removed if the last line had just come so far."""

    def hold(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
        def end(ending: Ending) -> None:
            if scene.session.state is State.TRANSACTION and scene.memory.get("line") in lines:
                ending.remove(frozenset(scene.session.marked))

        return Ending(held, scene, end)

    return fault(maildrop=hold, receive=_remember)


def test_a_server_that_is_right_keeps_the_clauses() -> None:
    cases = cuts()
    assert len(cases) == 4 * 23
    assert {case.outcome for case in cases} == {Outcome.KEPT}, [case.reason for case in cases if case.reason]
    assert {case.id.rpartition("/")[0] for case in cases} == {"rfc1939/06-cuts"}


def test_each_octet_is_tried() -> None:
    sessions = [session.id for session in cut_sessions()]
    assert len(set(sessions)) == len(sessions) == 4 * 23
    assert sessions[0].endswith("/closed-behind-00-octets")


@pytest.mark.parametrize(
    "line, octets",
    [(b"Q", 17), (b"QUI", 19), (b"DELE 2\r", 15), (b"DEL", 11)],
)
def test_what_is_removed_behind_one_octet_is_found_there_and_nowhere_else(line: bytes, octets: int) -> None:
    found = broken(cuts(_when(line), only=f"-behind-{octets}-"))
    ways = ("closed", "half-closed", "reset", "together")
    assert found == {DELETED: [f"{way}-behind-{octets}-octets" for way in ways]}
    assert broken(cuts(_when(line), only=f"closed-behind-{octets + 1}-")) == {}


def test_quit_without_its_line_end_may_be_obeyed_or_not() -> None:
    for only in ("-behind-20-", "-behind-21-"):
        cases = cuts(_when(b"QUIT", b"QUIT\r"), only=only)
        assert {case.outcome for case in cases} == {Outcome.KEPT}
        assert all("is obeyed" in case.notes[0] for case in cases if case.id.endswith(("20-octets", "21-octets")))
        assert all("is no QUIT" in case.notes[0] for case in cuts(only=only))


@pytest.mark.parametrize(
    "name, clauses",
    [
        ("end-of-connection-is-quit", {DELETED}),
        ("dele-removes-at-once", {DELETED}),
        ("marks-survive", {"R1939-STATE-07"}),
        ("quit-empties-the-maildrop", set()),
        ("quit-undone-when-nobody-listens", set()),
    ],
)
def test_faults_that_are_known_are_found_behind_dele(name: str, clauses: set[str]) -> None:
    assert broken(cuts(name, only="-behind-18-")).keys() == clauses
    assert broken(cuts(name, only="-behind-07-")) == {}


@pytest.mark.parametrize("name", ["quit-empties-the-maildrop", "quit-removes-the-next-too"])
def test_what_is_not_marked_stays_when_quit_is_whole(name: str) -> None:
    assert broken(cuts(name, only="-behind-22-")).keys() == {"R1939-UPD-02"}


def test_a_lock_that_outlives_a_reset_is_found() -> None:
    assert broken(cuts("lock-outlives-a-reset", only="reset-behind-00-")).keys() == {"R1939-UPD-09"}
