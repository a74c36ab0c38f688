"""What is said in other segments is answered the same, or it is the segments that are told of."""

from collections.abc import Iterator

import pytest

from conformance.driver import Way
from conformance.machine.segmentation import Segmentation
from conformance.machine.ways import variants
from conformance.scenario import Scenario
from conformance.server.faults import Armed
from conformance.server.faults.scene import Scene
from conformance.verdicts import Outcome
from tests.machine.sweeping import CLAUSES, begins, broken, fault, segmented, staged, take_for_another
from tests.scenario.playing import scenario

COUNT = """
    C: <log in>
    C: STAT
    S: +OK <all>        [R1939-STAT-04]
    C: DELE 2
    S: +OK
    C: STAT
    S: +OK {all - 1}    [R1939-STAT-06]
    C: LIST 1
    S: +OK
    """
LOGIN = """
    C: <connect>
    S: +OK
    C: USER {user}
    S: +OK
    C: PASS {password}
    S: +OK
    C: NOOP
    S: +OK  [R1939-NOOP-01]
    """
MAILS = ("plain", "dots", "tiny")
SEGMENTS = "R1939-GRAM-08"


def count() -> Scenario:
    return scenario(COUNT, maildrop=MAILS)


# On a busy machine octets that are sent one by one come joined, and seldom in the same way twice. So each of these acts
# wherever a line comes in two segments or more, and it matters not where it is cut.


def _lose_beginnings(_: Scene, octets: bytes) -> bytes:
    """What comes before the segment that ends a line is lost."""
    return octets if octets.endswith(b"\n") else b""


def _miss_the_end(scene: Scene, octets: bytes) -> bytes:
    """A line end is none where it comes in a later segment than the line's first."""
    return octets if begins(scene, octets) else octets.rstrip(b"\r\n")


def test_a_server_that_is_right_keeps_the_clauses() -> None:
    cases = segmented([count(), scenario(LOGIN, maildrop=MAILS)])
    assert {case.outcome for case in cases} == {Outcome.KEPT}, [case.reason for case in cases]
    kept = {verdict.clause for case in cases for verdict in case.verdicts if verdict.outcome is Outcome.KEPT}
    assert {SEGMENTS, "R2449-PIPE-01", "R1939-STAT-06"} <= kept
    assert [case.id.partition("@")[2] for case in cases] == ["octets", "pieces", "joined"] * 2


@pytest.mark.parametrize(
    "armed",
    [fault(receive=_lose_beginnings), fault(receive=_miss_the_end), fault(receive=take_for_another)],
    ids=["lost", "line-end", "keyword"],
)
def test_what_shows_in_other_segments_alone_breaks_the_clause_about_them(armed: Armed) -> None:
    found = broken(segmented([count()], armed))
    assert found.keys() == {SEGMENTS}
    assert "z@octets" in found[SEGMENTS]
    assert not any(way.endswith("joined") for way in found[SEGMENTS])


@pytest.mark.parametrize("name", ["segment-is-a-command", "command-ends-in-cr"])
def test_faults_that_are_known_break_it_too(name: str) -> None:
    assert broken(segmented([count()], name)).keys() == {SEGMENTS}


@pytest.mark.parametrize(
    "name, clause",
    [
        ("batch-dropped-after-login", "R2449-PIPE-01"),
        ("stat-out-of-its-turn", "R2449-PIPE-01"),
        ("batch-dropped-before-login", "R2449-PIPE-02"),
        ("batch-dropped-behind-pass", "R2449-PIPE-02"),
    ],
)
def test_what_shows_together_alone_breaks_the_clause_about_that(name: str, clause: str) -> None:
    played = scenario(LOGIN if clause.endswith("2") else COUNT, maildrop=MAILS)
    assert broken(segmented([played], name)) == {clause: ["z@joined"]}


def test_what_is_wrong_in_any_case_is_not_laid_to_segments() -> None:
    cases = segmented([count()], "noop-unmarks", "retr-marks", "marked-counted")
    assert broken(cases).keys() == {"R1939-STAT-06"}


def _seldom(scene: Scene, octets: bytes) -> bytes:
    """The beginning of one line of one session is lost, behind the login, which would be tried again; never more."""
    scene.memory["lines"] = scene.memory.get("lines", 0) + octets.count(b"\n")
    if octets.endswith(b"\n") or not octets or scene.memory["lines"] < 4 or scene.common.memory.get("lost"):
        return octets
    scene.common.memory["lost"] = True
    return b""


def test_a_difference_that_does_not_come_again_accuses_nobody() -> None:
    with staged(fault(receive=_seldom)) as stage:
        octets, pieces, joined = variants(count(), 7)
        sweep = Segmentation(stage, CLAUSES)
        case = sweep.play(octets)
        assert case.outcome is Outcome.INCONCLUSIVE
        assert case.reason.endswith("but not every time")
        assert [sweep.play(other).outcome for other in (octets, pieces, joined)] == [Outcome.KEPT] * 3


def test_when_it_was_shown_often_enough_no_more_is_played() -> None:
    cases = segmented([count()] * 6, fault(receive=_miss_the_end))
    octets = [case.outcome for case in cases if case.id.endswith("octets")]
    assert octets.count(Outcome.BROKEN) == 3
    assert octets[-1] is Outcome.NOT_APPLICABLE


def test_the_octets_that_prove_it_are_shown() -> None:
    case = segmented([count()], fault(receive=take_for_another))[0]
    (verdict,) = [one for one in case.verdicts if one.outcome is Outcome.BROKEN]
    assert verdict.evidence is not None
    assert "when it is sent as usual, each of three times" in verdict.reason
    assert "secret" not in verdict.reason + repr(case.transcript)


def test_a_clause_that_is_not_judged_is_not_accused() -> None:
    with staged(fault(receive=_miss_the_end)) as stage:
        case = Segmentation(stage, {"R1939-STAT-06"}).play(next(variants(count(), 7)))
    assert case.outcome is Outcome.INCONCLUSIVE
    assert "which is not judged here" in case.reason
    assert not any(verdict.outcome is Outcome.BROKEN for verdict in case.verdicts)


def _names(played: Scenario) -> Iterator[str]:
    return (variant.id.partition("@")[2] for variant in variants(played, 7))


def test_not_everything_has_variants() -> None:
    assert list(_names(scenario(COUNT, wrong_logins=1))) == []
    assert list(_names(scenario(COUNT, needs=("slow",)))) == []
    assert list(_names(scenario("C: <connect>\nS: +OK"))) == ["octets", "pieces"]
    batch = scenario("C: <log in>\nC~ STAT\\r\\nNOOP\\r\\n\nS: +OK\nS: +OK", needs=("PIPELINING",))
    assert list(_names(batch)) == [Way.LINES]
