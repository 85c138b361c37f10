"""Web pages saved as MHTML (RFC 2557): the page among the parts, and where it was saved from."""

from email import message_from_bytes, policy
from email.message import Message

from ingest.articles.drawn import Drawn
from ingest.articles.pages import read_page
from ingest.articles.pieces import NotReadable

PARTS = 5_000


def read_mhtml(data: bytes, address: str = "") -> Drawn:
    """The article that a saved page holds. NotReadable."""
    mail = message_from_bytes(data, policy=policy.compat32)
    place = str(mail.get("Snapshot-Content-Location") or mail.get("Content-Location") or "").strip()
    page = _page(mail, str(mail.get_param("start") or ""))
    if page is None:
        raise NotReadable("no-page", "There is no page in this MHTML file.")
    place = place or str(page.get("Content-Location") or "").strip()
    place = place if place.lower().startswith(("http://", "https://")) else ""
    content = page.get_payload(decode=True)
    charset = str(page.get_param("charset") or "")
    found = read_page(content if isinstance(content, bytes) else b"", charset, address or place)
    found.saved = place or found.saved
    return found


def _page(mail: Message, start: str) -> Message | None:
    """The part that is the page: the one named as the start, else the first of HTML."""
    first = None
    todo = [mail]
    for _ in range(PARTS):
        if not todo:
            break
        part = todo.pop()
        if part.is_multipart():
            inner = part.get_payload()
            todo += [one for one in reversed(inner) if isinstance(one, Message)] if isinstance(inner, list) else []
        elif part.get_content_type() in ("text/html", "application/xhtml+xml"):
            if start and str(part.get("Content-ID") or "").strip() == start.strip():
                return part
            first = first or part
    return first
