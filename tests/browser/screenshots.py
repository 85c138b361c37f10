"""Writes screenshots of a served site's main pages, wide and narrow, light and dark: `screenshots.py URL FOLDER`."""

import base64
import json
import shutil
import sys
from pathlib import Path
from urllib.request import urlopen

from selenium import webdriver

SIZES = {"wide": 1280, "narrow": 390}
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


def pages(url: str) -> dict[str, str]:
    """A name and an address for each kind of page, chosen from what the corpus holds."""
    def first(query: str) -> str:
        with urlopen(f"{url}/.json?limit=1&q={query}") as answer:
            hits = json.load(answer)["result"]["hits"]
        return hits[0]["row"]["id"][:16] if hits else ""

    found = {
        "front": "/", "search": "/?q=library+roof", "grouped": "/?q=harbour&threads=1",
        "filters": "/?q=zzzz+has:attachment", "broken": "/?q=from:(ann",
        "status": "/status", "help": "/help", "missing": "/m/00000000", "articles": "/articles", "cited": "/cited",
        "absent": "/cited/absent", "review": "/review", "verdicts": "/review/verdicts",
    }  # fmt: skip
    with urlopen(f"{url}/articles.json?order=citations&limit=1") as answer:
        rows = json.load(answer)["result"]["rows"]
    if rows:
        found["article"] = f"/a/{rows[0]['id'][:16]}"
    for name, query in {"message": "has:attachment", "html": "has:html", "citations": "is:cited"}.items():
        if id := first(query):
            found[name] = f"/m/{id}" + ("?view=html" if name == "html" else "?q=the")
            found[f"{name}-route"] = f"/m/{id}?view=route"
    with urlopen(f"{url}/.json?threads=1&order=newest&limit=100") as answer:
        hits = json.load(answer)["result"]["hits"]
    if hits:
        biggest = max(hits, key=lambda hit: hit.get("thread_hits", 1))
        found["thread"] = f"/t/{biggest['row']['thread'][:16]}"
    return found


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


def shoot(url: str, folder: Path, only: set[str]) -> None:
    """All pages at all sizes in both schemes, or the pages named."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, width in SIZES.items():
        for scheme in ("light", "dark"):
            driver = browser(width, scheme)
            try:
                for name, path in pages(url).items():
                    if only and name not in only:
                        continue
                    driver.get(url + path)
                    tall = min(2600, driver.execute_script("return document.documentElement.scrollHeight"))
                    wide = driver.execute_script("return document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{name} at {width}: {wide} px wide")
                    clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": 1}
                    asked = {"clip": clip, "captureBeyondViewport": True}
                    shot = driver.execute_cdp_cmd("Page.captureScreenshot", asked)
                    (folder / f"{name}-{size}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
            finally:
                driver.quit()


if __name__ == "__main__":
    shoot(sys.argv[1].rstrip("/"), Path(sys.argv[2]), set(sys.argv[3:]))
