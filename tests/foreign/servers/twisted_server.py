"""Twisted's mail server from PyPI, with Maildir; no TLS."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from .running import ACCOUNTS, LONGEST, SPACED, Running, await_greeting, free_port

__all__ = ["twisted"]

_PROGRAM: Final = Path(__file__).with_name("twisted_program.py")


@contextmanager
def twisted(tmp: Path, *, mended: bool = False) -> Iterator[Running]:
    """Run Twisted with all its files under `tmp`.

    As it comes, RETR and TOP hang after `+OK` and DELE drops the connection; with `mended` these three work. It is one
    process, which needs no namespace to end for certain: it does so when its standard input does.
    """
    variant = "mended" if mended else "stock"
    folder = tmp / "twisted"
    folder.mkdir()
    port, log, mail = free_port(), folder / "log", folder / "mail"
    words = [word for account in (*ACCOUNTS, LONGEST, SPACED) for word in account]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), variant, str(port), str(mail), *words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with process:
        try:
            await_greeting(process, port, log)
            yield Running(
                name="twisted" + "-mended" * mended,
                version=version("twisted"),
                port=port,
                accounts=ACCOUNTS,
                longest=LONGEST,
                spaced=SPACED,
                fill=f"maildir:{mail}/{{user}}",
                tls_port=None,
                ca=None,
                config=f"# python {_PROGRAM.name} {variant} PORT ROOT NAME PASSWORD ...\n\n{_PROGRAM.read_text()}",
                log=log,
            )
        finally:
            process.kill()
