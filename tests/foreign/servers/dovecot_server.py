"""Dovecot as Debian packages it (dovecot-pop3d), with Maildir, STLS and pop3s."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .availability import DOVECOT_ACCOUNT, dovecot_version, own_uid_as, program
from .certificate import make_certificate
from .confined import confined
from .running import ACCOUNTS, LONGEST, SPACED, Running, fill_in, free_port

__all__ = ["dovecot"]

_EVERYONE: Final = (*ACCOUNTS, LONGEST, SPACED)

_SETTINGS: Final = """\
protocols = pop3
listen = 127.0.0.1
base_dir = RUN
state_dir = RUN
log_path = LOG
mail_location = maildir:~/Maildir
ssl = yes
ssl_cert = <CERTIFICATE
ssl_key = <KEY
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 digest-md5 apop scram-sha-1
pop3_lock_session = LOCK_SESSION
first_valid_uid = 1
mail_uid = ACCOUNT
mail_gid = ACCOUNT
default_internal_user = ACCOUNT
default_internal_group = ACCOUNT
default_login_user = ACCOUNT
passdb {
  driver = passwd-file
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

_NO_PENALTY: Final = """\
  unix_listener anvil-auth-penalty {
    mode = 0
  }
"""


@contextmanager
def dovecot(tmp: Path, *, penalty: bool = False, lock_session: bool = False) -> Iterator[Running]:
    """Run Dovecot with all its files under `tmp`.

    With `penalty` each failed login makes every later login from 127.0.0.1 wait longer, up to 15 s, as it does out of
    the box. With `lock_session` a session locks its maildrop (`pop3_lock_session`), which it does not out of the box;
    a second one is then refused after 10 s.
    """
    settings = _settings(penalty=penalty, lock_session=lock_session)
    folder, log = tmp / "dovecot", tmp / "dovecot" / "log"
    folder.mkdir()
    certificate, key = make_certificate(folder)
    port, tls_port = free_port(), free_port()
    # not under tmp: the path of a UNIX socket is limited to 107 octets, and pytest's folders have long names
    with tempfile.TemporaryDirectory(prefix="pop3-") as run:
        places = {
            "RUN": f"{run}/dovecot",
            "LOG": log,
            "CERTIFICATE": certificate,
            "KEY": key,
            "USERS": _write_users(folder),
            "TLS_PORT": tls_port,
            "PORT": port,
        }
        (folder / "dovecot.conf").write_text(fill_in(settings, places))
        command = [program("dovecot") or "dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        with confined(own_uid_as(DOVECOT_ACCOUNT), command, port=port, log=log):
            yield Running(
                name="dovecot" + "-penalty" * penalty + "-lock" * lock_session,
                version=dovecot_version(),
                port=port,
                accounts=ACCOUNTS,
                longest=LONGEST,
                spaced=SPACED,
                fill=f"maildir:{folder}/mail/{{user}}/Maildir",
                tls_port=tls_port,
                certificate=certificate,
                config=settings,
                log=log,
            )


def _settings(*, penalty: bool, lock_session: bool) -> str:
    """The settings of a variant, with places still as capital words."""
    choices = {
        "ANVIL": "" if penalty else _NO_PENALTY,
        "LOCK_SESSION": "yes" if lock_session else "no",
        "ACCOUNT": DOVECOT_ACCOUNT,
    }
    return fill_in(_SETTINGS, choices)


def _write_users(folder: Path) -> Path:
    """Write the passwd-file and make the Maildirs; APOP and the challenges need the password in clear."""
    users = folder / "users"
    entries = []
    for name, password in _EVERYONE:
        home = folder / "mail" / name
        for part in ("new", "cur", "tmp"):
            (home / "Maildir" / part).mkdir(parents=True)
        entries.append(f"{name}:{{PLAIN}}{password}::::{home}::\n")
    users.write_text("".join(entries))
    return users
