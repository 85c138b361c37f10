"""Reading a conversation in a real Chromium: folding, steps through what was found, later pages, no scripts."""

import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from waitress import create_server
from webapp_mails import mail

from ingest.pipeline import load
from search.engine import open_engine
from webapp import create_app
from webapp.cli import Mail
from webapp.pages import thread

pytestmark = pytest.mark.browser
COUNT = 12


def raw(number: int) -> bytes:
    """The mail number so many: tall, and every fifth one speaks of saffron at its top and its bottom."""
    spice = "saffron" if number % 5 == 0 else "pepper"
    above = f"\nOn Mon, {number - 1} Aug 2015, Ann Lee wrote:\n" + "> The committee met again.\n" * 3
    quoted = above if number > 1 else ""
    body = f"{spice} first\n" + "\nThe committee met again.\n" * 40 + f"{spice} last\n{quoted}"
    refs = f"References: <m{number - 1}@council.example>\n" if number > 1 else ""
    return mail(number, "Re: Spices", body, extra=refs)


class Room:
    """A served conversation and browsers on it."""

    def __init__(self, folder: Path) -> None:
        box = folder / "mails"
        box.mkdir()
        self.ids = {}
        for number in range(1, COUNT + 1):
            (box / f"{number}.eml").write_bytes(raw(number))
            self.ids[number] = sha256(raw(number)).hexdigest()[:16]
        self.engine = open_engine(str(folder / "corpus"), create=True)
        load(self.engine, [box])
        self.server = create_server(create_app(self.engine, Mail()), host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=self.server.run, daemon=True).start()
        thread_id = self.engine.row(self.ids[1]).thread[:16]
        self.url = f"http://127.0.0.1:{self.server.effective_port}/t/{thread_id}"
        self.browsers: list[Any] = []

    def browser(self, width: int = 1280, scripts: bool = True) -> Any:
        from screenshots import browser

        made = browser(width, "light")
        self.browsers.append(made)
        still = [{"name": "prefers-reduced-motion", "value": "reduce"}]  # nothing moves away while it is clicked
        made.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": still})
        if not scripts:
            made.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        return made

    def close(self) -> None:
        for one in self.browsers:
            one.quit()
        self.server.close()
        self.engine.close()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr(thread, "CHUNK", 5)
    made = Room(tmp_path)
    yield made
    made.close()


def until(driver: Any, script: str) -> None:
    """Waits until a script's value is true."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda it: it.execute_script(f"return {script}"), f"never: {script}")


def entry(room: Room, number: int) -> str:
    return f"document.querySelector('[data-id=\"{room.ids[number]}\"]')"


def opened(driver: Any) -> list[str]:
    found = driver.find_elements("css selector", ".entry:has(> details[open])")
    return [one.get_attribute("data-id") for one in found]


def press(driver: Any, key: str) -> None:
    driver.find_element("css selector", "body").send_keys(key)


HERE = "document.querySelector('mark.here')"


def test_later_pages_come_in_as_one_scrolls(room: Room) -> None:
    driver = room.browser()
    driver.get(room.url)
    assert len(driver.find_elements("css selector", ".entry")) == 5
    down = "scrollTo(0, document.documentElement.scrollHeight)"
    until(driver, f"({down}, document.querySelectorAll('.entry').length === {COUNT})")
    ids = [one.get_attribute("data-id") for one in driver.find_elements("css selector", ".entry")]
    assert ids == [room.ids[number] for number in range(1, COUNT + 1)]
    until(driver, f"document.querySelector('.outline a[href=\"#m-{room.ids[COUNT]}\"]') !== null")
    assert driver.find_elements("css selector", '.bodies > .chunks:last-child a[rel="next"]') == []


def test_what_was_read_is_folded_the_next_time_but_for_the_newest_and_what_one_came_for(room: Room) -> None:
    driver = room.browser()
    driver.get(room.url)
    for number in (1, 2):
        driver.execute_script(f"{entry(room, number)}.querySelector('details').lastChild.scrollIntoView()")
        until(driver, f"(localStorage.getItem('unsealed-read') || '').includes('{room.ids[number]}')")
    driver.get("about:blank")
    driver.get(room.url)
    until(driver, f"!{entry(room, 1)}.querySelector('details').open")
    assert opened(driver) == [room.ids[number] for number in (3, 4, 5)]
    driver.get("about:blank")
    driver.get(f"{room.url}#m-{room.ids[2]}")
    until(driver, f"{entry(room, 2)}.querySelector('details').open")
    assert room.ids[1] not in opened(driver)


def test_keys_step_through_words_and_messages_on_to_the_next_page_and_back(room: Room) -> None:
    driver = room.browser()
    driver.get(f"{room.url}?q=saffron")
    assert opened(driver) == [room.ids[5]]
    press(driver, "n")
    until(driver, f"{HERE} && {HERE}.closest('.entry') === {entry(room, 5)}")
    press(driver, "n")
    until(driver, f"[...{entry(room, 5)}.querySelectorAll('mark')].indexOf({HERE}) === 1")
    until(driver, f"{entry(room, 10)} !== null")  # the next page is here by now
    press(driver, "n")
    until(driver, f"{HERE}.closest('.entry') === {entry(room, 10)}")
    press(driver, "p")
    press(driver, "p")
    until(driver, f"{HERE} === {entry(room, 5)}.querySelector('mark')")


def test_an_address_of_the_conversation_finds_a_message_on_another_page(room: Room) -> None:
    driver = room.browser()
    driver.get(f"{room.url}?q=saffron#m-{room.ids[11]}")
    until(driver, f"location.search.includes('page=3') && {entry(room, 11)} !== null")
    until(driver, f"{entry(room, 11)}.querySelector('details').open")
    assert "q=saffron" in driver.current_url


def test_all_are_opened_and_folded_at_once(room: Room) -> None:
    driver = room.browser()
    driver.get(room.url)
    driver.find_element("link text", "Fold all").click()
    until(driver, "location.search === '?open=none'")
    until(driver, f"document.querySelectorAll('.entry').length === {COUNT}")  # those that came in since, too
    assert opened(driver) == []
    driver.find_element("link text", "Open all").click()
    until(driver, "location.search === '?open=all'")
    assert len(opened(driver)) >= 5


def test_everything_is_reached_without_scripts(room: Room) -> None:
    driver = room.browser(scripts=False)
    driver.implicitly_wait(5)
    driver.get(f"{room.url}?q=saffron")
    assert opened(driver) == [room.ids[5]]
    driver.find_element("css selector", ".findings .first").click()
    driver.find_element("css selector", f"#m-{room.ids[5]} .steps .after").click()
    assert driver.find_element("css selector", f"#m-{room.ids[10]} .steps span").text == "2 of 2"
    assert f"page=2&q=saffron#m-{room.ids[10]}" in driver.current_url
    driver.find_element("css selector", f"#m-{room.ids[10]} .source").click()
    driver.find_element("link text", "Open all").click()
    driver.find_element("css selector", '.chunks a[rel="next"]').click()
    driver.find_element("css selector", f"#m-{room.ids[6]}")
    assert len(opened(driver)) == 5


def test_on_paper_all_is_open_and_nothing_to_click(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "CHUNK", COUNT)
    driver = room.browser()
    driver.get(f"{room.url}?open=none")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    text = driver.execute_script("return document.querySelector('main').innerText")
    assert text.count("pepper first") == COUNT - 2
    assert text.count("> The committee met again.") == (COUNT - 1) * 3
    assert f"/m/{room.ids[3]}" in text
    for word in ("Fold all", "Later", "Who answered whom", "One after the other"):
        assert word not in text


def test_a_message_alone_has_the_room_of_the_tree_as_well(room: Room) -> None:
    driver = room.browser()
    driver.get(f"{room.url}?page=3")
    wide = "document.querySelector('.bodies').clientWidth"
    with_tree = driver.execute_script(f"return {wide}")
    driver.execute_script("document.querySelector('.outline').remove()")
    assert driver.execute_script(f"return {wide}") > with_tree + 200


@pytest.mark.parametrize("width", [390, 1280])
def test_no_conversation_is_wider_than_its_window(room: Room, width: int) -> None:
    driver = room.browser(width)
    for query in ("", "?q=saffron", "?order=tree&open=none"):
        driver.get(room.url + query)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    driver.get(room.url)
    shown = driver.execute_script("return document.querySelector('.outline details').open")
    assert shown is (width > 1000)
