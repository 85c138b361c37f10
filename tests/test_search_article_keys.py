"""Addresses and texts as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article_keys import address_key, article_id, text_key, unarchived

PAGE = "news.example/2016/10/a-story.html"


@pytest.mark.parametrize("address", [
    "https://www.news.example/2016/10/a-story.html",
    "http://news.example:80/2016/10/a-story.html#comments",
    "HTTPS://NEWS.EXAMPLE:443/2016/10/a-story.html?utm_source=feed&utm_medium=rss",
    "https://m.news.example/2016/10/a-story.html/",
    "https://amp.news.example/amp/2016/10/a-story.html",
    "https://news.example/2016//10/a-story.amp.html",
    "https://news.example/2016/10/a-story.html?outputType=amp&fbclid=IwAR0",
    " https://news.example/2016/10/a%2Dstory.html\n",
    "https://web.archive.org/web/20161011093000/http://www.news.example/2016/10/a-story.html",
    "web.archive.org/web/2016id_/news.example/2016/10/a-story.html",
    "https://archive.ph/20161011/https://news.example/2016/10/a-story.html",
    "https://web.archive.org/web/*/https:/news.example/2016/10/a-story.html",
    "https://www-news-example.cdn.ampproject.org/c/s/news.example/2016/10/a-story.html",
    "https://www.google.com/amp/s/news.example/2016/10/a-story.html",
    "https://webcache.googleusercontent.com/search?q=cache:abc-1:https://news.example/2016/10/a-story.html",
    "https://web.archive.org/web/2017/https://web.archive.org/web/2016/http://news.example/2016/10/a-story.html",
])  # fmt: skip
def test_forms_of_one_address(address: str) -> None:
    assert address_key(address) == PAGE


@pytest.mark.parametrize(("one", "other"), [
    ("https://news.example/a", "https://news.example/b"),
    ("https://news.example/a?id=1", "https://news.example/a?id=2"),
    ("https://news.example/a", "https://other.example/a"),
    ("https://news.example/A", "https://news.example/a"),
    ("https://news.example/a", "https://news.example:8080/a"),
    ("https://news.example/a?ref=1", "https://news.example/a?ref=2"),
])  # fmt: skip
def test_other_addresses_stay_apart(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


def test_parameters_count_whatever_their_order() -> None:
    assert address_key("https://x.example/?b=2&a=1&utm_id=3") == address_key("http://x.example?a=1&b=2")
    assert address_key("https://bücher.example/ä") == address_key("https://xn--bcher-kva.example/%C3%A4")


@pytest.mark.parametrize("text", [
    "", "x", "mailto:a@b.example", "file:///etc/passwd", "http://", "http://[::1", "javascript:1", "http://x:99999/",
    "/path", "http:///x",
])  # fmt: skip
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert address_key(text) == ""


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_is_read(text: str) -> None:
    for address in (text, f"http://{text}", f"https://x.example/{text}", f"https://web.archive.org/web/1/{text}"):
        key = address_key(address)
        assert key == address_key(address)
        key.encode()
        unarchived(address).encode()
        assert len(article_id(address, text)) == 64
    text_key(text).encode()


def test_texts_of_the_same_words() -> None:
    assert text_key("«Mend it», he said.\n") == text_key("mend  IT he-said")
    assert text_key("Été") == text_key("ete")
    assert text_key("mend it") != text_key("it mend")
    assert text_key(" … ") == ""
    assert article_id("", "mend it") == text_key("Mend it.")
    assert article_id("https://x.example/a", "mend it") == article_id("http://www.x.example/a/", "else")
