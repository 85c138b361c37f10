"""Articles about the mails of `webapp_site.Corpus`, what they cite, and every attack by way of an article."""

from hashlib import sha256
from typing import Any

from webapp_site import Corpus

from ingest.citations.passages import passages
from mappings.articles import Article, Capture, Citation, CitedState, Fact, Match, Span
from search.article_keys import article_id

SCRIPT = "<script>document.title='owned';window.owned=1</script>"
BYTES = b"<html><p>The page as it was read</p></html>"
TEXTS = {
    "tide": (
        "It began with a mail of three lines.\n\n“The budget hearing is moved. Tell nobody,” Ann Lee wrote on 3 August "
        "2015, according to mails seen by this newspaper. A second mail, number 4178, is said to be worse.\n\n"
        "In his reply Bob Ray agreed. Nobody else was told."
    ),
    "kurier": (
        "Am 2. September 2016 schrieb Ann Lee: „Die Haushaltsanhörung ist verschoben. Sagen Sie es niemandem.“ So war "
        "es."
    ),
    "rumour": "Somebody never saw the first mail, one hears, and said so.",
    "risotto": "Stir it slowly for twenty minutes. The budget allows for saffron.",
    "evil": f"{SCRIPT} wrote \u202e“Nobody knows when.”\u202c <img src=x onerror=alert(1)> and \x07 that was all.",
}  # fmt: skip


def span(text: str, words: str) -> Span:
    """Where the words stand."""
    start = text.index(words)
    return Span(start, start + len(words))


def match(article: str, message: str, words: str, others: str = "", like: float = 1.0) -> Match:
    """Words of an article and what stands for them in a message."""
    return Match(article=span(article, words), message=span(message, others or words), like=like)


class Press:
    """Articles by name, stored in a corpus with what they cite."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        told = {
            "tide": {"title": "The mail of three lines", "outlet": "The Tide", "lang": "en", "date": "2016-10-11",
                     "authors": ("Ida Quill", "Tom Wren"), "notes": ("The language model is missing.",)},
            "kurier": {"title": "Haushalt", "outlet": "Kurier", "lang": "de", "date": "2016-11-01T09:30:00+01:00"},
            "rumour": {"title": "What one hears", "outlet": "The Tide", "lang": "en", "date": "2017"},
            "risotto": {"title": "Risotto for forty", "lang": "en"},
            "evil": {"title": f'{SCRIPT}"><img src=x onerror=alert(1)> \u202eevil', "lang": 'x"y', "authors": (SCRIPT,),
                     "outlet": f"=cmd|' /C calc'!A0{SCRIPT}", "date": "2018-02-30<b>", "notes": (SCRIPT,),
                     "addresses": ("data:text/html,x", 'https://evil.example/"onclick="x')},
        }  # fmt: skip
        where = {"evil": "javascript:alert(document.domain)"}
        self.articles = {name: self.article(name, where.get(name, ""), fields) for name, fields in told.items()}
        with corpus.engine.writer() as writer:
            for article in self.articles.values():
                writer.keep_article(article, {sha256(BYTES).hexdigest(): BYTES})
            for name, citations in self.citations().items():
                writer.keep_citations(CitedState(article=self.id(name), model="test", at=1_480_000_000), citations)
            writer.index()

    def article(self, name: str, address: str, fields: dict[str, Any]) -> Article:
        """An article at an address of its own."""
        where = address or f"https://www.{name}.example/story"
        kept = Capture(sha256=sha256(BYTES).hexdigest(), size=len(BYTES), media="text/html", source=where,
                       at=1_480_000_000, status=200)  # fmt: skip
        text = TEXTS[name]
        return Article(id=article_id(where, text), address=where, text=text, passages=passages(text), captures=(kept,),
                       added=1_480_000_000, **fields)  # fmt: skip

    def id(self, name: str) -> str:
        """An article's id."""
        return self.articles[name].id

    def citation(self, name: str, words: str, message: str = "", cited: str = "", **rest: Any) -> Citation:
        """That an article cites a mail with these words, and which words of it."""
        id = self.corpus.id(message) if message else ""
        text = self.corpus.engine.message(id).text if id else ""
        rest.setdefault("at", 1_480_000_000)
        return Citation(article=self.id(name), message=id, passage=span(TEXTS[name], words),
                        span=span(text, cited) if cited else None, **rest)  # fmt: skip

    def citations(self) -> dict[str, list[Citation]]:
        """What each article cites."""
        first = self.corpus.engine.message(self.corpus.id("first")).text
        tide, kurier = TEXTS["tide"], TEXTS["kurier"]
        moved = "The budget hearing is moved.\nTell nobody."
        words = self.citation(
            "tide", "The budget hearing is moved. Tell nobody,", "first", moved, method="words", probability=0.998,
            copies=(self.corpus.id("answer"),), facts=(Fact(topic="name", article="Ann Lee", message="Ann Lee"),),
            matches=(match(tide, first, "The budget hearing is moved."), match(tide, first, "Tell nobody")),
        )  # fmt: skip
        number = self.citation("tide", "number 4178", method="number", probability=1.0, collection="harbour",
                               number="4178", named="https://harbour.example/mail/4178")  # fmt: skip
        reply = self.citation("tide", "In his reply Bob Ray agreed.", "answer", method="thread", probability=0.7,
                              facts=(Fact(topic="thread", text="“In his reply” follows a citation."),))  # fmt: skip
        german = self.citation(
            "kurier", "Die Haushaltsanhörung ist verschoben. Sagen Sie es niemandem.", "first", moved,
            method="translation", probability=0.95,
            facts=(Fact(topic="date", agrees=False, article="2 September 2016", message="3 August 2015", weight=-0.8),),
            matches=(match(kurier, first, "verschoben", "moved", 0.9),
                     match(kurier, first, "niemandem", "nobody", 0.8)),
        )  # fmt: skip
        heard = self.citation("rumour", "Somebody never saw the first mail", "late", "I never saw the first one.",
                              method="description", probability=0.6)  # fmt: skip
        silent = self.citation("rumour", "one hears", "french", method="description", probability=0.2)
        attack = self.citation(
            "evil", "“Nobody knows when.”", "undated", "Nobody knows when.", method="words", probability=0.97,
            facts=(Fact(topic="cue", text=SCRIPT),
                   Fact(topic="name", agrees=False, article=SCRIPT, message=SCRIPT)),
        )  # fmt: skip
        link = self.citation("evil", "that was all", method="link", probability=1.0,
                             named=f"javascript:alert(1)//{SCRIPT}")  # fmt: skip
        return {"tide": [words, number, reply], "kurier": [german], "rumour": [heard, silent], "evil": [attack, link]}
