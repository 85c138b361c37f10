"""From drafts to mails: recipients, subject, quotation, MIME parts, headers; then the bytes as one mailbox has them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from email.utils import format_datetime

from ingest.demo import mime, quoting
from ingest.demo.files import attachment
from ingest.demo.source import Draft, Person, in_zone, offset, seed
from ingest.demo.transport import message_id, received, shown_index, thread_index

_PROGRAMS = {
    "outlook": "X-Mailer: OfficePost 16.0",
    "webpost": "",
    "pocket": "X-Mailer: PocketMail (15G77)",
    "quill": "User-Agent: quill/1.9.4 (2018-02-28)",
}


@dataclass(frozen=True)
class Written:
    """A draft with everything its answers need: names, subject, words and quotation as text and as HTML."""

    draft: Draft
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    id: str
    references: tuple[str, ...]
    index: bytes
    subject: str
    own: str
    own_html: str
    quoted: str = ""
    quoted_html: str = ""
    level: int = 0  # quotations within quotations


class Scribe:
    """Writes drafts in order of date; remembers what it wrote, for those that answer or forward it."""

    def __init__(self, people: dict[str, Person], crowd: dict[str, Person]) -> None:
        self.people = people
        self.crowd = tuple(crowd.values())
        self.written: dict[str, Written] = {}
        self.raws: dict[tuple[str, str], bytes] = {}  # by mail and box, for those that attach it

    def write(self, draft: Draft) -> Written:
        """The mail that a draft means; its parent must have been written before."""
        me = self.people[draft.sender]
        parent = self.written[draft.parent] if draft.parent else None
        source = self.written[draft.get("fwd")] if draft.get("fwd") else None
        to, cc = self._recipients(draft, me, parent)
        subject = quoting.subject(
            draft.get("subject"), parent.subject if parent else "", source.subject if source else "", me
        )
        subject = next((f"[{p.key}] {subject}" for p in to if p.list_id and f"[{p.key}]" not in subject), subject)
        own, own_html = _own_words(draft, me, bool(parent))
        quoted, quoted_html, level = "", "", 0
        mode = draft.get("quote", me.quote)
        if source and draft.get("how") != "attach":
            quoted, quoted_html, level = *_forwarded(me, source), source.level + 1
        elif parent and mode == "top":
            quoted, quoted_html, level = *_answered(me, parent), parent.level + 1
        elif parent and mode == "inline":
            line = quoting.attribution(me, parent.sender, local(dated(parent), me.zone))
            own, own_html = f"{line}\n{own}", f"<p>{line.replace('<', '&lt;').replace('>', '&gt;')}</p>\n{own_html}"
        name = draft.get("message-id") or message_id(draft, me)
        references = (*_visible(parent)[-20:], parent.id) if parent else ()
        index = thread_index(draft.when, parent.index if parent and _indexed(parent) else b"", draft.id)
        bcc = tuple(self.people[key] for key in draft.keys("bcc"))
        done = Written(
            draft, me, to, cc, bcc, name, references, index, subject, own, own_html, quoted, quoted_html, level
        )
        self.written[draft.id] = done
        return done

    def _recipients(
        self, draft: Draft, me: Person, parent: Written | None
    ) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        to = tuple(p for key in draft.to for p in (self.crowd if key == "*" else (self.people[key],)))
        cc = tuple(self.people[key] for key in draft.keys("cc"))
        if not to and parent:
            lists = tuple(p for p in parent.to if p.list_id)
            to = lists or ((parent.sender,) if parent.sender != me else parent.to)
        if draft.get("all") and parent:
            others = (*parent.to, *parent.cc, *cc)
            cc = tuple(dict.fromkeys(p for p in others if p not in to and p != me))
        if not to:
            raise ValueError(f"{draft.id} is addressed to no one")
        return to, cc

    def raw(self, mail: Written, box: str, owner: Person, sent: bool) -> bytes:
        """The mail's bytes in the owner's mailbox: as sent (with Bcc), or as received (with its hops)."""
        body = self._body(mail, box)
        headers = (
            []
            if sent or mail.draft.get("received") == "none"
            else [("Received", hop) for hop in received(mail.draft, mail.sender, owner, mail.draft.when)]
        )
        headers += _headers(mail, sent)
        raw = mime.render(headers, body)
        fault = mail.draft.get("break")
        raw = _BREAKS[fault](raw) if fault else raw
        self.raws[mail.draft.id, box] = raw
        return raw

    def _attached(self, id: str, box: str) -> bytes:
        """A mail as its forwarder has it, else any copy."""
        return self.raws.get((id, box)) or next(raw for (name, _), raw in self.raws.items() if name == id)

    def _body(self, mail: Written, box: str) -> mime.Part:
        """The text, in the alternatives asked for, then image and attachments around it."""
        draft = mail.draft
        part = _text(mail)
        mark = f"{seed('boundary', draft.id):016x}"
        if draft.get("image"):
            kind, data = attachment(draft.get("image"))
            image = mime.file_part(draft.get("image"), kind, data, f"{draft.get('image')}@{draft.id}")
            part = mime.multipart("related", (part, image), f"=_rel_{mark}")
        files = []
        for name in (cell.strip() for cell in draft.get("attach").split(",") if cell.strip()):
            if name.startswith("msg:"):
                files.append(mime.mail_part(self._attached(name[4:], box), f"{name[4:]}.eml"))
            else:
                shown = draft.get("attach-as") or name
                files.append(mime.file_part(shown, *attachment(name)))
        if draft.get("how") == "attach":
            files.append(mime.mail_part(self._attached(draft.get("fwd"), box), "forwarded message.eml"))
        if not files:
            return part
        preamble = "" if mail.sender.program == "webpost" else "This is a multi-part message in MIME format.\n"
        return mime.multipart("mixed", (part, *files), f"----=_Part_{mark}", preamble=preamble)


def local(moment: datetime, zone: str) -> datetime:
    """The same moment on another zone's wall clock."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.astimezone(timezone(offset(zone, utc)))


def dated(mail: Written) -> datetime:
    """When the mail says it was written, which is what its readers' programs show."""
    shown = mail.draft.get("date")
    if len(shown) < len("2018-03-12 16:38"):
        return mail.draft.when
    return in_zone(shown, mail.sender.zone, mail.draft.when.second)


def _own_words(draft: Draft, me: Person, answer: bool) -> tuple[str, str]:
    text = draft.body
    signed = draft.get("sig", me.sig if me.sig_on == "all" or not answer else "none")
    if signed not in {"", "none"}:
        signed = signed.strip("\n")
        text = f"{_without_name(text, signed)}\n\n{signed}" if text else signed
    return text, quoting.to_html(text, me.program)


def _without_name(text: str, signed: str) -> str:
    """A name at the end is left out where the signature says it again."""
    head, _, last = text.rpartition("\n\n")
    first = signed.partition("\n")[0]
    again = signed.startswith(last) or (last.startswith(first) and len(last) < 30)
    return head if head and (again or last in {"A.", "A.V."}) else text


def _plain(mail: Written) -> str:
    flowed = _format(mail) == "flowed"
    own = mail.own.removeprefix("[image]\n\n")
    parts = [quoting.wrap(own, flowed) if mail.sender.program != "outlook" else own, mail.quoted]
    return "\n\n".join(p for p in parts if p) + "\n"


def _whole_html(mail: Written) -> str:
    return mail.own_html + (f"\n{mail.quoted_html}" if mail.quoted_html else "")


def _quotable(mail: Written) -> tuple[str, str]:
    """What an answer quotes; beyond three levels people cut."""
    if mail.level >= 3:
        return quoting.wrap(mail.own), mail.own_html
    return _plain(mail).rstrip("\n"), _whole_html(mail)


def _answered(me: Person, parent: Written) -> tuple[str, str]:
    text, html = _quotable(parent)
    when = local(dated(parent), me.zone)
    if me.program == "outlook":
        return _block(me, parent, when, text, html)
    line = quoting.attribution(me, parent.sender, when)
    shown = line.replace("<", "&lt;").replace(">", "&gt;")
    plain = f"{line}\n{'' if me.program == 'quill' else chr(10)}{quoting.prefix(text)}"
    if me.program == "pocket":
        return plain, f'<div><br><blockquote type="cite"><div>{shown}</div><br>{html}</blockquote></div>'
    return plain, (
        f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{shown}<br></div><blockquote '
        f'class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">{html}'
        "</blockquote></div>"
    )


def _block(me: Person, mail: Written, when: datetime, text: str, html: str) -> tuple[str, str]:
    rows = quoting.header_block(me, mail.sender, when, mail.to, mail.cc, mail.subject)
    plain = "\n".join([quoting.separator(me), *(f"{label}: {value}" for label, value in rows), "", text])
    shown = "<br>\n".join(f"<b>{label}:</b> {value.replace('<', '&lt;').replace('>', '&gt;')}" for label, value in rows)
    return plain, (
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
        f"{shown}<o:p></o:p></p></div>\n{html}"
    )


def _forwarded(me: Person, mail: Written) -> tuple[str, str]:
    text, html = _quotable(mail)
    when = local(dated(mail), me.zone)
    if me.program == "outlook":
        return _block(me, mail, when, text, html)
    to = ", ".join(f"{p.name} <{p.address}>" for p in mail.to[:4])
    rows = [
        f"From: {mail.sender.name} <{mail.sender.address}>",
        f"Subject: {mail.subject}",
        f"Date: {when.day} {when:%B %Y} at {when:%H:%M:%S}",
        f"To: {to}",
    ]
    shown = "<br>\n".join(row.replace("<", "&lt;").replace(">", "&gt;") for row in rows)
    if me.program == "pocket":
        plain = "Begin forwarded message:\n\n" + quoting.prefix("\n".join([*rows, "", text]))
        return (
            plain,
            f'<div>Begin forwarded message:</div><br><blockquote type="cite">{shown}<br><br>{html}</blockquote>',
        )
    head = "---------- Forwarded message ---------"
    return "\n".join(
        [head, *rows, "", text]
    ), f'<div class="gmail_quote"><div dir="ltr">{head}<br>{shown}</div><br>{html}</div>'


def _format(mail: Written) -> str:
    return mail.draft.get("format", mail.sender.format)


def _text(mail: Written) -> mime.Part:
    """text/plain, text/html or both, in the charset that the draft asks for and the one it declares."""
    draft, me = mail.draft, mail.sender
    charset = draft.get("charset", me.charset)
    declared = draft.get("declared", charset)
    declared = "" if declared == "none" else declared
    encoding = draft.get("encoding", me.encoding)
    form = _format(mail)
    plain = mime.text_part(
        _plain(mail), "plain", charset, declared, encoding, "; format=flowed" if form == "flowed" else ""
    )
    if form in {"plain", "flowed"}:
        return plain
    page = mime.text_part(_page(mail, declared), "html", charset, declared, encoding)
    if form == "html":
        return page
    return mime.multipart("alternative", (plain, page), f"=_alt_{seed('alternative', draft.id):016x}")


def _page(mail: Written, charset: str) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset or "utf-8"}">'
    inner = _whole_html(mail)
    if mail.draft.get("image"):
        return quoting.newsletter(mail.own, mail.subject, f"{mail.draft.get('image')}@{mail.draft.id}", meta)
    if mail.sender.program == "outlook":
        return (
            f'<html xmlns:o="urn:schemas-microsoft-com:office:office">\n<head>{meta}<style><!--\n'
            "p.MsoNormal\n\t{margin:0cm;"
            'font-size:11.0pt;font-family:"Calibri",sans-serif;}\n--></style></head>\n<body lang=EN-GB link="#0563C1">'
            f"<div class=WordSection1>\n{inner}\n</div></body></html>\n"
        )
    return f'<html><head>{meta}</head><body><div dir="ltr">{inner}</div></body></html>\n'


def _headers(mail: Written, sent: bool) -> list[mime.Header]:
    draft, me = mail.draft, mail.sender
    words = draft.get("charset", me.charset)
    subject = mail.subject if draft.get("subject-as") == "raw" else mime.encode_words(mail.subject, words)
    rows = [("From", mime.mailbox(me, words))]
    rows += [(label, _addresses(people, words)) for label, people in (("To", mail.to), ("Cc", mail.cc)) if people]
    if draft.get("to-raw"):
        rows[1:] = [("To", draft.get("to-raw"))]
    if sent and mail.bcc:
        rows.append(("Bcc", _addresses(mail.bcc, words)))
    rows.append(("Subject", subject))
    shown = draft.get("date")
    if shown != "none":
        rows.append(("Date", "Thu, 01 Jan 1970 00:00:00 +0000" if shown == "1970" else format_datetime(dated(mail))))
    if draft.get("importance"):
        rows.append(("Importance", draft.get("importance")))
    rows.append(("Message-ID", f"<{mail.id}>"))
    rows += _links(mail)
    for key in ("x-header", "y-header"):
        if draft.get(key):
            name, _, value = draft.get(key).partition(": ")
            rows.append((name, value))
    if draft.get("auto"):
        rows.append(("Auto-Submitted", "auto-replied" if draft.get("auto") == "reply" else "auto-generated"))
    for person in (p for p in mail.to if p.list_id):
        rows += [
            ("List-Id", f"{person.name} <{person.list_id}>"),
            ("List-Post", f"<mailto:{person.address}>"),
            ("Precedence", "list"),
        ]
    if _PROGRAMS[me.program] and not draft.get("auto"):
        name, _, value = _PROGRAMS[me.program].partition(": ")
        rows.append((name, value))
    return rows


def _visible(mail: Written) -> tuple[str, ...]:
    """The references that the mail's own headers show, which is what an answer goes by."""
    link = mail.draft.get("link", mail.sender.link)
    return {"full": mail.references, "irt": mail.references[-1:]}.get(link, ())


def _indexed(mail: Written) -> bool:
    return mail.sender.program == "outlook" and mail.draft.get("link", mail.sender.link) in {"full", "index"}


def _links(mail: Written) -> list[mime.Header]:
    """References, In-Reply-To and Thread-Index, as far as the sender's program writes them."""
    link = mail.draft.get("link", mail.sender.link)
    rows = []
    if mail.references and link in {"full", "irt"}:
        rows.append(("In-Reply-To", f"<{mail.references[-1]}>"))
    if mail.references and link == "full":
        rows.append(("References", "\n ".join(f"<{name}>" for name in mail.references)))
    if _indexed(mail):
        topic = quoting.subject("", mail.subject, "", mail.sender).partition(" ")[2]
        rows += [("Thread-Topic", mime.encode_words(topic)), ("Thread-Index", shown_index(mail.index))]
    return rows


def _addresses(people: Sequence[Person], charset: str) -> str:
    return mime.fold([mime.mailbox(p, charset) for p in people])


def _truncate(raw: bytes) -> bytes:
    """Cut in the last part: the connection went down."""
    return raw[: len(raw) * 3 // 4].rpartition(b"\n")[0] + b"\n"


def _damage(raw: bytes) -> bytes:
    """One line of the last base64 part loses its end, another gains what is not base64."""
    head, mark, tail = raw.rpartition(b"base64\n")
    lines = tail.split(b"\n")
    middle = len(lines) // 2
    lines[middle] = lines[middle][:29] + b"*-*"
    lines[middle + 1] = hashlib.sha256(raw).hexdigest().encode()[:41] + b" ~~ NO CARRIER"
    return head + mark + b"\n".join(lines)


_BREAKS: dict[str, Callable[[bytes], bytes]] = {"truncate": _truncate, "base64": _damage}
