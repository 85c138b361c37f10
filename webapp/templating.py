"""What templates may call: formats, markup, links; nothing that asks the engine."""

import re

from flask import Flask, request
from markupsafe import Markup

from mappings.file_states import counted
from mappings.made import told
from search.query import Query
from webapp import (
    TITLE,
    about,
    citations,
    done,
    excerpts,
    formats,
    found,
    graph,
    histogram,
    narrowing,
    nearby,
    nothing,
    persons,
    senders,
    signatures,
    static_files,
    text,
    tree,
    writing,
)
from webapp.context import Ask, site
from webapp.desk import NOTHING
from webapp.keyboard import KEYS
from webapp.languages import language
from webapp.pages import desk, file, message, thread

FACETS = {
    "tag": "Tag", "person": "Who wrote", "from": "From", "to": "To", "domain": "Sender’s domain",
    "collection": "Collection", "lang": "Language",
    "has": "Attached", "cited": "Cited", "dkim": "Signature", "doubt": "Date", "is": "Kind", "list": "Mailing list",
    "outlet": "Outlet", "year": "Year",
}  # fmt: skip


def in_language(code: str) -> Markup:
    """The attribute that says what language an element's text is in; nothing for a code that is none."""
    known = code if re.fullmatch("[a-z]{2}(-[A-Z]{2})?", code) else ""
    return Markup(' lang="{}"').format(known) if known else Markup()


KINDS = {
    "attachment": "Any file", "image": "Images", "audio": "Sound", "video": "Videos", "pdf": "PDFs",
    "document": "Text documents", "spreadsheet": "Spreadsheets", "presentation": "Presentations",
    "archive": "Zip files and the like", "calendar": "Invitations and calendars", "contact": "Contact cards",
    "mail": "Attached mails",
}  # fmt: skip
LONGEST_QUOTE = 260  # code points of the words that the front page shows of a cited message


def kind(value: str) -> str:
    """What `has:` calls a kind of attachment, in words for many."""
    return KINDS.get(value, value)


def short(text: str) -> str:
    """The beginning of a quotation, to a word's end, on one line."""
    joined = " ".join(text.split())
    if len(joined) <= LONGEST_QUOTE:
        return joined
    return joined[:LONGEST_QUOTE].rpartition(" ")[0].rstrip(" ,;:") + " …"


def facet_name(name: str) -> str:
    """A facet's heading."""
    return FACETS.get(name, formats.field_name(name).capitalize())


def here() -> str:
    """The address of this page below wherever the site is mounted, as forms lead back to it."""
    return request.full_path.removesuffix("?")


def register(app: Flask) -> None:
    """Puts filters and globals on an app."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    for function in (
        formats.date, formats.day, formats.machine_date, formats.size, formats.number, formats.plural, formats.delay,
        formats.people, formats.topic, formats.place, formats.field_name, formats.file_state, formats.media, counted,
        formats.flags, formats.published_date, formats.web_address, formats.host, formats.outlet, formats.percent,
        citations.fact_words, citations.tier_words, citations.cited_by_words, citations.cites_words,
        citations.by_article, excerpts.shown, text.line, text.fragment, text.plain, language, in_language, facet_name,
        told, about.markdown, kind, short,
        persons.role_name, persons.role_words, persons.handle_shown, persons.literal, persons.query_of, persons.ask_of,
        senders.chip_words,
    ):  # fmt: skip
        env.filters[function.__name__] = function
    env.globals.update(
        link=formats.link, message_link=formats.message_link, thread_link=formats.thread_link, anchor=formats.anchor,
        row_link=formats.row_link, article_link=formats.article_link, person_link=formats.person_link,
        who_link=formats.who_link, form_token=writing.form_token, reviewer=writing.reviewer,
        file_link=formats.file_link, file_names=file.names, FIRST=file.FIRST, document=text.document,
        term=formats.term, body=text.body, draw=histogram.draw, draw_tree=tree.draw, finder=found.finder,
        related=nearby.related, draw_graph=graph.draw, between=persons.between,
        verdict=signatures.verdict, acts=signatures.acts, seal_line=signatures.seal_line,
        narrowing=narrowing,
        static=static_files.static, styles=static_files.styles, script=static_files.script, KEYS=KEYS,
        done=done.done, here=here, MOST_MARKED=desk.MOST, nothing_marked=NOTHING,
        TITLE=TITLE, SHOWN=message.SHOWN, ALWAYS=thread.ALWAYS, COPIES=citations.COPIES, empty=Query(), front_ask=Ask(),
        filters_only=nothing.filters_only,
    )  # fmt: skip
    app.context_processor(common)


def common() -> dict[str, object]:
    """What every page shows: the site's name, and the words in the search box."""
    return {"site": site(), "typed": request.args.get("q", "")[:2000]}
