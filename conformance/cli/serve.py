"""`pop3spec serve`: the reference server, until somebody stops it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.server import Account, MaildirStore, MemoryStore
    from conformance.server.faults import Armed

__all__ = ["serve"]

_MAIL = click.Path(path_type=Path)


@click.command(no_args_is_help=True)
@click.option(
    "--user",
    "users",
    metavar="NAME:PASSWORD[:apop]",
    multiple=True,
    required=True,
    help="An account; can be given again. With :apop it logs in by APOP and by nothing else.",
)
@click.option(
    "--maildir",
    type=_MAIL,
    metavar="DIR",
    help="Serve and keep mail in one Maildir per user, DIR/NAME; it is made if missing.",
)
@click.option(
    "--mail",
    "mail",
    type=_MAIL,
    metavar="FILE.eml...",
    multiple=True,
    help="Give every user these messages, in memory.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="Which port; 0 takes a free one."
)
@click.option(
    "--clock-rate",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    metavar="RATE",
    help="Let the server's clock run so much faster: at 600, ten minutes take a second.",
)
@click.option(
    "--idle",
    type=click.FloatRange(600),
    default=600.0,
    metavar="SECONDS",
    help="Log out who is silent for so long, by the server's clock; 600 at least (RFC 1939 §3).",
)
@click.option(
    "--fault",
    "faults",
    metavar="FAULT",
    multiple=True,
    help="Be wrong on purpose, such as 'cut(after=120)@RETR#2'; can be given again. `pop3spec faults` lists them.",
)
@click.option("--faults", "profile", type=_MAIL, metavar="FILE.toml", help="Be wrong in the ways that a profile lists.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the faults that strike by chance.")
@click.argument("more", nargs=-1, type=_MAIL, metavar="")
def serve(
    users: tuple[str, ...],
    maildir: Path | None,
    mail: tuple[Path, ...],
    host: str,
    port: int,
    clock_rate: float,
    idle: float,
    faults: tuple[str, ...],
    profile: Path | None,
    seed: int,
    more: tuple[Path, ...],
) -> None:
    """Run the built-in reference server, which keeps every clause of RFC 1939.

    It says where it listens as soon as it does, and stops on Ctrl-C or SIGTERM. Sessions that are open by then end
    without UPDATE: what they marked as deleted stays.

    \b
    Examples:
      pop3spec serve --user alice:secret --port 1110
      pop3spec serve --user alice:secret --user bob:secret:apop --maildir /tmp/mail
      pop3spec serve --user alice:secret --mail *.eml
      pop3spec serve --user alice:secret --mail *.eml --fault retr-not-stuffed --fault 'delay(seconds=2)@STAT'

    \b
    A profile of faults:
      [[fault]]
      name = "cut"
      when = "RETR#2"
      after = 120
    """
    from conformance.server import Policy, ReferenceServer, serve_until_signal

    if more and not mail:
        raise click.UsageError(f"{str(more[0])!r} is not expected here; messages are given by --mail FILE.eml...")
    if maildir is not None and mail:
        raise click.UsageError("--maildir and --mail exclude each other: put the files into the Maildir's folder new/")
    accounts = _accounts(users)
    server = ReferenceServer(
        accounts,
        _store(accounts, maildir, [*mail, *more]),
        host=host,
        port=port,
        clock_rate=clock_rate,
        policy=Policy(autologout=idle),
        faults=_faults(faults, profile),
        seed=seed,
    )
    try:
        serve_until_signal(server, lambda line: click.echo(line))
    except (OSError, UnicodeError) as error:
        place = server.url.removeprefix("pop3://")
        raise Failure(f"cannot listen on {place}: {_reason(error)}. Name another place by --host and --port.") from None


def _accounts(users: tuple[str, ...]) -> "list[Account]":
    from conformance.server import Account

    accounts: list[Account] = []
    for number, text in enumerate(users, start=1):
        try:
            account = Account.parse(text)
        except ValueError:
            raise click.BadParameter(f"number {number} is not NAME:PASSWORD", param_hint="--user") from None
        if any(account.name == other.name for other in accounts):
            raise click.BadParameter(f"{account.name} is given twice", param_hint="--user")
        accounts.append(account)
    return accounts


def _faults(texts: tuple[str, ...], profile: Path | None) -> "list[Armed]":
    from conformance.server.faults import Armed, FaultError, read_profile

    try:
        return [*map(Armed.parse, texts), *(read_profile(profile) if profile is not None else ())]
    except FaultError as error:
        raise Failure(str(error)) from None


def _store(accounts: "list[Account]", maildir: Path | None, mail: list[Path]) -> "MaildirStore | MemoryStore":
    from conformance.server import MaildirStore, MaildropError, MemoryStore

    if maildir is None:
        memory = MemoryStore()
        for path in mail:
            octets = _message(path)
            for account in accounts:
                memory.deliver(account.name, octets)
        return memory
    store = MaildirStore(maildir)
    for account in accounts:
        try:
            store.open(account.name).close()
        except MaildropError as error:
            why = _reason(error.__cause__ or error)
            raise Failure(f"--maildir {maildir}: there can be no maildrop for {account.name}: {why}") from None
    return store


def _message(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"--mail {path}: {error.strerror or error}") from None


def _reason(error: BaseException) -> str:
    """The operating system's own words; asyncio wraps them up."""
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return str(error)
