"""A browser without a window, and what the tests do with a page in it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

__all__ = ["Browser", "Keys", "missing", "started"]

_PROGRAMS: Final = ("chromium", "chromedriver")
_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
_IN_SIGHT: Final = """
    const [element] = arguments, [box] = element.getClientRects();
    const seen = (y) => element.contains(document.elementFromPoint(box.left + 3, y));
    return seen(box.top + 3) && seen(Math.min(box.bottom, box.top + 200) - 3);
"""
_SETTLED: Final = """
    const [done] = arguments;
    const painted = () => performance.getEntriesByName("first-contentful-paint").length;
    const look = () => painted() ? setTimeout(done) : requestAnimationFrame(look);
    requestAnimationFrame(look);
"""
"""Ends when what was under way is done; a page that was never painted takes neither keys nor clicks."""


def missing() -> str | None:
    """Why no browser can be started; None if one can."""
    absent = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"not installed: {', '.join(absent)} (.ci/browser does it)" if absent else None


class Browser:
    """Shows one page at a time; should a page open a dialog, whatever is asked next raises."""

    def __init__(self, driver: Chrome) -> None:
        self._driver = driver

    def clear(self) -> None:
        """Be as each test expects it: a screen of usual size, light, nothing in the logs."""
        self._driver.get("about:blank")
        self.look()
        self.resize(1280)
        self.console()
        self.requests()

    def open(self, page: Path, fragment: str = "") -> None:
        """Load the page, afresh though it is the one that is open."""
        self._driver.get("about:blank")
        self._driver.get(page.as_uri() + fragment)
        self._settle()

    def open_without_scripts(self, page: Path) -> None:
        self._command("Emulation.setScriptExecutionDisabled", value=True)
        self._driver.get(page.as_uri())
        self._command("Emulation.setScriptExecutionDisabled", value=False)

    def follow(self, target: str) -> None:
        """Go to a part of the page that is open, as one who changes the address."""
        self.ask("location.hash = arguments[0]", target)
        self._settle()

    def leave_and_come_back(self) -> None:
        self._driver.get("about:blank")
        self._driver.back()
        self._settle()

    def ask(self, script: str, *arguments: Any) -> Any:
        """What a script returns; the page's own policy does not bind it."""
        return self._driver.execute_script(script, *arguments)

    def click(self, selector: str) -> None:
        """Bring it to the middle of the screen, where nothing lies above it, and click."""
        element = self._find(selector)
        self.ask("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        self._settle()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        ActionChains(self._driver, duration=0).send_keys(*keys).perform()
        self._settle()

    def picture(self, path: Path) -> None:
        """What is on the screen now, as PNG."""
        self._driver.save_screenshot(str(path))

    def print(self) -> None:
        """Print the page, and throw the paper away."""
        self._driver.print_page()

    def look(self, medium: str = "", scheme: str = "light") -> None:
        """Show the page as a medium does, the screen if none is named, to one who prefers a scheme of colours."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._command("Emulation.setEmulatedMedia", media=medium, features=features)

    def resize(self, width: int) -> None:
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)

    def in_sight(self, selector: str) -> bool:
        """Whether an element, or the beginning of a long one, is on the screen and nothing lies above it."""
        return bool(self.ask(_IN_SIGHT, self._find(selector)))

    def console(self) -> list[str]:
        """What was written there since this was asked last."""
        return [f"{entry['level']}: {entry['message']}" for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """The addresses that a page asked for since this was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def _settle(self) -> None:
        self._driver.execute_async_script(_SETTLED)

    def _find(self, selector: str) -> WebElement:
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def _command(self, name: str, **parameters: Any) -> None:
        self._driver.execute_cdp_cmd(name, parameters)

    def _log(self, name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._driver.execute("getLog", {"type": name})["value"]
        return entries


@contextmanager
def started(folder: Path) -> Iterator[Browser]:
    """A browser that keeps all that is its own in a folder, and is not looked for in any network."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    home = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder))
    driver = Chrome(options, ChromeService(shutil.which("chromedriver"), env={**os.environ, **home}))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
