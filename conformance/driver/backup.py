"""Saves what a maildrop holds, byte for byte, before a run may empty it."""

import os
import re
from pathlib import Path

from conformance.driver.driver import Driver
from conformance.driver.survey import log_in
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange
from conformance.wire import unstuff

__all__ = ["save_and_empty"]


def save_and_empty(target: Target, account: Account, folder: Path) -> list[Path]:
    """Retrieve every message into a file of its own, read each file back, and only then delete what was saved.

    The files. Raises `TargetError` when anything is not as it must be; then nothing was deleted.
    """
    with Driver(target, "backup") as driver:
        log_in(driver, account)
        numbers = _numbers(driver)
        files = []
        for number in numbers:
            files.append(_save(driver, number, _free_name(folder, account, number)))
        for number in numbers:
            if (answer := _ask(driver, b"DELE %d" % number)) is None or not answer.positive:
                driver.close()  # without QUIT nothing is removed (RFC 1939 §6)
                message = f"{target.address}: message {number} could not be marked as deleted; nothing was removed"
                raise TargetError(message)
        answer = _ask(driver, b"QUIT")
        driver.wait_for_close()
        if answer is None or not answer.positive:
            message = f"{target.address}: QUIT was not confirmed; what was saved is in {folder}"
            raise TargetError(message)
    return files


def _numbers(driver: Driver) -> list[int]:
    listing = _ask(driver, b"LIST")
    if listing is None or not listing.positive or not listing.complete:
        message = f"{driver.target.address} does not list the maildrop"
        raise TargetError(message)
    words = [line.content.split(b" ")[0] for line in listing.body_lines()]
    if not all(word.isdigit() and len(word) < 20 for word in words):
        message = f"{driver.target.address} lists the maildrop in a form that is not understood; nothing was touched"
        raise TargetError(message)
    return [int(word) for word in words]


def _free_name(folder: Path, account: Account, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    user = re.sub(r"[^A-Za-z0-9._@-]", "_", account.name).lstrip(".") or "_"
    name = folder / f"{user}-{number}.eml"
    again = 1
    while name.exists():
        again += 1
        name = folder / f"{user}-{number}-{again}.eml"
    return name


def _save(driver: Driver, number: int, path: Path) -> Path:
    answer = _ask(driver, b"RETR %d" % number)
    body = answer.reply.body if answer is not None and answer.reply is not None else None
    if answer is None or not answer.positive or not answer.complete or body is None or not body.terminated:
        message = f"{driver.target.address}: message {number} could not be retrieved; nothing was removed"
        raise TargetError(message)
    content = unstuff(answer.body_octets())
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        kept = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}; nothing was removed"
        raise TargetError(message) from error
    if kept != content or len(kept) != body.octets:
        message = f"{path}: what was written is not what was retrieved; nothing was removed"
        raise TargetError(message)
    return path


def _ask(driver: Driver, command: bytes) -> Exchange | None:
    driver.send(command + b"\r\n")
    return driver.read_reply()
