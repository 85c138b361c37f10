"""The ways of a reader and of a reviewer through citations, in a real Chromium, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from newsroom import Newsroom, click, main_text, press_key, says, until

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><head><title>Budgets on the move</title>
<meta property="og:site_name" content="The Evening Sluice"><meta property="article:published_time" content="2016-12-01">
<link rel="canonical" href="https://sluice.example/budgets"></head><body><article><h1>Budgets on the move</h1>
<p>It began with a mail that went round the council in the summer of 2015 and that nobody answered in time.</p>
<p>“The budget hearing is moved. Tell nobody,” Ann Lee wrote to Bob Ray on 3 August 2015, according to mails seen by
this newspaper.</p><p>The council did not answer our questions before we went to press.</p></article></body></html>"""
SELECT = """
const node = document.querySelector(arguments[0]).firstChild, at = node.data.indexOf(arguments[1]);
const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + arguments[1].length);
const chosen = getSelection(); chosen.removeAllRanges(); chosen.addRange(range);
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path)
    yield made
    made.close()


def test_from_the_words_to_the_article_and_back(room: Newsroom) -> None:
    driver = room.browser()
    message, article = room.corpus.id("first")[:16], room.press.id("tide")[:16]
    driver.get(f"{room.url}/m/{message}")
    click(driver, '.text sup.note a[href="#citation-1"]')
    assert driver.current_url.endswith("#citation-1")
    click(driver, f"#by-{article} h3 a")
    until(driver, f"/a/{article}#of-{message}")
    says(driver, "Quoted word for word")
    click(driver, f"#of-{message} h3 a")
    until(driver, f"/m/{message}#by-{article}")
    click(driver, '.back a[href="#words-1"]')
    assert driver.current_url.endswith("#words-1")
    assert driver.execute_script("return document.querySelector('#words-1').getBoundingClientRect().top < innerHeight")


def test_keys_confirm_reject_undo_and_skip_and_a_new_run_changes_nothing(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/review")
    driver.find_element("name", "by").send_keys("Ida Quill")
    assert "In his reply Bob Ray agreed." in main_text(driver)
    driver.find_element("css selector", "h1").click()  # out of the field
    said = press_key(driver, "y", lambda text: "Confirmed" in text)
    assert "Somebody never saw the first mail" in said
    assert driver.find_element("name", "by").get_attribute("value") == "Ida Quill"
    said = press_key(driver, "n", lambda text: "Rejected" in text)
    assert "0 probable citations wait" in said
    said = press_key(driver, "u", lambda text: "1 probable citation waits" in text)
    assert "Somebody never saw" in said
    press_key(driver, "s", lambda text: "1 was skipped" in text)
    driver.get(f"{room.url}/review")
    press_key(driver, "n", lambda text: "Rejected" in text)

    assert "articles matched" in room.cite("--again")
    driver.get(f"{room.url}/m/{room.corpus.id('answer')[:16]}")
    assert "Cited by 1 article" in main_text(driver)
    assert "confirmed by Ida Quill" in main_text(driver)
    driver.get(f"{room.url}/m/{room.corpus.id('late')[:16]}")
    assert "What one hears" not in main_text(driver)  # the article that was said not to cite it
    driver.get(f"{room.url}/review")
    asked = main_text(driver)  # what was decided is not asked again
    assert "In his reply Bob Ray agreed." not in asked
    assert "Somebody never saw" not in asked
    driver.get(f"{room.url}/review/verdicts")
    assert main_text(driver).count("Ida Quill") == 2


def test_an_article_from_its_file_to_the_message_and_back(room: Newsroom) -> None:
    (room.folder / "sluice.html").write_text(PAGE, encoding="utf-8")
    assert "Budgets on the move" in room.cite(room.folder / "sluice.html")
    driver = room.browser()
    driver.get(f"{room.url}/m/{room.corpus.id('first')[:16]}")
    assert "Cited by" in main_text(driver)
    driver.find_element("link text", "Budgets on the move").click()
    until(driver, "/a/")
    says(driver, "The Evening Sluice · 2016-12-01")
    says(driver, "Quoted word for word")
    driver.find_element("link text", "Budget hearing").click()
    until(driver, f"/m/{room.corpus.id('first')[:16]}#by-")


def test_typing_a_name_decides_nothing(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/review")
    driver.find_element("name", "by").send_keys("yvonne snyu")
    assert driver.current_url == f"{room.url}/review"
    assert room.corpus.engine.verdicts() == []


def test_words_that_are_selected_make_a_citation(room: Newsroom) -> None:
    driver = room.browser()
    message, article = room.corpus.id("french")[:16], room.press.id("risotto")[:16]
    driver.get(f"{room.url}/m/{message}")
    driver.find_element("id", "cite-article").send_keys("https://risotto.example/story\n")
    until(driver, "/cite?")
    driver.execute_script(SELECT, "[data-words=article]", "The budget allows for saffron.")
    driver.execute_script(SELECT, "[data-words=message]", "budget")
    driver.execute_script("return new Promise(done => requestAnimationFrame(done))")
    assert driver.find_element("name", "message_words").get_attribute("value") == "budget"
    assert driver.find_element("name", "message_at").get_attribute("value").isdigit()
    driver.find_element("name", "by").send_keys("Tom")
    click(driver, "button.yes")
    until(driver, f"/a/{article}#of-{message}")
    says(driver, "Added by hand")
    says(driver, "added by Tom")
    click(driver, f"#of-{message} h3 a")
    assert driver.find_element("css selector", ".text mark.cited").text == "budget"


def test_everything_works_without_scripts(room: Newsroom) -> None:
    driver = room.browser(scripts=False)
    driver.get(f"{room.url}/review")
    driver.find_element("name", "by").send_keys("Ida")
    click(driver, "button[value=yes]")
    says(driver, "Confirmed")
    click(driver, ".done button")
    says(driver, "2 probable citations wait")
    driver.get(f"{room.url}/a/{room.press.id('risotto')[:16]}")
    driver.find_element("id", "cite-message").send_keys("m5@council.example\n")
    until(driver, "/cite?")
    driver.find_element("name", "article_words").send_keys("The  budget allows for saffron.")
    driver.find_element("name", "message_words").send_keys("parler du budget")
    click(driver, "button.yes")
    until(driver, f"/a/{room.press.id('risotto')[:16]}#of-")
    says(driver, "Added by hand")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window_or_runs_a_strangers_script(room: Newsroom, width: int) -> None:
    driver = room.browser(width)
    ids = [f"/a/{room.press.id(name)[:16]}" for name in room.press.articles]
    mails = [f"/m/{room.corpus.id(name)[:16]}" for name in ("first", "answer", "undated")]
    add = f"/cite?article={room.press.id('evil')}&message={room.corpus.id('undated')}"
    for path in (*ids, *mails, add, "/articles", "/cited", "/cited/absent", "/review", "/review/verdicts", "/cite"):
        driver.get(room.url + path)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, path
        assert driver.execute_script("return [window.owned ?? null, document.title === 'owned']") == [None, False], path
