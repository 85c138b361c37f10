"""Decisions on citations: from our own forms alone, where the site was served for them; kept, undone, added by hand."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from webapp_press import TEXTS, Press, span
from webapp_site import Corpus
from werkzeug.test import Client, TestResponse

from mappings.articles import Judged
from search.engine import open_engine
from search.errors import CorpusLocked
from webapp import create_app, writing
from webapp.cli import Mail


class Desk:
    """A press whose site takes verdicts, and a reviewer's browser."""

    def __init__(self, press: Press) -> None:
        self.press, self.corpus = press, press.corpus
        self.app = create_app(press.corpus.engine, Mail(), writable=True)
        self.client: Client = self.app.test_client()

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text[-300:])
        return answer.text

    def token(self) -> str:
        found = re.search(r'name="token" value="([\w-]+)"', self.get(self.cite_path()))
        assert found is not None
        return found[1]

    def cite_path(self) -> str:
        return f"/cite?article={self.press.id('tide')}&message={self.corpus.id('late')}"

    def post(self, path: str = "/review", headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        fields.setdefault("token", self.token())
        return self.client.post(path, data=fields, headers=headers or {})

    def decide(self, article: str, message: str, decision: str, **fields: str) -> TestResponse:
        return self.post(article=self.press.id(article), message=self.corpus.id(message), decision=decision, **fields)

    def judged(self, article: str, message: str) -> list[Judged]:
        return [one for one in self.corpus.engine.cites(self.press.id(article))
                if one.citation.message == self.corpus.id(message)]  # fmt: skip


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    corpus = Corpus(tmp_path_factory.mktemp("desk"), cluster=cluster)
    yield Press(corpus)
    corpus.engine.close()


@pytest.fixture
def desk(made: Press) -> Iterator[Desk]:
    """A desk; what was decided at it is taken back afterwards."""
    yield Desk(made)
    with made.corpus.engine.writer() as writer:
        for verdict in made.corpus.engine.verdicts():
            writer.unjudge(verdict.article, verdict.message)
        writer.index()


def test_the_most_probable_comes_first_with_its_evidence(desk: Desk) -> None:
    html = desk.get("/review")
    assert "2 probable citations wait" in html
    assert "In his reply Bob Ray agreed." in html
    assert "“In his reply” follows a citation." in html
    assert '<b>Named as an answer</b>' in html
    for key in "yns":
        assert f'data-key="{key}"' in html


def test_yes_is_kept_with_who_and_when_and_leads_to_the_next(desk: Desk) -> None:
    answer = desk.decide("tide", "answer", "yes", by="Ida Quill", note="by telephone", after="")
    assert answer.status_code == 303
    html = desk.get(answer.headers["Location"])
    assert "Confirmed" in html
    assert "1 probable citation waits" in html
    assert "Somebody never saw the first mail" in html
    [one] = desk.judged("tide", "answer")
    assert one.tier == "shown"
    assert one.verdict is not None
    assert (one.verdict.cites, one.verdict.by, one.verdict.note) == (True, "Ida Quill", "by telephone")
    assert one.verdict.at > 1_700_000_000
    shown = desk.get(f"/m/{desk.corpus.id('answer')[:16]}")
    assert "Cited by 1 article" in shown
    assert "confirmed by" in shown
    said = desk.get("/review/verdicts")
    assert "Ida Quill" in said
    assert "by telephone" in said


def test_no_takes_it_from_the_pages_and_undo_brings_it_back(desk: Desk) -> None:
    answer = desk.decide("rumour", "late", "no", by="Tom")
    assert "Rejected" in desk.get(answer.headers["Location"])
    assert desk.judged("rumour", "late")[0].tier == "silent"
    assert "Probably cited" not in desk.get(f"/m/{desk.corpus.id('late')[:16]}")
    assert "does not cite" in desk.get("/review/verdicts")
    assert "1 probable citation waits" in desk.get("/review")
    assert desk.decide("rumour", "late", "undo", back="/review/verdicts").headers["Location"] == "/review/verdicts"
    assert desk.judged("rumour", "late")[0].tier == "probable"
    assert "2 probable citations wait" in desk.get("/review")


def test_skipping_goes_on_and_in_the_end_says_what_was_skipped(desk: Desk) -> None:
    path, seen = "/review", []
    for _ in range(2):
        html = desk.get(path)
        seen.append("In his reply" in html)
        link = LexborHTMLParser(html).css_first("a.skip-it")
        assert link is not None
        path = link.attributes["href"] or ""
    assert seen == [True, False]
    assert "2 were skipped" in desk.get(path)


def test_what_is_not_here_can_be_decided_on_too(desk: Desk) -> None:
    named = "https://harbour.example/mail/4178"
    answer = desk.post(article=desk.press.id("tide"), message=named, decision="no", by="Ida")
    assert answer.status_code == 303
    assert "harbour 4178" not in desk.get("/cited/absent")
    assert named in desk.get("/review/verdicts")
    desk.post(article=desk.press.id("tide"), message=named, decision="undo")
    assert "harbour 4178" in desk.get("/cited/absent")


def test_the_name_is_typed_once(desk: Desk) -> None:
    desk.decide("tide", "answer", "yes", by="Zoë “Z” <b>")
    html = desk.get("/review")
    assert 'value="Zoë “Z” &lt;b&gt;"' in html


def test_whoever_decides_sees_what_was_held_for_nothing_and_can_confirm_it(desk: Desk) -> None:
    html = desk.get(f"/a/{desk.press.id('rumour')[:16]}")
    assert "1 message looked at and not held for citations" in html
    assert desk.decide("rumour", "french", "yes").status_code == 303
    assert desk.judged("rumour", "french")[0].tier == "shown"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/m/",
                                  "javascript:alert(1)", "/review\n//x", "/static/site.js"])  # fmt: skip
def test_no_form_leads_to_another_site(desk: Desk, back: str) -> None:
    answer = desk.decide("tide", "answer", "yes", back=back)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/review?")


def test_a_form_leads_back_to_the_page_it_was_on(desk: Desk) -> None:
    back = f"/m/{desk.corpus.id('answer')[:16]}#citation-1"
    assert desk.decide("tide", "answer", "yes", back=back).headers["Location"] == back


FORGED: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("no token", {"token": ""}, {}),
    ("another token", {"token": "x" * 43}, {}),
    ("another site", {}, {"Sec-Fetch-Site": "cross-site"}),
    ("a neighbour", {}, {"Sec-Fetch-Site": "same-site"}),
    ("another origin", {}, {"Origin": "https://evil.example"}),
    ("nearly our origin", {}, {"Origin": "http://localhost.evil.example"}),
    ("no origin", {}, {"Origin": "http://["}),
    ("an empty origin", {}, {"Origin": ""}),
]


@pytest.mark.parametrize(("fields", "headers"), [one[1:] for one in FORGED], ids=[one[0] for one in FORGED])
def test_forged_forms_are_refused(desk: Desk, fields: dict[str, str], headers: dict[str, str]) -> None:
    answer = desk.post(headers=headers, article=desk.press.id("tide"), message=desk.corpus.id("answer"),
                       decision="yes", **fields)  # fmt: skip
    assert answer.status_code == 403
    assert desk.corpus.engine.verdicts() == []


def test_a_form_without_our_cookie_is_refused(desk: Desk) -> None:
    token = desk.token()
    answer = desk.app.test_client().post("/review", data={
        "token": token, "article": desk.press.id("tide"), "message": desk.corpus.id("answer"), "decision": "yes",
    })  # fmt: skip
    assert answer.status_code == 403
    assert desk.corpus.engine.verdicts() == []


def test_our_own_origin_is_no_stranger(desk: Desk) -> None:
    for origin in ("http://localhost", "null"):
        answer = desk.post(headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"}, article=desk.press.id("tide"),
                           message=desk.corpus.id("answer"), decision="yes")  # fmt: skip
        assert answer.status_code == 303, origin


def test_of_two_who_decide_the_first_stands(desk: Desk) -> None:
    desk.decide("tide", "answer", "yes", by="Ida")
    answer = desk.decide("tide", "answer", "no", by="Tom")
    assert answer.status_code == 409
    assert "Ida confirmed this citation" in answer.text
    assert desk.decide("tide", "answer", "yes", by="Tom").status_code == 303
    assert [verdict.by for verdict in desk.corpus.engine.verdicts()] == ["Ida"]


def test_what_was_decided_can_be_searched_for_at_once(desk: Desk) -> None:
    def found() -> bool:
        hits = json.loads(desk.client.get("/.json?q=is:cited").data)["result"]["hits"]
        return desk.corpus.id("late") in [hit["row"]["id"] for hit in hits]

    assert not found()
    desk.decide("rumour", "late", "yes")
    assert found()
    desk.decide("rumour", "late", "undo")
    assert not found()


def test_a_form_is_no_larger_than_it_can_be(desk: Desk) -> None:
    assert desk.post(article="x" * 2_000_000).status_code == 413


def test_cookies_stay_with_us(desk: Desk) -> None:
    answer = desk.client.get(desk.cite_path())
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Set-Cookie" not in desk.client.get(desk.cite_path()).headers, "it is kept"
    assert "Set-Cookie" not in desk.client.get("/articles").headers


@pytest.mark.parametrize("path", ["/review", "/cite"])
def test_a_site_that_was_served_to_be_read_takes_nothing(desk: Desk, path: str) -> None:
    reading = desk.corpus.client
    answer = reading.post(path, data={"article": desk.press.id("tide"), "message": desk.corpus.id("answer"),
                                      "decision": "yes", "token": "x" * 43})  # fmt: skip
    assert answer.status_code == 403
    assert "served to be read" in answer.text
    assert "unsealed serve --review" in reading.get(path).text
    assert "<button name" not in reading.get("/review").text
    assert "Set-Cookie" not in reading.get("/review").headers
    assert desk.corpus.engine.verdicts() == []


@pytest.mark.parametrize(("fields", "status"), [
    ({"decision": "maybe"}, 400), ({"decision": ""}, 400), ({"decision": "yes", "by": "x" * 81}, 400),
    ({"decision": "yes", "message": "0" * 64}, 404), ({"decision": "yes", "article": "0" * 64}, 404),
    ({"decision": "undo", "message": "nothing"}, 303), ({"decision": "yes", "note": "x" * 501}, 400),
    ({"decision": "yes", "message": "x" * 2001}, 400),
])  # fmt: skip
def test_nonsense_is_answered_in_words(desk: Desk, fields: dict[str, str], status: int) -> None:
    usual = {"article": desk.press.id("tide"), "message": desk.corpus.id("answer")}
    answer = desk.post(**(usual | fields))
    assert answer.status_code == status
    assert desk.corpus.engine.verdicts() == []


def test_while_another_process_writes_a_sentence_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: object) -> None:
        raise CorpusLocked("Another process is writing to the corpus.")

    monkeypatch.setattr(writing, "PATIENCE", 0.2)
    monkeypatch.setattr(type(desk.corpus.engine), "writer", locked)
    answer = desk.decide("tide", "answer", "yes")
    assert answer.status_code == 503
    assert "Another process is writing" in answer.text
    assert "Your decision was not stored." in answer.text


def test_another_process_that_writes_is_waited_for_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(Press(Corpus(tmp_path)))
    other = open_engine(str(tmp_path / "corpus"))
    monkeypatch.setattr(writing, "PATIENCE", 0.3)
    with other.writer():
        assert desk.decide("tide", "answer", "yes").status_code == 503
    assert desk.decide("tide", "answer", "yes").status_code == 303
    other.close()
    desk.corpus.engine.close()


# -- by hand ---------------------------------------------------------------------------------------------------------


def add(desk: Desk, _article: str, _message: str, **fields: str) -> TestResponse:
    usual = {"article": desk.press.id(_article), "message": desk.corpus.id(_message), "by": "Ida"}
    return desk.post("/cite", **(usual | fields))


def test_a_citation_added_by_hand_stands_on_both_pages(desk: Desk) -> None:
    answer = add(desk, "risotto", "french", article_words="The budget allows for saffron.",
                 message_words="parler du budget")  # fmt: skip
    assert answer.status_code == 303
    place = urlsplit(answer.headers["Location"])
    assert place.path == f"/a/{desk.press.id('risotto')[:16]}"
    html = desk.get(place.path)
    assert f'id="{place.fragment}"' in html
    assert "Added by hand" in html
    assert "added by" in html
    [one] = desk.judged("risotto", "french")
    assert one.citation.passage == span(TEXTS["risotto"], "The budget allows for saffron.")
    text = desk.corpus.engine.message(desk.corpus.id("french")).text
    assert one.citation.span == span(text, "parler du budget")
    shown = desk.get(f"/m/{desk.corpus.id('french')[:16]}")
    assert '<mark class="cited">parler du budget</mark>' in shown
    assert "Cited by 1 article" in shown


def test_words_are_found_as_they_come_out_of_a_browser(desk: Desk) -> None:
    answer = add(desk, "kurier", "first", article_words='"Die  Haushaltsanhörung\r\nist verschoben."',
                 message_words="the budget hearing is moved.\r\n\r\ntell nobody")  # fmt: skip
    assert answer.status_code == 303
    [verdict] = desk.corpus.engine.verdicts()
    assert verdict.passage == span(TEXTS["kurier"], "Die Haushaltsanhörung ist verschoben.")


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"article_words": "", "message_words": ""}, "Which words of the article"),
    ({"article_words": "never said", "message_words": ""}, "not in the article"),
    ({"article_words": "saffron", "message_words": "never said"}, "not in the message"),
    ({"article_words": "saffron", "message": "0" * 64}, "No message here is called"),
    ({"article_words": "saffron", "article": "https://news.example/1"}, "is not here yet: unsealed cite"),
])  # fmt: skip
def test_what_can_not_be_found_is_said_and_nothing_typed_is_lost(
    desk: Desk, fields: dict[str, str], sentence: str
) -> None:
    answer = add(desk, "risotto", "french", **fields)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert desk.corpus.engine.verdicts() == []
    if "message" not in fields and "article" not in fields and fields["article_words"]:
        assert f">{fields['article_words']}</textarea>" in answer.text


def twin(desk: Desk, article: str, message: str) -> dict[str, Any]:
    answer = desk.client.get("/cite.json", query_string={"article": article, "message": message})
    assert answer.status_code == 200
    found = json.loads(answer.data)
    assert isinstance(found, dict)
    return found


def test_articles_and_messages_are_known_by_all_their_names(desk: Desk) -> None:
    article, mail = desk.press.id("tide"), desk.corpus.id("first")
    articles = (article, article[:12], f"/a/{article[:16]}", f"http://localhost/a/{article[:16]}.json",
                "https://www.tide.example/story", "http://tide.example/story/?utm_source=x#top")  # fmt: skip
    for name in articles:
        assert twin(desk, name, "")["article"]["id"] == article, name
    mails = (mail, mail[:10], f"/m/{mail[:16]}", f"http://localhost/m/{mail[:16]}?q=x", "m1@council.example",
             "<m1@council.example>")  # fmt: skip
    for name in mails:
        assert twin(desk, "", name)["message"]["id"] == mail, name
    for name in ("https://evil.example/a/" + article[:16], "http://[", "x", "\u202e", "0" * 64, "/a/zz"):
        found = twin(desk, name, name)
        assert found["article"] is found["message"] is None, name
        assert found["problem"]


def test_the_text_of_an_article_is_for_those_who_decide(desk: Desk) -> None:
    names = {"article": desk.press.id("risotto"), "message": desk.corpus.id("french")}
    assert "Stir it slowly" in desk.client.get("/cite", query_string=names).text
    for path in ("/cite", "/cite.json"):
        assert "Stir it slowly" not in desk.corpus.client.get(path, query_string=names).text


def test_decided_by_hand_and_changed_ones_mind(desk: Desk) -> None:
    add(desk, "risotto", "french", article_words="saffron")
    answer = desk.decide("risotto", "french", "undo", back=f"/a/{desk.press.id('risotto')[:16]}")
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {}
    assert desk.judged("risotto", "french") == []
