"""Saves what a maildrop holds, byte for byte, before a run may empty it.

Every message is retrieved into a file of its own, block by block, in UTF-8 mode where the server has one: without it a
surrogate may be shown in place of a message (RFC 6856 §2.1). Each file is read again and compared with what came, and
with the size in the drop listing. Only when all of them are safe on disk, and the maildrop still shows the same
messages, are just these marked as deleted. Whatever goes wrong, the session then ends without QUIT, and a session that
ends without QUIT removes nothing (RFC 1939 §6).
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.survey import session
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange
from conformance.wire import Body, Defect

__all__ = ["save_and_empty"]

_BLOCK: Final = 1 << 16


class _NotSafe(Exception):
    """Something is not as it must be before mail may be removed."""


def save_and_empty(target: Target, account: Account, folder: Path) -> list[Path]:
    """Retrieve every message into a file of its own, read each file back, and only then delete what was saved.

    The files. Raises `TargetError` when anything is not as it must be; then nothing was deleted.
    """
    with session(target, account, "backup", utf8=True) as driver:
        try:
            listed = _listing(driver)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files = [_save(driver, number, octets, folder, account) for number, octets in listed.items()]
            _sync(folder)
            _mark(driver, listed)
        except _NotSafe as why:
            message = f"{target.address}, maildrop of {account.name}: {why}; nothing was removed"
            raise TargetError(message) from None
        except OSError as error:
            message = f"{error.filename or folder}: cannot be written: {error.strerror or error}; nothing was removed"
            raise TargetError(message) from error
        answer = driver.ask(b"QUIT")
        driver.wait_for_close()
    if answer is None or not answer.positive:
        message = f"{target.address}: QUIT was not confirmed, so mail may be left; all of it is saved in {folder}"
        raise TargetError(message)
    return files


def _listing(driver: Driver) -> dict[int, int]:
    """The sizes of all messages by their numbers."""
    listing = driver.ask(b"LIST")
    if listing is None or not listing.positive or not listing.complete:
        message = "the server does not list it"
        raise _NotSafe(message)
    rows = [line.content.split() for line in listing.body_lines()]
    sizes = {int(row[0]): int(row[1]) for row in rows if len(row) > 1 and _is_number(row[0]) and _is_number(row[1])}
    if len(sizes) != len(rows):
        message = "it is listed in a form that is not understood"
        raise _NotSafe(message)
    return sizes


def _is_number(word: bytes) -> bool:
    return word.isdigit() and len(word) < 20


def _save(driver: Driver, number: int, octets: int, folder: Path, account: Account) -> Path:
    answer = driver.ask(b"RETR %d" % number)
    body = answer.reply.body if answer is not None and answer.reply is not None else None
    if answer is None or not answer.positive or not answer.complete or body is None or not body.terminated:
        message = f"message {number} could not be retrieved"
        raise _NotSafe(message)
    if body.has(Defect.NOT_STUFFED):
        message = (
            f"message {number} has a line with a full stop that is not stuffed, so it cannot be told from stuffing"
        )
        raise _NotSafe(message)
    if body.octets != octets:
        message = f"message {number} is listed with {octets} octets, and {body.octets} came"
        raise _NotSafe(message)
    file, path = _new_file(folder, account, number)
    try:
        with os.fdopen(file, "wb") as kept:
            for block in _unstuffed(answer.body_blocks()):
                kept.write(block)
            kept.flush()
            os.fsync(file)
        _compare(path, body)
    except BaseException:
        path.unlink(missing_ok=True)  # half a message would look like one
        raise
    return path


def _new_file(folder: Path, account: Account, number: int) -> tuple[int, Path]:
    """A file that did not exist before, and that nobody else can read."""
    user = re.sub(r"[^A-Za-z0-9._@-]", "_", account.name).lstrip(".")[:100] or "_"
    for again in count(1):
        path = folder / (f"{user}-{number}.eml" if again == 1 else f"{user}-{number}-{again}.eml")
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), path
        except FileExistsError:
            continue
    raise AssertionError  # pragma: no cover - counting has no end


def _unstuffed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The content: one full stop taken from the beginning of each line that has one, also at the edge of a block."""
    at_start = True
    for block in blocks:
        content = block.replace(b"\n.", b"\n")
        yield content[1:] if at_start and block.startswith(b".") else content
        at_start = block.endswith(b"\n")


def _compare(path: Path, body: Body) -> None:
    digest, octets = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            octets += len(block)
    if digest.digest() != body.digest or octets != body.octets:
        message = f"what was written to {path} is not what was retrieved"
        raise _NotSafe(message)


def _sync(folder: Path) -> None:
    """See that the names of the files are on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(driver: Driver, saved: dict[int, int]) -> None:
    """Mark as deleted what was saved, and nothing else."""
    now = _listing(driver)
    if any(now.get(number) != octets for number, octets in saved.items()):
        message = "the messages in it changed while they were saved"
        raise _NotSafe(message)
    if any(exchange.extra_lines for exchange in driver.conversation.exchanges):
        message = "the server said more than it was asked for, so what belongs to which message is not certain"
        raise _NotSafe(message)
    for number in saved:
        if not _agreed(driver.ask(b"DELE %d" % number)):
            message = f"message {number} could not be marked as deleted"
            raise _NotSafe(message)


def _agreed(answer: Exchange | None) -> bool:
    return answer is not None and answer.positive and answer.complete
