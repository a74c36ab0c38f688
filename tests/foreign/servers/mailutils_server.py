"""GNU mailutils' pop3d as Debian packages it, with mbox files in /var/mail, daemon mode, PAM, STLS and pop3s."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .certificate import Shown, make_certificates
from .private_root import pam_file, private_root
from .running import ACCOUNTS, LONGEST, SPACED, Running, fill_in, free_port

__all__ = ["mailutils"]

_SETTINGS: Final = """\
mode daemon;
max-children 30;
timeout 600;
server 127.0.0.1:PORT {
  tls-mode ON_DEMAND;
  tls {
    ssl-certificate-file CERTIFICATE;
    ssl-key-file KEY;
  }
}
server 127.0.0.1:TLS_PORT {
  tls-mode connection;
  tls {
    ssl-certificate-file CERTIFICATE;
    ssl-key-file KEY;
  }
}
auth {
  authentication pam:generic:system;
  authorization system;
}
mailbox {
  mailbox-pattern "/var/mail/${user}";
}
logging {
  syslog no;
}
"""


@contextmanager
def mailutils(tmp: Path, *, delay: bool = False, tls_only: bool = False, shows: Shown = "trusted") -> Iterator[Running]:
    """Run pop3d with all its files under `tmp`.

    With `delay` PAM holds the reply to a failed login back for 2 s, as it does out of the box. With
    `tls_only` nobody can log in before STLS. `shows` is the certificate that it shows.
    """
    pam = pam_file(delay=delay)
    settings = fill_in(_SETTINGS, {"ON_DEMAND": "required" if tls_only else "ondemand"})
    port, tls_port = free_port(), free_port()
    places = {"CERTIFICATE": "/etc/certificate.pem", "KEY": "/etc/key.pem", "PORT": port, "TLS_PORT": tls_port}
    root = private_root(
        "mailutils", tmp, {"/etc/pam.d/mu-pop3d": pam, "/etc/mailutils.conf": fill_in(settings, places)}
    )
    certificates = make_certificates(root.folder, shows, account=ACCOUNTS[0][0])
    for file in (certificates.shown, certificates.key):
        shutil.copy(file, root.folder / "upper/etc")
    command = [
        *("chroot", "space/root", "env", "LD_LIBRARY_PATH=/opt/lib", "/opt/sbin/pop3d", "--foreground"),
        *("--no-site-config", "--config-file=/etc/mailutils.conf", "--set", ".pam.service=mu-pop3d"),
    ]
    with root.run(command, port=port, also=[tls_port]):
        yield Running(
            name="mailutils" + "-delay" * delay + "-tls_only" * tls_only + f"-{shows}" * (shows != "trusted"),
            version=root.version,
            port=port,
            accounts=ACCOUNTS,
            longest=LONGEST,
            spaced=SPACED,
            fill=root.fill,
            tls_port=tls_port,
            ca=certificates.ca,
            config=f"# pop3d.conf\n{settings}\n# /etc/pam.d/mu-pop3d\n{pam}",
            log=root.log,
        )
