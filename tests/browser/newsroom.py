"""A served corpus with articles, browsers on it, and how a test waits for what a page says."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waitress import create_server
from webapp_press import Press
from webapp_site import Corpus

from webapp import create_app
from webapp.cli import Mail

ROOT = Path(__file__).resolve().parents[2]


class Newsroom:
    """A served corpus with articles whose site takes verdicts, and browsers on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.corpus = Corpus(folder)
        self.press = Press(self.corpus)
        self.app = create_app(self.corpus.engine, Mail(), writable=True)
        self.server = create_server(self.app, host="127.0.0.1", port=0, threads=4)
        self.url = f"http://127.0.0.1:{self.server.effective_port}"
        threading.Thread(target=self.server.run, daemon=True).start()
        self.browsers: list[Any] = []

    def browser(self, width: int = 1280, scripts: bool = True, scheme: str = "light") -> Any:
        """A new browser: nobody's name, no cookie."""
        from screenshots import browser

        made = browser(width, scheme)
        self.browsers.append(made)
        still = [{"name": "prefers-color-scheme", "value": scheme},
                 {"name": "prefers-reduced-motion", "value": "reduce"}]  # nothing moves away while it is clicked
        made.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": still})
        if not scripts:
            made.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        made.implicitly_wait(5)
        return made

    def leave(self, browser: Any) -> None:
        """Ends one of the browsers."""
        self.browsers.remove(browser)
        browser.quit()

    def cite(self, *arguments: object) -> str:
        """What `unsealed cite` says; the site is served meanwhile."""
        command = [sys.executable, "-m", "webapp.cli", "cite", *map(str, arguments), "--engine", self.folder / "corpus"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """Ends everything."""
        for one in self.browsers:
            one.quit()
        self.server.close()
        self.corpus.engine.close()


def main_text(driver: Any) -> str:
    """What the page says."""
    text = driver.find_element("css selector", "main").text
    assert isinstance(text, str)
    return text


def until(driver: Any, path: str) -> None:
    """Waits until the browser is at an address that has this in it."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda it: path in it.current_url)


def says(driver: Any, words: str) -> None:
    """Waits until the page says that; a page that is being left may answer once more."""
    from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    gone = (NoSuchElementException, StaleElementReferenceException)
    WebDriverWait(driver, 10, ignored_exceptions=gone).until(lambda it: words in main_text(it), f"never said: {words}")


def click(driver: Any, css: str) -> None:
    """Clicks what is there, in the tab that is in front."""
    found = driver.find_element("css selector", css)
    driver.execute_cdp_cmd("Page.bringToFront", {})
    found.click()


def press_key(driver: Any, key: str, then: Callable[[str], bool]) -> str:
    """Presses a key on the page, and gives what it says once that is as awaited."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    driver.find_element("css selector", "body").send_keys(key)
    wait = WebDriverWait(driver, 10, ignored_exceptions=(StaleElementReferenceException,))
    wait.until(lambda it: then(main_text(it)))
    return main_text(driver)


@contextmanager
def downloaded(driver: Any, folder: Path) -> Iterator[list[Path]]:
    """Waits for what is saved in the block, and gives it."""
    from selenium.webdriver.support.ui import WebDriverWait

    behaviour = {"behavior": "allow", "downloadPath": str(folder), "eventsEnabled": False}
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    before, saved = set(folder.iterdir()), list[Path]()
    yield saved
    saved += WebDriverWait(driver, 10).until(lambda _: whole(folder, before))


def whole(folder: Path, before: set[Path]) -> list[Path]:
    """The files that came into a folder, none while one is still on its way."""
    new = [one for one in folder.iterdir() if one not in before]
    return [] if any(one.name.startswith(".") or one.suffix == ".crdownload" for one in new) else new
