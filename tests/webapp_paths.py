"""One address for every kind of page and of state, so that tests of all pages look at all pages."""

import re

from webapp_press import Press
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map
from werkzeug.test import Client

from ingest.people.directory import follow
from mappings.persons import handle_id


def annotate(press: Press, client: Client) -> None:
    """Knows the people, and puts a star, tags and notes on mails by the site's own forms; `client` may write."""
    follow(press.corpus.engine)
    first = press.corpus.id("first")
    page = client.get(f"/m/{first}").text
    token = re.search(r'name="token" value="([\w-]+)"', page)
    assert token is not None
    kept = {"token": token[1], "by": "Ida <Quill>"}
    for did in (
        {"do": f"star {first}"}, {"do": "put", "message": first, "tag": "council", "text": "On all of it"},
        {"do": "put", "message": first, "text": "Who told?", "words": "Tell nobody"},
        {"do": "put", "message": press.corpus.id("files"), "tag": "<b>money</b>"},
    ):  # fmt: skip
        assert client.post("/notes", data=kept | did).status_code == 303
    saved = {"do": "save", "q": "budget <i>", "name": "<b>Budgets</b>"}
    assert client.post("/searches", data=kept | saved).status_code == 303


def paths(press: Press) -> list[str]:
    """The addresses, below the site's root."""
    corpus = press.corpus
    first, late, files, html = (corpus.id(name)[:16] for name in ("first", "answer", "files", "newsletter"))
    file = corpus.engine.message(files).attachments[0].sha256
    ghost = corpus.engine.row(corpus.id("late")).thread[:16]
    ann = handle_id("ann@council.example")
    return [
        "/", "/?q=budget", "/?q=attack", "/?q=zzzz+has:attachment", "/?q=zzzz", "/?q=from:(ann", "/?q=is:ghost",
        "/?q=budget&threads=1&order=oldest&limit=1", f"/m/{first}?q=budget", f"/m/{files}", f"/m/{first}?view=route",
        f"/m/{html}?view=html", f"/m/{first}/marks", f"/m/{first}/reference", f"/m/{first}/differences/{late}",
        f"/file/{file}?q=a", f"/t/{ghost}?q=budget", f"/t/{first}?order=tree", "/articles", "/articles?words=zz",
        f"/a/{press.id('tide')[:16]}", f"/a/{press.id('evil')[:16]}", "/cited", "/cited/absent", "/review",
        "/review/verdicts", "/cite", f"/cite?article={press.id('evil')}&message={corpus.id('undated')}", "/notes",
        "/notes?words=zz", "/tags", "/facet/from?q=budget", "/people", "/people?words=zz",
        f"/p/{ann}", f"/p/{ann}/graph?sort=to&lists=0", "/graph", "/graph?q=zzzz", "/searches", "/batch", "/api",
        "/status", "/failures", "/help", "/nowhere", "/m/00000000",
    ]  # fmt: skip


def unvisited(rules: Map, addresses: list[str]) -> set[str]:
    """The kinds of pages that none of the addresses is of."""
    adapter = rules.bind("localhost")
    read = {rule.rule for rule in rules.iter_rules() if "GET" in (rule.methods or ())}
    pages = {rule for rule in read if f"{rule}.json" in read}  # what has no twin is a file
    for address in addresses:
        try:
            rule, _ = adapter.match(address.partition("?")[0], return_rule=True)
            pages.discard(rule.rule)
        except NotFound:  # an address of nothing is among them
            continue
    return pages
