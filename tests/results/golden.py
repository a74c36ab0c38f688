"""Golden files: what people read is kept as a file and compared as a whole."""

import os
from pathlib import Path

__all__ = ["matches"]


def matches(path: Path, text: str) -> bool:
    """Whether a golden file holds the text; with UPDATE_GOLDEN=1 in the environment it is made to."""
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8") == text
