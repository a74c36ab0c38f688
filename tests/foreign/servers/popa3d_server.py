"""popa3d as Debian packages it, with mbox files in /var/mail, inetd mode and PAM; no TLS."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .private_root import pam_file, private_root
from .running import ACCOUNTS, LONGEST, SPACED, Running

__all__ = ["popa3d"]

_INETD: Final = Path(__file__).with_name("inetd.py")
_INETD_LINE: Final = "pop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"
_BACKLOG: Final = 128


@contextmanager
def popa3d(tmp: Path, *, delay: bool = False) -> Iterator[Running]:
    """Run popa3d with all its files under `tmp`.

    It keeps a login waiting until the mbox file was last changed in an earlier second than the present one: whoever
    fills may set the time of the file back. With `delay` PAM holds the reply to a failed login back for 2 s, as it does
    out of the box.
    """
    pam = pam_file(delay=delay)
    # popa3d changes root to its own empty folder before it reads a name
    root = private_root("popa3d", tmp, {"/etc/pam.d/popa3d": pam, "/var/lib/popa3d/.keep": ""})
    with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listener:
        port = listener.getsockname()[1]
        inetd = [sys.executable, "-I", str(_INETD), str(listener.fileno()), "space/root", "/opt/sbin/popa3d"]
        with root.run(inetd, port=port, descriptors=[listener.fileno()]):
            listener.close()
            yield Running(
                name="popa3d" + "-delay" * delay,
                version=root.version,
                port=port,
                accounts=ACCOUNTS,
                longest=LONGEST,
                spaced=SPACED,
                fill=root.fill,
                tls_port=None,
                ca=None,
                config=f"# inetd.conf\n{_INETD_LINE}\n# /etc/pam.d/popa3d\n{pam}",
                log=root.log,
            )
