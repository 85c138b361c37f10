"""The shelf on both engines: articles, captures, settings, what is derived."""

from hashlib import sha256

import pytest
from msgspec.structs import replace

from mappings.articles import Capture, Settings
from search.article_keys import address_key, text_key
from search.citing import Articles, ArticlesWanted
from search.engine import Engine
from search.errors import CursorError, NotFound, SearchError
from tests.shelf_articles import TEXT, article, citation, cite, keep
from tests.test_search_contract import Maker, corpus, empty, fill, kind, make

__all__ = ["empty", "kind", "make"]  # the fixtures


def listed(found: Articles) -> list[str]:
    return [row.title.removeprefix("About ") for row in found.rows]


def test_an_article_is_kept_with_the_bytes_it_was_read_from(empty: Engine) -> None:
    one, body = article()
    (id,) = keep(empty, (one, body))
    assert id == one.id
    assert empty.article(id) == empty.article(id[:8]) == one
    assert empty.capture(one.captures[0].sha256) == (one.captures[0], body)
    assert list(empty.article_ids()) == [id]
    assert list(empty.verify_captures()) == [(one.captures[0].sha256, "")]
    with pytest.raises(NotFound):
        empty.article("0" * 64)
    with pytest.raises(NotFound):
        empty.article("x")
    with pytest.raises(NotFound):
        empty.capture("f" * 64)


def test_the_same_address_or_text_twice_is_one_article(empty: Engine) -> None:
    one, body = article("a", address="https://www.news.example/a?utm_source=x", authors=("Eve",))
    (id,) = keep(empty, (one, body))
    again, later = article("a", "Corrected. " + TEXT, address="http://news.example/a/#top", title="New", date="")
    same = "corrected the HARBOUR wall is leaking wrote Ann, in May 2014. Then mend it answered Bob"
    elsewhere, third = article("b", same, address="https://other.example/b")
    assert keep(empty, (again, later), (elsewhere, third)) == [id, id]
    found = empty.article(id)
    assert list(empty.article_ids()) == [id]
    assert (found.title, found.date, found.added) == ("About b", "2016-10-11", one.added)
    assert {found.address, *found.addresses} == {one.address, again.address, elsewhere.address}
    assert {capture.sha256 for capture in found.captures} == {sha256(data).hexdigest() for data in (body, later, third)}
    assert empty.capture(sha256(body).hexdigest())[1] == body
    assert [empty.has_capture(sha256(data).hexdigest()) for data in (body, third, b"other")] == [True, True, False]
    assert empty.article_at(address_key("//x"), text_key(elsewhere.text)) == id
    assert empty.article_at(address_key("https://amp.other.example/b?fbclid=1"), "") == id
    assert empty.article_at(address_key("https://other.example/c"), text_key(TEXT)) == ""
    assert empty.article_at("", "") == ""


def test_what_is_missing_now_is_kept_from_before(empty: Engine) -> None:
    one, body = article("a", authors=("Eve",))
    (id,) = keep(empty, (one, body))
    gone, page = article("a", "", title="", outlet="", date="", lang="", added=1_600_000_000)
    keep(empty, (gone, page))
    found = empty.article(id)
    assert replace(found, captures=one.captures) == one
    assert len(found.captures) == 2


def test_bytes_with_another_name_are_refused_and_nothing_is_stored(empty: Engine) -> None:
    one, _ = article()
    with empty.writer() as writer, pytest.raises(SearchError):
        writer.keep_article(one, {one.captures[0].sha256: b"other"})
    assert list(empty.article_ids()) == []


def test_a_dropped_article_takes_what_nobody_else_uses(empty: Engine) -> None:
    shared = b"one page, two articles"
    capture = Capture(sha256=sha256(shared).hexdigest(), size=len(shared))
    mine, body = article("mine", "Mine alone.")
    other, _ = article("other", "Another text.")
    mine = replace(mine, captures=(*mine.captures, capture))
    with empty.writer() as writer:
        writer.keep_article(mine, {mine.captures[0].sha256: body, capture.sha256: shared})
        writer.keep_article(replace(other, captures=(capture,)), {})
        writer.drop_article(mine.id)
        with pytest.raises(NotFound):
            writer.drop_article(mine.id)
    assert list(empty.article_ids()) == [other.id]
    assert empty.capture(capture.sha256)[1] == shared
    with pytest.raises(NotFound):
        empty.capture(mine.captures[0].sha256)
    assert (empty.has_capture(capture.sha256), empty.has_capture(mine.captures[0].sha256)) == (True, False)
    assert empty.article_at(address_key(mine.address), text_key(mine.text)) == ""
    assert empty.articles(ArticlesWanted(words="mine")).total == 0
    assert keep(empty, (mine, body)) == [mine.id]  # nothing of it is left to be in the way


def test_articles_are_listed_narrowed_ordered_and_counted(empty: Engine) -> None:
    fill(empty, corpus())
    message = next(message for message, _ in corpus() if message.message_id == "a1@x.example")
    made = [
        article("a", "Le café est fermé.", outlet="Le Monde", lang="fr", date="2016"),
        article("b", "Harbour wall. 会議は来週です", outlet="le monde", lang="fr", date="2017-05-01"),
        article("c", "The harbour again.", outlet="", date="", lang=""),
        article("d", "No words of note.", date="2016-10-11T09:30:00+02:00", added=1_600_000_000),
    ]
    ids = keep(empty, *made)
    cite(empty, ids[2], citation(ids[2], message.id))
    absent = citation(ids[3], "", 0.95, 20, named="courriel 7", number="7")
    cite(empty, ids[3], citation(ids[3], message.id, 0.7), absent)
    assert listed(empty.articles(ArticlesWanted())) == ["b", "d", "a", "c"]
    assert listed(empty.articles(ArticlesWanted(), order="oldest")) == ["a", "d", "b", "c"]
    assert listed(empty.articles(ArticlesWanted(), order="added"))[0] == "d"
    assert listed(empty.articles(ArticlesWanted(), order="outlet")) == ["b", "a", "d", "c"]
    assert listed(empty.articles(ArticlesWanted(), order="citations"))[:2] == ["d", "c"]
    assert listed(empty.articles(ArticlesWanted(outlet="Le Monde"))) == ["b", "a"]
    assert listed(empty.articles(ArticlesWanted(words="HARBOUR wall"))) == ["b"]
    assert listed(empty.articles(ArticlesWanted(words="来週"))) == ["b"]
    assert listed(empty.articles(ArticlesWanted(words="cafe"))) == ["a"]
    assert listed(empty.articles(ArticlesWanted(year="2016", lang="en"))) == ["d"]
    assert listed(empty.articles(ArticlesWanted(uncited=False))) == ["d", "c"]
    assert listed(empty.articles(ArticlesWanted(cites=message.id))) == ["c"]
    (row,) = empty.articles(ArticlesWanted(year="2016", lang="en")).rows
    assert (row.cites, row.probable, row.absent) == (1, 1, 1)
    facets = {facet.name: [(value.value, value.count) for value in facet.values]
              for facet in empty.articles(ArticlesWanted(), limit=1).facets}  # fmt: skip
    assert facets["year"] == [("2016", 2), ("2017", 1)]
    assert facets["lang"] == [("fr", 2), ("en", 1)]
    assert facets["outlet"] == [("Le Monde", 2), ("The News", 1)]


def test_pages_of_articles_follow_one_another(empty: Engine) -> None:
    ids = keep(empty, *(article(f"n{number}", f"Text number {number}.") for number in range(7)))
    found, cursor = [], ""
    while True:
        page = empty.articles(ArticlesWanted(), limit=3, cursor=cursor)
        assert page.total == 7
        found += [row.id for row in page.rows]
        if not (cursor := page.next):
            break
    assert found == sorted(ids)  # all of one day
    for wrong in ("nonsense", empty.articles(ArticlesWanted(), limit=3, order="added").next):
        with pytest.raises(CursorError):
            empty.articles(ArticlesWanted(), cursor=wrong)


def test_hostile_articles_are_kept(empty: Engine) -> None:
    long = "x" * 40_000
    one = article("a", f"NUL \0 and \ud800 and {long}", title=f"\0\udfff{long}", outlet="\ud800" + long,
                  date="\ud800", lang="\0", authors=("\ud800",))  # fmt: skip
    two = article("b", "", address="", title="")
    (id, other) = keep(empty, one, two)
    assert id != other
    assert empty.article(id).text == f"NUL \0 and ? and {long}"
    assert empty.articles(ArticlesWanted()).total == 2
    assert empty.articles(ArticlesWanted(words="nul")).total == 1
    assert empty.articles(ArticlesWanted(words="\0 \ud800", outlet="\ud800", year="\0", lang='"', cites="x")).total == 0
    keep(empty, one)
    assert len(list(empty.article_ids())) == 2


def test_settings_and_derived_data_are_kept(empty: Engine, make: Maker) -> None:
    assert empty.settings() == Settings()
    assert empty.derived("model") is None
    data = bytes(range(256)) * 40_000
    with empty.writer() as writer:
        writer.set_settings(Settings(shown=0.8, whole=True))
        writer.keep_derived("model", data)
        writer.keep_derived("other/Ω", b"x")
    assert empty.settings() == Settings(shown=0.8, whole=True)
    assert empty.derived("model") == data
    with empty.writer() as writer:
        writer.keep_derived("model", b"small")
        writer.keep_derived("other/Ω", b"")
    assert empty.derived("model") == b"small"
    assert empty.derived("other/Ω") is None
    assert empty.derived_names() == ["model"]


