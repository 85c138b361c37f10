"""Writes screenshots of the site's pages, wide and narrow, light and dark.

`python tests/browser/screenshots.py` builds the demo, serves it and takes the six main pages into tests/browser/shots;
`python tests/browser/screenshots.py URL FOLDER [NAME…]` takes the pages of a site that is served, all or those named.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from selenium import webdriver

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(__file__).resolve().parent / "shots"
MAIN = ("front", "search", "conversation", "message", "article", "person")
SIZES = {"wide": 1280, "narrow": 390}
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


def answer(url: str, path: str) -> dict[str, Any]:
    """A page's JSON twin."""
    with urlopen(url + path) as got:
        found: dict[str, Any] = json.load(got)
        return found


def pages(url: str) -> dict[str, str]:
    """A name and an address for each kind of page, chosen from what the corpus holds; the main ones first."""
    def first(query: str) -> str:
        hits = answer(url, f"/.json?limit=1&q={query}")["result"]["hits"]
        return hits[0]["row"]["id"][:16] if hits else ""

    found = {"front": "/", "search": "/?q=library+roof"}
    threads = answer(url, "/.json?threads=1&order=newest&limit=100")["result"]["hits"]
    if threads:
        biggest = max(threads, key=lambda hit: hit.get("thread_hits", 1))
        found["conversation"] = f"/t/{biggest['row']['thread'][:16]}"
    if id := first("is:cited&order=cited"):
        found["message"] = f"/m/{id}"
    if rows := answer(url, "/articles.json?order=citations&limit=1")["result"]["rows"]:
        found["article"] = f"/a/{rows[0]['id'][:16]}"
    if people := answer(url, "/people.json?limit=1")["result"]["rows"]:
        found["person"] = f"/p/{people[0]['id']}"
    for name, query in {"files": "has:attachment", "html": "has:html", "route": "is:signed"}.items():
        if id := first(query):
            found[name] = f"/m/{id}" + {"html": "?view=html", "route": "?view=route"}.get(name, "?q=the")
    return found | {
        "grouped": "/?q=harbour&threads=1", "filters": "/?q=zzzz+has:attachment", "broken": "/?q=from:(ann",
        "status": "/status", "help": "/help", "missing": "/m/00000000", "articles": "/articles", "cited": "/cited",
        "absent": "/cited/absent", "review": "/review", "verdicts": "/review/verdicts", "failures": "/failures",
        "people": "/people", "notes": "/notes", "tags": "/tags", "api": "/api",
    }  # fmt: skip


def browser(width: int, scheme: str) -> webdriver.Chrome:
    """A Chromium of that width with that colour scheme."""
    options = webdriver.ChromeOptions()
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or ""
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))  # else selenium goes looking online
    driver = webdriver.Chrome(options=options, service=service)
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    return driver


def shoot(url: str, folder: Path, only: Collection[str], kind: str = "png", most: int = 2600) -> None:
    """All pages at all sizes in both schemes, or the pages named; each at most so many pixels high."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pages(url)
    for size, width in SIZES.items():
        for scheme in ("light", "dark"):
            driver = browser(width, scheme)
            try:
                for name in only or found:
                    driver.get(url + found[name])
                    tall = min(most, driver.execute_script("return document.documentElement.scrollHeight"))
                    wide = driver.execute_script("return document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{name} at {width}: {wide} px wide")
                    clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": 1}
                    asked = {"clip": clip, "captureBeyondViewport": True, "format": kind}
                    shot = driver.execute_cdp_cmd("Page.captureScreenshot", asked)
                    (folder / f"{name}-{size}-{scheme}.{kind}").write_bytes(base64.b64decode(shot["data"]))
            finally:
                driver.quit()


@contextmanager
def demo() -> Iterator[str]:
    """The address of a site on a new demo corpus."""
    sys.path.insert(0, str(ROOT))
    from waitress import create_server

    from search.engine import open_engine
    from webapp import create_app
    from webapp.cli import Mail

    with tempfile.TemporaryDirectory() as folder:
        made = [sys.executable, "-m", "webapp.cli", "demo", "--no-serve", "--keep", folder]
        subprocess.run(made, cwd=ROOT, check=False)  # some of its mails are damaged, which is no success
        engine = open_engine(f"{folder}/corpus")
        server = create_server(create_app(engine, Mail(), writable=True), host="127.0.0.1", port=0)
        threading.Thread(target=server.run, daemon=True).start()
        yield f"http://127.0.0.1:{server.effective_port}"
        server.close()
        engine.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        shoot(sys.argv[1].rstrip("/"), Path(sys.argv[2]), sys.argv[3:])
    else:
        with demo() as address:
            shoot(address, SHOTS, MAIN, "webp", 1000)
