"""What a file of articles is, by its first bytes, and by its name where they leave that open."""

import json
import re
from collections.abc import Iterator

from ingest.archives import columns as mail_columns
from ingest.archives.rows import shape_of
from ingest.archives.sniff import KNOWN, PACKED, from_line, is_message, is_tar
from ingest.articles.columns import recognised
from ingest.charsets import decode
from ingest.extraction.kinds import is_text
from ingest.extraction.office import PDF, READS
from ingest.sniffing import sniff

HEAD = 1 << 16  # bytes that are looked at
DOCUMENTS = READS | {"application/x-ole-storage"}

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,4000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|article|main|div|p|h1|section|table|link|script|style)\b",
    re.I | re.S,
)
_FEED = re.compile(
    rb"\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:(?:<!--.{0,4000}?-->|<\?[^>]{0,1000}\?>|<!DOCTYPE[^>\[]{0,300}"
    rb"(?:\[.{0,4000}?\]\s*)?>)\s*)*"
    rb"<(?:[\w-]{1,20}:)?(?:rss|feed|RDF)\b",
    re.I | re.S,
)
_MAIL_HEAD = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,60}")
_RELATED = re.compile(rb"^content-type:\s*multipart/related", re.I | re.M)
_SNAPSHOT = re.compile(rb"^(?:snapshot-content-location|from:\s*<?saved by|content-location:)", re.I | re.M)
_ADDRESS = re.compile(r"https?://[^\s<>\"]{3,4000}(?:\s+#.*)?", re.I)
_MARKDOWN = re.compile(
    r"\A---[ \t]*\n(?:[\w -]{1,40}:[^\n]*\n|[ \t-][^\n]*\n){1,60}---[ \t]*\n"
    r"|\A\s*#{1,3} \S|\A[^\n]{3,200}\n={3,}[ \t]*\n|^#{1,4} \S[^\n]*\n[\s\S]*\[[^\]\n]{1,200}\]\(https?://",
    re.M,
)
_NAMED = {  # endings that tell text files apart
    "md": "markdown", "markdown": "markdown", "mdown": "markdown", "mkd": "markdown", "html": "page", "htm": "page",
    "xhtml": "page", "mht": "mhtml", "mhtml": "mhtml",
}  # fmt: skip
_MAILS = {"from", "to"}
_LINES = re.compile(rb"\r?\n")


def kind_of(head: bytes, name: str = "", told: dict[str, str] | None = None) -> str:
    """What a file is that begins with `head`, at most the first `HEAD` bytes of it.

    A packing ("gzip" …), "zip", "tar", "warc", "feed", "mhtml", "page", "table" (rows, CSV or JSON Lines), "json" (one
    value), "mail", "mails" (a table of them), "columns" (a table of neither), "addresses", "document" (PDF, Word …),
    "markdown", "text", "empty", or "other". `told` names columns: then a table is one, whatever its columns are called.
    """
    if not head:
        return "empty"
    for magic, packing in PACKED.items():
        if head.startswith(magic):
            return packing
    media = sniff(head)
    if is_mail(head) or (media == "application/x-ole-storage" and name.lower().endswith(".msg")):
        return "mail"
    if media in DOCUMENTS or media == PDF:
        return "document"
    if media == "application/zip":
        return "zip"
    if is_tar(head):
        return "tar"
    if head.startswith(b"WARC/"):
        return "warc"
    readable = is_text(head) or _HTML.match(head)  # a page with a stray NUL is one
    return _text(head, name.rpartition(".")[2].lower(), told) if readable else "other"


def _text(head: bytes, ending: str, told: dict[str, str] | None) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    plain = head.decode("utf-16", "ignore").encode() if wide else head.removeprefix(b"\xef\xbb\xbf")
    if not plain.strip():
        return "empty" if len(head) < HEAD else "other"
    if is_snapshot(plain):
        return "mhtml"
    if _FEED.match(plain):
        return "feed"
    if _HTML.match(plain) and ending not in ("md", "markdown"):
        return "page"
    if found := _rows(plain, told):
        return found
    if ending in ("csv", "tsv", "jsonl", "ndjson") and shape_of(plain) is not None:
        return "columns"
    text = decode(head)[0].replace("\r\n", "\n")
    if is_list(text, whole=len(head) < HEAD):
        return "addresses"
    if ending in _NAMED:
        return _NAMED[ending]
    return "markdown" if _MARKDOWN.search(text) and ending != "txt" else "text"


def is_snapshot(head: bytes) -> bool:
    """Whether a web page saved as MHTML begins here (RFC 2557): a mail by its header, with the page's parts."""
    found = _MAIL_HEAD.match(head.replace(b"\r\n", b"\n"))
    return bool(found and _RELATED.search(found[0]) and (_SNAPSHOT.search(found[0]) or b"text/html" in head))


def is_mail(head: bytes) -> bool:
    """Whether a mail or mailbox begins here: with two fields at least that mails have, and no page in it."""
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if from_line(plain) >= 0:
        return True
    if not is_message(plain) or is_snapshot(plain):
        return False
    return sum(1 for line in _LINES.split(plain)[:60] if KNOWN.match(line)) > 1


def is_list(text: str, *, whole: bool) -> bool:
    """Whether these lines are addresses, one each; empty lines, comments and a heading such as `url` aside."""
    lines = text.split("\n") if whole else text.split("\n")[:-1]
    given = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if given and recognised([given[0].strip('"')]):
        del given[0]
    return bool(given) and all(_ADDRESS.fullmatch(line.strip('"')) for line in given)


def _rows(head: bytes, told: dict[str, str] | None) -> str:
    """ "table" for rows of articles, "json" for one JSON value that may hold them, "" for neither."""
    start = head.lstrip()[:1]
    shape = shape_of(head)
    if shape is not None and (shape.delimiter or start == b"{"):
        if told and not all(column in shape.columns for column in told.values()):
            told = None
        mails = mail_columns.recognised(shape.columns)
        found = recognised(shape.columns, told)
        if found and not told and "url" not in found and mails.keys() >= _MAILS:
            return "mails"
        if found:
            return "table" if shape.delimiter or _is_line(head) else "json"
        if shape.delimiter:
            return ""
        if any(recognised(names) for names in _later_columns(head)):
            return "table"
    if start in b"[{" and re.match(rb"\s*[\[{]\s*[\"{\]\[}]", head):
        return "json"
    return ""


def _later_columns(head: bytes) -> Iterator[tuple[str, ...]]:
    """The fields of the next objects in JSON Lines whose first one has none of an article's."""
    for line in head.split(b"\n")[1:50]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield tuple(found)


def _is_line(head: bytes) -> bool:
    """Whether the first object ends with its line, as in JSON Lines, or is too long to tell."""
    first, end, _ = head.partition(b"\n")
    if not end:
        return len(head) >= HEAD or _loads(first)
    return _loads(first)


def _loads(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
