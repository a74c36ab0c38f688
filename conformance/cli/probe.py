"""`pop3spec probe`: what is there, seen from outside."""

import shlex
from typing import TYPE_CHECKING, Final

import click

from conformance.cli.address import address
from conformance.cli.status import Failure, Status

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.driver import Fact, Look, Target

__all__ = ["probe"]

_MUCH: Final = 1 << 16
"""Octets of one reply that are read: more than any greeting or list of capabilities has."""

_ADVICE: Final = {
    "TLS": "It speaks TLS from the start: write pops:// before the host for that.",
    "IMAP": "POP3 is usually on port 110 of the same host.",
    "SMTP or LMTP": "That is where mail is handed in; POP3 is usually on port 110.",
    "FTP": "POP3 is usually on port 110.",
    "HTTP": "That is a web server; POP3 is usually on port 110.",
    "SSH": "POP3 is usually on port 110.",
    "NNTP": "POP3 is usually on port 110.",
    "POP2": "That is the predecessor (RFC 937), which has nothing but the name in common; POP3 is usually on port 110.",
    "ManageSieve": "POP3 is usually on port 110 of the same host.",
    "silent": "It took the connection and said nothing. Raise --timeout if it is slow, or see to its configuration.",
    "closed": "It took the connection and closed it. Is this host allowed to connect, and is the service switched on?",
    "endless": "Its first line does not end. That breaks POP3, if POP3 it is: a greeting is one line (RFC 1939 §4).",
    "unknown": "That is no protocol that pop3spec knows. Is the port right?",
}
_NAMES: Final = {
    "TLS": "TLS from the start, which POP3 has on port 995 (pop3s)",
    "silent": "nothing at all",
    "closed": "nothing at all",
    "endless": "a line without end",
    "unknown": "something else",
}


@click.command(no_args_is_help=True)
@click.argument("where", metavar="HOST[:PORT]|URL", callback=address)
@click.option("--starttls", is_flag=True, help="Ask inside TLS, which STLS begins.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)
def probe(where: tuple[str, int, bool], starttls: bool, timeout: float) -> int:
    """See what is listening at an address: its greeting, what it speaks, and what it offers.

    Nothing is changed and nobody logs in. It connects, reads the greeting, asks CAPA (RFC 2449) and quits; where there
    is TLS, it looks at versions and certificate too, and accepts any. The port is 110 unless told, 995 for pops://.

    \b
    Examples:
      pop3spec probe pop.example.org
      pop3spec probe localhost:1110
      pop3spec probe pop://[::1]:1110
      pop3spec probe pops://pop.example.org
      pop3spec probe --starttls pop.example.org

    Exit status: 0 when POP3 is spoken there, 3 when it is not, or when nobody answers.
    """
    from conformance.cli.console import Output
    from conformance.driver import Limits, Target, TargetError, Tls, TlsMode, look

    host, port, implicit = where
    mode = TlsMode.IMPLICIT if implicit else TlsMode.STARTTLS if starttls else TlsMode.NONE
    if implicit and starttls:
        raise click.UsageError("--starttls is for pop://: behind pops:// TLS is spoken from the start")
    limits = Limits(connect=timeout, reply=timeout, largest=_MUCH)
    target = Target(host, port, limits=limits, tls=Tls(mode, insecure=True))
    try:
        seen = look(target)
    except TargetError as error:
        cause = error.__cause__
        if cause is None:  # it was reached, and there is no TLS
            raise Failure(str(error), Status.TARGET) from None
        why = getattr(cause, "strerror", None) or str(cause or "") or "no answer"
        hint = "Is the server running, are host and port right, and does no firewall stand between?"
        raise Failure(f"cannot connect to {target.address}: {why}. {hint}", Status.TARGET) from None
    output = Output()
    if seen.kind != "POP3":
        _foreign(output, target, seen)
        return Status.TARGET
    _pop3(output, target, seen)
    return Status.TARGET if seen.refused else Status.FINE


def _tls(target: "Target", seen: "Look") -> "tuple[Fact, ...]":
    """What there is to see of TLS."""
    from conformance.driver import tls_facts

    listed = {capability.split(b" ")[0].upper() for capability in seen.capabilities or ()}
    return tls_facts(target, stls=b"STLS" in listed)


def _way(target: "Target") -> str:
    """What names the target to a run."""
    mode = target.tls.mode.value
    scheme = "pops" if mode == "implicit" else "pop"
    url = shlex.quote(f"{scheme}://{target.address}")
    return f"{url} --tls starttls" if mode == "starttls" else url


def _foreign(output: "Output", target: "Target", seen: "Look") -> None:
    from conformance.transcript import escape

    output.line(f"{target.address} does not speak POP3 but {_NAMES.get(seen.kind, seen.kind)}.", "bold")
    if seen.greeting:
        what = "inside TLS" if seen.kind == "TLS" else "it says"
        output.rows([(f"  {what}", escape(seen.greeting[:200]))])
    output.line(_ADVICE.get(seen.kind, ""))


def _pop3(output: "Output", target: "Target", seen: "Look") -> None:
    from conformance.transcript import escape

    output.line(f"{target.address} speaks POP3{', but refuses service' if seen.refused else ''}.", "bold")
    rows = [("  greeting", escape(seen.greeting))]
    if not seen.refused:
        rows.append(("  APOP", f"time stamp {escape(seen.stamp)}" if seen.stamp else "no time stamp in the greeting"))
        offers = seen.capabilities
        rows.append(
            ("  capabilities", seen.without_capa if offers is None else ", ".join(map(escape, offers)) or "none")
        )
    rows += [(f"  {name}", text) for name, text in _tls(target, seen)]
    output.rows(rows)
    if seen.refused:
        output.line("Try again later, or see the server's log for the reason.")
        return
    verbs = {capability.split(b" ")[0].upper() for capability in seen.capabilities or ()}
    if b"STLS" in verbs and b"USER" not in verbs:
        output.line(
            "It offers STLS and no USER: logins in cleartext seem to be switched off. A run has --tls starttls."
        )
    output.line("To judge it, with an account whose mailbox is empty:")
    output.line(f"  pop3spec run {_way(target)} --account NAME:PASSWORD --fill none")
    output.line("`pop3spec run --help` tells how to let it be filled with mail, which most scenarios need.")
