"""The ways that a reporter goes on a first day, in a real Chromium, each with scripts and, where it can be, without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from newsroom import Newsroom, click, downloaded, says, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path_factory.mktemp("room"))
    yield made
    made.close()


@pytest.fixture(params=[True, False], ids=["scripts", "none"])
def driver(room: Newsroom, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A browser with scripts, and one that runs none."""
    made = room.browser(scripts=request.param)
    yield made
    room.leave(made)


def search(driver: Any, words: str) -> None:
    """Types into the search box and sends it."""
    box = driver.find_element("id", "q")
    box.clear()
    box.send_keys(words + "\n")


def test_a_first_visit_says_what_is_here_and_how_to_ask(room: Newsroom, driver: Any) -> None:
    driver.get(room.url)
    says(driver, "or read how to ask")
    assert driver.switch_to.active_element.get_attribute("id") == "q"  # one can type at once
    click(driver, 'nav a[href="/help"]')
    says(driver, "How to search")
    driver.find_element("link text", "contr*").click()
    until(driver, "/?q=contr")


def test_a_search_is_read_aloud_narrowed_and_widened_again(room: Newsroom, driver: Any) -> None:
    driver.get(room.url)
    search(driver, "budget from:ann")
    says(driver, "Relevance")
    assert driver.find_element("css selector", ".hit mark").text.lower() == "budget"
    before = len(driver.find_elements("css selector", ".hit"))
    click(driver, ".chip:last-child a")
    until(driver, "/?q=budget")
    says(driver, "Relevance")
    assert len(driver.find_elements("css selector", ".hit")) > before
    search(driver, "budget from:(ann")
    says(driver, "To the front page")
    assert driver.find_element("id", "q").get_attribute("value") == "budget from:(ann"  # nothing has to be typed again


def test_a_column_of_the_histogram_narrows_to_its_time(room: Newsroom, driver: Any) -> None:
    driver.get(f"{room.url}/?q=budget")
    column = driver.find_element("css selector", ".histogram a")
    told = column.get_attribute("aria-label").partition(": ")[2]
    column.find_element("css selector", "rect").click()
    until(driver, "date")
    says(driver, told)
    assert "date:" in driver.find_element("id", "q").get_attribute("value")


def test_from_a_hit_into_its_conversation_and_a_quotation_unfolds(room: Newsroom, driver: Any) -> None:
    driver.get(f"{room.url}/?q=from:bob")
    driver.find_element("partial link text", "conversation").click()
    until(driver, "/t/")
    says(driver, "Who answered whom")
    quote = driver.find_element("css selector", ".entry .quote details")
    words = quote.find_element("css selector", "blockquote")
    assert not words.is_displayed()
    quote.find_element("css selector", "summary").click()
    assert words.is_displayed()
    assert "The budget hearing is moved." in words.text


def test_an_attachment_is_saved_byte_for_byte(room: Newsroom, driver: Any, tmp_path: Path) -> None:
    mail = room.corpus.engine.message(room.corpus.id("files"))
    part = mail.attachments[0]
    driver.get(f"{room.url}/?q=has:attachment+subject:files")
    click(driver, ".hit h3 a")
    says(driver, "Where it was found")
    says(driver, part.name)
    with downloaded(driver, tmp_path) as saved:
        click(driver, f'.attachments a[download][href$="/part/{part.part}"]')
    assert saved[0].read_bytes() == room.corpus.get(f"/m/{mail.id}/part/{part.part}").data
    with downloaded(driver, tmp_path) as saved:
        click(driver, '.tabs a[href$=".eml"]')
    assert saved[0].read_bytes() == room.corpus.mails["files"]


def test_an_article_leads_to_the_words_in_the_message_and_back(room: Newsroom, driver: Any) -> None:
    message, article = room.corpus.id("first")[:16], room.press.id("tide")[:16]
    driver.get(room.url)
    click(driver, 'nav a[href="/articles"]')
    says(driver, "Most messages")
    driver.find_element("link text", "The mail of three lines").click()
    until(driver, f"/a/{article}")
    says(driver, "Quoted word for word")
    click(driver, f"#of-{message} h3 a")
    until(driver, f"/m/{message}#by-{article}")
    says(driver, "Where it was found")
    assert driver.find_element("css selector", ".text mark.cited").text.startswith("The budget hearing is moved")
    click(driver, f"#by-{article} h3 a")
    until(driver, f"/a/{article}#of-{message}")
    says(driver, "Quoted word for word")


def test_messages_are_tagged_and_found_again_by_their_tag(room: Newsroom, driver: Any) -> None:
    tag = f"seen-{room.browsers.index(driver)}"
    driver.get(f"{room.url}/m/{room.corpus.id('french')[:16]}")
    driver.find_element("css selector", "#desk input[name=tag]").send_keys(f"{tag}\n")
    says(driver, tag)
    driver.find_element("link text", tag).click()
    until(driver, "/?q=tag")
    says(driver, "1 message")
    assert driver.find_element("css selector", ".hit h3").text == "Procès-verbal"


def test_a_search_is_saved_and_is_among_the_saved_ones(room: Newsroom, driver: Any) -> None:
    name = f"Budgets {driver.session_id[:6]}"
    driver.get(f"{room.url}/?q=budget")
    click(driver, "details.take > summary")
    field = driver.find_element("css selector", "form.save input[name=name]")
    field.clear()
    field.send_keys(name)
    click(driver, "form.save button")
    says(driver, "Looked through")
    driver.find_element("link text", name).click()
    until(driver, "/?q=budget")
    says(driver, "Relevance")


def test_a_result_is_exported_as_a_table_and_as_mails(room: Newsroom, driver: Any, tmp_path: Path) -> None:
    driver.get(f"{room.url}/?q=subject:files")
    click(driver, "details.take > summary")
    with downloaded(driver, tmp_path) as saved:
        click(driver, '.take a[href^="/export.csv"]')
    assert "Files" in saved[0].read_text(encoding="utf-8-sig")
    with downloaded(driver, tmp_path) as saved:
        click(driver, '.take a[href^="/export.zip"]')
    with ZipFile(saved[0]) as folder:
        mails = [folder.read(name) for name in folder.namelist() if name.endswith(".eml")]
    assert mails == [room.corpus.mails["files"]]


def test_e_opens_the_ways_to_export_and_s_stars_the_hit_one_is_at(room: Newsroom) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    driver = room.browser()
    driver.get(f"{room.url}/?q=subject:table")
    driver.find_element("css selector", "body").send_keys("e")
    assert driver.find_element("css selector", ".take a[href^='/export.csv']").is_displayed()
    driver.find_element("css selector", "body").send_keys("js")
    WebDriverWait(driver, 10).until(lambda it: it.find_elements("css selector", ".star[aria-pressed=true]"))
    driver.get(f"{room.url}/?q=is:starred")
    says(driver, "1 message")
    assert driver.find_element("css selector", ".hit h3").text == "Table"


def test_dragging_over_the_histogram_narrows_to_what_is_drawn_over(room: Newsroom) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    driver = room.browser()
    driver.get(f"{room.url}/?q=has:date")
    svg = driver.find_element("css selector", "figure.histogram svg")
    half = svg.size["width"] // 2
    way = ActionChains(driver, duration=20).move_to_element_with_offset(svg, 3 - half, 10).click_and_hold()
    for step in (0.2, 0.4, 0.5):
        way.move_to_element_with_offset(svg, int(step * 2 * half) - half, 10)
    way.release().perform()
    until(driver, "date%3A")
    says(driver, "All of time")
