"""Courier's POP3 server as Debian packages it (courier-pop), with Maildir, userdb, SASL, STLS and pop3s."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .certificate import Shown, make_certificates
from .private_root import private_root
from .running import ACCOUNTS, LONGEST, SPACED, Running, fill_in, free_port

__all__ = ["courier"]

_EVERYONE: Final = (*ACCOUNTS, LONGEST, SPACED)
_SCRIPT: Final = Path(__file__).with_suffix(".sh")

_HURRY: Final = ("env", "LD_PRELOAD=/usr/lib/faketime/libfaketime.so.1", "FAKETIME=+0 x20")

_POP3D: Final = """\
POP3AUTH="PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256"
POP3AUTH_TLS="PLAIN LOGIN"
POP3_STARTTLS=YES
POP3_TLS_REQUIRED=TLS_ONLY
COURIERTLS=/usr/bin/couriertls
TLS_CERTFILE=/etc/courier/pop3d.pem
TLS_VERIFYPEER=NONE
"""

_AUTHDAEMONRC: Final = """\
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=5
authdaemonvar=/run/courier/authdaemon
"""


@contextmanager
def courier(tmp: Path, *, delay: bool = False, tls_only: bool = False, shows: Shown = "trusted") -> Iterator[Running]:
    """Run courierpop3d with all its files under `tmp`.

    Accounts have the uid of root, so that a message of whoever fills can be read. With `delay` a failed login costs
    5 s, as it does out of the box; nothing can be set about that, and so its clock runs twenty times as fast otherwise.
    With `tls_only` nobody can log in before STLS. `shows` is the certificate that it shows.
    """
    settings = fill_in(_POP3D, {"TLS_ONLY": int(tls_only)})
    files = {
        "/etc/courier/pop3d": settings,
        "/etc/courier/authdaemonrc": _AUTHDAEMONRC,
        "/etc/courier/people": "".join(f"{name}\t{password}\n" for name, password in _EVERYONE),
        "/etc/courier/start": (script := _SCRIPT.read_text()),
    }
    root = private_root("courier", tmp, files, maildirs=True)
    certificates = make_certificates(root.folder, shows, account=ACCOUNTS[0][0])
    pem = root.folder / "upper/etc/courier/pop3d.pem"
    pem.touch(mode=0o644)  # couriertls is no longer root when it reads it, and nothing else is in there
    pem.write_bytes(certificates.key.read_bytes() + certificates.shown.read_bytes())
    port, tls_port = free_port(), free_port()
    command = ["chroot", "space/root", *([] if delay else _HURRY), "sh", "/etc/courier/start"]
    with root.run([*command, str(port), str(tls_port)], port=port, also=[tls_port]):
        yield Running(
            name="courier" + "-delay" * delay + "-tls_only" * tls_only + f"-{shows}" * (shows != "trusted"),
            version=root.version,
            port=port,
            accounts=ACCOUNTS,
            longest=LONGEST,
            spaced=SPACED,
            fill=root.fill,
            tls_port=tls_port,
            ca=certificates.ca,
            config=f"# /etc/courier/pop3d\n{settings}\n# authdaemonrc\n{_AUTHDAEMONRC}\n# started by\n{script}",
            log=root.log,
        )
