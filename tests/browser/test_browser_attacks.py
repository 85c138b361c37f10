"""Known attacks, through real mails and a real Chromium: nothing runs, nothing is asked of another address."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from waitress import create_server
from webapp_mails import html_attacks
from webapp_site import Corpus

from webapp.html import Cleaned
from webapp.pages import part

pytestmark = pytest.mark.browser
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-default-apps", "--no-first-run", "--disable-dev-shm-usage",
    "--window-size=1280,900",
)  # fmt: skip
LOUD = "<title>quiet</title><script>document.title='owned';window.owned=1;new Image().src='TRAP/control'</script>"
SIGNS = """[window.owned ?? null, document.title === 'owned',
  [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name) ||
    (/^(href|src|action|formaction|data|srcdoc)$/i.test(a.name) &&
      /^\\s*(javascript|vbscript|data:text)/i.test(a.value)))
    .map(a => a.name + '=' + a.value),
  [...document.scripts].filter(s => !s.src.startsWith(location.origin + '/static/')).length]"""
TYPED = "%3Cscript%3Edocument.title=%27owned%27%3C/script%3E"
ATTACKS = html_attacks()


class Trap(ThreadingHTTPServer):
    """Counts every request; no attack may reach it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TrapHandler)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class TrapHandler(BaseHTTPRequestHandler):
    """Answers `/loud` with a page that does what the attacks try to do; notes all else."""

    server: Trap

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(LOUD.replace("TRAP", self.server.address).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Place:
    """A served corpus, a browser on it, a trap."""

    def __init__(self, folder: Path) -> None:
        from selenium import webdriver

        self.trap = Trap()
        self.corpus = Corpus(folder, self.trap.address)
        self.server = create_server(self.corpus.app, host="127.0.0.1", port=0, threads=4)
        self.url = f"http://127.0.0.1:{self.server.effective_port}"
        threading.Thread(target=self.server.run, daemon=True).start()
        options = webdriver.ChromeOptions()
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.set_capability("unhandledPromptBehavior", "ignore")
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """Ends all three."""
        self.driver.quit()
        self.server.close()
        self.trap.shutdown()
        self.trap.server_close()
        self.corpus.engine.close()

    def get(self, path: str) -> None:
        """Opens a page of the site."""
        self.driver.get(self.url + path)

    def js(self, code: str) -> Any:
        """What a script of ours finds in the page or frame that is open; it can look where none of theirs may run."""
        return self.driver.execute_script(f"return {code}")

    def assert_harmless(self, what: str) -> None:
        """Nothing has run in the page or frame that is open, and nothing in it could. An alert would raise."""
        assert self.js(SIGNS) == [None, False, [], 0], what


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One of each for all tests here."""
    made = Place(tmp_path_factory.mktemp("attacks"))
    yield made
    made.close()


def test_the_trap_and_the_signs_work(place: Place) -> None:
    place.driver.get(place.trap.address + "/loud")
    assert place.js("document.title") == "owned"
    assert place.js("window.owned") == 1
    place.driver.implicitly_wait(1)
    assert "/loud" in place.trap.asked
    place.trap.asked.clear()


@pytest.mark.parametrize("name", ATTACKS)
def test_html_mail_is_harmless(place: Place, name: str) -> None:
    id = place.corpus.id(name)[:16]
    place.get(f"/m/{id}/html")
    place.assert_harmless(f"{name} by itself")
    active, hrefs, sources = place.js(
        "[document.querySelectorAll('form,input,button,iframe,object,embed,svg,style+style,link,base,meta[http-equiv]')"
        ".length, [...document.querySelectorAll('a[href]')].map(a => a.protocol + a.rel + a.target),"
        "[...document.images].map(i => i.src.slice(0, 15))]"
    )
    assert active == 0
    assert all(line in {f"{scheme}:noopener noreferrer nofollow_blank" for scheme in ("http", "https", "mailto")}
               for line in hrefs), hrefs  # fmt: skip
    assert all(source.startswith("data:image/png") for source in sources)
    place.get(f"/m/{id}?view=html")
    place.assert_harmless(f"{name}: the page around the frame")
    place.driver.switch_to.frame(place.driver.find_element("css selector", "iframe.html"))
    assert "before" in place.js("document.body.textContent") or name == "cid-svg"
    assert place.js("window.origin") == "null"
    place.driver.switch_to.default_content()
    assert place.trap.asked == []


def test_the_policy_alone_holds_as_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.driver.execute_cdp_cmd("Network.clearBrowserCache", {})  # which holds these pages as they are, cleaned
    monkeypatch.setattr(part, "clean", lambda html, pictures: Cleaned(f"<!doctype html>{html}"))
    for name in ATTACKS:
        place.get(f"/m/{place.corpus.id(name)[:16]}?view=html")
        place.driver.switch_to.frame(place.driver.find_element("css selector", "iframe.html"))
        assert place.js("window.owned ?? null") is None, name
        place.driver.switch_to.default_content()
        assert place.js("[document.title === 'owned', window.owned ?? null]") == [False, None], name
    assert place.trap.asked == []
    place.driver.execute_cdp_cmd("Network.clearBrowserCache", {})


@pytest.mark.parametrize("name", ["subject", "name", "headers", "ids", "snippet", "text", "bidi", "plain-as-html",
                                  "file-names", "script", "frame-break-out", "cid-svg"])  # fmt: skip
def test_every_page_shows_it_harmlessly(place: Place, name: str) -> None:
    id = place.corpus.id(name)[:16]
    for path in (f"/m/{id}", f"/m/{id}?view=route&q=needle", f"/m/{id}?q=script+owned", f"/t/{id}", f"/m/{id}/source",
                 f"/?q=id:{id}", f"/m/{id}.json", f"/t/{id}.json"):  # fmt: skip
        place.get(path)
        place.assert_harmless(path)
    assert place.trap.asked == []


@pytest.mark.parametrize("path", ["/", "/?q=attack", "/?q=needle", "/?q=script", "/?q=attack&threads=1&limit=100",
                                  "/?q=is:ghost", "/status", f"/?q=%22%3E{TYPED}", f"/?q=from:({TYPED}",
                                  f"/nowhere{TYPED}"])  # fmt: skip
def test_lists_show_them_harmlessly(place: Place, path: str) -> None:
    place.get(path)
    place.assert_harmless(path)
    assert place.trap.asked == []


def test_a_picture_that_is_none_is_not_served_as_one(place: Place) -> None:
    id = place.corpus.id("cid-svg")[:16]
    place.get(f"/m/{id}")
    assert place.driver.get_log("browser") is not None
    place.get(f"/m/{id}/inline/2")
    place.assert_harmless("an SVG by its address")
    assert place.js("document.contentType") == "text/html"
    assert "404" in place.js("document.body.innerText")


def test_the_mails_own_picture_is_shown(place: Place) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    place.get(f"/m/{place.corpus.id('cid-svg')[:16]}/html")
    WebDriverWait(place.driver, 10).until(lambda _: place.js("[...document.images].every(i => i.complete)"))
    assert place.js("[...document.images].map(i => i.naturalWidth)") == [1]


def test_our_own_pages_keep_their_policy(place: Place) -> None:
    place.driver.get_log("browser")
    first = place.corpus.id("first")[:16]
    news = place.corpus.id("newsletter")[:16]
    for path in ("/", "/?q=budget", f"/m/{first}", f"/m/{first}?view=route", f"/t/{first}", "/status", "/help",
                 f"/m/{place.corpus.id('files')[:16]}", f"/m/{news}?view=html"):  # fmt: skip
        place.get(path)
        assert place.js("getComputedStyle(document.querySelector('.top')).display") == "flex", f"no style on {path}"
    assert [entry["message"] for entry in place.driver.get_log("browser")] == []


def test_keys_move_through_results(place: Place) -> None:
    from selenium.webdriver.common.keys import Keys

    place.get("/?q=budget")
    body = place.driver.find_element("css selector", "body")
    body.send_keys("j")
    assert place.js("document.activeElement.closest('.hit') === document.querySelector('.hit')") is True
    place.driver.switch_to.active_element.send_keys("/")
    assert place.js("document.activeElement.id") == "q"
    place.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert place.js("document.activeElement.id") != "q"


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(place: Place, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    place.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    awkward = [f"/m/{place.corpus.id(name)[:16]}" for name in ("file-names", "headers", "text", "files", "table")]
    for path in ("/", "/?q=attack", "/status", "/help", f"/t/{place.corpus.id('first')[:16]}", *awkward):
        place.get(path)
        assert place.js("document.documentElement.scrollWidth") <= width, path
    place.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
