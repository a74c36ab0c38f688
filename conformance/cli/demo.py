"""`pop3spec demo`: the whole suite against the built-in reference server, with nothing to prepare."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from conformance.cli.status import Failure

__all__ = ["demo"]

_USERS: Final = (
    ("alice", "secret"),
    ("bob", "mystery"),
    ("carol", "secret:apop"),
    ("dave", "open sesame please"),
    ("erin", "secret of erin:cram-md5"),
    ("forty-characters-" + "n" * 23, "forty-characters-" + "p" * 23),
    ("n" * 255, "p" * 255),
    ("jörg", "süß"),
)
"""One account for each thing that a scenario can need."""
_KINDS: Final = {"": (), "apop": ("apop = true",), "cram-md5": ('auth = "CRAM-MD5"', "plain = false")}
"""What a target file says of an account whose secret is for this alone."""
_AUTHORITY: Final = "ca.pem"
_SECONDS: Final = 10


@click.command()
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the reports.")
def demo(report: Path | None) -> int:
    """Run the whole suite against the built-in reference server.

    The server, its accounts and their mail are made for the occasion and are gone afterwards. What is shown is what
    `pop3spec run` shows of a server that keeps every clause. The run goes through STLS.

    \b
    Examples:
      pop3spec demo
      pop3spec demo --report /tmp/report
    """
    from conformance.cli.run import run

    with tempfile.TemporaryDirectory(prefix="pop3spec-demo-") as folder, _server(Path(folder)) as port:
        target = Path(folder) / "demo.toml"
        target.write_text(_target(Path(folder), port), encoding="utf-8")
        arguments = [str(target), *(["--report", str(report)] if report is not None else [])]
        click.echo(f"pop3spec serve ... listens on port {port}; now: pop3spec run demo.toml\n")
        status = run.main(arguments, "pop3spec run", standalone_mode=False)
        click.echo("\nTo judge a server of your own: pop3spec run --help")
    return int(status or 0)


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    """The reference server in a process of its own, as `pop3spec serve` starts it; its port."""
    users = [f"--user={name}:{password}" for name, password in _USERS]
    where = [f"--maildir={folder / 'mail'}", "--tls", f"--ca-out={folder / _AUTHORITY}"]
    command = [sys.executable, "-m", "conformance.cli", "serve", *users, *where]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        said = process.stdout.readline() if process.stdout is not None else ""
        if not said.startswith("listening on "):
            message = f"the reference server did not start; it said {said!r}"
            raise Failure(message)
        yield int(said.rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _target(folder: Path, port: int) -> str:
    lines = ['host = "127.0.0.1"', f"port = {port}", f'fill = "maildir:{folder / "mail"}/{{user}}"']
    lines += ["[tls]", 'mode = "starttls"', f'ca = "{folder / _AUTHORITY}"']
    for name, secret in _USERS:
        password, _, kind = secret.partition(":")
        lines += ["[[account]]", f'name = "{name}"', f'password = "{password}"', *_KINDS[kind]]
    return "\n".join(lines)
