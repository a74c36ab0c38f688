"""Delivery by a command of the shell that reads the message from its standard input, such as a local delivery agent.

The message comes with the line ends of this system (LF), as delivery agents expect it.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO, Final

from conformance.mailboxes.errors import FillError, reporting
from conformance.mailboxes.files import LOCAL_LINE_ENDS, local_form
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.placeholders import as_shell

__all__ = ["Command"]

_SHELL: Final = "/bin/sh"
_TAIL: Final = 500
"""Octets of what the command printed that an error quotes."""


class Command(Provisioner):
    """Runs a command for each message; exit status 0 means accepted."""

    can_clear = False
    knows_order = False
    alters = LOCAL_LINE_ENDS

    def __init__(self, spec: str, template: str, *, timeout: float) -> None:
        super().__init__(spec)
        self._template = template
        self._timeout = timeout

    def check(self, mailbox: Mailbox) -> None:
        """See that the shell can read the command; it is not run."""
        self._run(["-n", "-c", as_shell(self._template, mailbox.user)], b"")

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Run the command for one message after the other."""
        line = as_shell(self._template, mailbox.user)
        for message in messages:
            self._run(["-c", line], local_form(message))

    def _run(self, arguments: list[str], octets: bytes) -> None:
        # A file, not a pipe: a daemon that the command leaves behind would hold a pipe open.
        with tempfile.TemporaryFile() as printed, reporting(_SHELL):
            process = subprocess.Popen(  # noqa: S603  # to run this command is what the user asked for
                [_SHELL, *arguments], stdin=subprocess.PIPE, stdout=printed, stderr=printed, start_new_session=True
            )
            with process:
                try:
                    process.communicate(octets, timeout=self._timeout)
                except BaseException as error:
                    _kill(process)
                    if isinstance(error, subprocess.TimeoutExpired):
                        what = f"the command did not end within {self._timeout:g} seconds"
                        raise FillError(self.spec, what, "run it by hand to see what it waits for") from None
                    raise
            if process.returncode:
                what = f"the command ended with status {process.returncode}{_quoted(printed)}"
                raise FillError(self.spec, what, "run it by hand with a message on its standard input")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _quoted(printed: BinaryIO) -> str:
    size = printed.seek(0, os.SEEK_END)
    printed.seek(max(0, size - _TAIL))
    text = " ".join(printed.read().decode("utf-8", "replace").split())
    return f" and said: {text}" if text else ""
