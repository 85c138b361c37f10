"""What a page says about itself, by JSON-LD, Open Graph, Dublin Core and their like."""

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ingest.articles.trees import absolute
from ingest.articles.when import iso_date

_TYPES = re.compile(r"Article|Report|BlogPosting|SocialMediaPosting|NewsItem|WebPage|CreativeWork")
_SAVED = re.compile(r"saved from url=\(\d{4}\)(https?://\S+)|Page saved with SingleFile\s+url:\s*(https?://\S+)")
_ADDRESSES = ("og:url", "twitter:url", "al:web:url")
_TITLES = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title", "headline")
_OUTLETS = ("og:site_name", "citation_journal_title", "dc.publisher", "application-name", "al:android:app_name")
_AUTHORS = ("citation_author", "author", "article:author", "dc.creator", "dcterms.creator", "byl", "parsely-author",
            "sailthru.author")  # fmt: skip
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "citation_publication_date",
    "citation_date", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "date", "pubdate",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "cxenseparse:recs:publishtime",
)  # fmt: skip
_BY = re.compile(r"^(?:by|von|par|por|di|door|от|autor:?|author:?)\s+", re.I)
_DEEPEST = 6
_NODES = 2_000
_SCRIPTS = 50
_LONG = 400  # characters


class Metadata(Struct, kw_only=True):
    """What was found; "" for nothing. `address` is the one that the page calls its own."""

    address: str = ""
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    lang: str = ""
    saved: str = ""  # where a program that saved it says it is from


def metadata(tree: Any, markup: str, base: str) -> Metadata:
    """What the page at `base` says about itself."""
    meta = _metas(tree)
    nodes = list(_linked_data(tree))
    node = next((one for one in nodes if one.get("headline") or one.get("datePublished")), nodes[0] if nodes else {})
    saved = _SAVED.search(markup[:20_000])
    canonical = next((link.get("href") or "" for link in tree.iter("link") if _is(link, "canonical")), "")
    own = next((found for one in (canonical, *_first(meta, _ADDRESSES)) if (found := absolute(one, base))), "")
    dates = [str(node.get("datePublished") or ""), *_first(meta, _DATES), *_times(tree)]
    root = tree if tree.tag == "html" else tree.find(".//html")
    return Metadata(
        address=own, title=next(iter([*_first(meta, _TITLES), _line(node.get("headline"))]), ""),
        outlet=_outlet(node, meta), authors=_authors(node, meta),
        date=next((found for one in dates if (found := iso_date(one))), ""),
        lang=_lang(root, meta), saved=(saved[1] or saved[2] or "").rstrip("->") if saved else "",
    )  # fmt: skip


def _metas(tree: Any) -> dict[str, list[str]]:
    """Name -> contents of the page's meta elements, in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = " ".join((element.get("content") or "").split())
        if name and content and len(content) <= 4 * _LONG:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _first(meta: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [meta[name][0] for name in names if name in meta]


def _is(link: Any, relation: str) -> bool:
    return relation in (link.get("rel") or "").lower().split()


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """The articles among the objects of a page's JSON-LD (https://schema.org/Article)."""
    left = _NODES
    for number, script in enumerate(tree.iter("script")):
        if number >= _SCRIPTS * 10 or "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            todo = [(json.loads(script.text or "", strict=False), 0)]
        except (ValueError, RecursionError):
            continue
        while todo and left:
            left -= 1
            value, depth = todo.pop(0)
            if isinstance(value, list):
                todo += [(one, depth + 1) for one in value[:_NODES] if depth < _DEEPEST]
            elif isinstance(value, dict):
                if _TYPES.search(_line(value.get("@type"))):
                    yield value
                inner = [value[key] for key in ("@graph", "mainEntity") if key in value]
                todo += [(one, depth + 1) for one in inner if depth < _DEEPEST]


def _line(value: Any) -> str:
    """A value on one line: its name where it is an object."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
    if isinstance(value, list):
        return ", ".join(filter(None, (_line(one) for one in value[:20] if not isinstance(one, list))))
    return " ".join(str(value).split())[:_LONG] if isinstance(value, str) else ""


def _outlet(node: dict[str, Any], meta: dict[str, list[str]]) -> str:
    found = [*_first(meta, _OUTLETS), _line(node.get("publisher"))]
    return next((one for one in found if one and not one.startswith("http")), "")


def _authors(node: dict[str, Any], meta: dict[str, list[str]]) -> tuple[str, ...]:
    value = node.get("author")
    found = [_line(one) for one in (value if isinstance(value, list) else [value])]
    for name in _AUTHORS:
        if not any(found):
            found = meta.get(name, [])
    names = (_BY.sub("", one).strip(" ,") for one in found)
    return tuple(dict.fromkeys(name for name in names if name and "://" not in name and len(name) <= 120))


def _times(tree: Any) -> Iterator[str]:
    """The dates of publication that stand in the page's elements."""
    for element in tree.iter("time", "abbr", "span", "meta"):
        if "datePublished" in (element.get("itemprop") or "") or element.get("pubdate") is not None:
            yield element.get("datetime") or element.get("content") or element.get("title") or ""


def _lang(root: Any, meta: dict[str, list[str]]) -> str:
    declared = (root.get("lang") or root.get("xml:lang") or "") if root is not None else ""
    declared = declared or next(iter(_first(meta, ("og:locale", "dc.language", "language", "content-language"))), "")
    found = re.match(r"[A-Za-z]{2}(?![A-Za-z])", declared)
    return found[0].lower() if found else ""
