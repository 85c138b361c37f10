"""References to a message, or to words of it: to be pasted into a text, and for programs that keep references."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape
from msgspec import Struct, json

from mappings.records import Address, Message
from mappings.sources import Published
from search.export_rows import iso
from webapp.formats import SHORT, date
from webapp.text import plain

NAMED = 5  # recipients; more are counted
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


class Reference(Struct, frozen=True, kw_only=True):
    """A reference in all its forms."""

    text: str
    markdown: str
    html: str
    bibtex: str
    csl: str  # CSL-JSON
    ris: str


class Facts(Struct, frozen=True, kw_only=True):
    """What a reference says, in words."""

    id: str
    author: str
    people: str  # who wrote to whom
    recipients: tuple[str, ...]
    title: str
    when: str  # with its zone
    moment: str  # the same in ISO 8601, "" for none
    where: str  # collection and number, "" for none
    url: str  # the public address, "" for none
    page: str  # the message's page here
    words: str  # quoted from it

    @property
    def address(self) -> str:
        """Where a reader finds it."""
        return self.url or self.page

    @property
    def note(self) -> str:
        """What no field of a reference manager is for."""
        said = [self.people, self.when, self.where, self.url and f"here {self.page}", f"SHA-256 {self.id}",
                self.words and f"“{self.words}”"]  # fmt: skip
        return "; ".join(filter(None, said))


def reference(message: Message, published: Sequence[Published], page: str, words: str = "") -> Reference:
    """All forms of a reference; `page` is the whole address of what it leads to."""
    said = facts(message, published, page, words)
    return Reference(text=as_text(said), markdown=as_markdown(said), html=as_html(said), bibtex=as_bibtex(said),
                     csl=as_csl(said), ris=as_ris(said))  # fmt: skip


def facts(message: Message, published: Sequence[Published], page: str, words: str) -> Facts:
    """What there is to say."""
    everyone = [*message.to, *message.cc, *message.bcc]
    to = tuple(one(address) for address in everyone[:NAMED])
    more = f" and {len(everyone) - NAMED:,} others" if len(everyone) > NAMED else ""
    author = "; ".join(map(one, message.from_)) or "Sender not named"
    public = next((at for at in published if at.url), next(iter(published), Published("")))
    return Facts(
        id=message.id, author=author, people=f"{author} to {', '.join(to)}{more}" if to else author, recipients=to,
        title=one_line(message.subject) or "(no subject)", when=date(message.date, message.zone),
        moment=iso(message.date, message.zone), where=one_line(f"{public.collection} {public.number}"),
        url=public.url, page=page, words=one_line(words),
    )  # fmt: skip


def one(address: Address) -> str:
    """A person, on one line."""
    return one_line(str(address))


def one_line(text: str) -> str:
    """A stranger's words without anything that acts."""
    return " ".join(plain(text).split())


def as_text(said: Facts) -> str:
    """`Ann Lee <ann@x.org> to Bob <bob@x.org>, “Subject”, 2015-08-03 14:02 -0400, …`."""
    quoted = f"“{said.words}” " if said.words else ""
    parts = [said.people, f"“{said.title}”", said.when, said.where, said.url, said.page, f"SHA-256 {said.id}"]
    return quoted + ", ".join(filter(None, parts)) + "."


def as_markdown(said: Facts) -> str:
    """The same with a link, below the words as a quotation."""
    quoted = f"> {marked_down(said.words)}\n\n" if said.words else ""
    title = f"[“{marked_down(said.title)}”](<{said.page}>)"
    url = f"<{said.url}>" if said.url else ""
    parts = [marked_down(said.people), title, said.when, marked_down(said.where), url, f"SHA-256 `{said.id}`"]
    return quoted + ", ".join(filter(None, parts)) + "."


def marked_down(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def as_html(said: Facts) -> str:
    """The same as HTML."""
    quoted = Markup('<blockquote cite="{}"><p>{}</p></blockquote>\n').format(said.page, said.words)
    when = Markup('<time datetime="{}">{}</time>').format(said.moment, said.when) if said.moment else escape(said.when)
    parts = [
        escape(said.people), Markup('<a href="{}"><cite>{}</cite></a>').format(said.page, said.title), when,
        escape(said.where), Markup('<a href="{0}">{0}</a>').format(said.url) if said.url else Markup(""),
        Markup("SHA-256 <code>{}</code>").format(said.id),
    ]  # fmt: skip
    line = Markup(", ").join(part for part in parts if part)
    return str((quoted if said.words else Markup("")) + Markup("<p>{}.</p>").format(line))


def as_bibtex(said: Facts) -> str:
    """An entry for BibTeX and biblatex."""
    fields = {
        "author": f"{{{tex(said.author)}}}", "title": tex(said.title), "howpublished": tex(f"E-mail, {said.people}"),
        "year": said.moment[:4], "date": said.moment[:10], "url": said.address.replace("}", "%7D"),
        "note": tex(said.note),
    }  # fmt: skip
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{unsealed-{said.id[:SHORT]},\n{body}\n}}"


def tex(text: str) -> str:
    """Text that TeX leaves as it is."""
    return "".join(_TEX.get(char, char) for char in text)


def as_csl(said: Facts) -> str:
    """CSL-JSON, as citeproc, Zotero and pandoc read it (https://docs.citationstyles.org)."""
    item: dict[str, object] = {
        "id": f"unsealed-{said.id[:SHORT]}", "type": "personal_communication", "title": said.title, "genre": "E-mail",
        "author": [{"literal": said.author}], "recipient": [{"literal": name} for name in said.recipients],
        "archive": said.where, "URL": said.address, "note": said.note,
    }  # fmt: skip
    if said.moment:
        item["issued"] = {"date-parts": [[int(part) for part in said.moment[:10].split("-")]]}
    return json.format(json.encode([{name: value for name, value in item.items() if value}]), indent=2).decode()


def as_ris(said: Facts) -> str:
    """RIS, as EndNote, Zotero and Mendeley read it."""
    fields = [
        ("TY", "PCOMM"), ("AU", said.author), *(("A2", name) for name in said.recipients), ("TI", said.title),
        ("PY", said.moment[:4]), ("DA", said.moment[:10].replace("-", "/")), ("AN", said.where), ("UR", said.address),
        ("N1", said.note),
    ]  # fmt: skip
    return "\n".join([*(f"{name}  - {value}" for name, value in fields if value), "ER  - "])
