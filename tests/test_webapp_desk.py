"""Tags, stars and notes on the site: from any page, by forms of ours alone, undone; readers learn nothing of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from webapp_site import Corpus
from werkzeug.test import Client, TestResponse

from mappings.desk import Anchor
from mappings.keys import ghost_id
from webapp import create_app
from webapp.anchors import anchor_of, place
from webapp.cli import Mail

HOSTILE = "<script>alert(1)</script>"
GHOST = ghost_id("gone@council.example")  # a mail that others refer to


class Newsroom:
    """A corpus whose site takes tags and notes, a reporter's browser, and a reader's."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.client: Client = create_app(corpus.engine, Mail(), writable=True).test_client()
        self.reader: Client = create_app(corpus.engine, Mail()).test_client()

    def id(self, name: str) -> str:
        return self.corpus.id(name)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text[-300:])
        return answer.text

    def post(self, do: str, headers: dict[str, str] | None = None, **fields: object) -> TestResponse:
        if "token" not in fields:
            found = re.search(r'name="token" value="([\w-]+)"', self.get(f"/m/{self.id('first')}"))
            assert found is not None
            fields["token"] = found[1]
        return self.client.post("/notes", data={"do": do, "by": "Eve", **fields}, headers=headers or {})

    def told(self, do: str, **fields: object) -> str:
        """What the page after a form says."""
        answer = self.post(do, **fields)
        assert answer.status_code == 303, answer.text[-300:]
        page = LexborHTMLParser(self.get(answer.headers["Location"]))
        found = page.css_first(".did")
        return found.text() if found else ""

    def found(self, query: str) -> int:
        return int(json.loads(self.client.get("/.json", query_string={"q": query}).data)["result"]["total"])


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    cluster = request.getfixturevalue("elastic")() if request.param == "elastic" else ""
    made = Corpus(tmp_path_factory.mktemp("desk"), cluster=cluster)
    yield made
    made.engine.close()


@pytest.fixture
def room(corpus: Corpus) -> Iterator[Newsroom]:
    """A newsroom; what was written in it is removed afterwards."""
    yield Newsroom(corpus)
    corpus.engine.remove_marks([mark.id for mark in corpus.engine.every_mark() if not mark.gone])


def test_a_star_and_a_tag_are_put_on_and_undone(room: Newsroom) -> None:
    first = room.id("first")
    assert "Starred 1 message" in room.told(f"star {first}", back=f"/m/{first[:16]}")
    said = room.told("put", message=first, tag="Follow up, täx", back=f"/m/{first[:16]}")
    assert "Kept." in said
    page = LexborHTMLParser(room.get(f"/m/{first}"))
    assert page.css_first(".star").attributes["aria-pressed"] == "true"
    assert [tag.text() for tag in page.css(".labels a")] == ["Follow up", "täx"]
    assert room.found('tag:"follow up" is:starred') == 1
    assert "The tag was taken off 1 message" in room.told(f"untag {first} täx")
    undo = LexborHTMLParser(room.get("/")).css_first('.did button[value^="undo"]')
    assert undo is None  # it was told, and is told once
    answer = room.post(f"unstar {first}", headers={"Accept": "application/json"})
    done = json.loads(answer.data)
    assert (done["did"], done["changed"]) == ("unstar", 1)
    assert room.found("is:starred") == 0
    assert "Undone" in room.told(f"undo {done['act']}")
    assert room.found("is:starred") == 1
    assert "Nothing was to be changed" in room.told(f"star {first}")


def test_a_note_stands_beside_the_words_it_is_about(room: Newsroom) -> None:
    first = room.id("first")
    room.post("put", message=first, text=f"Who told? {HOSTILE}", words="budget   hearing", by="Ida")
    room.post("put", message=first, text="On all of it")
    for path in (f"/m/{first}", f"/t/{first}"):
        html = room.client.get(path, follow_redirects=True).text
        page = LexborHTMLParser(html)
        assert page.css_first("mark.noted").text() == "budget hearing"
        (pen,) = page.css("sup a.pen")
        note = page.css_first(str(pen.attributes["href"]))
        assert "Who told?" in note.text()
        assert "Ida" in note.text()
        assert page.css_first(str(note.css_first(".about a").attributes["href"])) is not None
        assert HOSTILE not in html
    wrong = room.post("put", message=first, text="x", words="no such words")
    assert wrong.status_code == 400
    assert "not in this message" in wrong.text
    assert room.post("put", message=first, text=" ").status_code == 400
    assert room.post("put", message=first, tag="lost", text="x", words="no such words").status_code == 400
    assert room.found("tag:lost") == 0  # all of the form or nothing


def test_a_note_is_edited_and_removed_with_its_history(room: Newsroom) -> None:
    first = room.id("first")
    room.post("put", message=first, text="One", by="Ida")
    (note,) = room.corpus.engine.marks([first])[first]
    assert "changed" in room.told(f"edit {note.id}", text="Two", seen="1", by="Tom")
    late = room.post(f"edit {note.id}", text="Three", seen="1", by="Ida")
    assert late.status_code == 409
    assert "Tom" in late.text
    room.post(f"remove {note.id}", by="Tom")
    html = room.get(f"/m/{first}/marks")
    assert [word in html for word in ("before: One", "Two", "removed", "Ida")] == [True] * 4
    undo = LexborHTMLParser(html).css_first(f'button[value$="{note.id}"]')
    room.post(str(undo.attributes["value"]))
    assert [mark.text for mark in room.corpus.engine.marks([first])[first]] == ["Two"]


def test_copies_show_the_same(room: Newsroom) -> None:
    room.post("put", message=room.id("answer"), tag="shared", text="Seen")
    html = room.get(f"/m/{room.id('copy')}")
    assert "shared" in html
    assert "Seen" in html


@pytest.mark.parametrize("scope", ["selected", "page", "all"])
def test_several_hits_are_tagged_at_once(room: Newsroom, scope: str) -> None:
    page = LexborHTMLParser(room.get("/?q=budget&limit=2"))
    form = page.css_first("#desk")
    assert "all" in form.text()
    ticks = [str(box.attributes["value"]) for box in page.css('.pick input[form="desk"]')]
    total = room.found("budget")
    fields: dict[str, object] = {
        str(field.attributes["name"]): str(field.attributes["value"]) for field in form.css('input[type="hidden"]')
    }  # fmt: skip
    said = room.told("tag", tag="bulk", scope=scope, message=ticks[:1], **fields)
    count = {"selected": 1, "page": 2, "all": total}[scope]
    assert total > 2
    assert f"Tagged {count} message" in said
    assert room.found("tag:bulk") == count
    assert "taken off" in room.told("untag", tag="bulk", scope=scope, message=ticks[:1], **fields)
    assert room.found("tag:bulk") == 0


def test_of_a_large_result_the_newest_are_tagged_and_the_rest_is_told(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.pages.desk.MOST", 2)
    total = room.found("budget")
    said = room.told("star", scope="all", q="budget")
    assert f"Starred 2 messages. {total - 2} message" in said
    assert room.found("is:starred") == 2


@pytest.mark.parametrize(("do", "fields"), [
    ("fly", {}), ("", {}), ("tag", {"tag": "x"}), ("tag", {"tag": " , "}),
    ("tag", {"tag": "x", "scope": "all", "q": '"'}),
    ("tag", {"tag": 'a"b', "scope": "all", "q": "budget"}), ("star abcdefgh", {}), ("edit 0", {"text": "x"}),
    ("put", {"message": "zz", "text": "x"}), (f"star {GHOST}", {}),
    ("put", {"message": GHOST, "text": "x"}), ("rename nothing", {"to": "x"}), ("put", {}),
])  # fmt: skip
def test_what_can_not_be_done_is_said(room: Newsroom, do: str, fields: dict[str, object]) -> None:
    assert room.post(do, **fields).status_code in (400, 404)
    assert room.corpus.engine.desked().messages == 0


def test_only_our_own_forms_write_and_only_where_it_is_allowed(room: Newsroom) -> None:
    star = f"star {room.id('first')}"
    assert room.post(star, token="x" * 43).status_code == 403
    assert room.post(star, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert room.reader.post("/notes", data={"do": star}).status_code == 403
    away = room.post(star, back="//evil.example/")
    assert away.headers["Location"] == "/"
    assert room.post(f"un{star}", back="/?q=a+b&order=newest").headers["Location"] == "/?q=a+b&order=newest"


def test_notes_are_listed_narrowed_and_taken_away(room: Newsroom) -> None:
    room.post("put", message=room.id("first"), text="=1+1", words="Tell nobody", tag="press", by="Ida")
    room.post("put", message=room.id("late"), text="Another", by="Tom")
    page = json.loads(room.client.get("/notes.json").data)
    assert [line["mark"]["text"] for line in page["notes"]] in (["Another", "=1+1"], ["=1+1", "Another"])
    for query, total in (("by=Tom", 1), ("tag=press", 1), ("words=another", 1), ("by=Nobody", 0), ("", 2)):
        assert json.loads(room.client.get(f"/notes.json?{query}").data)["total"] == total
    first = json.loads(room.client.get("/notes.json?limit=1").data)
    rest = json.loads(room.client.get("/notes.json", query_string={"limit": 1, "cursor": first["next"]}).data)
    assert first["notes"][0]["mark"]["id"] != rest["notes"][0]["mark"]["id"]
    assert rest["next"] == ""
    table = room.client.get("/notes.csv?by=Ida").text
    assert "'=1+1" in table
    assert "Tell nobody" in table
    feed = room.client.get("/notes.atom")
    assert feed.content_type.startswith("application/atom+xml")
    assert feed.text.count("<entry>") == 2
    assert "Tell nobody" in room.get("/notes")


def test_tags_are_counted_and_renamed(room: Newsroom) -> None:
    for name in ("first", "late"):
        room.post("put", message=room.id(name), tag="tax")
    room.post("put", message=room.id("late"), tag="Money")
    assert "renamed on 2 messages" in room.told("rename tax", to="money", back="/tags")
    assert [tag["messages"] for tag in json.loads(room.client.get("/tags.json").data)["tags"]] == [2]


def test_readers_learn_nothing(room: Newsroom) -> None:
    secret = "Whistleblower"
    first = room.id("first")
    room.post("put", message=first, tag=secret, text=f"{secret} said so", words="Tell nobody", by=secret)
    room.post(f"star {first}", by=secret)
    paths = (
        "/", "/?q=budget", "/.json?q=budget", f"/m/{first}", f"/m/{first}.json", f"/t/{first}.json", "/status",
        "/status.json", "/help", "/articles", f"/m/{first}/source", "/?q=", "/?order=newest",
    )  # fmt: skip
    for path in paths:
        answer = room.reader.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert secret not in answer.text, path
        assert "★" not in answer.text, path
        assert "data-key=\"s\"" not in answer.text, path
    for path in ("/notes", "/notes.json", "/notes.csv", "/notes.atom", "/tags", "/tags.json", f"/m/{first}/marks",
                 f"/m/{first}/marks.json"):  # fmt: skip
        answer = room.reader.get(path)
        assert answer.status_code == 403, path
        assert secret not in answer.text
    for query in ("tag:whistleblower", "budget -tag:*", "is:starred", "has:note OR budget", "note:said", "-note:said"):
        answer = room.reader.get("/", query_string={"q": query})
        assert answer.status_code == 400, query
        assert "not shown here" in answer.text
        assert room.reader.get("/.json", query_string={"q": query}).status_code == 400


def test_readers_see_them_where_the_operator_says_so(room: Newsroom) -> None:
    first = room.id("first")
    room.post("put", message=first, tag="open", text="For all", words="Tell nobody")
    reader = create_app(room.corpus.engine, Mail(), marks=True).test_client()
    page = reader.get(f"/m/{first}").text
    assert "For all" in page
    assert "<form" not in page.partition('id="marks"')[2].partition("</section>")[0]
    assert "open" in reader.get("/tags").text
    assert "Tell nobody" in reader.get("/notes").text
    assert reader.get("/?q=tag:open").status_code == 200
    assert reader.post("/notes", data={"do": f"star {first}"}).status_code == 403


def test_the_search_page_stays_small(room: Newsroom) -> None:
    assert len(room.get("/?q=budget+OR+the&limit=20").encode()) < 40_000


TEXT = "Yes. I agree.\nNo. I agree.\nMaybe. I agree."


@pytest.mark.parametrize(("words", "before", "after", "start"), [
    ("I agree.", "", "", 5), ("I agree.", "Yes. I agree.\nNo. ", "\nMaybe", 18), ("I agree.", "Maybe. ", "", 34),
    ("Maybe.  I\nagree", "", "", 27), ("nothing of it", "", "", None), ("", "", "", None),
])  # fmt: skip
def test_words_are_found_by_what_stands_around_them(words: str, before: str, after: str, start: int | None) -> None:
    found = anchor_of(TEXT, words, before, after)
    assert (found.start if found else None) == start
    if found:
        assert TEXT[found.start : found.end] == found.quote


def test_an_anchor_is_found_again_in_another_text() -> None:
    anchor = anchor_of(TEXT, "I agree.", "No. ", "")
    assert anchor is not None
    assert place(TEXT, anchor) is not None
    moved = "Dear all,\n" + TEXT
    span = place(moved, anchor)
    assert span is not None
    assert moved[span.start - 4 : span.start] == "No. "
    assert place("Something else", anchor) is None
    assert place(TEXT, Anchor("I agree.", 900, 908)) is not None


def test_pages_work_below_a_folder(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    client = create_app(corpus.engine, Mail(), writable=True).test_client()
    page = client.get(f"/m/{corpus.id('first')}", base_url="http://localhost/sub").text
    assert 'action="/sub/notes"' in page
    corpus.engine.close()
