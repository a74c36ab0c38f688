"""Cyrus' POP3 server as Debian packages it (cyrus-pop3d), filled by LMTP, with SASL, STLS and pop3s."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .certificate import Shown, make_certificates
from .private_root import private_root
from .running import ACCOUNTS, LONGEST, SPACED, Running, fill_in, free_port

__all__ = ["cyrus"]

_EVERYONE: Final = (*ACCOUNTS, LONGEST, SPACED)
_SCRIPT: Final = Path(__file__).with_suffix(".sh")

_IMAPD: Final = """\
servername: localhost
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
defaultpartition: default
partition-default: /var/spool/cyrus/mail
autocreate_quota: 0
autocreate_post: yes
duplicatesuppression: no
failedloginpause: PAUSE
popminpoll: 0
allowapop: yes
allowplaintext: IN_THE_CLEAR
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/sasldb2
sasl_mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 EXTERNAL
sasl_auto_transition: no
tls_server_cert: /etc/certificate.pem
tls_server_key: /etc/key.pem
tls_client_ca_file: /etc/ca.pem
tls_client_certs: optional
"""

_SERVICES: Final = """\
START {
  recover cmd="/opt/sbin/ctl_cyrusdb -r"
}
SERVICES {
  pop3 cmd="/opt/sbin/pop3d" listen="127.0.0.1:PORT" maxchild=50
  pop3s cmd="/opt/sbin/pop3d -s" listen="127.0.0.1:TLS_PORT" maxchild=50
  lmtp cmd="/opt/sbin/lmtpd -a" listen="127.0.0.1:LMTP_PORT" maxchild=50
}
EVENTS {
}
"""


@contextmanager
def cyrus(tmp: Path, *, delay: bool = False, tls_only: bool = False, shows: Shown = "trusted") -> Iterator[Running]:
    """Run pop3d and lmtpd with all their files under `tmp`.

    With `delay` a failed login costs 3 s, as it does out of the box. With `tls_only` no password is taken in the clear.
    `shows` is the certificate that it shows.
    """
    settings = fill_in(_IMAPD, {"IN_THE_CLEAR": "no" if tls_only else "yes", "PAUSE": 3 if delay else 0})
    port, tls_port, lmtp_port = free_port(), free_port(), free_port()
    files = {
        "/etc/imapd.conf": settings,
        "/etc/cyrus.conf": fill_in(_SERVICES, {"PORT": port, "TLS_PORT": tls_port, "LMTP_PORT": lmtp_port}),
        "/etc/people": "".join(f"{name}\t{password}\n" for name, password in _EVERYONE),
        "/etc/start": (script := _SCRIPT.read_text()),
    }
    root = private_root("cyrus", tmp, files)
    certificates = make_certificates(root.folder, shows, account=ACCOUNTS[0][0])
    etc = root.folder / "upper/etc"
    for name, file in {"certificate": certificates.shown, "key": certificates.key, "ca": certificates.ca}.items():
        shutil.copyfile(file, etc / f"{name}.pem")  # for all to read: it is no longer root when it does
    command = ["chroot", "space/root", "env", "LD_LIBRARY_PATH=/opt/lib", "PATH=/opt/sbin:/usr/sbin:/usr/bin"]
    with root.run([*command, "sh", "/etc/start"], port=port, also=[tls_port, lmtp_port]):
        yield Running(
            name="cyrus" + "-delay" * delay + "-tls_only" * tls_only + f"-{shows}" * (shows != "trusted"),
            version=root.version,
            port=port,
            accounts=ACCOUNTS,
            longest=LONGEST,
            spaced=SPACED,
            fill=f"lmtp:127.0.0.1:{lmtp_port}?to={{user}}",
            tls_port=tls_port,
            ca=certificates.ca,
            client_certificate=certificates.client,
            config=f"# imapd.conf\n{settings}\n# cyrus.conf\n{_SERVICES}\n# started by\n{script}",
            log=root.log,
        )
