"""The monitor itself: order, evidence, what it costs, and that nothing a server sends stops it."""

import ast
import random
import tracemalloc
from pathlib import Path

import pytest

import conformance.monitor
from conformance.monitor import Ledger, Monitor
from conformance.transcript import Conversation, Incident, Transcript
from conformance.verdicts import Outcome, Verdict
from tests.monitor.scripts import LOGIN, Case, conversations, judged, message, session

FORBIDDEN = {"socket", "ssl", "asyncio", "selectors", "threading", "time", "random", "pytest", "hypothesis"}
NEIGHBOURS = {"wire", "transcript", "verdicts", "clauses", "monitor"}


def find(verdicts: list[Verdict], clause: str) -> Verdict:
    return next(verdict for verdict in verdicts if verdict.clause == clause)


def test_there_is_one_verdict_a_clause_and_a_break_outweighs() -> None:
    verdicts = judged(Case("", session("C: NOOP\nS: +OK\nC: NOOP\nS: -ERR\nC: NOOP\nS: -ERR no\nC: NOOP\nS: +OK")))
    noop = [verdict for verdict in verdicts if verdict.clause == "R1939-NOOP-01"]
    assert [verdict.outcome for verdict in noop] == [Outcome.BROKEN]
    assert noop[0].evidence is not None
    assert noop[0].evidence.exchange == 4


def test_clauses_that_were_not_tried_have_no_verdict() -> None:
    clauses = {verdict.clause for verdict in judged(Case("", "S: +OK\nC: QUIT\nS: +OK"))}
    assert "R1939-QUITA-01" in clauses
    assert not any(clause.startswith(("R1939-STAT", "R1939-LIST", "R1939-RETR", "R1939-UPD")) for clause in clauses)


def test_the_evidence_shows_the_offending_octets() -> None:
    script = session("C: LIST\nS: +OK\nS: 1 120\nS: 2 200 Hello\nS: .")
    conversation = conversations(script)[0]
    evidence = find(Monitor().judge([conversation]), "R1939-LIST-08").evidence
    assert evidence is not None
    assert evidence.connection == "A"
    (span,) = evidence.spans
    assert conversation.transcript.octets("S", span.start, span.end) == b" Hello"


def test_a_reason_says_what_was_demanded_and_quotes_what_was_seen() -> None:
    verdict = find(judged(Case("", session("C: STAT\nS: +OK 2\\tmessages"))), "R1939-STAT-03")
    assert verdict.reason == (
        r'STAT has to be answered +OK, space, count, space, size; it was answered "+OK 2\tmessages\r\n"'
    )


def test_a_password_is_in_no_reason() -> None:
    script = "S: +OK\nC: PASS sesame\nS: +OK\nC: PASS sesame\nS: what?"
    assert not any("sesame" in verdict.reason for verdict in judged(Case("", script)))


def test_connections_are_gone_through_in_the_order_of_time_and_not_as_they_are_given() -> None:
    mails = {b"alice": [message("one"), message("two")]}
    script = f"{LOGIN}C: STAT\nS: +OK 2 9\nC: DELE 1\nS: +OK\n! client reset\nB| {LOGIN}C: STAT\nS: +OK 1 5\n"
    for order in (1, -1):
        verdicts = Monitor(Ledger(mails)).judge(conversations(script)[::order])
        assert find(verdicts, "R1939-UPD-08").outcome is Outcome.BROKEN


def test_a_conversation_that_was_not_followed_yet_is() -> None:
    transcript = Transcript()
    transcript.record("S", b"+OK ready\r\n", 0.0)
    verdicts = Monitor().judge([Conversation(transcript)])
    assert find(verdicts, "R1939-NET-04").outcome is Outcome.KEPT


def test_judging_twice_comes_to_the_same() -> None:
    monitor, read = Monitor(Ledger(apop=True)), conversations("S: +OK <1@b>\nC: QUIT\nS: +OK\nB| S: +OK <2@b>")
    assert monitor.judge(read) == monitor.judge(read)


def test_time_stamps_are_remembered_for_the_run() -> None:
    stamps: dict[bytes, tuple[str, float]] = {}
    first, second = (conversations("...\n" * n + "S: +OK <1@b>") for n in (0, 1))
    assert Monitor(Ledger(seen_stamps=stamps, apop=True)).judge(first)[-1].outcome is not Outcome.BROKEN
    second[0].transcript.opened = 5.0
    verdicts = Monitor(Ledger(seen_stamps=stamps, apop=True)).judge(second)
    assert find(verdicts, "R1939-APOP-03").outcome is Outcome.BROKEN


def test_what_the_server_is_known_to_announce_counts() -> None:
    script = session("C: STAT\nS: +OK 2 8\nC: LIST\nS: +OK\nS: 1 5\nS: 2 4\nS: .")
    clauses = {v.clause for v in Monitor(Ledger(capabilities=[b"UTF8 USER"])).judge(conversations(script))}
    assert "R1939-STAT-05" not in clauses


def test_notes_tell_what_is_lawful_and_worth_telling() -> None:
    mail = message("one", "text")
    monitor = Monitor(Ledger({b"alice": [mail]}))
    read = conversations(session("C: RETR 1\nS: +OK\nS: <came>"), {"came": b"X-Spam: no\r\n" + mail})
    monitor.judge(read)
    assert monitor.notes == ("the server adds header fields: x-spam",)
    monitor.judge([])
    assert not monitor.notes


def test_a_huge_message_takes_no_memory_for_its_size() -> None:
    mail = message("huge", *["x" * 70] * 150_000)
    transcript = Transcript()
    for sender, octets in (("S", b"+OK\r\n"), ("C", b"USER alice\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS x\r\n")):
        transcript.record("C" if sender == "C" else "S", octets, 0.0)
    transcript.record("S", b"+OK\r\n", 0.1)
    transcript.record("C", b"RETR 1\r\n", 0.2)
    transcript.record("S", b"+OK\r\nX-More: 1\r\n" + mail + b".\r\n", 0.3)
    conversation = Conversation(transcript)
    conversation.follow()
    ledger = Ledger({b"alice": [mail]})
    known = ledger.find(b"alice", b"<huge@fixtures.pop3spec.invalid>")
    assert known is not None
    assert len(known.lines) == 150_000  # these are kept, and not what is measured here
    assert not known.delicate
    assert known.digests
    tracemalloc.start()
    try:
        verdicts = Monitor(ledger).judge([conversation])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert find(verdicts, "R1939-RETR-03").outcome is Outcome.KEPT
    assert peak < 2 << 20
    transcript.close()


SCRAPS = [
    *(b"+OK", b"-ERR", b"+ok", b"+", b"-", b".", b"..", b"\r\n", b"\n", b"\r", b" ", b"1", b"2 100", b"\0", b"\xff"),
    *(b"+OK 2 100\r\n", b"1 abc\r\n", b".\r\n", b"+OK\r\n", b"-ERR\r\n", b"From: a\r\n\r\n", b"<a@b>", b"9" * 30),
    *(b"Message-ID: <one@fixtures.pop3spec.invalid>\r\n", b"x" * 600),
]
COMMANDS = [
    *(b"USER alice", b"PASS x", b"APOP a b", b"AUTH PLAIN", b"AUTH", b"STLS", b"CAPA", b"QUIT", b"STAT", b"stat"),
    *(b"LIST", b"LIST 1", b"LIST 0", b"RETR", b"RETR 1", b"RETR -1", b"RETR 1 2", b"DELE 1", b"DELE 9", b"RSET"),
    *(b"NOOP", b"TOP 1 1", b"TOP 1 99999999999999999999999", b"TOP x y", b"UIDL", b"UIDL 2", b"", b"XYZZ", b"\xff"),
]


def babble(rng: random.Random) -> Transcript:
    """A session of sense and nonsense."""
    transcript = Transcript(rng.choice("AB"), opened=rng.random())
    said = [b"+OK ready <1@b>\r\n", b"+OK\r\n", b"+OK\r\n"] if rng.random() < 0.8 else []
    for number, octets in enumerate(said):
        transcript.record("S", octets, number / 10)
        transcript.record("C", (b"USER alice\r\n", b"PASS x\r\n", b"STAT\r\n")[number], number / 10 + 0.05)
    for number in range(rng.randrange(40)):
        at = 1 + number / 10
        if rng.random() < 0.08:
            transcript.mark(rng.choice(list(Incident)), at)
        elif rng.random() < 0.4:
            transcript.record("C", rng.choice(COMMANDS) + rng.choice([b"\r\n"] * 9 + [b"\n"]), at)
        else:
            transcript.record(
                "S", b"".join(rng.choices(SCRAPS, k=rng.randrange(1, 6))) + b"\r\n" * (rng.random() < 0.8), at
            )
    return transcript


@pytest.mark.parametrize("seed", range(300))
def test_nothing_that_a_server_sends_stops_it(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # the same nonsense for the same seed; nothing secret
    ledger = Ledger({b"alice": [message("one", ".", "text"), message("two")]}, apop=True)
    transcripts = [babble(rng) for _ in range(3)]
    verdicts = Monitor(ledger).judge(Conversation(transcript) for transcript in transcripts)
    lengths = {transcript.name: 0 for transcript in transcripts}
    for transcript in transcripts:
        lengths[transcript.name] = max(lengths[transcript.name], transcript.length("S"))
    for verdict in verdicts:
        assert (verdict.outcome is Outcome.BROKEN) == bool(verdict.reason)
        spans = verdict.evidence.spans if verdict.evidence is not None else ()
        assert all(
            0 <= span.start <= span.end <= lengths[verdict.evidence.connection] for span in spans if verdict.evidence
        )


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return names


@pytest.mark.parametrize(
    "path", sorted(Path(conformance.monitor.__path__[0]).rglob("*.py")), ids=lambda path: path.stem
)
def test_it_knows_the_wire_and_no_clock_no_socket_and_no_chance(path: Path) -> None:
    modules = imports(path)
    assert not FORBIDDEN & {name.partition(".")[0] for name in modules}
    assert {name.split(".")[1] for name in modules if name.startswith("conformance.")} <= NEIGHBOURS
