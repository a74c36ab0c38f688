"""Report files: written as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from conformance.reporters.reporter import ReportError

__all__ = ["add_to_file", "check_folder", "write_file"]


def check_folder(folder: Path) -> None:
    """Find out before a run whether its reports can go there; `ReportError` when not. Nothing of it stays."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    trial = folder / ".pop3spec-trial"
    write_file(trial, "")
    _forget(trial)
    for path in missing:
        with suppress(OSError):  # somebody else put something there
            path.rmdir()


def write_file(path: Path, text: str) -> None:
    """Put the text there, its folder made where it is missing; a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        blocker = next((p for p in (path.parent, *path.parent.parents) if p.is_file()), path.parent)
        message = f"the report cannot go to {path.parent}: {blocker} is a file. Name another place."
        raise ReportError(message) from error
    except OSError as error:
        raise _refused(path.parent, error) from error
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except IsADirectoryError as error:
        _forget(part)
        message = f"{path} cannot be written: a folder of this name is in the way. Move it, or name another place."
        raise ReportError(message) from error
    except OSError as error:
        _forget(part)
        raise _refused(path, error) from error


def add_to_file(path: Path, text: str) -> None:
    """Put the text behind what is in a file, which others write to as well."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise ReportError(message) from error


def _refused(path: Path, error: OSError) -> ReportError:
    why = error.strerror or str(error)
    return ReportError(f"{path} cannot be written: {why}. Name a place that you may write to.")


def _forget(part: Path) -> None:
    with suppress(OSError):  # it was not made, or cannot be removed: what is wrong is told anyway
        part.unlink()
