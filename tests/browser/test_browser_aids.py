"""The search box as a reader types into it: suggestions taken by key and by pointer; the help sheet over the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser_citations import Newsroom, says, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """The site and browsers on it."""
    made = Newsroom(Path(tmp_path_factory.mktemp("aids")))
    yield made
    made.close()


def options(driver: Any, words: str) -> list[Any]:
    """The suggestions, once one says that."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda it: words in it.find_element("css selector", "#suggestions").text)
    return list(driver.find_elements("css selector", "#suggestions [role=option]"))


def test_a_suggestion_is_taken_by_keys_and_the_search_goes_on_from_there(room: Newsroom) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = room.browser()
    driver.get(room.url + "/?q=budget")
    box = driver.find_element("css selector", "#q")
    box.send_keys(" from:an")
    assert options(driver, "ann@")
    assert box.get_attribute("aria-expanded") == "true"
    box.send_keys(Keys.ARROW_DOWN)
    assert box.get_attribute("aria-activedescendant") == "suggestion-0"
    box.send_keys(Keys.ENTER)
    assert box.get_attribute("value") == 'budget from:"ann@council.example" '
    assert box.get_attribute("aria-expanded") == "false"
    box.send_keys(Keys.ENTER)
    until(driver, "from%3A")
    says(driver, "from exactly ann@council.example")


def test_escape_closes_suggestions_and_keeps_what_is_typed_and_a_click_takes_one(room: Newsroom) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = room.browser()
    driver.get(room.url + "/")
    box = driver.find_element("css selector", "#q")
    box.send_keys("has:pd")
    options(driver, "pdf")
    box.send_keys(Keys.ESCAPE)
    assert not driver.find_element("css selector", "#suggestions").is_displayed()
    assert box.get_attribute("value") == "has:pd"
    box.send_keys("f")
    options(driver, "pdf")[0].click()
    assert box.get_attribute("value") == "has:pdf "


def test_the_help_sheet_opens_over_the_page_and_closes(room: Newsroom) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    driver = room.browser()
    driver.get(room.url + "/?q=budget")
    driver.find_element("css selector", "body").send_keys("?")
    sheet = WebDriverWait(driver, 10).until(lambda it: it.find_element("css selector", "dialog.over[open]"))
    assert "How to search" in sheet.text
    assert "subject:" in sheet.text
    assert driver.current_url.endswith("/?q=budget")
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    WebDriverWait(driver, 10).until(lambda it: not sheet.is_displayed())
    driver.find_element("css selector", "nav a[data-key='?']").click()
    until(driver, "/help")
