"""Keys and access in a real Chromium: single keys, focus, zoom, forced colours, and axe on every kind of page."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from newsroom import Newsroom, main_text, says, until
from webapp_paths import annotate, paths

pytestmark = pytest.mark.browser
FOCUS = "return document.activeElement.closest('.hit, .source')?.querySelector('h3').textContent.trim() ?? ''"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


CONTRAST = ["color-contrast", "link-in-text-block"]  # what the colour scheme has a say in
RUN = """const [tags, done] = arguments;
axe.run(document, {runOnly: tags, resultTypes: ["violations"], iframes: false}).then(done, bad => done(`${bad}`));"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path_factory.mktemp("room"))
    annotate(made.press, made.app.test_client())
    yield made
    made.close()


def keys(driver: Any, typed: str) -> None:
    """Types on the page, not in a field."""
    for key in typed:
        driver.switch_to.active_element.send_keys(key)


def axe() -> str:
    """The source of axe-core, from a package that carries it; that package is not imported."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.origin:
        pytest.skip("needs the package axe-playwright-python, which carries axe-core")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(driver: Any, rules: list[str] = TAGS) -> list[str]:
    """What axe finds on the page: the rule, the element, what is wrong with it."""
    done = driver.execute_async_script(RUN, rules)
    assert isinstance(done, dict), done
    return [
        f"{rule['id']}: {node['html'][:160]} {' '.join(one['message'] for one in checks(node))}"
        for rule in done["violations"] for node in rule["nodes"]
    ]  # fmt: skip


def checks(node: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """What axe held against an element."""
    return node["any"] + node["all"] + node["none"]


def test_j_and_k_step_through_a_result_o_opens_and_u_comes_back_to_the_line(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/?q=budget&order=oldest")
    keys(driver, "jj")
    second = driver.execute_script(FOCUS)
    assert second == driver.find_elements("css selector", ".hit h3")[1].text
    keys(driver, "k")
    assert driver.execute_script(FOCUS) == driver.find_elements("css selector", ".hit h3")[0].text
    keys(driver, "jo")
    says(driver, "Where it was found")
    assert driver.find_element("css selector", ".up a").text == "← Results for budget"
    keys(driver, "u")
    until(driver, "/?q=budget&order=oldest")
    says(driver, "Relevance")
    assert driver.execute_script(FOCUS) == second
    keys(driver, "/")
    assert driver.switch_to.active_element.get_attribute("id") == "q"
    keys(driver, "jk?")  # in a field they are letters
    assert driver.switch_to.active_element.get_attribute("value").endswith("jk?")
    assert "/?q=budget" in driver.current_url


def test_j_and_k_step_through_messages_and_citations(room: Newsroom) -> None:
    driver = room.browser()
    thread = room.corpus.engine.row(room.corpus.id("answer")).thread[:16]
    driver.get(f"{room.url}/t/{thread}")
    keys(driver, "jj")
    focused = driver.execute_script("return document.activeElement.closest('.entry').dataset.id")
    assert focused == driver.find_elements("css selector", ".entry")[1].get_attribute("data-id")
    text = driver.find_elements("css selector", ".entry .text")[1]
    shown = text.is_displayed()
    keys(driver, "o")  # folds and unfolds
    assert text.is_displayed() != shown
    driver.get(f"{room.url}/m/{room.corpus.id('first')[:16]}")
    keys(driver, "j")  # the later one of its conversation
    says(driver, "2 of 3 messages")
    keys(driver, "k")
    says(driver, "1 of 3 messages")
    driver.get(f"{room.url}/a/{room.press.id('tide')[:16]}")
    keys(driver, "j")
    assert driver.execute_script(FOCUS) == driver.find_elements("css selector", ".source h3")[0].text
    keys(driver, "u")
    says(driver, "Most messages")


def test_keys_can_be_turned_off_and_say_so_to_who_listens(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/review")
    assert driver.find_element("css selector", "button.yes").get_attribute("aria-keyshortcuts") == "y"
    driver.get(f"{room.url}/help")
    driver.find_element("css selector", "[data-keys]").click()
    driver.get(f"{room.url}/review")
    said = main_text(driver)
    assert driver.find_element("css selector", "button.yes").get_attribute("aria-keyshortcuts") is None
    keys(driver, "y/j")
    assert driver.execute_script("return document.activeElement === document.body")
    assert main_text(driver) == said
    assert room.corpus.engine.verdicts() == []
    driver.get(f"{room.url}/help")
    assert not driver.find_element("css selector", "[data-keys]").is_selected()
    driver.find_element("css selector", "[data-keys]").click()
    keys(driver, "/")  # in the box, which is a field, it is a letter: out of it first
    driver.execute_script("document.activeElement.blur()")
    keys(driver, "/")
    assert driver.switch_to.active_element.get_attribute("id") == "q"


def test_the_sheet_of_keys_and_operators_opens_over_the_page_and_goes_again(room: Newsroom) -> None:
    driver = room.browser()
    for path in ("/?q=budget", f"/m/{room.corpus.id('first')[:16]}"):
        driver.get(room.url + path)
        keys(driver, "?")
        sheet = driver.find_element("css selector", "dialog[open]")
        assert "to the search box" in sheet.text
        assert "has:attachment" in sheet.text
        assert sheet.find_element("css selector", "[data-keys]").is_selected()
        assert driver.switch_to.active_element.text == "Close"
        driver.execute_script(axe())
        assert violations(driver) == []
        keys(driver, "j")  # what is below it stays as it is
        assert driver.switch_to.active_element.text == "Close"
        keys(driver, "?")
        assert not sheet.is_displayed()
        assert driver.current_url == room.url + path


def test_a_key_with_another_held_down_is_the_browsers(room: Newsroom) -> None:
    driver = room.browser()
    driver.get(f"{room.url}/review")
    held = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true, [arguments[0]]: true}))"
    for key in ("ctrlKey", "metaKey", "altKey"):
        driver.execute_script(held, key)
        assert driver.execute_script("return document.activeElement.id") != "q", key


@pytest.mark.parametrize(("width", "scheme", "rules"), [
    (1280, "light", TAGS), (390, "light", TAGS), (1280, "dark", CONTRAST), (390, "dark", CONTRAST),
])  # fmt: skip
def test_axe_finds_nothing_on_any_kind_of_page(room: Newsroom, width: int, scheme: str, rules: list[str]) -> None:
    source, driver = axe(), room.browser(width, scheme=scheme)
    driver.set_script_timeout(120)  # seconds; a busy machine takes its time
    wrong = []
    for path in paths(room.press):
        driver.get(room.url + path)
        driver.execute_script(source)
        wrong += [f"{path} {found}" for found in violations(driver, rules)]
    assert not wrong, "\n".join(wrong)


def test_no_page_is_wider_than_a_window_zoomed_to_400_percent(room: Newsroom) -> None:
    driver = room.browser(320)
    wide = []
    for path in paths(room.press):
        driver.get(room.url + path)
        if (width := driver.execute_script("return document.documentElement.scrollWidth")) > 320:
            wide.append(f"{path}: {width}")
    assert wide == []


def test_the_skip_link_comes_first_and_leads_to_the_content_and_focus_shows_in_forced_colours(room: Newsroom) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = room.browser()
    features = [{"name": "forced-colors", "value": "active"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get(f"{room.url}/?q=budget")
    driver.find_element("css selector", "body").send_keys(Keys.TAB)
    skip = driver.switch_to.active_element
    assert skip.text == "Skip to the content"
    assert skip.rect["x"] >= 0
    assert skip.value_of_css_property("outline-style") == "solid"
    skip.send_keys(Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "main"
