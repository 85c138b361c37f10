"""Narrowing a search as a reader does: dragging over the histogram, leaving a value out, on a phone too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from test_browser_citations import Newsroom, click, says, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """The site and browsers on it."""
    made = Newsroom(Path(tmp_path_factory.mktemp("narrowing")))
    yield made
    made.close()


def drag(driver: Any, start: float, end: float) -> None:
    """Draws the pointer over the histogram, from one share of its width to another."""
    from selenium.webdriver.common.action_chains import ActionChains

    svg = driver.find_element("css selector", "figure.histogram svg")
    wide = svg.size["width"]
    way = ActionChains(driver, duration=20).move_to_element_with_offset(svg, int((start - 0.5) * wide), 10)
    way.click_and_hold()
    for step in (0.25, 0.5, 0.75, 1.0):
        way.move_to_element_with_offset(svg, int((start + (end - start) * step - 0.5) * wide), 10)
    way.release().perform()


def query(driver: Any) -> str:
    """What the address asks for."""
    return parse_qs(urlsplit(driver.current_url).query).get("q", [""])[0]


def test_dragging_over_the_histogram_narrows_to_those_dates_and_all_of_time_undoes_it(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(room.url + "/?q=has:date&order=newest")
    whole = room.corpus.get("/.json?q=has:date").json["result"]["total"]
    drag(driver, 0.3, 0.02)  # backwards, over the first bars
    until(driver, "date%3A")
    assert query(driver).startswith("has:date date:")
    assert "order=newest" in driver.current_url
    found = room.corpus.client.get("/.json", query_string={"q": query(driver)}).json["result"]["total"]
    says(driver, f"{found:,} message")
    assert 0 < found < whole
    click(driver, "form.dates a:last-of-type")
    says(driver, f"{whole:,} messages")


def test_a_value_is_left_out_by_one_click_and_taken_off_by_another(room: Newsroom) -> None:
    for scripts in (True, False):
        driver = room.browser(scripts=scripts)
        driver.get(room.url + "/?q=budget")
        before = room.corpus.get("/.json?q=budget").json["result"]["total"]
        click(driver, ".facet button[name=not]")
        until(driver, "-from")
        left = room.corpus.client.get("/.json", query_string={"q": query(driver)}).json["result"]["total"]
        assert left < before
        says(driver, f"{left} message")
        click(driver, ".facet .excluded a")
        says(driver, f"{before} messages")


def test_on_a_phone_facets_unfold(room: Newsroom) -> None:
    driver = room.browser(390, scripts=False)
    driver.get(room.url + "/?q=budget")
    facets = driver.find_element("css selector", "#narrow")
    assert not facets.is_displayed()
    click(driver, ".fold summary")
    assert facets.is_displayed()
    assert driver.execute_cdp_cmd("Runtime.evaluate", {"expression": "document.documentElement.scrollWidth"})[
        "result"]["value"] <= 390


def test_dates_are_set_by_a_form(room: Newsroom) -> None:
    driver = room.browser(scripts=False)
    driver.get(room.url + "/?q=budget")
    driver.find_element("css selector", "input[name=since]").send_keys("2015-08")
    driver.find_element("css selector", "input[name=until]").send_keys("2015")
    click(driver, "form.dates button")
    until(driver, "date%3A")
    assert query(driver) == "budget date:2015-08..2015"
