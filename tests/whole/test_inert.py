"""A server that greets, and announces, with markup and terminal codes: in every report they stay text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from tests.cli.command import Done
from tests.cli.judged import Judged, judged
from tests.cli.peers import tampered
from tests.reporters.test_html import Page

pytest.importorskip("allure_pytest", reason="allure-pytest is an extra")

_EVIL: Final = (
    b"<img src=//evil.example onerror=alert(1)> [bold red]x[/] **y** \x1b[31m\x1b]0;owned\x07 \xe2\x80\xae ![z](//e)"
)
_CODES: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
_CLAUSES: Final = ("--clause", "R1939-STAT-06", "--clause", "R1939-NET-0*", "--clause", "R2449-CAPA-*")


def evil(octets: bytes) -> bytes:
    """What the server says, with more behind each status line, and one more capability."""
    octets = octets.replace(b"\r\nUIDL\r\n", b"\r\nUIDL\r\nIMPLEMENTATION " + _EVIL + b"\r\n")
    return re.sub(rb"\+OK([^\r\n]*)", lambda found: b"+OK" + found[1] + b" " + _EVIL, octets)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Done, Path]]:
    """What the command said, and the folder with all reports that there are."""
    folder = tmp_path_factory.mktemp("evil")
    with judged(folder, "stat-counts-marked") as server, tampered(_port(server), evil) as place:
        summary = {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
        done = server.run(*_CLAUSES, "--alluredir", "allure", url=f"pop://{place}", env=summary)
        assert done.status == 1, done.text
        yield done, folder


def _port(server: Judged) -> int:
    return int(server.url.rpartition(":")[2])


def test_the_server_did_say_it(run: tuple[Done, Path]) -> None:
    target = json.loads((run[1] / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))["target"]
    assert "onerror=alert(1)" in target["greeting"]
    assert "onerror=alert(1)" in target["software"]


def test_no_report_holds_a_character_that_does_not_print(run: tuple[Done, Path]) -> None:
    done, folder = run
    files = [*(folder / "pop3spec-report").iterdir(), *(folder / "allure").iterdir(), folder / "summary.md"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files} | {"terminal": done.text}
    assert [name for name, text in texts.items() if _CODES.search(text)] == []
    assert [name for name, text in texts.items() if re.search(r"\\u00(?:1b|9b|07)|\\u202e", text.lower())] == []
    assert len(texts) > 6


def test_the_terminal_shows_brackets_as_they_are(run: tuple[Done, Path]) -> None:
    assert "[bold red]x[/]" in " ".join(run[0].out.split())


def test_the_page_has_no_picture(run: tuple[Done, Path]) -> None:
    text = (run[1] / "pop3spec-report" / "report.html").read_text(encoding="utf-8")
    tags = {tag for tag, _ in Page(text).tags}
    assert "details" in tags
    assert "img" not in tags
    assert "&lt;img src=//evil.example onerror=alert(1)&gt;" in text


def test_junit_has_it_as_text(run: tuple[Done, Path]) -> None:
    tree = ElementTree.parse(run[1] / "pop3spec-report" / "junit.xml")  # noqa: S314 - our own
    assert "img" not in {element.tag for element in tree.iter()}
    assert any("onerror=alert(1)" in (element.text or "") for element in tree.iter())


def test_markdown_renders_no_picture_and_no_link(run: tuple[Done, Path]) -> None:
    text = (run[1] / "summary.md").read_text(encoding="utf-8")
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert "onerror=alert(1)" in html
    assert "<img" not in html
    assert "<a " not in html
    assert "<strong>y" not in html


def test_no_description_of_allure_which_is_markup_holds_it(run: tuple[Done, Path]) -> None:
    results = [json.loads(path.read_bytes()) for path in (run[1] / "allure").glob("*-result.json")]
    assert any("onerror=alert(1)" in result.get("statusDetails", {}).get("message", "") for result in results)
    told = [f"{result['name']} {result.get('description')} {result['labels']}" for result in results]
    assert not any("evil" in text for text in told)
    environment = (run[1] / "allure" / "environment.properties").read_text(encoding="ascii")
    assert not set("<>[]*") & set(environment)
