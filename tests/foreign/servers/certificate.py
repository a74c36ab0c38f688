"""Certificates made on the spot, so that no private key lies in the tree."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import trustme

__all__ = ["Certificates", "Shown", "make_certificate", "make_certificates"]

Shown = Literal["trusted", "expired", "other_name", "self_signed"]
"""What is wrong with the certificate that a server shows, if anything."""

_NAMES: Final = ("localhost", "127.0.0.1", "127.0.0.2")
_OTHER_NAME: Final = "mail.lakeside.example"


@dataclass(frozen=True)
class Certificates:
    """A small authority and what it has signed, as PEM files."""

    ca: Path
    """The certificate of the authority."""

    shown: Path
    """The certificate that the server shows; the authority has signed it unless it signs itself."""

    key: Path
    """The key that belongs to it."""

    client: Path
    """Certificate and key, in one file, of a client that is called like an account."""


def make_certificates(folder: Path, shown: Shown, account: str) -> Certificates:
    """Make an authority, a certificate for a server of this machine and one for a client that is `account`."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    client = folder / "client.pem"
    authority.issue_cert(
        f"{account}@lakeside.example", common_name=account
    ).private_key_and_cert_chain_pem.write_to_path(client)
    if shown == "self_signed":
        certificate, key = make_certificate(folder)
    else:
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        yesterday = datetime.now(UTC) - timedelta(days=1)
        names = (_OTHER_NAME,) if shown == "other_name" else _NAMES
        # fetchmail wants a common name
        leaf = authority.issue_cert(*names, common_name=names[0], not_after=yesterday if shown == "expired" else None)
        leaf.cert_chain_pems[0].write_to_path(certificate)
        leaf.private_key_pem.write_to_path(key)
    for file in (client, key):
        file.chmod(0o600)
    return Certificates(folder / "ca.pem", certificate, key, client)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for 127.0.0.1 and localhost, and its key, into `folder`; return both paths."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
