"""How mail programs quote and forward: attribution lines and header blocks in the reader's language, text and HTML."""

import html
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime

from ingest.demo.source import Person

_DAYS = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "fr": "lun. mar. mer. jeu. ven. sam. dim.",
    "de": "Mo. Di. Mi. Do. Fr. Sa. So.",
    "es": "lun mar mié jue vie sáb dom",
    "it": "lun mar mer gio ven sab dom",
    "pt": "seg ter qua qui sex sáb dom",
    "pl": "pon. wt. śr. czw. pt. sob. niedz.",
    "ru": "пн вт ср чт пт сб вс",
    "ja": "月 火 水 木 金 土 日",
    "zh": "周一 周二 周三 周四 周五 周六 周日",
}
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ja": "1 2 3 4 5 6 7 8 9 10 11 12",
    "zh": "1 2 3 4 5 6 7 8 9 10 11 12",
}

_LONG_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WROTE = {
    "en": "On {day}, {d} {mon} {y} at {h}:{m}, {name} <{addr}> wrote:",
    "fr": "Le {day} {d} {mon} {y} à {h}:{m}, {name} <{addr}> a écrit :",
    "de": "Am {dd}.{mm}.{y} um {h}:{m} schrieb {name}:",
    "es": "El {day}, {d} {mon} {y} a las {h}:{m}, {name} (<{addr}>) escribió:",
    "it": "Il giorno {day} {d} {mon} {y} alle ore {h}:{m} {name} <{addr}> ha scritto:",
    "pt": "Em {day}., {d} de {mon} de {y} às {h}:{m}, {name} <{addr}> escreveu:",
    "pl": "{day}, {d} {mon} {y} o {h}:{m} {name} <{addr}> napisał(a):",
    "ru": "{day}, {d} {mon} {y} г. в {h}:{m}, {name} <{addr}>:",
    "ja": "{y}年{mon}月{d}日({day}) {h}:{m} {name} <{addr}>:",
    "zh": "{name} <{addr}> 于{y}年{mon}月{d}日{day} {h}:{m}写道：",
}
_LABELS = {
    "en": "From Sent To Cc Subject",
    "fr": "De Envoyé À Cc Objet",
    "de": "Von Gesendet An Cc Betreff",
    "es": "De Enviado Para CC Asunto",
    "it": "Da Inviato A Cc Oggetto",
    "pt": "De Enviado Para Cc Assunto",
    "pl": "Od Wysłano Do DW Temat",
    "ru": "От Отправлено Кому Копия Тема",
    "ja": "差出人 送信日時 宛先 CC 件名",
    "zh": "发件人 发送时间 收件人 抄送 主题",
}
_SEPARATOR = {
    "en": "-----Original Message-----",
    "de": "-----Ursprüngliche Nachricht-----",
    "fr": "-----Message d'origine-----",
    "es": "-----Mensaje original-----",
    "it": "-----Messaggio originale-----",
    "pt": "-----Mensagem original-----",
    "pl": "-----Wiadomość oryginalna-----",
    "ru": "-----Исходное сообщение-----",
    "ja": "-----元のメッセージ-----",
    "zh": "-----原始邮件-----",
}
_REPLY = {"outlook": {"de": "AW:", "fr": "RE:", "it": "R:", "pl": "ODP:", "pt": "RES:"}, "webpost": {"fr": "Re :"}}
_FORWARD = {"de": "WG:", "fr": "TR:", "it": "I:", "es": "RV:", "pl": "PD:", "pt": "ENC:"}
_MARKS = re.compile(r"^\s*((re|aw|r|odp|res|sv|fwd?|wg|tr|i|rv|pd|enc)\s?:\s*)+", re.I)
_LINK = re.compile(r"(https?://[^\s<>]+)")


def subject(own: str, reply_to: str, forward: str, me: Person) -> str:
    """The subject line: one's own, or the mail's that is answered or forwarded behind the program's mark."""
    if own:
        return own
    if reply_to:
        default = "RE:" if me.program == "outlook" else "Re:"
        return f"{_REPLY.get(me.program, {}).get(me.lang, default)} {_MARKS.sub('', reply_to)}"
    mark = _FORWARD.get(me.lang, "FW:") if me.program == "outlook" else "Fwd:"
    return f"{mark} {_MARKS.sub('', forward)}" if forward else ""


def attribution(me: Person, who: Person, when: datetime) -> str:
    """The line above a quotation, in the language of the program of `me`."""
    if me.program == "quill":
        return f"* {who.name} <{who.address}> [{when:%Y-%m-%d %H:%M %z}]:"
    if me.program == "pocket" and me.lang == "en":
        return f"On {when.day} {when:%b} {when.year}, at {when:%H:%M}, {who.name} <{who.address}> wrote:"
    day = _DAYS[me.lang].split()[when.weekday()]
    month = _MONTHS[me.lang].split()[when.month - 1]
    return _WROTE[me.lang].format(
        day=day,
        d=when.day,
        mon=month,
        y=when.year,
        h=when.strftime("%H"),
        m=when.strftime("%M"),
        dd=f"{when.day:02}",
        mm=f"{when.month:02}",
        name=who.name,
        addr=who.address,
    )


def header_block(
    me: Person, who: Person, when: datetime, to: Sequence[Person], cc: Sequence[Person], title: str
) -> list[tuple[str, str]]:
    """Outlook's header lines above a quotation, as (label, value)."""
    names = _LABELS[me.lang].split()
    sent = f"{when.day:02}.{when.month:02}.{when.year} {when:%H:%M}"
    if me.lang == "en":
        sent = f"{when.day:02} {_LONG_MONTHS[when.month - 1]} {when.year} {when:%H:%M}"
    elif me.lang == "de":
        day, month = _DAYS["de"].split()[when.weekday()][:2], _MONTHS["de"].split()[when.month - 1]
        sent = f"{day}, {when.day}. {month} {when.year} {when:%H:%M}"
    rows = [(names[0], f"{who.name} <{who.address}>"), (names[1], sent), (names[2], "; ".join(p.name for p in to))]
    if cc:
        rows.append((names[3], "; ".join(p.name for p in cc)))
    return [*rows, (names[4], title)]


def separator(me: Person) -> str:
    """The line Outlook's plain text puts above a quoted mail."""
    return _SEPARATOR[me.lang]


def wrap(text: str, flowed: bool = False, width: int = 72) -> str:
    """Long lines broken at `width`; flowed text keeps a space at the end of each broken line (RFC 3676)."""
    out: list[str] = []
    for line in text.split("\n"):
        if len(line) <= width + 4 or line.startswith((">", " ", "\t", "|")):
            out.append(line)
            continue
        pieces = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        out += [piece + " " for piece in pieces[:-1]] if flowed else pieces[:-1]
        out.append(pieces[-1])
    return "\n".join(out)


def prefix(text: str) -> str:
    """Each line behind a `>`, as RFC 3676 §4.5 nests them."""
    return "\n".join(">" + line if line.startswith(">") else f"> {line}".rstrip() for line in text.split("\n"))


def to_html(text: str, program: str) -> str:
    """Plain words as the paragraphs an HTML composer writes; lines quoted by hand become a blockquote."""
    out: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        quoted = all(line.startswith(">") for line in block.split("\n"))
        lines = [re.sub(r"^>+ ?", "", line) if quoted else line for line in block.split("\n")]
        inner = "<br>\n".join(_LINK.sub(r'<a href="\1">\1</a>', html.escape(line, quote=False)) for line in lines)
        if program == "outlook":
            inner = f"<p class=MsoNormal>{inner}<o:p></o:p></p>"
        elif program == "webpost":
            inner = f"<div>{inner}</div><div><br></div>"
        else:
            inner = f"<p>{inner}</p>"
        out.append(f"<blockquote>{inner}</blockquote>" if quoted else inner)
    return "\n".join(out)


def newsletter(text: str, title: str, image: str, meta: str) -> str:
    """A newsletter's page, laid out in tables as they are; a paragraph without a full stop is a heading."""
    rows = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if block == "[image]":
            rows.append(
                f'<img src="cid:{image}" width="560" alt="{html.escape(title)}" style="display:block;border:0">'
            )
        elif block[-1] not in ".!?)":
            rows.append(
                f'<h2 style="font-family:Georgia,serif;color:#19305a;margin:18px 24px 4px">{html.escape(block)}</h2>'
            )
        else:
            rows.append(
                f'<p style="font:15px/22px Verdana,sans-serif;color:#333;margin:8px 24px">{html.escape(block)}</p>'
            )
    cells = "\n".join(f"<tr><td>{row}</td></tr>" for row in rows)
    return (
        f"<html><head>{meta}<title>{html.escape(title)}</title><style>a {{ color: #3a6ea5 }}</style></head>\n"
        '<body bgcolor="#e8eef2"><table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">\n'
        f'<table width="560" bgcolor="#ffffff" cellpadding="0" cellspacing="0">\n{cells}\n'
        '<tr><td bgcolor="#19305a" style="padding:12px 24px;font:11px Verdana;color:#fff">Visit Saltmarrow, '
        'Customs House Steps. <a href="https://visit.saltmarrow.example/unsubscribe?you=1">Leave this list</a> '
        "(the tide will miss you)."
        "</td></tr></table></td></tr></table></body></html>\n"
    )
