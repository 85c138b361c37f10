"""Addresses and numbers by which articles cite messages."""

import pytest

from ingest.citations.numbers import mentions, original
from ingest.citations.passages import passages
from mappings.articles import Article, Link

PODESTA = "https://wikileaks.org/podesta-emails/emailid/"


def article(text: str, *links: str) -> Article:
    """A text as an article, with links at its end."""
    return Article(id="a", text=text, passages=passages(text),
                   links=tuple(Link(len(text), len(text), link) for link in links))  # fmt: skip


def named(text: str, *links: str, **templates: str) -> list[str]:
    """What a text calls messages by."""
    return [mention.named for mention in mentions(article(text, *links), templates)]


@pytest.mark.parametrize("address", [
    "https://wikileaks.org/podesta-emails/emailid/38027",
    "http://www.wikileaks.org/podesta-emails/emailid/38027",
    "https://wikileaks.org//podesta-emails//emailid//38027",
    "https://wikileaks.org/podesta-emails/emailid/38027#efmAAAAAB",
    "https://wikileaks.org/podesta-emails/emailid/38027?q=risotto",
    "https://wikileaks.org/podesta-emails/get/38027",
    "https://web.archive.org/web/20161012093000/https://wikileaks.org/podesta-emails/emailid/38027",
    "https://web.archive.org/web/2016*/http://wikileaks.org/podesta-emails/emailid/38027",
    "http://archive.is/20161011-0930/https://wikileaks.org/podesta-emails/emailid/38027",
    "https://archive.ph/2016.10.11-093000/https:/wikileaks.org/podesta-emails/emailid/38027",
    "wikileaks.org/podesta-emails/emailid/38027",
])  # fmt: skip
def test_every_form_of_a_leaks_address_is_one_name(address: str) -> None:
    assert named(f"It is there ({address}), they say.") == [f"{PODESTA}38027"]
    assert named("It is there.", address) == [f"{PODESTA}38027"]


def test_other_leaks_and_pages_that_are_no_message() -> None:
    assert named("https://wikileaks.org/dnc-emails/emailid/0099") == ["https://wikileaks.org/dnc-emails/emailid/99"]
    assert named("https://wikileaks.org/sony/emails/emailid/12") == ["https://wikileaks.org/sony/emails/emailid/12"]
    assert named("https://wikileaks.org/podesta-emails/?q=risotto https://wikileaks.org/podesta-emails/") == []
    assert named("https://example.org/podesta-emails/emailid/12 and http://[bad") == []


@pytest.mark.parametrize("text", [
    "Le courriel n° 4178 de la fuite est clair.", "(Podesta-Mails, Nr. 4178)", "el correo con el identificador 4178",
    "in email #4178 of the leak", "la mail numero 4178", "a mensagem número 4178", "WikiLeaks, ID 4178",
])  # fmt: skip
def test_a_number_beside_a_word_for_mail(text: str) -> None:
    assert [mention.number for mention in mentions(article(text), {})] == ["4178"]


def test_numbers_that_are_none() -> None:
    assert named("He lives at No. 10, had 4178 votes and came in n° 3.") == []
    assert named("Write to <ann@port.example> or Ann <ann@port.example>.") == ["<ann@port.example>"] * 2
    found = mentions(article("Message-ID: <a1@port.example>, <b@c.example>"), {})
    assert [one.certain for one in found] == [True, False]  # the second is one if a message has it


def test_released_documents() -> None:
    found = mentions(article("document C05774358 and c05774358, C0577435 or XC05774358"), {})
    assert [one.named for one in found if one.certain] == ["C05774358"]


def test_addresses_that_a_collection_was_published_at() -> None:
    templates = {"harbour": "https://leaks.example/h/{id}/mail?lang=en"}
    found = mentions(article("See leaks.example.", "http://www.leaks.example/h/7/mail?lang=en#top"), templates)
    assert [(one.release, one.number) for one in found] == [("harbour", "7")]
    assert named("", "https://leaks.example/other/7", **templates) == []


def test_our_own_addresses() -> None:
    links = "https://mails.paper.example/m/0123456789abcdef", "https://x.example/n/town%20hall/7"
    found = mentions(article("", *links), {})
    assert [(one.id, one.release, one.number, one.certain) for one in found] == [
        ("0123456789abcdef", "", "", False), ("", "town hall", "7", False)
    ]  # fmt: skip


def test_an_archives_address_is_taken_off() -> None:
    assert original("https://web.archive.org/web/2016/http://archive.today/abc/https://x.example/a") == "https://x.example/a"
