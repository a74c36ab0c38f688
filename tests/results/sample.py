"""A small run with something of everything: what the published examples and the reporters' golden files are made of."""

from dataclasses import dataclass, field, replace

from conformance.clauses import Advisory, Clause, Level, Subject
from conformance.results import CaseResult, Known, LeftOut, Listed, RunResult, TargetInfo, fold, run_result
from conformance.transcript import Conversation, Evidence, Incident, Secrets, Transcript, text_lines
from conformance.verdicts import Outcome, Verdict

__all__ = ["CASES", "CLAUSES", "known_run", "sample_run", "unplayed"]

SECRETS = Secrets([b"open sesame"])


def clause(
    name: str,
    section: str,
    topic: str,
    level: Level,
    says: str,
    subject: Subject = Subject.SERVER,
    advisory: Advisory | None = None,
    excuse: str | None = None,
) -> Clause:
    return Clause(
        id=f"R1939-{name}",
        rfc=1939,
        section=section,
        topic=topic,
        subject=subject,
        level=level,
        inferred=level is Level.FACT,
        says=says,
        how="As the scenarios do.",
        observe=("active",),
        needs=(),
        advisory=advisory,
        excuse=excuse,
    )


CLAUSES = (
    clause("RESP-03", "3", "response syntax", Level.FACT, "The status line of each response ends in CR LF."),
    clause(
        "NET-07",
        "3",
        "greeting",
        Level.SHOULD_NOT,
        "A client has no session to talk in until the greeting has arrived, so it holds its first command until then.",
        subject=Subject.CLIENT,
    ),
    clause(
        "AUTH-06",
        "4",
        "lock",
        Level.MUST,
        "A lock that was already taken is given back before a login is refused.",
        excuse="out-of-band: a login must be made to fail after the lock was taken, which nothing on the wire can do",
    ),
    clause(
        "QUITA-01",
        "4",
        "QUIT",
        Level.FACT,
        "QUIT before login is answered positively; no other answer is foreseen.",
    ),
    clause(
        "ARG-01",
        "5",
        "no-argument commands",
        Level.SHOULD,
        "A command defined without arguments is malformed when given one and so deserves a negative answer.",
        advisory=Advisory.DISPUTED,
    ),
    clause("STAT-02", "5", "STAT", Level.FACT, "STAT in TRANSACTION always succeeds."),
    clause("STAT-06", "5", "STAT", Level.FACT, "Messages marked as deleted are left out of both numbers."),
    clause("STAT-07", "5", "STAT", Level.SHOULD_NOT, "Nothing but CRLF follows the size in the drop listing."),
    clause("LIST-10", "5", "LIST", Level.FACT, "Messages marked as deleted do not appear in the full listing."),
    clause("UPD-02", "6", "QUIT", Level.MUST_NOT, "Under no circumstances are unmarked messages removed at QUIT."),
    clause("UPD-07", "6", "QUIT", Level.FACT, "Removal is finished by the time QUIT is answered."),
    clause("UIDL-09", "7", "UIDL", Level.FACT, "A message has the same identifier in every session."),
    clause(
        "USER-04",
        "7",
        "USER",
        Level.MAY,
        "USER can be accepted for a mailbox that does not exist.",
        advisory=Advisory.PERMISSION,
    ),
)


@dataclass
class Played:
    """A scenario's connections, as they are written down, and the clock that they share."""

    clock: float = 0.0
    transcripts: list[Transcript] = field(default_factory=list)

    def connect(self, name: str) -> None:
        self.transcripts.append(Transcript(name, "mail.example.com:110", self.clock))
        self.mark(name, Incident.CONNECTED)

    def mark(self, name: str, incident: Incident, note: str = "") -> None:
        transcript = self._transcript(name)
        transcript.mark(incident, round(self.clock - transcript.opened, 6), note)

    def say(self, name: str, *said: str | bytes) -> None:
        """Lines with `C: ` or `S: ` in front; octets are the server's and taken as they are."""
        transcript = self._transcript(name)
        for line in said:
            self.clock = round(self.clock + 0.0005, 6)
            at = round(self.clock - transcript.opened, 6)
            if isinstance(line, bytes):
                transcript.record("S", line, at)
            else:
                transcript.record("C" if line.startswith("C") else "S", line[3:].encode() + b"\r\n", at)

    def log_in(self, name: str) -> None:
        self.connect(name)
        self.say(name, "S: +OK Grocer 1.4 ready", "C: USER alice", "S: +OK", "C: PASS open sesame", "S: +OK 3 messages")

    def found(self, name: str, exchange: int, octets: bytes) -> Evidence:
        """Evidence: octets of the reply in an exchange."""
        transcript = self._transcript(name)
        conversation = Conversation(transcript)
        conversation.follow()
        reply = conversation.exchanges[exchange].reply
        assert reply is not None
        start = transcript.octets("S").index(octets, reply.start)
        return conversation.exchanges[exchange].evidence((start, start + len(octets)))

    def _transcript(self, name: str) -> Transcript:
        return next(transcript for transcript in self.transcripts if transcript.name == name)


def case(
    scenario: str,
    title: str,
    section: str,
    outcome: Outcome,
    played: Played,
    *verdicts: Verdict,
    reason: str = "",
    notes: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    seconds: float = 0.0,
) -> CaseResult:
    evidence = [v.evidence for v in verdicts if v.evidence is not None and v.outcome is Outcome.BROKEN]
    return CaseResult(
        id=scenario,
        title=title,
        rfc=1939,
        section=section,
        outcome=outcome,
        reason=reason,
        verdicts=fold(list(verdicts)),
        notes=notes,
        seconds=seconds or round(played.clock + 0.001, 6),
        clauses=names or tuple(sorted({verdict.clause for verdict in verdicts})),
        transcript=text_lines(played.transcripts, SECRETS, evidence),
    )


def _stat_counts_marked_messages() -> CaseResult:
    played = Played()
    played.log_in("A")
    played.say("A", "C: STAT", "S: +OK 3 4210 octets", "C: DELE 2", "S: +OK", "C: STAT", "S: +OK 3 4210 octets")
    played.say("A", "C: QUIT", "S: +OK bye")
    played.mark("A", Incident.SERVER_CLOSED)
    return case(
        "05-stat/stat-leaves-out-a-message-marked-as-deleted",
        "STAT leaves out a message marked as deleted",
        "5",
        Outcome.BROKEN,
        played,
        Verdict(
            "R1939-STAT-06",
            Outcome.BROKEN,
            "expected +OK 2 and 3090 octets after message 2 was marked; got '+OK 3 4210 octets'",
            played.found("A", 5, b"3 4210"),
        ),
        Verdict("R1939-STAT-02", Outcome.KEPT),
        Verdict(
            "R1939-STAT-07",
            Outcome.BROKEN,
            "expected CRLF behind the size; got ' octets'",
            played.found("A", 3, b" octets"),
        ),
    )


def _list_shows_a_marked_message() -> CaseResult:
    played = Played()
    played.log_in("A")
    listing = b"+OK 40 messages\r\n" + b"".join(b"%d %d\r\n" % (n, 97 * n) for n in range(1, 41)) + b".\r\n"
    played.say("A", "C: DELE 23", "S: +OK", "C: LIST", listing, "C: RSET", "S: +OK")
    return case(
        "05-list/list-leaves-out-what-is-marked",
        "LIST leaves out what is marked",
        "5",
        Outcome.BROKEN,
        played,
        Verdict(
            "R1939-LIST-10",
            Outcome.BROKEN,
            "expected no entry for message 23, which was marked; got '23 2231'",
            played.found("A", 4, b"23 2231"),
        ),
    )


def _a_status_line_ends_in_lf() -> CaseResult:
    played = Played()
    played.log_in("A")
    played.connect("B")
    played.say("B", "S: +OK Grocer 1.4 ready", "C: USER alice", "S: +OK", "C: PASS open sesame")
    played.say("B", b"-ERR [bold red]locked[/] for 'open sesame' by \x1b[31mA\x1b[0m \\o/\n", "C: QUIT", "S: +OK bye")
    played.mark("B", Incident.SERVER_CLOSED)
    played.say("A", "C: QUIT", "S: +OK bye")
    return case(
        "04-lock/a-second-login-is-refused",
        "A second login is refused while the maildrop is locked",
        "4",
        Outcome.BROKEN,
        played,
        Verdict(
            "R1939-RESP-03",
            Outcome.BROKEN,
            "expected CR LF at the end of the status line; got a lone LF",
            played.found("B", 2, b"\n"),
        ),
    )


def _others() -> list[CaseResult]:
    accepts = Played()
    accepts.connect("A")
    accepts.say("A", "S: +OK Grocer 1.4 ready", "C: USER nobody-of-this-name", "S: +OK", "C: QUIT", "S: +OK bye")
    stat = Played()
    stat.log_in("A")
    stat.say("A", "C: STAT 1", "S: +OK 3 4210", "C: QUIT", "S: +OK bye")
    gone = Played()
    gone.log_in("A")
    gone.say("A", "C: DELE 1", b"+OK mar")
    gone.clock += 10.0
    gone.mark("A", Incident.WAITED, "10.0 s")
    return [
        case(
            "07-user/a-name-that-does-not-exist",
            "USER for a name that does not exist",
            "7",
            Outcome.KEPT,
            accepts,
            Verdict("R1939-USER-04", Outcome.KEPT, "the server accepts any name"),
            notes=("The server answers +OK to USER for a mailbox that does not exist (RFC 1939 §7 allows both).",),
        ),
        case(
            "05-stat/stat-with-an-argument",
            "STAT with an argument",
            "5",
            Outcome.KEPT,
            stat,
            Verdict(
                "R1939-ARG-01",
                Outcome.BROKEN,
                "expected -ERR to STAT with an argument; got '+OK 3 4210'",
                stat.found("A", 3, b"+OK 3 4210"),
            ),
            Verdict("R1939-STAT-02", Outcome.KEPT),
        ),
        case(
            "06-update/quit-removes-what-is-marked-alone",
            "QUIT removes what is marked, alone",
            "6",
            Outcome.INCONCLUSIVE,
            gone,
            Verdict("R1939-UPD-02", Outcome.INCONCLUSIVE, "DELE got no whole answer: none came in time"),
            reason="DELE got no whole answer: none came in time",
        ),
        case(
            "04-quit/quit-before-login",
            "QUIT before login",
            "4",
            Outcome.ERRORED,
            Played(),
            reason="the maildrop of alice cannot be filled: /srv/mail/alice/new: Permission denied",
            names=("R1939-QUITA-01",),
            seconds=0.02,
        ),
        case(
            "07-uidl/unique-ids-last",
            "Unique-ids last",
            "7",
            Outcome.NOT_IMPLEMENTED,
            Played(),
            Verdict("R1939-UIDL-09", Outcome.NOT_IMPLEMENTED, "the server answered -ERR to UIDL"),
            reason="the server answered -ERR to UIDL",
        ),
    ]


CASES = (_stat_counts_marked_messages(), _list_shows_a_marked_message(), _a_status_line_ends_in_lf(), *_others())


def sample_run(*cases: CaseResult) -> RunResult:
    """The run, or one of these scenarios alone."""
    return run_result(
        CLAUSES,
        cases or CASES,
        target=TargetInfo(
            "mail.example.com:110",
            "+OK Grocer 1.4 ready",
            "Grocer 1.4",
            ("TOP", "USER"),
            (("TLS", "by STLS"), ("certificate, accepted", "no: it expired on 2026-03-01")),
            (
                Listed("before login", ("TOP", "STLS")),
                Listed("before login, inside TLS", ("TOP", "USER")),
                Listed("after login", ("TOP", "USER")),
            ),
        ),
        started="2026-03-14T09:26:53+00:00",
        seconds=10.42,
        version="0.1.0",
        left_out=(LeftOut("06-update/removal-is-finished", "it needs a second account", ("R1939-UPD-07",)),),
        seed=7,
        options=(("fill", "maildir:/srv/mail/{user}"), ("accounts", "alice")),
    )


def known_run() -> RunResult:
    """The same, where some of what is broken was known before, one of that is kept now, and one was not tried."""
    return replace(
        sample_run(),
        known=(
            Known("R1939-STAT-06", "old shops count on it", accepted=True),
            Known("R1939-RESP-03", "broken in the baseline of 2026-02-01T00:00:00+00:00", broken_in=("x/elsewhere",)),
            Known("R1939-STAT-02", "broken in the baseline of 2026-02-01T00:00:00+00:00", broken_in=("x/elsewhere",)),
            Known("R1939-UIDL-09", "as long as it is slow", accepted=True),
        ),
    )


def unplayed() -> RunResult:
    """One that found nobody to judge."""
    return run_result(
        CLAUSES,
        (),
        target=TargetInfo("mail.example.com:110"),
        started="2026-03-14T09:26:53+00:00",
        seconds=0.1,
        version="0.1.0",
        ended_early="nobody answers at mail.example.com:110",
    )
