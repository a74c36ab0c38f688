"""Serve POP3 with Twisted until standard input ends.

    python -I twisted_program.py stock|mended PORT ROOT NAME PASSWORD [NAME PASSWORD]...

Each account gets a Maildir ROOT/NAME. Twisted as it comes opens messages as text, which it then cannot send, and joins
paths of octets with paths of text when it deletes one; `mended` puts these two methods right and nothing else.
"""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from twisted.internet import reactor
from twisted.mail.mail import MailService
from twisted.mail.maildir import MaildirDirdbmDomain, MaildirMailbox
from twisted.mail.pop3 import IMailbox
from twisted.python import log


class MendedMailbox(MaildirMailbox):
    """A mailbox that opens messages as octets and can delete them."""

    def getMessage(self, i: int) -> IO[bytes]:  # type: ignore[override]  # noqa: N802 (theirs; IO[str] is the fault)
        """The message with index `i`, from 0."""
        return Path(os.fsdecode(self._path(i))).open("rb")

    def deleteMessage(self, i: int) -> None:  # noqa: N802 (theirs)
        """Move the message with index `i`, from 0, to the trash."""
        path = self._path(i)
        trash = os.path.join(self.path, b".Trash", b"cur", os.path.basename(path))  # noqa: PTH118, PTH119 (octets)
        os.rename(path, trash)  # noqa: PTH104 (octets)
        self.deleted[path] = trash
        self.list[i] = 0

    def _path(self, i: int) -> bytes:
        path = self.list[i]
        if not isinstance(path, bytes):
            raise ValueError(b"it is deleted")  # the protocol makes it a negative reply
        return path


class MendedDomain(MaildirDirdbmDomain):
    """A domain whose users get a mended mailbox."""

    def requestAvatar(  # noqa: N802 (theirs)
        self,
        avatarId: bytes | tuple[()],  # noqa: N803 (theirs)
        mind: object,  # noqa: ARG002 (theirs)
        *interfaces: type,
    ) -> tuple[type, object, Callable[[], None]]:
        """The mailbox of a user who has shown the password."""
        if not isinstance(avatarId, bytes) or IMailbox not in interfaces:
            raise NotImplementedError
        return IMailbox, MendedMailbox(os.path.join(self.root, avatarId)), lambda: None  # noqa: PTH118 (octets)


def main(variant: str, port: int, root: str, words: list[str]) -> None:
    """Serve until standard input ends."""
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    log.startLogging(sys.stdout, setStdout=False)  # type: ignore[no-untyped-call]  # Twisted is typed in parts
    service = MailService()
    domain = (MendedDomain if variant == "mended" else MaildirDirdbmDomain)(service, os.fsencode(root))
    for name, password in zip(words[::2], words[1::2], strict=True):
        domain.addUser(os.fsencode(name), os.fsencode(password))
    service.addDomain(b"", domain)  # type: ignore[arg-type]  # mypy knows no zope interfaces; likewise below
    factory = service.getPOP3Factory()  # type: ignore[no-untyped-call]  # Twisted is typed in parts
    reactor.listenTCP(port, factory, interface="127.0.0.1")  # type: ignore[arg-type]
    reactor.run()  # type: ignore[misc]


def _end_with_standard_input() -> None:
    """End at once when whoever started this is gone, even if the reactor is stuck."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
