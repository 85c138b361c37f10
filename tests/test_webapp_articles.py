"""Articles on the site: what each cites beside the messages, the messages beside who cites them; lists, table, feed."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser
from webapp_press import BYTES, SCRIPT, Press
from webapp_site import Corpus

from mappings.articles import WITHOUT_LANGUAGES, Article, CitedState, Settings

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def press(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    corpus = Corpus(tmp_path_factory.mktemp("press"), cluster=cluster)
    yield Press(corpus)
    corpus.engine.close()


def words(html: str) -> str:
    """What a page says, without its markup."""
    body = LexborHTMLParser(html).css_first("main")
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def fetched(press: Press, path: str) -> dict[str, object]:
    answer = press.corpus.get(path)
    assert answer.status_code == 200, (path, answer.text[-300:])
    found = json.loads(answer.data)
    assert isinstance(found, dict)
    return found


def pages(press: Press) -> list[str]:
    """Every page that shows something of an article."""
    mails = [f"/m/{press.corpus.id(name)[:16]}" for name in ("first", "answer", "late", "undated", "french")]
    articles = [f"/a/{press.id(name)[:16]}" for name in press.articles]
    lists = ["/articles", "/articles?order=outlet&lang=en", "/cited", "/cited/absent", "/review", "/review/verdicts",
             "/", "/?q=budget", f"/t/{press.corpus.id('first')[:16]}"]  # fmt: skip
    return [*mails, *articles, *lists]


def test_a_message_says_who_cites_it_in_whose_words(press: Press) -> None:
    html = press.corpus.html(f"/m/{press.corpus.id('first')[:16]}")
    said = words(html)
    assert "Cited by 2 articles" in said
    for part in ("The Tide · 2016-10-11 · Ida Quill, Tom Wren · English", "The mail of three lines",
                 "Quoted word for word", "Kurier · 2016-11-01 09:30 +0100", "Translated",
                 "Does not agree: article: 2 September 2016; message: 3 August 2015"):  # fmt: skip
        assert part in said, part
    assert "<mark>The budget hearing is moved.</mark>" in html
    assert '<mark class="pair p1" title="moved">verschoben</mark>' in html
    assert f'href="/a/{press.id("tide")[:16]}#of-{press.corpus.id("first")[:16]}"' in html
    assert "probable" not in said


def test_the_cited_words_stand_in_the_message_with_a_way_to_the_citation_and_back(press: Press) -> None:
    html = press.corpus.html(f"/m/{press.corpus.id('first')[:16]}")
    body = LexborHTMLParser(html).css_first("div.text")
    assert body is not None
    marked = "".join(node.text() for node in body.css("mark.cited"))
    assert marked == "The budget hearing is moved.\nTell nobody."
    for number in (1, 2):
        assert body.css_first(f"#words-{number}") is not None
        assert f'<a href="#citation-{number}"' in (body.html or "")
        assert f'id="citation-{number}"' in html
        assert f'href="#words-{number}"' in html


def test_what_is_probable_says_so_and_comes_last(press: Press) -> None:
    said = words(press.corpus.html(f"/m/{press.corpus.id('late')[:16]}"))
    assert "Probably cited by 1 article" in said
    assert "probable, to be confirmed" in said
    assert "waits for a person" in said


def test_a_copy_is_cited_as_its_original_is(press: Press) -> None:
    found = fetched(press, f"/m/{press.corpus.id('copy')[:16]}.json")
    assert [one["judged"]["citation"]["method"] for one in found["cited"]] == ["thread"]  # type: ignore[attr-defined]


def test_what_was_held_for_no_citation_is_shown_to_nobody(press: Press) -> None:
    assert fetched(press, f"/m/{press.corpus.id('french')[:16]}.json")["cited"] == []
    assert "Cited" not in words(press.corpus.html(f"/m/{press.corpus.id('french')[:16]}"))
    found = fetched(press, f"/a/{press.id('rumour')[:16]}.json")
    assert found["silent"] == []
    assert len(found["citations"]) == 1  # type: ignore[arg-type]
    assert "looked at" not in press.corpus.html(f"/a/{press.id('rumour')[:16]}")


def test_an_article_shows_its_passages_in_order_with_the_messages_behind_them(press: Press) -> None:
    html = press.corpus.html(f"/a/{press.id('tide')[:16]}")
    said = words(html)
    order = [said.index(part) for part in ("Budget hearing", "harbour 4178", "Re: Budget hearing")]
    assert order == sorted(order)
    for part in ("Cites 1 message and 1 not in this corpus; 1 more to be confirmed", "The language model is missing.",
                 "Not in this corpus.", "Named by its number", "“In his reply” follows a citation."):  # fmt: skip
        assert part in said, part
    assert 'href="https://www.tide.example/story" rel="noopener noreferrer nofollow"' in html
    assert 'href="https://harbour.example/mail/4178" rel="noopener' in html
    assert f'href="/m/{press.corpus.id("first")[:16]}#by-{press.id("tide")[:16]}"' in html


def test_an_article_says_how_far_it_was_looked_at(press: Press) -> None:
    id = press.id("risotto")
    assert "Translated words" not in press.corpus.html(f"/a/{id[:16]}")
    with press.corpus.engine.writer() as writer:
        writer.keep_citations(CitedState(article=id, model=f"weights{WITHOUT_LANGUAGES}", at=1_490_000_000), [])
    said = words(press.corpus.html(f"/a/{id[:16]}"))
    assert "Translated words were not looked for" in said
    assert "Matched with the mails 2017-03-20 08:53 UTC" in said


def test_both_pages_have_the_place_that_the_other_leads_to(press: Press) -> None:
    article = press.corpus.html(f"/a/{press.id('tide')[:16]}")
    message = press.corpus.html(f"/m/{press.corpus.id('first')[:16]}")
    assert f'id="of-{press.corpus.id("first")[:16]}"' in article
    assert f'id="by-{press.id("tide")[:16]}"' in message


def test_no_page_gives_an_article_away_whole(press: Press) -> None:
    far = "Nobody else was told."
    for path in [*pages(press), "/citations.csv", "/citations.atom", "/articles.csv"]:
        for form in (path, path + ".json" if "?" not in path and "." not in path and path != "/" else path):
            answer = press.corpus.client.get(form, follow_redirects=True)
            assert answer.status_code == 200, form
            assert "Risotto is" not in answer.text
            assert "Stir it slowly" not in answer.text, form
    found = fetched(press, f"/a/{press.id('tide')[:16]}.json")
    assert found["text"] == ""
    assert far not in json.dumps(found["citations"][0])  # type: ignore[index]
    digest = press.articles["tide"].captures[0].sha256
    assert press.corpus.get(f"/a/{press.id('tide')[:16]}/capture/{digest}").status_code == 404


def test_an_article_is_whole_where_the_operator_says_so(press: Press) -> None:
    digest = press.articles["tide"].captures[0].sha256
    with press.corpus.engine.writer() as writer:
        writer.set_settings(Settings(whole=True))
    try:
        html = press.corpus.html(f"/a/{press.id('tide')[:16]}")
        assert "Nobody else was told." in html
        assert 'id="words-1"' in html
        kept = press.corpus.get(f"/a/{press.id('tide')[:16]}/capture/{digest}")
        assert kept.data == BYTES
        assert kept.content_type == "application/octet-stream"
        assert kept.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in kept.headers["Content-Security-Policy"]
        assert press.corpus.get(f"/a/{press.id('tide')[:16]}/capture/{'0' * 64}").status_code == 404
    finally:
        with press.corpus.engine.writer() as writer:
            writer.set_settings(Settings())


def test_what_proves_an_article_stands_on_its_page(press: Press) -> None:
    html = press.corpus.html(f"/a/{press.id('kurier')[:16]}")
    assert press.articles["kurier"].captures[0].sha256 in html
    assert "2016-11-24 15:06 UTC" in html
    assert "download" not in re.findall(r"<aside.*</aside>", html, re.S)[0]


def titles(press: Press, query: str) -> list[str]:
    rows = fetched(press, f"/articles.json{query}")["result"]["rows"]  # type: ignore[index]
    return [row["title"] for row in rows]


def test_articles_are_listed_and_narrowed(press: Press) -> None:
    assert titles(press, "")[0].startswith("<script>"), "the newest first, as far as dates can be read"
    assert set(titles(press, "?outlet=The+Tide")) == {"The mail of three lines", "What one hears"}
    assert titles(press, "?lang=de") == ["Haushalt"]
    assert titles(press, "?year=2016&order=oldest") == ["The mail of three lines", "Haushalt"]
    assert titles(press, "?words=saffron") == ["Risotto for forty"]
    assert set(titles(press, f"?cites={press.corpus.id('first')[:12]}")) == {"The mail of three lines", "Haushalt"}
    assert "Risotto for forty" not in titles(press, "?citing=1")
    assert titles(press, "?order=citations")[0] in ("The mail of three lines", press.articles["evil"].title)
    html = press.corpus.html("/articles?outlet=The+Tide")
    assert 'class="chosen"' in html
    assert "No article is like this." in press.corpus.html("/articles?words=zzzunknown")


def test_the_list_is_paged_to_its_end(press: Press) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        found = fetched(press, f"/articles.json?limit=2&cursor={cursor}")["result"]
        seen += [row["id"] for row in found["rows"]]  # type: ignore[index]
        cursor = found["next"]  # type: ignore[index]
        if not cursor:
            break
    assert sorted(seen) == sorted(article.id for article in press.articles.values())
    assert 'rel="next"' in press.corpus.html("/articles?limit=2")


@pytest.mark.parametrize("path", ["/articles?order=best", "/articles?limit=0", "/articles?cursor=nonsense",
                                  "/cited?limit=x", "/articles?citing=maybe", "/review?after=nonsense",
                                  "/review/verdicts?page=9", "/articles?year=20155"])  # fmt: skip
def test_odd_values_are_refused_in_words(press: Press, path: str) -> None:
    assert press.corpus.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/a/00000000", "/a/0", "/a/zz", "/articles?cites=00000000", "/a/" + "0" * 64])
def test_what_is_not_there_is_said_not_to_be(press: Press, path: str) -> None:
    assert press.corpus.get(path).status_code == 404


def test_hits_and_conversations_say_how_often_they_are_cited(press: Press) -> None:
    assert "cited by 2 articles" in words(press.corpus.html("/?q=subject:budget"))
    html = press.corpus.client.get(f"/t/{press.corpus.id('first')[:16]}", follow_redirects=True).text
    assert "Cited by 2 articles" in words(html)
    assert f'href="/m/{press.corpus.id("first")[:16]}#cited"' in html


def test_a_search_can_begin_with_the_most_cited(press: Press) -> None:
    assert "Most cited" in words(press.corpus.html("/?q=budget"))
    hits = fetched(press, "/.json?q=is:cited&order=cited")["result"]["hits"]  # type: ignore[index]
    assert hits[0]["row"]["id"] == press.corpus.id("first")
    assert 'aria-current="true">Most cited' in press.corpus.html("/?q=is:cited&order=cited")


def test_the_most_cited_and_what_is_not_here_are_listed(press: Press) -> None:
    said = words(press.corpus.html("/cited"))
    assert said.index("Budget hearing") < said.index("Without a date")
    assert "2 articles" in said
    said = words(press.corpus.html("/cited/absent"))
    assert "harbour 4178" in said
    assert "The mail of three lines" in said


def test_the_front_page_leads_to_the_articles(press: Press) -> None:
    html = press.corpus.html("/")
    assert "about it</h2>" in html
    assert 'href="/articles?outlet=' in html
    assert 'href="/cited"' in html


def rows_of(press: Press, path: str) -> list[dict[str, str]]:
    text = press.corpus.get(path).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_tables_hold_everything_and_no_formula(press: Press) -> None:
    articles = rows_of(press, "/articles.csv")
    assert len(articles) == len(press.articles)
    evil = next(row for row in articles if row["id"] == press.id("evil"))
    assert evil["outlet"].startswith("'=cmd|")
    assert [row["title"] for row in rows_of(press, "/articles.csv?lang=de")] == ["Haushalt"]
    citations = rows_of(press, "/citations.csv")
    assert len(citations) == 7, "all but the silent one"
    german = next(row for row in citations if row["method"] == "translated")
    assert german["words of the article"].startswith("Die Haushaltsanhörung")
    assert german["words of the message"].startswith("The budget hearing")
    assert german["subject"] == "Budget hearing"
    assert german["conflicts"] == "article: 2 September 2016; message: 3 August 2015"
    for row in (*articles, *citations):
        assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())


def test_the_feed_is_atom_with_the_newest_citations(press: Press) -> None:
    answer = press.corpus.get("/citations.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.data)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 5, "those that are shown"
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    found = {entry.findtext(f"{ATOM}title"): entry for entry in entries}
    entry = found["The Tide, “The mail of three lines” cites “Budget hearing”"]
    assert entry.findtext(f"{ATOM}updated") == "2016-11-24T15:06:40Z"
    links = [link.attrib["href"] for link in feed.iter(f"{ATOM}link")]
    assert f"http://localhost/a/{press.id('tide')[:16]}" in links
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_strangers_words_are_words_on_every_page(press: Press) -> None:
    undated = f"/m/{press.corpus.id('undated')[:16]}?q=nobody"
    for path in [*pages(press), undated, f"/cite?article={SCRIPT}&message={SCRIPT}"]:
        answer = press.corpus.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert "<script>document" not in answer.text, path
        assert "<img src=x" not in answer.text, path
        assert "\u202e" not in answer.text, path
        for node in LexborHTMLParser(answer.text).css("*"):
            for name, value in node.attributes.items():
                assert not name.startswith("on"), (path, name)
                if name in ("href", "src", "action"):
                    assert re.match(r"/(?!/)|https?://|#|$", value or ""), (path, value)
                assert not (value or "").startswith("https://evil.example"), path


def test_an_empty_shelf_says_how_to_fill_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    corpus = Corpus(tmp_path_factory.mktemp("empty"))
    try:
        assert "unsealed cite" in corpus.html("/articles")
        assert "No article cites a message" in corpus.html("/cited")
        assert "Everything that the articles here cite" in corpus.html("/cited/absent")
        assert "Nothing waits to be confirmed" in corpus.html("/review")
        assert "Nobody has decided anything yet" in corpus.html("/review/verdicts")
        assert corpus.get("/citations.atom").status_code == 200
        assert "Articles about them" not in corpus.html("/")
        assert "Cited by" not in corpus.html(f"/m/{corpus.id('first')[:16]}")
    finally:
        corpus.engine.close()


def test_articles_without_words_or_address_have_pages(press: Press) -> None:
    bare = Article(id="ab" * 32)
    with press.corpus.engine.writer() as writer:
        id = writer.keep_article(bare, {})
    try:
        said = words(press.corpus.html(f"/a/{id[:16]}"))
        assert "It came without an address." in said
        assert "not looked for yet" in said
        assert "no text that could be read" in said
        assert "(no title)" in press.corpus.html("/articles")
    finally:
        with press.corpus.engine.writer() as writer:
            writer.drop_article(id)
