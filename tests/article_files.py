"""Articles in the forms that people keep them in, made as needed."""

import gzip
import quopri
from typing import Any

BODY = (
    "The messages are among tens of thousands taken from the {link}, the chairman of the campaign, and published in the"
    " weeks before the vote. “The crane is my brother-in-law’s,” one of them says.</p>\n<blockquote><p>Do not tell the"
    " crane.<br>It listens.</p></blockquote>\n<p>The request stands in a mail of Wednesday, in which the deputy tries"
    " to arrange a conversation for his superior, who has other plans and a boat."
)


def page(
    title: str = "The crane and the brother", link: str = '<a href="https://leak.example/mail/12">deputy’s account</a>',
    head: str = "", beside: str = "",
) -> str:  # fmt: skip
    """A page of an online paper."""
    body = BODY.replace("{link}", link)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{title} | The Lantern</title>{head}'
        f'</head><body><nav><a href="/">Home</a> <a href="/sports">Sports and other menus</a></nav><article><h1>{title}'
        f"</h1>\n<p>{body}</p>{beside}</article><footer>© The Lantern, all of it reserved</footer></body></html>"
    )


SAID = (
    '<meta property="og:site_name" content="The Lantern">'
    '<link rel="canonical" href="https://lantern.example/2019/the-crane">'
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "The'
    ' crane and the brother", "datePublished": "2019-11-07T06:00:00+01:00", "author": [{"@type": "Person", "name":'
    ' "Dora Kestrel"}, {"@type": "Person", "name": "Ravi Quillon"}]}</script>'
)


def mhtml(markup: str, address: str) -> bytes:
    """A page as Chromium saves it."""
    encoded = quopri.encodestring(markup.encode()).replace(b"\n", b"\r\n")
    head = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {address}\r\nSubject: x\r\n"
        "Date: Thu, 12 Dec 2019 09:20:11 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        '\ttype="text/html";\r\n\tboundary="----Bound----"\r\n\r\n\r\n------Bound----\r\nContent-Type: image/png\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------Bound----\r\nContent-Type: text/html\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: {address}\r\n\r\n"
    )
    return head.encode() + encoded + b"\r\n------Bound------\r\n"


def record(kind: str, address: str, body: bytes, media: str = "application/http; msgtype=response") -> bytes:
    """A WARC record."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2016-10-11T09:30:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789abc>\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def answer(body: bytes, media: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = "") -> bytes:
    """An HTTP answer as it stands in a WARC record."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def warc() -> bytes:
    """A WARC file with two pages, and with what is no page."""
    packed = gzip.compress(page("Second").encode())
    return b"".join([
        record("warcinfo", "", b"software: x\r\n", "application/warc-fields"),
        record("request", "http://a.example/1", b"GET /1 HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
        record("response", "http://a.example/1", answer(page("First").encode())),
        record("response", "http://a.example/gone", answer(b"<html>gone", status="404 Not Found")),
        record("response", "http://a.example/style.css", answer(b"a {}", "text/css")),
        record("response", "http://a.example/2", answer(packed, more="Content-Encoding: gzip\r\n")),
    ])  # fmt: skip


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Lantern</title><link>https://lantern.example/</link>
<language>en</language>
<item><title>Crane &amp; brother</title><link>/a</link><dc:creator>Dora Kestrel</dc:creator>
<pubDate>Tue, 11 Oct 2016 09:30:00 +0200</pubDate><description>In short.</description>
<content:encoded><![CDATA[<p>A long story about <a href="https://leak.example/mail/3">a mail</a> and a crane.</p>
<p>It ends.</p>]]></content:encoded></item>
<item><title>Only a summary</title><link>https://lantern.example/b</link>
<description>What was said&nbsp;of the crane.</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Phare</title><entry>
<title type="html">La grue</title><link rel="self" href="http://phare.example/feed"/>
<link href="http://phare.example/1"/><id>tag:1</id><published>2016-10-11T09:30:00Z</published>
<author><name>Solène</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Une histoire avec un <a href="/x?a=1&amp;b=2">lien</a> dedans.</p></div></content></entry></feed>"""


def pdf(lines: list[str], link: str = "") -> bytes:
    """A page of lines, and a link over the first of them."""
    shown = "".join(f"1 0 0 1 72 {720 - 14 * at} Tm ({line}) Tj " for at, line in enumerate(lines))
    stream = f"BT /F1 11 Tf {shown}ET".encode("latin-1")
    annotation = (
        f"/Annots [<< /Type /Annot /Subtype /Link /Rect [72 715 300 735] /A << /S /URI /URI ({link}) >> >>]"
        if link else ""
    )
    objects: list[Any] = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R {annotation}"
        " /Resources << /Font << /F1 3 0 R >> >> >>", "<< /Title (The crane and the brother) /Author (Dora Kestrel) >>",
    ]  # fmt: skip
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        raw = content.encode() if isinstance(content, str) else content
        out += b"%d 0 obj\n%s\nendobj\n" % (number, raw)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
