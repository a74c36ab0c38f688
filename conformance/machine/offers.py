"""What generated sessions may use of a target, and what they must leave alone."""

from dataclasses import dataclass
from typing import Final, Self

from conformance.driver import TlsMode
from conformance.scenario import Stage

__all__ = ["Offers"]

_GENERATED: Final = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
"""Mechanisms that prove the password."""


@dataclass(frozen=True, slots=True)
class Offers:
    """As far as the target announces it and the user allows it."""

    fills: bool = True
    """Whether the maildrop may be filled, and so DELE be said."""
    wrong: bool = True
    """Whether wrong passwords may be sent."""
    pieces: bool = True
    """Whether a command may come in several segments."""
    plain: bool = True
    """Whether USER and PASS are open to the account, and on the way of the run."""
    apop: bool = False
    """Whether APOP is open to the account."""
    starts_tls: bool = False
    """Whether STLS leads anywhere."""
    mechanisms: tuple[str, ...] = ()
    """SASL mechanisms that are listed and that prove the account's password."""

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """What a stage has; the target is asked once, if it was not. `TargetError` when that cannot be done."""
        features = stage.survey()
        account, tls = stage.account, stage.target.tls
        listed = features.announced
        return cls(
            fills=stage.settings.touch,
            wrong=stage.settings.failed_logins > 0,
            plain=account.plain,
            apop=account.apop and "APOP" not in features.missing,
            starts_tls="STLS" in listed and tls.mode is TlsMode.NONE,
            mechanisms=tuple(name for name in _GENERATED if f"SASL-{name}" in listed and account.plain),
        )
