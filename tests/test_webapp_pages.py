"""Every page on a real corpus: what it shows, its JSON twin, its headers, and what it answers to nonsense."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from webapp_mails import NAMES, html_attacks
from webapp_site import COLLECTION, Corpus

from webapp import create_app, security
from webapp.cli import Mail


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    made = Corpus(tmp_path_factory.mktemp("site"))
    yield made
    made.engine.close()


def paths(corpus: Corpus) -> list[str]:
    """Every page that has a twin."""
    m, t = corpus.id("files")[:16], corpus.engine.row(corpus.id("answer")).thread[:16]
    return ["/", "/?q=budget", "/?q=budget&threads=1&order=oldest&limit=2", f"/m/{m}", f"/m/{m}?view=route", f"/t/{t}",
            "/status", "/help", "/articles", "/cited", "/cited/absent", "/review", "/review/verdicts",
            "/cite"]  # fmt: skip


def twin(path: str) -> str:
    before, mark, after = path.partition("?")
    return f"{before}.json{mark}{after}"


def test_every_page_is_whole_and_has_its_twin(corpus: Corpus) -> None:
    for path in paths(corpus):
        html = corpus.html(path)
        assert html.startswith("<!doctype html>"), path
        assert html.rstrip().endswith("</html>"), path
        assert f'href="{twin(path).replace("&", "&amp;")}"' in html
        answer = corpus.get(twin(path))
        assert (answer.status_code, answer.content_type) == (200, "application/json")
        assert isinstance(json.loads(answer.data), dict)


def active(html: str) -> list[str]:
    """What a page's policy would have to stop: inline scripts and styles, handlers, addresses that are scripts."""
    found = []
    for node in LexborHTMLParser(html).css("*"):
        marks = {name: value or "" for name, value in node.attributes.items()}
        found += [f"{node.tag} {name}" for name in marks if name.startswith("on") or name in ("style", "srcdoc")]
        found += [f"{node.tag} {value}" for name, value in marks.items()
                  if name in ("href", "src", "action") and not re.match(r"/|https?:|#|data:image/png;base64,", value)]
        ours = node.tag == "script" and marks.get("src", "").startswith("/static/")
        if node.tag in ("script", "style", "base", "object", "embed", "form", "svg") and not ours:
            found.append(node.tag)
    return found


def test_no_page_carries_inline_style_or_script(corpus: Corpus) -> None:
    for path in [*paths(corpus), "/?q=from:(", f"/m/{corpus.id('newsletter')[:16]}?view=html"]:
        assert set(active(corpus.get(path).text)) <= {"form", "svg"}, path


def worn(html: str) -> list[str]:
    """The addresses of a page's sheets and scripts, in their order."""
    return [unescape(one) for one in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)\?[^"]*)"', html)]


def test_search_pages_are_small_with_all_that_they_wear(corpus: Corpus) -> None:
    for path in ("/?q=attack", "/?q=budget", "/"):
        html = corpus.get(path)
        files = {one: len(corpus.get(one).data) for one in worn(html.text)}
        assert min(files.values()) > 0
        assert max(len(html.data), sum(files.values())) < 40_000, (path, len(html.data), files)


def test_pages_wear_the_sheet_of_all_first_and_then_their_own(corpus: Corpus) -> None:
    for path in paths(corpus):
        sheets = [one for one in worn(corpus.html(path)) if ".css" in one]
        assert sheets[0].startswith("/static/site.css?v="), path
        assert len(set(sheets)) == len(sheets), path
        for sheet in sheets:
            answer = corpus.get(sheet)
            assert (answer.status_code, answer.mimetype) == (200, "text/css"), sheet
            assert "max-age=86400" in answer.headers["Cache-Control"]


def routes(corpus: Corpus) -> Iterator[str]:
    """One address for every route there is, and each attachment."""
    values = {"id": corpus.id("files")[:16], "other": corpus.id("first")[:16], "number": "3", "filename": "site.css",
              "collection": COLLECTION, "name": "from"}  # fmt: skip
    values["sha256"] = corpus.engine.message(values["id"]).attachments[0].sha256
    for rule in corpus.app.url_map.iter_rules():
        assert rule.methods is not None
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            known = ("review.decide", "cite.add", "desk.act", "person.decide", "searches.act")
            assert rule.endpoint in known or rule.endpoint.startswith("batch."), f"{rule} writes"
            continue
        if "/a/" in rule.rule:  # an article's: another test has some
            continue
        yield corpus.app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})


def test_every_route_carries_the_headers(corpus: Corpus) -> None:
    seen = list(routes(corpus))
    assert len(seen) > 12
    for path in [*seen, "/nowhere", "/m/00000000", "/?q=(", "/?order=x"]:
        answer = corpus.get(path)
        assert answer.status_code in (200, 302, 400, 403, 404), path
        for name in security.HEADERS:
            assert name in answer.headers, (path, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert "unsafe-inline" not in policy, path
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8025", "127.0.0.1.evil.example", "", "[::2]", "a b",
                                  "["])  # fmt: skip
def test_strange_hosts_are_refused(corpus: Corpus, host: str) -> None:
    answer = corpus.client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "messages" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8025", "127.0.0.1:1", "[::1]", "[::1]:8025"])
def test_our_own_names_are_answered(corpus: Corpus, host: str) -> None:
    assert corpus.client.get("/", headers={"Host": host}).status_code == 200


def test_without_a_list_any_host_is_answered(corpus: Corpus) -> None:
    client = create_app(corpus.engine, Mail(), hosts=None).test_client()
    assert client.get("/", headers={"Host": "news.example"}).status_code == 200


def test_a_name_of_its_own(corpus: Corpus) -> None:
    assert "The &lt;Files&gt;" in create_app(corpus.engine, Mail(), title="The <Files>").test_client().get("/").text


def test_front_page_says_what_the_corpus_is(corpus: Corpus) -> None:
    html = corpus.html("/")
    status = corpus.engine.status()
    assert f"{status.messages} messages" in html
    found = json.loads(corpus.get("/.json").data)
    assert (found["messages"], found["threads"], found["ghosts"]) == (status.messages, status.threads, status.ghosts)
    assert len(found["result"]["hits"]) == len({hit["row"]["thread"] for hit in found["result"]["hits"]}) == 6


def test_results_show_hits_chips_facets_and_marks(corpus: Corpus) -> None:
    html = corpus.html("/?q=budget+from:ann")
    assert html.count('class="chip"') == 2
    assert "<mark>budget</mark>" in html or "<mark>Budget</mark>" in html
    assert 'href="/?q=from%3Aann"' in html, "a chip takes itself away"
    assert "has%3A" in html, "a facet narrows"
    assert "2015-08" in html


def test_paging_reaches_every_hit_once(corpus: Corpus) -> None:
    seen: list[str] = []
    path = "/.json?q=attack&order=newest&limit=7"
    while True:
        found = json.loads(corpus.get(path).data)["result"]
        seen += [hit["row"]["id"] for hit in found["hits"]]
        if not found["next"]:
            break
        path = f"/.json?q=attack&order=newest&limit=7&cursor={found['next']}"
    assert len(seen) == len(set(seen)) == found["total"] > 40
    html = corpus.html("/?q=attack&limit=7")
    assert 'rel="next"' in html
    assert 'rel="first"' not in html


def test_nothing_found_says_whose_fault_it_is(corpus: Corpus) -> None:
    assert "Your words match nothing." in corpus.html("/?q=zzzunknown")
    assert "Your filters match nothing." in corpus.html("/?q=before:1971")
    both = corpus.html("/?q=budget+before:1971")
    assert "Your filters match nothing." in both
    assert "Without the filters" in both
    words = corpus.html("/?q=zzzunknown+from:ann")
    assert "Your words match nothing." in words
    assert "Without the words" in words
    assert "both your words and your filters" in corpus.html("/?q=hearing+has:pdf")


def test_a_query_that_cannot_be_read_shows_the_spot(corpus: Corpus) -> None:
    answer = corpus.get("/?q=budget+from:(ann")
    assert answer.status_code == 400
    assert '<mark class="wrong">(</mark>ann' in answer.text
    found = corpus.get("/.json?q=budget+from:(ann")
    assert found.status_code == 400
    assert json.loads(found.data)["start"] == 12


@pytest.mark.parametrize("path", ["/?order=best", "/?limit=0", "/?limit=101", "/?limit=x", "/?limit=٣",
                                  "/?threads=maybe", "/?q=" + "x" * 2001, "/?cursor=nonsense",
                                  "/?cursor=" + "A" * 1001, "/status?after=-1", "/status?archives=99",
                                  "/?q=%22%22%22(", "/?q=date:2015-13"])  # fmt: skip
def test_odd_values_are_refused_in_words(corpus: Corpus, path: str) -> None:
    for form in (path, twin(path)):
        answer = corpus.get(form)
        assert answer.status_code == 400, form
        assert len(answer.text) > 60
    assert json.loads(answer.data)["detail"]


@pytest.mark.parametrize("path", ["/nowhere", "/m/00000000", "/m/g0000000000000000", "/t/00000000", "/m/zzzz",
                                  "/m/00000000/source", "/m/00000000.eml", "/m/00000000/html",
                                  "/m/00000000/part/1", "/m/00000000/inline/1"])  # fmt: skip
def test_what_is_not_there_is_said_not_to_be(corpus: Corpus, path: str) -> None:
    answer = corpus.get(path)
    assert answer.status_code == 404
    assert "</html>" in answer.text


def test_a_message_page_shows_what_is_known(corpus: Corpus) -> None:
    html = corpus.html(f"/m/{corpus.id('files')[:16]}")
    for words in ("Ann Lee", "2015-08-05 14:04 -0400", "sums.csv", "plan.pdf", "read as a mail", corpus.id("files"),
                  "files.eml"):  # fmt: skip
        assert words in html, words
    assert COLLECTION not in html
    assert "council &lt;i&gt;" in html


def test_attached_mail_and_carrier_point_at_each_other(corpus: Corpus) -> None:
    inner = corpus.engine.attached(corpus.id("files"))[0]
    assert f"/m/{inner.id[:16]}" in corpus.html(f"/m/{corpus.id('files')[:16]}")
    assert f"/m/{corpus.id('files')[:16]}" in corpus.html(f"/m/{inner.id[:16]}")


def test_text_folds_quotations_marks_hits_and_links(corpus: Corpus) -> None:
    html = corpus.html(f"/m/{corpus.id('answer')[:16]}?q=agreed+nobody")
    assert "<mark>Agreed</mark>" in html
    assert "<details open>" in html, "a quotation with a hit is open"
    assert 'href="https://council.example/plan?a=1&amp;b=2" rel="noopener noreferrer nofollow"' in html
    assert html.count("Ann Lee wrote:") == 1
    html = corpus.html(f"/m/{corpus.id('answer')[:16]}")
    leads = f'<a class="source" href="/m/{corpus.id("first")[:16]}">Quoted from <bdi>Ann Lee</bdi>, 2015-08-'
    assert re.search(re.escape(leads) + r"\d\d</a><details><summary>", html)


def test_route_shows_hops(corpus: Corpus) -> None:
    html = corpus.html(f"/m/{corpus.id('first')[:16]}?view=route")
    assert "a.example" in html
    assert "2 min later" in html


def test_a_message_comes_back_byte_for_byte(corpus: Corpus) -> None:
    id = corpus.id("files")
    answer = corpus.get(f"/m/{id[:16]}.eml")
    assert answer.data == corpus.mails["files"]
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{id[:16]}.eml"'
    source = corpus.get(f"/m/{id[:16]}/source")
    assert source.data == corpus.mails["files"]
    assert source.content_type.startswith("text/plain")
    assert "sandbox" in source.headers["Content-Security-Policy"]


def test_attachments_go_out_as_files(corpus: Corpus) -> None:
    id = corpus.id("files")[:16]
    kinds = {}
    for part in corpus.engine.message(corpus.id("files")).attachments:
        answer = corpus.get(f"/m/{id}/part/{part.part}")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        kinds[part.name] = answer.content_type
    assert kinds["page.html"] == "text/plain; charset=utf-8"
    assert kinds["sums.csv"] == "text/plain; charset=utf-8"
    assert {kinds["map.png"], kinds["plan.pdf"]} == {"application/octet-stream"}
    assert corpus.get(f"/m/{id}/inline/3").content_type == "image/png"
    assert corpus.get(f"/m/{id}/inline/5").status_code == 404
    assert corpus.get(f"/m/{id}/part/77").status_code == 404


def test_file_names_stay_names(corpus: Corpus) -> None:
    id = corpus.id("file-names")[:16]
    parts = corpus.engine.message(corpus.id("file-names")).attachments
    assert len(parts) == len(NAMES)
    for part in parts:
        answer = corpus.get(f"/m/{id}/part/{part.part}")
        form = r"attachment; filename=\"[A-Za-z0-9._() -]{1,200}\"(; filename\*=UTF-8''[A-Za-z0-9._~%-]+)?"
        assert re.fullmatch(form, answer.headers["Content-Disposition"])
        assert "Set-Cookie" not in answer.headers
        assert answer.content_type == "text/plain; charset=utf-8"


def test_a_picture_is_one_by_its_bytes(corpus: Corpus) -> None:
    id = corpus.id("cid-svg")[:16]
    found = {part.name: corpus.get(f"/m/{id}/inline/{part.part}")
             for part in corpus.engine.message(corpus.id("cid-svg")).attachments}  # fmt: skip
    assert {name: answer.status_code for name, answer in found.items()} == {
        "x.svg": 404, "good.png": 200, "fake.png": 404, "poly.gif": 200,
    }  # fmt: skip
    assert found["poly.gif"].content_type == "image/gif"
    assert found["poly.gif"].headers["X-Content-Type-Options"] == "nosniff"


def test_attacks_are_text_on_every_page(corpus: Corpus) -> None:
    for name in corpus.mails:
        id = corpus.id(name)[:16]
        for path in (f"/m/{id}", f"/m/{id}?view=route", f"/m/{id}?q=needle+attack", f"/t/{id}", f"/?q=id:{id}"):
            answer = corpus.client.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            assert set(active(answer.text)) <= {"form", "svg"}, path


@pytest.mark.parametrize("name", html_attacks())
def test_html_has_its_own_document_and_policy(corpus: Corpus, name: str) -> None:
    answer = corpus.get(f"/m/{corpus.id(name)[:16]}/html")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == security.FRAME
    fetched = [value for node in LexborHTMLParser(answer.text).css("*") for mark, value in node.attributes.items()
               if mark != "href" and "trap.example" in (value or "")]  # fmt: skip
    assert fetched == []
    assert [found for found in active(answer.text) if not found.endswith(" style")] == ["style"], "our own sheet"
    assert not re.search(r"url\(|position|expression", "".join(re.findall(r'style="[^"]*"', answer.text)))


def test_a_conversation_is_whole_and_in_order(corpus: Corpus) -> None:
    id = corpus.engine.row(corpus.id("first")).thread[:16]
    found = json.loads(corpus.get(f"/t/{id}.json").data)
    rows = [entry["row"] for entry in found["entries"]]
    assert [row["id"] for row in rows if not row.get("ghost")] == [corpus.id("first"), *sorted(
        {corpus.id("answer"), corpus.id("copy")} & {row["id"] for row in rows}), corpus.id("late")]  # fmt: skip
    assert found["messages"] == 3
    assert found["ghosts"] == 1
    html = corpus.html(f"/t/{id}")
    assert "Also here as" in html
    assert "Not in this corpus" in html
    assert "I never saw the first one." in html
    ghost = next(row for row in rows if row.get("ghost"))
    assert rows.index(ghost) == rows.index(next(row for row in rows if row["id"] == corpus.id("late"))) - 1
    assert f'id="m-{ghost["id"]}"' in html


def test_ghosts_and_answers_lead_to_their_place(corpus: Corpus) -> None:
    thread = corpus.engine.row(corpus.id("first")).thread
    ghost = next(row for row in corpus.engine.thread(thread).rows if row.ghost)
    answer = corpus.get(f"/m/{ghost.id}")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/t/{thread[:16]}#m-{ghost.id}")
    answer = corpus.get(f"/t/{corpus.id('late')[:12]}")
    assert answer.headers["Location"].endswith(f"/t/{thread[:16]}#m-{corpus.id('late')[:16]}")
    answer = corpus.get(f"/t/{ghost.id}")
    assert answer.headers["Location"].endswith(f"#m-{ghost.id}")


def test_unique_beginnings_of_ids_are_enough(corpus: Corpus) -> None:
    assert corpus.get(f"/m/{corpus.id('first')[:8]}").status_code == 200
    assert corpus.get(f"/m/{corpus.id('first')}").status_code == 200


def test_status_adds_up_and_names_failures(corpus: Corpus) -> None:
    html = corpus.html("/status")
    assert "Read = new + already there + failed" in html
    found = json.loads(corpus.get("/status.json").data)
    total = found["total"]
    assert total["read"] == total["new"] + total["already"] + total["failed"] > 50
    assert len(found["failures"]) == found["status"]["failures"] > 0
    assert found["failures"][0][1]["reason"] in unescape(html)


def test_help_lists_every_operator_with_a_query_that_works(corpus: Corpus) -> None:
    found = json.loads(corpus.get("/help.json").data)
    html = corpus.html("/help")
    for name, _, _, example in found["operators"]:
        assert f"{name}:" in html
        assert corpus.client.get("/", query_string={"q": example}).status_code == 200, example


def test_help_lists_every_address(corpus: Corpus) -> None:
    listed = {address[0] for address in json.loads(corpus.get("/help.json").data)["addresses"]}
    pages = (rule for rule in corpus.app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    rules = {re.sub(r"<\w+:", "<", str(rule)) for rule in pages}
    assert {rule for rule in rules if not rule.endswith(".json") and "static" not in rule} == listed


@settings(max_examples=60, deadline=None)
@given(q=st.text(max_size=60), tail=st.sampled_from(["", ".json"]), threads=st.sampled_from(["", "1"]))
def test_no_query_is_a_fault_of_ours(corpus: Corpus, q: str, tail: str, threads: str) -> None:
    answer = corpus.client.get(f"/{tail}", query_string={"q": q.encode("utf-8", "replace"), "threads": threads})
    assert answer.status_code in (200, 400)


MARK = ["(", ")", '"', "OR", "AND", "-", "from:", "date:", "budget", "*", "~", "{", "}", ":", "..", "2015", "has:",
        "\u202e", "<b>", "is:ghost", "id:", "thread:", "\\", "'", "0"]  # fmt: skip
MARKS = st.lists(st.sampled_from(MARK), max_size=8)


@settings(max_examples=100, deadline=None)
@given(words=MARKS, glue=st.sampled_from(["", " "]))
def test_no_mark_is_a_fault_of_ours(corpus: Corpus, words: list[str], glue: str) -> None:
    q = glue.join(words)
    assert corpus.client.get("/", query_string={"q": q}).status_code in (200, 400)
    message = corpus.client.get(f"/m/{corpus.id('answer')[:16]}", query_string={"q": q})
    assert message.status_code == 200


@settings(max_examples=60, deadline=None)
@given(id=st.text(alphabet="g0123456789abcdefABCDEFz./%-", min_size=1, max_size=70), cursor=st.text(max_size=40),
       place=st.sampled_from(["/m/{}", "/m/{}.json", "/m/{}.eml", "/m/{}/source", "/m/{}/html", "/t/{}"]))
def test_no_id_or_cursor_is_a_fault_of_ours(corpus: Corpus, id: str, cursor: str, place: str) -> None:
    assert corpus.client.get(place.format(id)).status_code in (200, 302, 308, 404)
    asked = {"q": "attack", "cursor": cursor.encode("utf-8", "replace")}
    assert corpus.client.get("/", query_string=asked).status_code in (200, 400)
