"""Languages: which one is chosen, and that each has a text for all that the server says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance.server
from conformance.server.languages import ENGLISH, LANGUAGES, chosen, listing
from conformance.server.responses import accepted, refused

GERMAN = LANGUAGES[1]
FOLDER = Path(conformance.server.__file__).parent


@pytest.mark.parametrize(
    "wanted, tag",
    [
        (b"en", "en"),
        (b"DE", "de"),
        (b"de-AT", "de"),
        (b"de-CH-1996", "de"),
        (b"de-x-dialect", "de"),
        (b"*", "en"),
        (b"fr", None),
        (b"d", None),
        (b"deu", None),
        (b"", None),
        (b"-", None),
        (b"MUL", None),
        (b"\xc3\xa4", None),
    ],
)
def test_a_range_is_looked_up(wanted: bytes, tag: str | None) -> None:
    language = chosen(wanted)
    assert (language.tag if language else None) == tag


def test_each_is_listed_under_its_own_name() -> None:
    assert listing() == (b"en English", b"de Deutsch")


def test_a_text_is_put_and_what_is_none_stays() -> None:
    assert GERMAN.said(refused(b"no such message")).status == b"-ERR diese Nachricht gibt es nicht\r\n"
    assert GERMAN.said(refused(b"[UTF8] no such message")).status == b"-ERR [UTF8] diese Nachricht gibt es nicht\r\n"
    assert GERMAN.said(accepted(b"12 octets")).status == b"+OK 12 Oktette\r\n"
    for response in (accepted(b"1 120"), accepted(b"1 an.id"), accepted(b"")):
        assert GERMAN.said(response) is response or GERMAN.said(response) == response
    assert ENGLISH.said(refused(b"no such message")).status == b"-ERR no such message\r\n"


def test_texts_of_every_language_are_short_enough_with_the_largest_numbers() -> None:
    for text in GERMAN.texts.values():
        assert len(f"-ERR [SYS/TEMP] {text}\r\n".replace("{}", "9" * 20).encode()) <= 512
        assert text.isprintable()


def said() -> Iterator[str]:
    """The texts in the code, behind `accepted` and `refused`."""
    for path in FOLDER.glob("**/*.py"):
        if "faults" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("accepted", "refused", "_failed"):
                for inner in (inner for argument in node.args for inner in ast.walk(argument)):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, bytes):
                        yield inner.value.decode()


def test_each_text_that_the_server_says_has_a_translation() -> None:
    texts = {re.sub(r"^\[[^\]]*\] ?", "", text) for text in said()}
    words = {re.sub(r"%d|[0-9]+", "{}", text) for text in texts if re.search("[a-z]{3}", text)}
    before_any_language = {"POP{} server ready"}
    built = {"maildrop has "}  # goes on with the summary
    assert len(words) > 10
    assert words - before_any_language - built - set(GERMAN.texts) == set()
