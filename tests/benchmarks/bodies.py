"""The bodies of generated mail: own words, quotations, HTML as mail programs write it, attachments."""

import base64
import binascii
import html
import random
from dataclasses import dataclass

from tests.benchmarks.headers import Mail, stamp
from tests.benchmarks.vocabulary import Vocabulary

OUTLOOK = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<style><!--
@font-face {{font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}}
@font-face {{font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}}
p.MsoNormal, li.MsoNormal, div.MsoNormal 
 {{margin:0cm; margin-bottom:.0001pt; font-size:11.0pt; font-family:"Calibri",sans-serif;}}
a:link, span.MsoHyperlink {{mso-style-priority:99; color:#0563C1; text-decoration:underline;}}
span.EmailStyle17 {{mso-style-type:personal-compose; font-family:"Calibri",sans-serif; color:windowtext;}}
.MsoChpDefault {{mso-style-type:export-only; font-family:"Calibri",sans-serif;}}
@page WordSection1 {{size:612.0pt 792.0pt; margin:72.0pt 72.0pt 72.0pt 72.0pt;}}
div.WordSection1 {{page:WordSection1;}}
--></style></head>
<body lang="EN-GB" link="#0563C1" vlink="#954F72"><div class="WordSection1">
{own}
{quoted}
</div></body></html>
"""
OUTLOOK_LINE = """<p class="MsoNormal"><span lang="EN-US" style="color:#1F497D">{}<o:p></o:p></span></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>"""
OUTLOOK_QUOTE = """<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="MsoNormal"><b>From:</b> {who} &lt;{address}&gt;<br>
<b>Sent:</b> {when}<br><b>Subject:</b> {subject}<o:p></o:p></p></div></div>
{lines}"""
GMAIL_QUOTE = """<div class="gmail_extra"><br><div class="gmail_quote">On {when}, {who} \
<span dir="ltr">&lt;<a href="mailto:{address}" target="_blank">{address}</a>&gt;</span> wrote:<br>\
<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;\
border-left:1px #ccc solid;padding-left:1ex">{lines}</blockquote></div><br></div>"""
NEWSLETTER = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>{subject}</title></head>
<body style="margin:0;padding:0;background-color:#f4f4f4">\
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center">\
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="background-color:#ffffff">
{rows}
<tr><td style="font:11px Arial,sans-serif;color:#888888;padding:24px"><a href="https://news.example.net/u/{number}">unsubscribe</a>
<img src="https://news.example.net/p/{number}.gif" width="1" height="1" alt="">\
</td></tr></table></td></tr></table></body></html>
"""
NEWSLETTER_ROW = """<tr><td style="padding:24px 24px 0 24px;\
font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:22px;color:#333333">
<h2 style="font-size:19px;margin:0 0 8px 0">\
<a href="https://news.example.net/a/{number}" style="color:#0645ad;text-decoration:none">{title}</a></h2>
<p style="margin:0 0 12px 0">{text}</p></td></tr>"""
FILES = (  # name, media type, first bytes; text where there are none
    ("minutes.pdf", "application/pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"),
    ("scan.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("photo.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
    ("papers.zip", "application/zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
    ("accounts.csv", "text/csv", b""),
    ("notes.txt", "text/plain", b""),
    ("budget.csv", "application/octet-stream", b""),
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body ready to be sent: its plain text, the header lines that describe it, and the bytes after the header."""

    text: str
    headers: list[str]
    content: bytes


def _paragraphs(rng: random.Random, words: Vocabulary, language: str) -> list[str]:
    """Own words: one to nine paragraphs, about 130 words on average, with the odd figure, address or reference."""
    sentences = words.sentences(rng, language, min(1500, 8 + int(rng.lognormvariate(4.4, 0.9))))
    found, at = [], 0
    while at < len(sentences):
        end = at + 1 + int(rng.random() * 5)
        paragraph = " ".join(sentences[at:end])
        draw = rng.random()
        if draw < 0.06:
            paragraph += f" https://{words.forms['en'][int(draw * 9e4)]}.example.org/{rng.getrandbits(32):x}?id={at}"
        elif draw < 0.14:
            amount = f"{rng.randrange(1, 9000)},{rng.randrange(100, 1000)} EUR"
            paragraph += f" {amount}, ref. {rng.choice('ABCKMX')}-{rng.getrandbits(18)}."
        found.append(paragraph)
        at = end
    return found


def _wrapped(paragraph: str) -> str:
    """Lines of about 72 characters, cut at words (textwrap takes ten times as long)."""
    lines, at, size = [], 0, len(paragraph)
    while size - at > 74:
        end = paragraph.rfind(" ", at, at + 74)
        end = end if end > at else at + 74
        lines.append(paragraph[at:end])
        at = end + (paragraph[end:end + 1] == " ")
    lines.append(paragraph[at:])
    return "\n".join(lines)


def _plain(rng: random.Random, mail: Mail, paragraphs: list[str], parent: Mail | None) -> str:
    """Plain text: the answer above the quotation as Outlook and Gmail have it, or below as mutt's users do."""
    own = "\n\n".join(map(_wrapped, paragraphs))
    sign = f"\n\n{mail.sender.signature}" if mail.sender.signature else ""
    if mail.list_name:
        sign += f"\n_______________________________________________\n{mail.list_name} mailing list\nhttps://lists.example.org/{mail.list_name}"
    if parent is None or rng.random() < 0.06:
        return f"{own}{sign}\n"
    who, when = parent.sender, stamp(parent.date, parent.sender.zone)
    if mail.sender.program == "outlook":
        return (f"{own}{sign}\n\n-----Original Message-----\nFrom: {who.name} [mailto:{who.address}]\nSent: {when}\n"
                f"To: {parent.to[0].name}\nSubject: {parent.subject}\n\n{parent.text[:2500]}\n")
    limit = 50 if mail.sender.program == "gmail" else 12
    quoted = "\n".join(f">{'' if line[:1] == '>' else ' '}{line}" for line in parent.text.split("\n", limit)[:limit])
    head = f"On {when}, {who.name} <{who.address}> wrote:\n"
    return f"{own}\n\n{head}{quoted}\n" if mail.sender.program == "gmail" else f"{head}{quoted}\n\n{own}{sign}\n"


def _html(mail: Mail, paragraphs: list[str], parent: Mail | None) -> str:
    """The same in HTML, as the sender's program writes it."""
    own = [html.escape(paragraph) for paragraph in paragraphs]
    below = [html.escape(line) for line in parent.text[:2500].split("\n\n")] if parent else []
    facts = {} if parent is None else {
        "who": html.escape(parent.sender.name), "address": parent.sender.address,
        "subject": html.escape(parent.subject), "when": stamp(parent.date, parent.sender.zone)}
    if mail.sender.program == "outlook":
        quoted = OUTLOOK_QUOTE.format(lines="\n".join(map(OUTLOOK_LINE.format, below)), **facts) if parent else ""
        return OUTLOOK.format(charset=mail.charset, own="\n".join(map(OUTLOOK_LINE.format, own)), quoted=quoted)
    quoted = GMAIL_QUOTE.format(lines="<br>\n<br>\n".join(below).replace("\n", "<br>\n"), **facts) if parent else ""
    return f'<div dir="ltr">{"<div><br></div>".join(f"<div>{one}</div>" for one in own)}</div>{quoted}\n'


def _newsletter(rng: random.Random, words: Vocabulary, mail: Mail, paragraphs: list[str]) -> str:
    rows = "\n".join(
        NEWSLETTER_ROW.format(number=rng.getrandbits(24), text=html.escape(one),
                              title=html.escape(words.sentences(rng, mail.sender.language, 6)[0]))
        for one in paragraphs)
    number, subject = rng.getrandbits(24), html.escape(mail.subject)
    return NEWSLETTER.format(charset=mail.charset, subject=subject, rows=rows, number=number)


def _part(text: str, kind: str, charset: str, rng: random.Random) -> tuple[list[str], bytes]:
    """Header lines and bytes of a text part: 7bit where it can be, else quoted-printable, base64 or plain 8bit."""
    if text.isascii() and charset != "iso-2022-jp" and kind == "plain":
        return [f'Content-Type: text/plain; charset="{charset}"', "Content-Transfer-Encoding: 7bit"], text.encode()
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        charset, data = "utf-8", text.encode()
    draw = rng.random()
    if charset == "iso-2022-jp":
        name, content = "7bit", data
    elif draw < 0.6:
        name, content = "quoted-printable", binascii.b2a_qp(data)
    elif draw < 0.8:
        name, content = "base64", base64.encodebytes(data)
    else:
        name, content = "8bit", data
    return [f"Content-Type: text/{kind}; charset={charset}", f"Content-Transfer-Encoding: {name}"], content


def _attachment(rng: random.Random, words: Vocabulary, language: str) -> tuple[list[str], bytes]:
    """A file of 2 kB to 1 MB, 47 kB on average: a table of words and figures, or bytes that no compressor can help."""
    name, kind, magic = rng.choice(FILES)
    size = min(1_000_000, 2_000 + int(rng.lognormvariate(ATTACHED_MEDIAN, 1.0)))
    if magic:
        data = magic + rng.randbytes(size)
    else:
        cells = rng.choices(words.tables[language], k=size // 9)
        rows = (f"{at},{','.join(cells[at:at + 5])},{at * 37 % 9973}.50" for at in range(0, len(cells), 5))
        data = "\n".join(rows).encode()
    name = f"{rng.getrandbits(16):x}-{name}"
    return ([f'Content-Type: {kind}; name="{name}"', "Content-Transfer-Encoding: base64",
             f'Content-Disposition: attachment; filename="{name}"'], base64.encodebytes(data))


ATTACHED_MEDIAN = 10.47  # natural logarithm of bytes


def _multipart(rng: random.Random, kind: str, parts: list[tuple[list[str], bytes]]) -> tuple[list[str], bytes]:
    boundary = f"----=_Part_{rng.getrandbits(64):016x}"
    pieces = [b"--%s\n%s\n\n%s" % (boundary.encode(), "\n".join(lines).encode(), data) for lines, data in parts]
    content = b"%s\n--%s--\n" % (b"\n".join(pieces), boundary.encode())
    return [f'Content-Type: multipart/{kind}; boundary="{boundary}"'], content


def body(rng: random.Random, words: Vocabulary, mail: Mail, parent: Mail | None) -> Body:
    """A body for `mail`: 12 % HTML alone, half of the others plain text with HTML beside it, files attached to 8 %."""
    paragraphs = _paragraphs(rng, words, mail.sender.language)
    text = _plain(rng, mail, paragraphs, parent)
    draw = rng.random()
    if draw < 0.12:
        source = _newsletter(rng, words, mail, paragraphs) if parent is None else _html(mail, paragraphs, parent)
        made = _part(source, "html", mail.charset, rng)
    elif draw < 0.56 and mail.sender.program != "mutt":
        made = _multipart(rng, "alternative", [_part(text, "plain", mail.charset, rng),
                                               _part(_html(mail, paragraphs, parent), "html", mail.charset, rng)])
    else:
        made = _part(text, "plain", mail.charset, rng)
    if rng.random() < 0.08:
        count = 1 + (rng.random() < 0.2)
        made = _multipart(rng, "mixed", [made, *(_attachment(rng, words, mail.sender.language) for _ in range(count))])
    return Body(text, *made)
