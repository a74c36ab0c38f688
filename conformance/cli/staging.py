"""From what stands on the command line to a stage, for commands that play on a server without pytest."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.status import Failure, Status

if TYPE_CHECKING:
    from conformance.driver import Account
    from conformance.plugin.targets import Described
    from conformance.scenario import Settings, Stage
    from conformance.transcript import Secrets

__all__ = ["begin", "described", "secrets_of", "staged"]


def described(place: str | None, options: Mapping[str, Any]) -> "Described":
    """The target that is named there or by the options, with an account; click's own errors when it is none."""
    from conformance.plugin.targets import UsageError, describe

    if place and "://" not in place and not place.endswith(".toml"):
        raise click.UsageError(f"{place!r} is no target: pop://{place}, or a .toml file, is expected")
    try:
        found = describe({**options, "target": place})
    except UsageError as error:
        raise Failure(str(error)) from None
    if found is None:
        raise click.UsageError("no target is named: pop://HOST:PORT, a TOML file, or --host HOST")
    if not found.target.accounts:
        whose = f" for {found.target.address}"
        raise Failure(f"no account is named{whose}: --account NAME:PASSWORD, or [[account]] in the target's file")
    return found


def staged(found: "Described", settings: "Settings") -> "Stage":
    """A stage there, on the first account that has nothing special, or else on the first."""
    from conformance.mailboxes import FillError, provisioner
    from conformance.scenario import Stage

    try:
        made = provisioner(found.fill)
    except FillError as error:
        raise Failure(str(error)) from None
    return Stage(found.target, made, settings, main=_ordinary(found.target.accounts))


def _ordinary(accounts: "tuple[Account, ...]") -> "Account":
    from conformance.scenario import is_special

    return next((account for account in accounts if account.plain and not is_special(account)), accounts[0])


def secrets_of(*stages: "Stage") -> "Secrets":
    """What must not be seen of their accounts."""
    from conformance.transcript import Secrets

    return Secrets(secret for stage in stages for account in stage.target.accounts for secret in account.secrets)


def begin(stage: "Stage", backup: str | None) -> None:
    """See that the server is there and the maildrop empty, once its mail was saved; `Failure` when it is not so."""
    from pathlib import Path

    from conformance.driver import TargetError
    from conformance.driver.backup import save_and_empty
    from conformance.mailboxes import FillError

    try:
        stage.recognise()
        stage.learn_pace()
        if backup:
            save_and_empty(stage.target, stage.account, Path(backup))
        stage.begin()
    except (TargetError, FillError) as error:
        raise Failure(secrets_of(stage).words(str(error)), Status.TARGET) from None
