"""Single keys: each is documented where people look for it, and each that a page offers is known."""

import re
from pathlib import Path

from webapp.keyboard import KEYS

ROOT = Path(__file__).resolve().parents[1]


def test_the_readme_lists_every_key() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| keys | do |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(.)`", table)) == {key for keys, _ in KEYS for key in keys.split()}


def test_what_a_page_offers_by_key_is_in_the_sheet() -> None:
    offered = set()
    for template in (ROOT / "webapp" / "templates").rglob("*.html"):
        offered |= set(re.findall(r'data-key="([^"{]+)"', template.read_text(encoding="utf-8")))
    assert {"/", "?", "y"} <= offered
    assert offered <= {key for keys, _ in KEYS for key in keys.split()}
