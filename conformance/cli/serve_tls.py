"""What `pop3spec serve` is told of TLS."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.server import ServerTls

__all__ = ["TlsChoice", "tls_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class TlsChoice:
    """The options, as they were given."""

    stls: bool
    port: int | None
    certificate: Path | None
    key: Path | None
    authority: Path | None
    client_ca: Path | None
    required: bool

    def made(self) -> "ServerTls | None":
        """What the server speaks TLS with; None when nobody asked for TLS. Raises `Failure`."""
        if not (self.stls or self.port is not None or self.certificate):
            for name, value in (("--key", self.key), ("--ca-out", self.authority), ("--client-ca", self.client_ca)):
                if value is not None:
                    raise click.UsageError(f"{name} is of use with --tls, --tls-port or --cert only")
            if self.required:
                raise click.UsageError(
                    "--require-tls leaves nobody a way to log in without --tls, --tls-port or --cert"
                )
            return None
        from conformance.server import ServerTls

        if self.certificate is None:
            tls = self._with_client_ca(lambda: ServerTls.made(client_ca=self.client_ca))
            if self.authority is not None:
                _write(self.authority, tls.authority)
            return tls
        if self.authority is not None:
            raise click.UsageError("--ca-out writes the authority of a certificate that is made; --cert names another")
        certificate = self.certificate
        try:
            return ServerTls.loaded(certificate, self.key, self.client_ca)
        except (OSError, ValueError) as error:
            raise Failure(
                f"--cert {certificate}: no certificate with its key can be read: {_reason(error)}. "
                "Both are expected in PEM; --key names the key where it has a file of its own."
            ) from None

    def _with_client_ca(self, make: "Callable[[], ServerTls]") -> "ServerTls":
        try:
            return make()
        except OSError as error:
            message = f"--client-ca {self.client_ca}: {_reason(error)}; certificates in PEM are expected"
            raise Failure(message) from None


def tls_options(command: _Command) -> _Command:
    """The options, for a command that takes their values by the names of `TlsChoice`'s fields with ``tls_`` before."""
    for option in (
        click.option(
            "--client-ca", "tls_client_ca", type=_FILE, help="Authorities of clients that log in by EXTERNAL."
        ),
        click.option(
            "--ca-out", "tls_authority", type=_FILE, help="Where to write the authority of a certificate that is made."
        ),
        click.option("--key", "tls_key", type=_FILE, help="The key of --cert, unless it is in the same file."),
        click.option(
            "--cert", "tls_certificate", type=_FILE, help="The certificate to show, in PEM; else one is made."
        ),
        click.option(
            "--tls-port",
            "tls_port",
            type=click.IntRange(0, 65535),
            help="Speak TLS from the start on this port too (pop3s); 0 takes a free one.",
        ),
        click.option(
            "--require-tls", "tls_required", is_flag=True, help="Let nobody log in by a password in the clear."
        ),
        click.option("--tls", "tls_stls", is_flag=True, help="Offer STLS, with a certificate that is made now."),
    ):
        command = option(command)
    return command


def _write(path: Path, octets: bytes) -> None:
    try:
        path.write_bytes(octets)
    except OSError as error:
        raise Failure(f"--ca-out {path}: {error.strerror or error}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "it is no PEM").lower().replace("_", " ")
    return getattr(error, "strerror", None) or str(error)
