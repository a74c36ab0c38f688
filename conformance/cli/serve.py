"""`pop3spec serve`: the reference server, until somebody stops it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.serve_tls import TlsChoice, tls_options
from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.server import Account, MaildirStore, MemoryStore
    from conformance.server.faults import Armed

__all__ = ["serve"]

_MAIL = click.Path(path_type=Path)


def _days(_: click.Context, __: click.Parameter, value: str) -> int | None:
    """A number of days, or for ever, which is None."""
    if value.lower() == "never":
        return None
    if not (value.isascii() and value.isdigit()):
        raise click.BadParameter(f"{value!r} is neither a number of days nor never")
    return int(value)


@click.command(no_args_is_help=True)
@click.option(
    "--user",
    "users",
    metavar="NAME:PASSWORD[:apop|:cram-md5]",
    multiple=True,
    required=True,
    help="An account; can be given again. With :apop or :cram-md5 its password is of use for that and nothing else.",
)
@click.option(
    "--token",
    "tokens",
    metavar="NAME:TOKEN",
    multiple=True,
    help="An OAuth bearer token that opens NAME's maildrop by OAUTHBEARER or XOAUTH2; can be given again.",
)
@click.option(
    "--mechanism",
    "mechanisms",
    metavar="NAME",
    multiple=True,
    help="Offer this SASL mechanism and no other; can be given again. Without it all are offered that are of use.",
)
@click.option("--anonymous", metavar="NAME", help="Let everybody into NAME's maildrop, by ANONYMOUS (RFC 4505).")
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
    "--login-delay",
    type=click.IntRange(0),
    default=0,
    metavar="SECONDS",
    help="Refuse to log an account in again so soon after it logged in, by the server's clock (RFC 2449).",
)
@click.option(
    "--expire",
    callback=_days,
    default="never",
    metavar="DAYS|never",
    help="How long mail may stay, as CAPA tells it (RFC 2449); with 0 what RETR showed is removed at QUIT.",
)
@tls_options
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
    tokens: tuple[str, ...],
    mechanisms: tuple[str, ...],
    anonymous: str | None,
    maildir: Path | None,
    mail: tuple[Path, ...],
    host: str,
    port: int,
    clock_rate: float,
    idle: float,
    login_delay: int,
    expire: int | None,
    faults: tuple[str, ...],
    profile: Path | None,
    seed: int,
    more: tuple[Path, ...],
    **tls: Any,
) -> None:
    """Run the built-in reference server, which keeps every clause of RFC 1939 and its family.

    It says where it listens as soon as it does, and stops on Ctrl-C or SIGTERM. Sessions that are open by then end
    without UPDATE: what they marked as deleted stays.

    \b
    Examples:
      pop3spec serve --user alice:secret --port 1110
      pop3spec serve --user alice:secret --user bob:secret:apop --maildir /tmp/mail
      pop3spec serve --user alice:secret --mail *.eml
      pop3spec serve --user alice:secret --tls --tls-port 1995 --ca-out ca.pem
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
    chosen = TlsChoice(**{name.removeprefix("tls_"): value for name, value in tls.items()})
    accounts = _with_tokens(_accounts(users), tokens)
    policy = Policy(
        autologout=idle,
        login_delay=login_delay,
        expire=expire,
        mechanisms=_mechanisms(mechanisms),
        anonymous=_one_of(accounts, anonymous, "--anonymous").name if anonymous is not None else "",
        require_tls=chosen.required,
    )
    server = ReferenceServer(
        accounts,
        _store(accounts, maildir, [*mail, *more]),
        host=host,
        port=port,
        clock_rate=clock_rate,
        policy=policy,
        faults=_faults(faults, profile),
        seed=seed,
        tls=chosen.made(),
        tls_port=chosen.port,
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
        except ValueError as error:
            what = f"number {number} is not NAME:PASSWORD: {error}"
            raise click.BadParameter(what, param_hint="--user") from None
        if any(account.name == other.name for other in accounts):
            raise click.BadParameter(f"{account.name} is given twice", param_hint="--user")
        accounts.append(account)
    return accounts


def _with_tokens(accounts: "list[Account]", texts: tuple[str, ...]) -> "list[Account]":
    for text in texts:
        name, colon, token = text.partition(":")
        if not colon or not token:
            raise click.BadParameter("NAME:TOKEN is expected", param_hint="--token")
        account = _one_of(accounts, name, "--token")
        accounts[accounts.index(account)] = replace(account, token=token)
    return accounts


def _one_of(accounts: "list[Account]", name: str, option: str) -> "Account":
    for account in accounts:
        if account.name == name:
            return account
    raise click.BadParameter(f"{name!r} is given by no --user", param_hint=option)


def _mechanisms(names: tuple[str, ...]) -> frozenset[str] | None:
    from conformance.server import MECHANISMS

    for name in names:
        if name.upper() not in MECHANISMS:
            raise click.BadParameter(f"{name!r} is none of {', '.join(MECHANISMS)}", param_hint="--mechanism")
    return frozenset(map(str.upper, names)) if names else None


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
