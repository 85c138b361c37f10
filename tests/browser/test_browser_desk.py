"""Stars, tags and notes in a real Chromium: with scripts in place and by selecting words, without them by forms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from newsroom import Newsroom, click, says, until

pytestmark = pytest.mark.browser
SELECT = """
const walker = document.createTreeWalker(document.querySelector(arguments[0]), NodeFilter.SHOW_TEXT);
let node; while ((node = walker.nextNode()) && !node.data.includes(arguments[1])) continue;
const at = node.data.indexOf(arguments[1]), range = document.createRange();
range.setStart(node, at); range.setEnd(node, at + arguments[1].length);
getSelection().removeAllRanges(); getSelection().addRange(range);
"""


def pressed(driver: Any, state: str) -> None:
    """Waits until the first star is pressed, or not."""
    from selenium.webdriver.support.ui import WebDriverWait

    asked = "return document.querySelector('.star').getAttribute('aria-pressed')"
    WebDriverWait(driver, 20).until(lambda page: page.execute_script(asked) == state)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path)
    yield made
    made.close()


def test_selected_words_become_a_note_beside_them(room: Newsroom) -> None:
    driver = room.browser()
    message = room.corpus.id("first")[:16]
    for path, text in ((f"/m/{message}", "Who told?"), (f"/t/{message}", "And why?")):
        driver.get(room.url + path)
        driver.execute_script(SELECT, ".text", "hearing is moved")
        click(driver, ".take-note")
        form = driver.find_element("css selector", ".noting details[open]").find_element("xpath", "./ancestor::form")
        assert form.find_element("name", "words").get_attribute("value") == "hearing is moved"
        form.find_element("name", "text").send_keys(text)
        form.find_element("css selector", "button.yes").click()
        says(driver, "Kept.")
        says(driver, text)
        marks = driver.find_elements("css selector", "mark.noted")
        assert {mark.text for mark in marks} == {"hearing is moved"}
    assert len(room.corpus.engine.marks([room.corpus.id("first")])[room.corpus.id("first")]) == 2


def test_a_star_is_put_on_without_a_new_page(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/?q=budget")
    driver.execute_script("window.stays = true")
    click(driver, ".star")
    pressed(driver, "true")
    click(driver, ".star")
    pressed(driver, "false")
    assert driver.execute_script("return window.stays")
    click(driver, ".star")
    pressed(driver, "true")
    driver.get(f"{room.url}/?q=is:starred")
    says(driver, "1 message")


def test_ticked_hits_are_tagged_without_scripts(room: Newsroom) -> None:
    driver = room.browser(scripts=False)
    driver.get(f"{room.url}/?q=budget")
    for box in driver.find_elements("css selector", '.pick input[type="checkbox"]')[:2]:
        box.click()
    click(driver, ".bulk summary")
    driver.find_element("css selector", '.bulk input[name="tag"]').send_keys("hearing")
    click(driver, '.bulk button[value="tag"]')
    says(driver, "Tagged 2 messages.")
    click(driver, ".did button")
    says(driver, "Undone.")
    driver.get(f"{room.url}/tags")
    until(driver, "/tags")
    says(driver, "No message is tagged yet.")
