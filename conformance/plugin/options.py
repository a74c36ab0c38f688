"""The options of a run: one table, from which both `pop3spec run --NAME` and `pytest --pop3-NAME` are made."""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["OPTIONS", "PREFIX", "Option"]

PREFIX: Final = "--pop3-"
"""What stands before an option's name on pytest's command line, where it shares the space with other plug-ins."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option."""

    name: str
    """As on the command line, without dashes in front."""
    help: str
    metavar: str = ""
    """Empty for a switch."""
    kind: Literal["text", "int", "float", "switch"] = "text"
    many: bool = False
    """Whether it can be given again and again."""
    choices: tuple[str, ...] = ()
    group: str = "Target"

    @property
    def destination(self) -> str:
        """The attribute that pytest keeps it under."""
        return "pop3_" + self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        """On pytest's command line."""
        return PREFIX + self.name


def _selection(name: str, metavar: str, what: str) -> tuple[Option, Option]:
    return (
        Option(name, f"only {what}; can be given again", metavar, many=True, group="Selection"),
        Option(f"not-{name}", f"all but {what}; can be given again", metavar, many=True, group="Selection"),
    )


OPTIONS: Final = (
    Option("target", "a POP URL (pop://alice@host, pops://...) or a TOML file that describes the server", "URL|FILE"),
    Option("host", "where the server is", "HOST"),
    Option("port", "its port, 110 unless told, 995 with TLS from the start", "PORT", "int"),
    Option(
        "tls",
        "starttls: go through TLS by STLS; implicit: speak TLS from the start, as pops:// does",
        "HOW",
        choices=("none", "starttls", "implicit"),
    ),
    Option("ca", "certificates of the authorities to trust, in PEM; the system's unless told", "FILE"),
    Option("insecure", "accept any certificate", kind="switch"),
    Option("server-name", "the name that the certificate must be for, the host unless told", "NAME"),
    Option("client-cert", "a certificate to show to the server, in PEM", "FILE"),
    Option("client-key", "its key, unless it is in the same file", "FILE"),
    Option(
        "cleartext-refused",
        "the server is set to refuse passwords in the clear: send some, and see that it does",
        kind="switch",
    ),
    Option("account", "a mailbox that the run may fill and empty; can be given again", "NAME:PASSWORD", many=True),
    Option("apop-account", "likewise, one whose password is an APOP secret", "NAME:SECRET", many=True),
    Option("fill", "how mail gets in: maildir:PATH, mbox:PATH, lmtp:..., smtp:..., imap:..., command:..., none", "HOW"),
    Option("restart", "a shell command that restarts the server", "COMMAND"),
    Option("timeout", "seconds to wait for a reply, 10 unless told", "SECONDS", "float"),
    Option("clock-rate", "how much faster the server's clock runs; only simulators can do that", "RATE", "float"),
    *_selection("rfc", "NUMBER", "this RFC's clauses and scenarios"),
    *_selection("section", "SECTION", "this section's, such as 5 or 1939:5"),
    *_selection("clause", "ID", "this clause, or those that match, such as 'R1939-TOP-*'"),
    *_selection("scenario", "ID", "this scenario, or those that match, such as '*/05-stat/*'"),
    *_selection("group", "NAME", "scenarios of this folder, such as rfc1939 or security"),
    *_selection("level", "must|should|may", "clauses of this level"),
    Option(
        "failed-logins",
        "wrong passwords that may be sent for one account, 200 unless told; 0 if it may lock",
        "N",
        "int",
        group="Safety",
    ),
    Option(
        "allow-nonempty",
        "touch nothing in a maildrop that holds mail: run only what deletes nothing",
        kind="switch",
        group="Safety",
    ),
    Option(
        "backup",
        "save what a maildrop holds as .eml files, verify them, then remove it and go on",
        "DIR",
        group="Safety",
    ),
    Option("slow", "also what waits for the autologout timer, which takes half an hour", kind="switch", group="Safety"),
    Option("generated", "play so many sessions besides that are drawn by chance", "N", "int", group="Generated"),
    Option("generated-time", "draw sessions for so long", "SECONDS", "float", group="Generated"),
    Option(
        "segmentation",
        "play each scenario again line by line, octet by octet, in random pieces and with commands together",
        kind="switch",
        group="Generated",
    ),
    Option(
        "cuts",
        "end the connection behind every octet of a session that deletes, and look at what is left",
        kind="switch",
        group="Generated",
    ),
    Option(
        "seed", "what is random is made of this number, one of the target's unless told", "N", "int", group="Generated"
    ),
    Option("report", "folder for the reports, pop3spec-report unless told", "DIR", group="Report"),
    Option(
        "fail-on",
        "lowest level whose break makes the exit status 1",
        "LEVEL",
        choices=("must", "should", "any", "none"),
        group="Report",
    ),
    Option(
        "baseline",
        "results of an earlier run: what was broken there is told and does not fail, what is broken besides does",
        "FILE",
        group="Report",
    ),
    Option(
        "accept",
        "a clause that the server is to go on breaking, and why; can be given again",
        "'ID: REASON'",
        many=True,
        group="Report",
    ),
)
"""All of them, in the order of the help."""
