"""Dovecot as Debian packages it (dovecot-pop3d), with Maildir, STLS, pop3s and every SASL mechanism that it has."""

import base64
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .availability import DOVECOT_ACCOUNT, dovecot_version, own_uid_as, program
from .certificate import Shown, make_certificates
from .confined import confined
from .running import ACCOUNTS, LONGEST, SPACED, Running, fill_in, free_port
from .tokens import SECRET, token

__all__ = ["dovecot"]

_EVERYONE: Final = (*ACCOUNTS, LONGEST, SPACED)
_ANONYMOUS: Final = "anonymous"
_OAUTH2_FILE: Final = "oauth2.conf"
_ELSEWHERE: Final = "127.0.0.2"
"""Where a client of this machine comes from another address than it goes to."""

_SETTINGS: Final = """\
protocols = pop3
listen = HOST
base_dir = RUN
state_dir = RUN
log_path = LOG
mail_location = maildir:~/Maildir
ssl = yes
ssl_cert = <CERTIFICATE
ssl_key = <KEY
ssl_ca = <CA
ssl_require_crl = no
ssl_verify_client_cert = yes
OLD_TLS
disable_plaintext_auth = TLS_ONLY
auth_mechanisms = plain login cram-md5 digest-md5 apop scram-sha-1 scram-sha-256 oauthbearer xoauth2 external anonymous
auth_ssl_username_from_cert = yes
pop3_lock_session = LOCK_SESSION
first_valid_uid = 1
mail_uid = ACCOUNT
mail_gid = ACCOUNT
default_internal_user = ACCOUNT
default_internal_group = ACCOUNT
default_login_user = ACCOUNT
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = TOKENS
}
passdb {
  driver = static
  mechanisms = external
  args = nopassword
}
passdb {
  driver = passwd-file
  mechanisms = plain login cram-md5 digest-md5 apop scram-sha-1 scram-sha-256
  args = scheme=plain username_format=%u USERS
}
userdb {
  driver = passwd-file
  args = username_format=%u USERS
}
service anvil {
  chroot =
ANVIL}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = PORT
  }
  inet_listener pop3s {
    port = TLS_PORT
    ssl = yes
  }
}
"""

_OAUTH2: Final = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=KEYS/
username_attribute = sub
"""

_OLD_TLS: Final = """\
ssl_min_protocol = TLSv1
ssl_cipher_list = ALL:@SECLEVEL=0"""

_NO_PENALTY: Final = """\
  unix_listener anvil-auth-penalty {
    mode = 0
  }
"""


@contextmanager
def dovecot(
    tmp: Path,
    *,
    penalty: bool = False,
    lock_session: bool = False,
    tls_only: bool = False,
    old_tls: bool = False,
    shows: Shown = "trusted",
) -> Iterator[Running]:
    """Run Dovecot with all its files under `tmp`.

    With `penalty` each failed login makes every later login from 127.0.0.1 wait longer, up to 15 s, as it does out of
    the box. With `lock_session` a session locks its maildrop (`pop3_lock_session`), which it does not out of the box;
    a second one is then refused after 10 s. With `tls_only` no password is taken in the clear, as it is out of the box;
    it then listens on another address, since a client that has the server's own counts as secured. With `old_tls` it
    takes TLS 1.0 and 1.1 too, with any cipher. `shows` is the certificate that it shows.
    """
    flags = {"penalty": penalty, "lock_session": lock_session, "tls_only": tls_only, "old_tls": old_tls}
    settings = _settings(**flags)
    folder, log = tmp / "dovecot", tmp / "dovecot" / "log"
    folder.mkdir()
    certificates = make_certificates(folder, shows, account=ACCOUNTS[0][0])
    host = _ELSEWHERE if tls_only else "127.0.0.1"
    port, tls_port = free_port(), free_port()
    # not under tmp: the path of a UNIX socket is limited to 107 octets, and pytest's folders have long names
    with tempfile.TemporaryDirectory(prefix="pop3-") as run:
        places = {
            "RUN": f"{run}/dovecot",
            "LOG": log,
            "HOST": host,
            "CERTIFICATE": certificates.shown,
            "KEY": certificates.key,
            "CA": certificates.ca,
            "USERS": _write_users(folder),
            "TOKENS": _write_oauth2(folder),
            "TLS_PORT": tls_port,
            "PORT": port,
        }
        (folder / "dovecot.conf").write_text(fill_in(settings, places))
        command = [program("dovecot") or "dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        with confined(own_uid_as(DOVECOT_ACCOUNT), command, host=host, port=port, log=log):
            yield Running(
                name="dovecot"
                + "".join(f"-{word}" for word, chosen in flags.items() if chosen)
                + f"-{shows}" * (shows != "trusted"),
                version=dovecot_version(),
                host=host,
                port=port,
                accounts=ACCOUNTS,
                longest=LONGEST,
                spaced=SPACED,
                fill=f"maildir:{folder}/mail/{{user}}/Maildir",
                tls_port=tls_port,
                ca=certificates.ca,
                client_certificate=certificates.client,
                token=token,
                config=f"{settings}\n# {_OAUTH2_FILE}\n{_OAUTH2}",
                log=log,
            )


def _settings(*, penalty: bool, lock_session: bool, tls_only: bool, old_tls: bool) -> str:
    """The settings of a variant, with places still as capital words."""
    choices = {
        "ANVIL": "" if penalty else _NO_PENALTY,
        "LOCK_SESSION": "yes" if lock_session else "no",
        "TLS_ONLY": "yes" if tls_only else "no",
        "OLD_TLS": _OLD_TLS if old_tls else "",
        "ACCOUNT": DOVECOT_ACCOUNT,
    }
    return fill_in(_SETTINGS, choices)


def _write_oauth2(folder: Path) -> Path:
    """Write how access tokens are told to be right: by a key that is here, with nobody to ask."""
    keys = folder / "keys"
    key = keys / "default/HS256/default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(SECRET))
    settings = folder / _OAUTH2_FILE
    settings.write_text(fill_in(_OAUTH2, {"KEYS": keys}))
    return settings


def _write_users(folder: Path) -> Path:
    """Write the passwd-file and make the Maildirs; APOP and the challenges need the password in clear.

    Whoever comes as nobody gets a Maildir that no password opens.
    """
    users = folder / "users"
    entries = []
    for name, password in (*_EVERYONE, (_ANONYMOUS, None)):
        home = folder / "mail" / name
        for part in ("new", "cur", "tmp"):
            (home / "Maildir" / part).mkdir(parents=True)
        secret = f"{{PLAIN}}{password}" if password is not None else "{CRYPT}*"
        entries.append(f"{name}:{secret}::::{home}::\n")
    users.write_text("".join(entries))
    return users
