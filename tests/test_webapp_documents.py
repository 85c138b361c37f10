"""Every page parses as a valid document: ids unique, references that lead somewhere, elements where they may be."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from webapp_paths import annotate, paths, unvisited
from webapp_press import Press
from webapp_site import Corpus

from webapp import create_app
from webapp.cli import Mail

html5lib = pytest.importorskip("html5lib")
FLOW = {
    "address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figure", "footer",
    "form", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
HEADINGS = {f"h{level}" for level in range(1, 7)}
PHRASING = HEADINGS | {"p", "span", "b", "em", "strong", "label", "button", "code", "q", "time", "mark", "bdi", "pre"}
WITHIN = {"ul": {"li"}, "ol": {"li"}, "dl": {"div", "dt", "dd"}, "tr": {"th", "td"}, "select": {"option", "optgroup"}}
ACTIVE = {"a", "button", "input", "select", "textarea", "summary", "label", "iframe"}


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    corpus = Corpus(tmp_path_factory.mktemp("site"))
    corpus.app = create_app(corpus.engine, Mail(), writable=True)
    corpus.client = corpus.app.test_client()
    made = Press(corpus)
    annotate(made, corpus.client)
    yield made
    corpus.engine.close()


def problems(html: str) -> Iterator[str]:
    """What is wrong with a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    for (line, _), code, values in parser.errors:
        yield f"{code} {values} in {html.splitlines()[line - 1][:200]}"
    if not root.get("lang"):
        yield "no language"
    if not (root.findtext("head/title") or "").strip():
        yield "no title"
    ids = Counter(one.get("id") for one in root.iter() if one.get("id") is not None)
    yield from (f"id {id} stands {count} times" for id, count in ids.items() if count > 1 or not id or " " in id)
    for one in root.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"):
            yield from (f"{name} {id} leads nowhere" for id in (one.get(name) or "").split() if id not in ids)
        if (one.get("href") or "").startswith("#") and one.get("href")[1:] not in ids:
            yield f"{one.get('href')} leads nowhere"
        yield from placed(one)


def placed(top: Any) -> Iterator[str]:
    """What may not be directly in an element, or an attribute that it lacks."""
    inner = [child.tag for child in top if isinstance(child.tag, str)]
    if top.tag in PHRASING:
        yield from (f"{child} in {top.tag}" for child in inner if child in FLOW | HEADINGS)
    if top.tag in WITHIN:
        yield from (f"{child} in {top.tag}" for child in inner if child not in WITHIN[top.tag] | {"script", "template"})
    if top.tag == "a":
        yield from (f"{one.tag} in a" for one in top.iter() if one is not top and one.tag in ACTIVE)
    if top.tag == "img" and top.get("alt") is None:
        yield "a picture without words for it"
    if top.tag == "th" and top.get("scope") not in ("row", "col", "rowgroup", "colgroup"):
        yield "a heading of a table that does not say of what"


def test_every_page_is_a_valid_document(press: Press) -> None:
    wrong = {}
    mails = [press.corpus.id(name)[:16] for name in press.corpus.mails]
    articles = [press.id(name)[:16] for name in press.articles]
    each = [f"/{kind}/{id}" for kind, ids in (("m", mails), ("t", mails), ("a", articles)) for id in ids]
    for path in paths(press) + each:
        found = list(problems(press.corpus.get(path).text))
        if found:
            wrong[path] = found
    assert not wrong, "\n".join(f"{path}: {'; '.join(found[:4])}" for path, found in wrong.items())


def test_no_kind_of_page_is_left_out(press: Press) -> None:
    assert unvisited(press.corpus.app.url_map, paths(press)) == set()


@pytest.mark.parametrize(("html", "told"), [
    ('<p id="a"><ul></ul></p><p id="a">', "id a stands 2 times"),
    ('<a href="#nowhere">x</a>', "#nowhere leads nowhere"),
    ('<label for="x">x</label>', "for x leads nowhere"),
    ("<span><div>x</div></span>", "div in span"),
    ("<ul><p>x</p></ul>", "p in ul"),
    ("<a href='/'><button>x</button></a>", "button in a"),
])  # fmt: skip
def test_problems_are_found(html: str, told: str) -> None:
    page = f'<!doctype html><html lang="en"><head><title>x</title></head><body>{html}</body></html>'
    assert told in list(problems(page))
