"""The page as a browser shows it: opened, searched, walked through by keyboard, narrow, dark, and on paper."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from conformance.clauses import Grade
from conformance.reporters import matrix_html, report_html
from conformance.reporters.sections import told
from conformance.results import ClauseResult, Standing
from tests.reporters import test_matrix
from tests.reporters.browser import Browser, Keys, missing, started
from tests.results.hostile import hostile_run
from tests.results.sample import known_run, sample_run, unplayed
from tests.results.whole import whole_run

PAGES: Final[dict[str, Callable[[], str]]] = {
    "sample": lambda: report_html(sample_run()),
    "known": lambda: report_html(known_run()),
    "hostile": lambda: report_html(hostile_run()),
    "unplayed": lambda: report_html(unplayed()),
    "whole": lambda: report_html(whole_run()),
    "matrix": lambda: matrix_html(test_matrix.sample()),
    "hostile-matrix": lambda: matrix_html(test_matrix.hostile()),
}
SCENARIO: Final = "case:05-stat/stat-leaves-out-a-message-marked-as-deleted"
ALL: Final = [clause.id for clause in told(sample_run().clauses)]

OPEN_ALL: Final = "for (const one of document.querySelectorAll('details')) one.open = true;"
OPENED: Final = "return [...document.querySelectorAll('details[open]')].map((one) => one.id);"
SHOWN: Final = (
    "return [...document.querySelectorAll('.clause')].filter((one) => one.checkVisibility()).map((one) => one.id);"
)
VISIBLE: Final = "return [...document.querySelectorAll(arguments[0])].some((one) => one.checkVisibility());"
TAGS: Final = "return [...new Set([...document.querySelectorAll('*')].map((one) => one.tagName))].sort();"
FILTERED: Final = "return [search.value, document.querySelectorAll('#filters [type=checkbox]:not(:checked)').length];"
COLOURS: Final = """
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => parts(colour).slice(0, 3)
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const paper = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return parts(colour)[3] === 0 ? paper(element.parentElement) : colour;
    };
    const contrast = (ink, element) => {
        const [dark, bright] = [light(ink), light(paper(element))].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const written = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility()
        && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const search = document.getElementById("search");
    const faint = written
        .map((element) => [element, contrast(getComputedStyle(element).color, element)])
        .concat([[search, contrast(getComputedStyle(search, "::placeholder").color, search)]])
        .filter(([, ratio]) => ratio < 4.5)
        .map(([element, ratio]) => `${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
    return {background: light(paper(document.body)), words: written.length, faint: [...new Set(faint)]};
"""
BROKEN_WORDS: Final = """
    const words = document.createTreeWalker(document.querySelector(".overview"), NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let node; (node = words.nextNode());) {
        const range = document.createRange();
        range.selectNodeContents(node);
        if (/^\\S+$/.test(node.data) && range.getClientRects().length > 1) broken.push(node.data);
    }
    return broken;
"""
FOCUS: Final = """
    const one = document.activeElement, [box] = one.getClientRects(), style = getComputedStyle(one);
    const above = document.elementFromPoint(box.left + 3, box.top + 3);
    return {
        index: [...document.querySelectorAll(arguments[0])].filter((each) => each.checkVisibility()).indexOf(one),
        seen: one.contains(above) && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    };
"""
STOPS: Final = "a[href], input, button, summary, [tabindex='0']"
"""What the keyboard has to reach."""
FASTEST: Final = """
    const search = document.getElementById("search");
    const seconds = ["retr", "", "marked deleted", "", "no clause says so", ""].map((words) => {
        const start = performance.now();
        search.value = words;
        search.dispatchEvent(new Event("input", {bubbles: true}));
        document.body.offsetHeight;
        return performance.now() - start;
    });
    return Math.min(...seconds);
"""
"""Milliseconds; the shortest of several times is that of a machine that did nothing else."""


@pytest.fixture(scope="module")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """It ends with the module: other tests see to it that no process is left."""
    if (reason := missing()) is not None:
        pytest.skip(reason)
    with started(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Browser:
    one_browser.clear()
    return one_browser


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / f"{name}.html").write_text(text(), "utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture
def sample(browser: Browser, pages: dict[str, Path]) -> Browser:
    """A browser that shows the page of the sample."""
    browser.open(pages["sample"])
    return browser


def chosen(choice: Callable[[ClauseResult], bool]) -> list[str]:
    return [clause.id for clause in told(sample_run().clauses) if choice(clause)]


def by_id(name: str) -> str:
    """The selector of what has that id, whatever marks are in it."""
    return f'[id="{name}"]'


# -- what a server sent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_it_opens_from_disk_says_nothing_on_the_console_and_asks_nobody_for_anything(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    browser.open(pages[name])
    browser.ask(OPEN_ALL)
    browser.press("/", "stat", Keys.ESCAPE)
    assert browser.console() == []
    assert browser.requests() == [pages[name].as_uri()]


def test_what_a_server_sends_opens_no_dialog_and_becomes_no_element(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    tags = browser.ask(TAGS)
    browser.open(pages["hostile"])
    browser.ask(OPEN_ALL)
    assert set(browser.ask(TAGS)) <= set(tags)
    assert browser.ask("return document.scripts.length") == 1


# -- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("target", ["R1939-STAT-06", "R1939-USER-04", SCENARIO])
def test_a_link_from_elsewhere_opens_what_it_leads_to_and_brings_it_in_sight(
    browser: Browser, pages: dict[str, Path], target: str, width: int
) -> None:
    browser.resize(width)
    browser.open(pages["sample"], f"#{target}")
    assert browser.ask(OPENED) == [target]
    assert browser.in_sight(by_id(target))


@pytest.mark.parametrize("target", ["R1939-STAT-06", "rfc1939", SCENARIO])
def test_a_link_leads_to_it_though_filters_had_hidden_it(sample: Browser, target: str) -> None:
    sample.press("/", "no clause says so")
    sample.follow(target)
    assert sample.in_sight(by_id(target))
    assert sample.ask(OPENED) == [target] * (target != "rfc1939")


def test_what_is_to_mend_first_leads_to_its_clause_each_time_that_it_is_asked_for(sample: Browser) -> None:
    for _ in range(2):
        sample.click("#first a[href='#R1939-STAT-06']")
        assert sample.ask(OPENED) == ["R1939-STAT-06"]
        assert sample.in_sight("#R1939-STAT-06")
        sample.click("#R1939-STAT-06 summary")
        sample.press("/", "no clause says so")
        assert sample.ask(OPENED) == sample.ask(SHOWN) == []


def test_the_rest_of_what_broke_is_a_link_away_whatever_was_searched_for(sample: Browser) -> None:
    sample.press("/", "no clause says so")
    sample.click("input[value=should]")
    sample.click("[data-only]")
    assert sample.ask(SHOWN) == chosen(lambda clause: clause.outcome is Standing.BROKEN)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_into_the_matrix_shows_the_row_of_a_clause_that_all_keep(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    browser.resize(width)
    browser.open(pages["matrix"])
    name = min(set(ALL) - set(browser.ask(SHOWN)))
    browser.open(pages["matrix"], f"#{name}")
    assert name in browser.ask(SHOWN)
    assert browser.in_sight(f"{by_id(name)} .id")


def test_a_link_that_leads_nowhere_shows_the_page_and_says_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"], "#100%")
    assert browser.ask(SHOWN) == ALL
    assert browser.console() == []


# -- filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", [Standing.BROKEN, Standing.KEPT, Standing.NOT_TESTED])
def test_an_outcome_that_is_not_ticked_is_not_shown(sample: Browser, standing: Standing) -> None:
    sample.click(f"input[name=outcome][value={standing.value.replace(' ', '-')}]")
    rest = chosen(lambda clause: clause.outcome is not standing)
    assert sample.ask(SHOWN) == rest
    assert sample.ask("return shown.textContent") == f"{len(rest)} of {len(ALL)} clauses"


@pytest.mark.parametrize("grade", Grade)
def test_a_weight_that_is_not_ticked_is_not_shown(sample: Browser, grade: Grade) -> None:
    sample.click(f"input[name=grade][value={grade.value}]")
    assert sample.ask(SHOWN) == chosen(lambda clause: clause.grade is not grade)


@pytest.mark.parametrize(
    "words, found",
    [
        ("r1939-stat-06", ["STAT-06"]),
        ("DELETED Numbers", ["STAT-06"]),
        ("  numbers   deleted ", ["STAT-06"]),
        ("§6, QUIT", ["UPD-02", "UPD-07"]),
        ("octets' 05-stat/stat-leaves-out", ["STAT-07", "STAT-06"]),
        ("numbers unmarked", []),
    ],
)
def test_every_word_that_is_searched_for_has_to_be_there(sample: Browser, words: str, found: list[str]) -> None:
    sample.press("/", words)
    assert sample.ask("return search.value") == words
    assert sample.ask(SHOWN) == [name for name in ALL if name.removeprefix("R1939-") in found]
    assert sample.ask("return shown.textContent") == f"{len(found)} of {len(ALL)} clauses"


def test_groups_without_a_clause_that_is_shown_have_no_headings_either(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["whole"])
    browser.press("/", "r1939-stat-06")
    shown = "return [...document.querySelectorAll('.rfc h3, .rfc h4')].filter((one) => one.checkVisibility()).length"
    assert browser.ask(SHOWN) == ["R1939-STAT-06"]
    assert browser.ask(shown) == 2
    browser.press(Keys.ESCAPE)
    assert browser.ask(shown) > 50


@pytest.mark.parametrize("way", ["the button", "Escape"])
def test_all_are_shown_again_at_once(sample: Browser, way: str) -> None:
    sample.click("input[name=outcome][value=kept]")
    sample.click("input[name=grade][value=must]")
    sample.press("/", "no clause says so")
    assert sample.ask(SHOWN) == []
    if way == "Escape":
        sample.press(Keys.ESCAPE)
    else:
        sample.click("button[type=reset]")
    assert sample.ask(SHOWN) == ALL
    assert sample.ask(FILTERED) == ["", 0]


def test_who_comes_back_to_the_page_finds_no_box_that_says_what_is_not_so(sample: Browser) -> None:
    sample.click("input[name=outcome][value=kept]")
    sample.press("/", "numbers")
    sample.leave_and_come_back()
    assert sample.ask(FILTERED) == ["", 0]
    assert sample.ask(SHOWN) == ALL


def test_without_scripts_all_is_shown_and_no_filter_that_does_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open_without_scripts(pages["sample"])
    assert browser.ask(SHOWN) == ALL
    assert not browser.ask(VISIBLE, "#filters")


# -- by keyboard alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1280])
def test_the_tab_key_reaches_all_that_can_be_used_in_its_order_and_in_sight(sample: Browser, width: int) -> None:
    sample.resize(width)
    stops = sample.ask(
        "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length", STOPS
    )
    walk = []
    for _ in range(stops):
        sample.press(Keys.TAB)
        walk.append(sample.ask(FOCUS, STOPS))
    assert walk == [{"index": index, "seen": True} for index in range(stops)]


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE])
def test_a_key_opens_a_clause_and_closes_it(sample: Browser, key: str) -> None:
    sample.press("/", "r1939-stat-06")
    while sample.ask("return document.activeElement.tagName") != "SUMMARY":
        sample.press(Keys.TAB)
    sample.press(key)
    assert sample.ask(OPENED) == ["R1939-STAT-06"]
    sample.press(key)
    assert sample.ask(OPENED) == []


def test_a_slash_searches_from_anywhere_and_is_a_slash_where_words_are_written(sample: Browser) -> None:
    sample.ask("scrollTo(0, document.body.scrollHeight)")
    sample.press("/", "05-stat/stat-leaves")
    assert sample.in_sight("#search")
    assert sample.ask("return search.value") == "05-stat/stat-leaves"


# -- wherever it is read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    browser.ask(OPEN_ALL)
    for width in (320, 360, 768, 1280, 2560):
        browser.resize(width)
        room, needed = browser.ask("const all = document.documentElement; return [all.clientWidth, all.scrollWidth]")
        assert width - 20 < room <= width
        assert needed <= room


def test_the_words_of_the_overview_stay_whole_on_the_narrowest_screen(browser: Browser, pages: dict[str, Path]) -> None:
    browser.resize(320)
    browser.open(pages["whole"])
    assert browser.ask(BROKEN_WORDS) == []


@pytest.mark.parametrize("name", ["sample", "known", "matrix"])
@pytest.mark.parametrize("scheme, least, most", [("light", 0.9, 1.0), ("dark", 0.0, 0.02)])
def test_every_word_stands_out_from_its_background(
    browser: Browser, pages: dict[str, Path], scheme: str, least: float, most: float, name: str
) -> None:
    browser.open(pages[name])
    browser.look(scheme=scheme)
    browser.ask(OPEN_ALL)
    seen = browser.ask(COLOURS)
    assert least <= seen["background"] <= most
    assert seen["words"] > 100
    assert seen["faint"] == []


@pytest.mark.parametrize("name", ["sample", "matrix"])
def test_on_paper_is_what_can_be_read_and_nothing_to_click(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    browser.look("print", "dark")
    browser.ask(OPEN_ALL)
    assert not browser.ask(VISIBLE, "nav, .filters")
    assert browser.ask(VISIBLE, ".said")
    seen = browser.ask(COLOURS)
    assert seen["background"] == 1
    assert seen["faint"] == []


def test_what_broke_is_opened_before_it_is_printed(sample: Browser) -> None:
    assert sample.ask(OPENED) == []
    sample.print()
    assert sample.ask(OPENED) == chosen(lambda clause: clause.outcome is Standing.BROKEN)


def test_the_page_of_a_whole_run_is_small_and_quick_to_search(browser: Browser, pages: dict[str, Path]) -> None:
    assert pages["whole"].stat().st_size < 3_000_000
    browser.open(pages["whole"])
    assert browser.ask(FASTEST) < 300
