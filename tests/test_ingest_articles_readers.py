"""Articles read from every kind of file: text, links and their places, what the page says about itself."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.articles.finding import things
from ingest.articles.pieces import PASSED, NotReadable, Piece, Problem
from ingest.articles.reading import Reader
from mappings.articles import Article
from tests import article_files as files
from tests.archive_files import tarred, zipped
from tests.extraction_files import docx


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def found(path: Path, told: dict[str, str] | None = None) -> list[Piece | Problem]:
    return list(things(path, told))


def pieces(path: Path, told: dict[str, str] | None = None) -> list[Piece]:
    return [thing for thing in things(path, told) if isinstance(thing, Piece)]


def problems(path: Path, told: dict[str, str] | None = None) -> list[Problem]:
    return [thing for thing in things(path, told) if isinstance(thing, Problem)]


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def one(reader: Reader, path: Path) -> Article:
    (piece,) = pieces(path)
    return reader.article(piece, str(path))


def linked(article: Article) -> dict[str, str]:
    """Address -> the words that are the link."""
    return {link.address: article.text[link.start : link.end] for link in article.links}


def paragraphs(article: Article) -> list[str]:
    return [article.text[passage.start : passage.end] for passage in article.passages]


# --- pages


def test_a_saved_page_gives_its_article_without_menus(tmp_path: Path, reader: Reader) -> None:
    article = one(reader, written(tmp_path, "crane.html", files.page(head=files.SAID)))
    assert article.title == "The crane and the brother"
    assert article.outlet == "The Lantern"
    assert article.authors == ("Dora Kestrel", "Ravi Quillon")
    assert article.date == "2019-11-07T06:00:00+01:00"
    assert article.lang == "en"
    assert article.address == "https://lantern.example/2019/the-crane"
    assert linked(article)["https://leak.example/mail/12"] == "deputy’s account"
    assert "> Do not tell the crane.\n> It listens." in paragraphs(article)
    assert "Sports" not in article.text
    assert "reserved" not in article.text
    (capture,) = article.captures
    assert capture.size == len(files.page(head=files.SAID).encode())
    assert capture.media == "text/html"


def test_links_beside_the_text_are_kept_without_words(tmp_path: Path, reader: Reader) -> None:
    beside = '<div class="sources"><a href="https://leak.example/mail/99"><img src="x.png"></a></div>'
    article = one(reader, written(tmp_path, "crane.html", files.page(beside=beside)))
    places = {link.address: (link.start, link.end) for link in article.links}
    assert "https://leak.example/mail/99" in places
    start, end = places["https://leak.example/mail/99"]
    assert article.text[start:end] == ""


def test_where_a_page_was_saved_from_is_its_address(tmp_path: Path, reader: Reader) -> None:
    mark = "<!-- saved from url=(0034)https://lantern.example/2019/crane -->\n"
    article = one(reader, written(tmp_path, "a.html", mark + files.page()))
    assert article.address == "https://lantern.example/2019/crane"
    assert article.outlet == "lantern.example"


def test_a_page_is_not_believed_to_be_another_sites(tmp_path: Path, reader: Reader) -> None:
    mark = "<!-- saved from url=(0034)https://evil.example/copy -->\n"
    article = one(reader, written(tmp_path, "a.html", mark + files.page(head=files.SAID)))
    assert article.address == "https://evil.example/copy"


@pytest.mark.parametrize("charset", ["windows-1251", "utf-16", "koi8-r", "utf-8"])
def test_a_page_is_read_by_its_charset(tmp_path: Path, reader: Reader, charset: str) -> None:
    markup = files.page("Попугай и кран").replace("charset=\"utf-8\"", f"charset=\"{charset}\"")
    markup = markup.replace("“", '"').replace("”", '"').replace("’", "'").replace("©", "(c)")
    article = one(reader, written(tmp_path, "a", markup.encode(charset)))
    assert article.title.startswith("Попугай и кран")
    assert '"The crane' in article.text


def test_mhtml_gives_page_and_address(tmp_path: Path, reader: Reader) -> None:
    data = files.mhtml(files.page(), "https://lantern.example/saved")
    article = one(reader, written(tmp_path, "x.mhtml", data))
    assert article.address == "https://lantern.example/saved"
    assert linked(article)["https://leak.example/mail/12"] == "deputy’s account"
    assert article.captures[0].size == len(data)
    assert one(reader, written(tmp_path, "without-an-ending", data)).id == article.id


def test_mhtml_without_a_page_is_said(tmp_path: Path, reader: Reader) -> None:
    data = files.mhtml("", "https://lantern.example/x").replace(b"text/html", b"text/css")
    path = written(tmp_path, "x.mhtml", data)
    (piece,) = pieces(path)
    with pytest.raises(NotReadable) as error:
        reader.article(piece, "x")
    assert error.value.code == "no-page"


# --- text


def test_a_text_file_has_a_title_and_no_date(tmp_path: Path, reader: Reader) -> None:
    text = "A title\n\nOn 3 August 2015 a mail\nwas sent (https://leak.example/mail/4).  \n\n\n\nThe end it was."
    text = text.replace("\n", "\r\n")
    article = one(reader, written(tmp_path, "a.txt", text))
    assert article.title == "A title"
    assert article.date == ""
    assert article.address == ""
    assert article.text == (
        "A title\n\nOn 3 August 2015 a mail\nwas sent (https://leak.example/mail/4).\n\nThe end it was."
    )
    assert linked(article) == {"https://leak.example/mail/4": "https://leak.example/mail/4"}


def test_a_long_first_line_is_no_title(tmp_path: Path, reader: Reader) -> None:
    article = one(reader, written(tmp_path, "a.txt", "word " * 60 + "\n\nmore of it"))
    assert article.title == ""


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_charset(tmp_path: Path, reader: Reader, charset: str) -> None:
    article = one(reader, written(tmp_path, "a.txt", "Déjà vu à la mer\n\n« Rien », dit-il.".encode(charset)))
    assert article.text == "Déjà vu à la mer\n\n« Rien », dit-il."


def test_markdown_with_front_matter(tmp_path: Path, reader: Reader) -> None:
    text = (
        "---\ntitle: Zwei Minuten\noutlet: Hafenkurier\nauthors: [Jost Brammer, 'Ann Lee']\ndate: 2019-11-20\n"
        "url: https://hafen.example/zwei\n---\n\n# Zwei Minuten\n\nDie [Mail Nr. 22](https://leak.example/mail/22) sagt"
        " *alles*.\n\n> Ich trage\n> es ein.\n"
    )
    article = one(reader, written(tmp_path, "a.md", text))
    assert (article.title, article.outlet, article.date) == ("Zwei Minuten", "Hafenkurier", "2019-11-20")
    assert article.authors == ("Jost Brammer", "Ann Lee")
    assert article.address == "https://hafen.example/zwei"
    assert linked(article) == {"https://leak.example/mail/22": "Mail Nr. 22"}
    assert paragraphs(article) == ["Zwei Minuten", "Die Mail Nr. 22 sagt alles.", "> Ich trage es ein."]


def test_a_pdf_has_its_lines_joined_and_its_links(tmp_path: Path, reader: Reader) -> None:
    lines = [
        "The crane and the brother", "A line that goes on to the margin of the page, and then there is another",
        "line of the same paragraph, which has its end here and nowhere else at all.",
        "Another paragraph begins with a capital after a line that was short, as",
        "see https://leak.example/mail/7 for the whole of it, and more to read.",
    ]
    article = one(reader, written(tmp_path, "a.pdf", files.pdf(lines, "https://leak.example/mail/12")))
    assert "then there is another line of the same paragraph" in article.text
    assert article.title == "The crane and the brother"
    found = linked(article)
    assert found["https://leak.example/mail/7"] == "https://leak.example/mail/7"
    assert found["https://leak.example/mail/12"] == ""
    assert article.captures[0].media == "application/pdf"


def test_a_word_document_is_an_article(tmp_path: Path, reader: Reader) -> None:
    article = one(reader, written(tmp_path, "a.docx", docx("An article that somebody typed")))
    assert article.text == "An article that somebody typed"


# --- many in one file


def test_warc_gives_the_pages_that_were_answered(tmp_path: Path, reader: Reader) -> None:
    for name, data in (("a.warc", files.warc()), ("a.warc.gz", gzip.compress(files.warc()))):
        path = written(tmp_path, name, data)
        first, second = (reader.article(piece, "x") for piece in pieces(path))
        assert (first.address, second.address) == ("http://a.example/1", "http://a.example/2")
        assert "among tens of thousands" in second.text
        assert (first.captures[0].at, first.captures[0].status) == (1476178200, 200)
        assert {problem.code for problem in problems(path)} == {PASSED}


def test_a_cut_warc_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "a.warc", files.warc()[:-300])
    assert [piece.told.address for piece in pieces(path)] == ["http://a.example/1"]
    assert problems(path)[-1].code == "truncated"
    assert problems(written(tmp_path, "b.warc", b"WARC/1.0\r\nrubbish"))[-1].code == "damaged"


def test_rss_entries(tmp_path: Path, reader: Reader) -> None:
    path = written(tmp_path, "feed.xml", files.RSS)
    whole, brief = pieces(path)
    article = reader.article(whole, "feed.xml")
    assert article.address == "https://lantern.example/a"
    assert (article.title, article.outlet, article.authors) == ("Crane & brother", "The Lantern", ("Dora Kestrel",))
    assert article.date == "2016-10-11T09:30:00+02:00"
    assert linked(article) == {"https://leak.example/mail/3": "a mail"}
    assert paragraphs(article) == ["A long story about a mail and a crane.", "It ends."]
    assert whole.data.startswith(b"<item>")
    assert whole.data.endswith(b"</item>")
    assert not whole.brief
    assert brief.brief
    assert reader.article(brief, "x").text == "What was said of the crane."


def test_atom_with_markup_in_it(tmp_path: Path, reader: Reader) -> None:
    article = one(reader, written(tmp_path, "feed.atom", files.ATOM))
    assert (article.outlet, article.lang, article.authors) == ("Le Phare", "fr", ("Solène",))
    assert linked(article) == {"http://phare.example/x?a=1&b=2": "lien"}


@pytest.mark.parametrize("feed", [
    b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel><item><title>&c;</title></item></channel></rss>',
    b"<rss>" + b"<a>" * 100_000,
    files.RSS.encode()[:-200],
])  # fmt: skip
def test_a_broken_feed_is_a_problem(tmp_path: Path, feed: bytes) -> None:
    (problem,) = problems(written(tmp_path, "feed.xml", feed))
    assert problem.code == "damaged"


def test_csv_columns_are_recognised_in_several_languages(tmp_path: Path, reader: Reader) -> None:
    head = "Adresse;Titre;Média;Auteur;Date de publication;Langue;Texte\n"
    row = 'https://phare.example/1;La grue;Le Phare;Solène Kermarquer;11 octobre 2016;fr;"Un texte\n\nen deux"\n'
    rows = head + row
    article = one(reader, written(tmp_path, "a.csv", rows))
    assert (article.title, article.outlet, article.lang) == ("La grue", "Le Phare", "fr")
    assert article.authors == ("Solène Kermarquer",)
    assert article.text == "Un texte\n\nen deux"
    assert article.captures[0].media == "text/csv"


def test_tab_separated_and_told_columns(tmp_path: Path, reader: Reader) -> None:
    path = written(tmp_path, "a.tsv", "A\tB\tC\nhttps://x.example/1\tsome words of it\tlast\n")
    assert problems(path)[0].code == PASSED
    (piece,) = pieces(path, {"url": "A", "text": "B", "title": "C"})
    article = reader.article(piece, "x")
    assert (article.address, article.text, article.title) == ("https://x.example/1", "some words of it", "last")


def test_json_lines_keep_line_id_and_bytes(tmp_path: Path, reader: Reader) -> None:
    markup = "<p>Zwei <a href='https://l.example/1'>Worte</a> hier</p>"
    rows = [{"id": "A1", "lang": "fr", "text": "Un texte assez court."}, {"id": "A2", "html": markup}]
    path = written(tmp_path, "a.jsonl", "\n".join(json.dumps(row) for row in rows) + "\nbroken\n")
    first, second = pieces(path)
    assert (first.name, first.line, second.name, second.line) == ("A1", 1, "A2", 2)
    assert json.loads(second.data) == rows[1]
    assert linked(reader.article(second, "x")) == {"https://l.example/1": "Worte"}
    assert [problem.code for problem in problems(path)] == ["broken-row"]
    assert "Line 3" in problems(path)[0].reason


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"meta": 1, "articles": rows}])
def test_json_values(tmp_path: Path, reader: Reader, wrap: object) -> None:
    rows = [{"url": f"https://x.example/{n}", "title": "é", "content": f"Number {n} of them"} for n in range(3)]
    path = written(tmp_path, "a.json", json.dumps(wrap(rows), indent=2, ensure_ascii=False))  # type: ignore[operator]
    articles = [reader.article(piece, "x") for piece in pieces(path)]
    assert [article.address for article in articles] == [row["url"] for row in rows]
    for piece in pieces(path):
        assert path.read_bytes()[piece.offset :].startswith(piece.data)


def test_a_table_of_mails_is_none_of_articles(tmp_path: Path) -> None:
    mail = {"id": "P1", "frm": "a@x", "to": "b@x", "subject": "s", "body": "t"}
    path = written(tmp_path, "m.jsonl", json.dumps(mail))
    (problem,) = problems(path)
    assert problem.code == PASSED
    assert "unsealed ingest" in problem.reason


@pytest.mark.parametrize("mail", [
    b"Return-Path: <a@x.example>\r\nFrom: a@x.example\r\nTo: b@x.example\r\nSubject: s\r\n\r\nThe words of it.\r\n",
    b"From a@x.example Mon Jan  1 00:00:00 2001\nFrom: a@x.example\nSubject: s\n\nThe words of it.\n",
])  # fmt: skip
def test_a_mail_is_no_article(tmp_path: Path, mail: bytes) -> None:
    (problem,) = problems(written(tmp_path, "m.txt", mail))
    assert problem.code == PASSED
    assert "unsealed ingest" in problem.reason


@pytest.mark.parametrize("text", [
    "From: our correspondent\n\nThe harbour was quiet, and nobody said a word of it.",
    "Subject to change: the plan of the harbour\n\nFrom Monday on, all is different there.",
])  # fmt: skip
def test_a_text_that_begins_a_little_like_a_mail_is_an_article(tmp_path: Path, reader: Reader, text: str) -> None:
    assert one(reader, written(tmp_path, "a.txt", text)).text == text


def test_a_list_of_addresses(tmp_path: Path, reader: Reader) -> None:
    text = "# to be read\nhttps://a.example/1#part\n\nhttps://b.example/2  # the second\n"
    first, second = pieces(written(tmp_path, "list.txt", text))
    assert (first.told.address, first.line) == ("https://a.example/1#part", 2)
    assert (second.told.address, second.line) == ("https://b.example/2", 4)
    article = reader.article(first, "x")
    assert article.captures == ()
    assert "not fetched" in article.notes[0]


def test_a_table_may_name_files_beside_it_and_none_elsewhere(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "pages").mkdir()
    written(tmp_path, "pages/a.html", files.page())
    written(tmp_path, "secret.txt", "not for the table to read")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "pages").mkdir()
    written(tmp_path, "lists/pages/a.html", files.page())
    rows = "url,title,file\nhttps://x.example/1,Told,pages/a.html\n,Out,../secret.txt\n,None,missing.html\n"
    path = written(tmp_path, "lists/list.csv", rows)
    (piece,) = pieces(path)
    article = reader.article(piece, "x")
    assert (article.title, article.address) == ("Told", "https://x.example/1")
    assert "among tens of thousands" in article.text
    assert [problem.code for problem in problems(path)] == ["no-file", "no-file"]


def test_folders_zips_and_tars(tmp_path: Path, reader: Reader) -> None:
    folder = tmp_path / "box"
    (folder / "a_files").mkdir(parents=True)
    (folder / "deep" / "er").mkdir(parents=True)
    written(folder, "a.html", files.page("One"))
    written(folder, "a_files/frame.html", files.page("A frame of the first"))
    written(folder, "picture.png", b"\x89PNG\r\n\x1a\n")
    written(folder, ".hidden.txt", "not looked at")
    inner = tarred({"t.txt": b"A text in a tar in a zip"})
    written(folder, "deep/er/b.zip", zipped({"x/b.html": files.page("Two"), "t.tar": inner}))
    (folder / "out").symlink_to("/etc")
    told = [(piece.member, reader.article(piece, "x").title or piece.data) for piece in pieces(folder)]
    assert [member for member, _ in told] == ["a.html", "deep/er/b.zip!x/b.html", "deep/er/b.zip!t.tar!t.txt"]
    assert [problem.member for problem in problems(folder)] == ["picture.png"]
