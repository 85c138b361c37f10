"""Who is quoted, and when: the lines that introduce a quotation -> Attribution."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from ingest.labels import Field, header_line
from ingest.phrases import NOT_NAMES, SMALL, VERBS, WIDE_VERBS
from ingest.written_dates import find_date

LONGEST = 1500  # characters that are looked at
_AROUND = " \t\xa0,;:：.\"“”„«»‹›()[]<>*_—–'’，"
_VERB_END = re.compile(r"\([^\W\d]{1,3}\)?$")  # "napisał(a)"
_STOPS = re.compile(r"[ \t\xa0<>()\[\]\"',;:|]")  # what ends an address, to the left
_DOMAIN = re.compile(r"([^\s<>()\[\]\"\',;:|@]{1,200})(?:[>\])]|<mailto:[^\s<>]{0,300}>)*")
_NOTES_DATE = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}[, ]{1,2}\d{1,2}:\d\d")
_MESSAGE_ID = re.compile(
    r"\b(?:(?:In|Dans) )?(?:article|message|news:|l'article|Nachricht|"
    r"post)\s*[:<]*([^\s<>\"]{1,250}@[^\s<>\"]{1,250}?)>?(?=[\s,:]|$)", re.I
)
_CARRIERS = ("article", "message", "Nachricht", "news:", "post")
_ON_BEHALF = re.compile(
    r"\b(?:on behalf of|im Auftrag von|de la part de|en nombre de|per conto di|em nome de|namens)\b", re.I
)
_SHORT = ("de ", "da ", "van", "von", "le ", "el ", "di ", "la ", "du ")  # names may begin so
_VIA = re.compile(r"\s+(?:via|über|via le|durch)\s+[^,]*$", re.I)
_ENGLISH = ("wrote", "writes", "said", "says")
_MARKS = re.compile(r"\n(?:[ \t]{0,3}[>|])+ ?")


class Attribution(Struct, frozen=True, gc=False):
    """What the lines above a quotation say of the mail that is quoted; "" for what they don't."""

    name: str = ""
    address: str = ""
    date: str = ""  # ISO 8601 as far as given: "2015", "2015-08-03", "2015-08-03T14:02", "…+02:00"
    subject: str = ""
    to: str = ""  # the recipients, as they stand
    message_id: str = ""  # without angle brackets


def read_attribution(lines: Sequence[str] | str) -> Attribution:
    """Who is quoted, when, and what else the introducing lines say.

    They are either an attribution ("On 3 August 2015, Ann Lee <ann@example.org> wrote:", over up to three lines) or a
    header block ("From: …", "Sent: …"), with or without a line such as "-----Original Message-----" above; in any of
    the languages of `ingest.labels`, with or without quotation marks before the lines.
    """
    text = (lines if isinstance(lines, str) else "\n".join(lines))[:LONGEST]
    if ">" in text or "|" in text:
        text = _MARKS.sub("\n", "\n" + text)
    text = text.strip("\n")
    if "\n" in text or header_line(text):
        fields = read_fields(text.split("\n"))
        if "from" in fields or len(fields) > 1:
            return _from_fields(fields if "from" in fields else _notes_fields(text) | fields)
    return _from_sentence(" ".join(text.split()))


def read_fields(lines: Sequence[str]) -> dict[Field, str]:
    """The fields of a header block among `lines`: a line that is no field goes on from the one above it."""
    fields: dict[Field, str] = {}
    last: Field | None = None
    for line in lines:
        found = header_line(line)
        if found:
            last = found[0]
            if last in fields:
                last = None
                continue
            fields[last] = found[1]
        elif not line.strip():
            last = None  # BlackBerry has blank lines between the fields
        elif last:
            fields[last] = f"{fields[last]} {line.strip()}"
        elif "from" in fields and len(fields) > 1:
            break
    return fields


def _notes_fields(text: str) -> dict[Field, str]:
    """Name and date of Lotus Notes' header block, which stand without labels: "Ann Lee/Works@Works", the date below."""
    name = ""
    for line in text.split("\n"):
        bare = line.strip()
        if name and _NOTES_DATE.match(bare):
            return {"from": name if "." in name.rpartition("@")[2] else re.split("[@/]", name)[0], "date": bare}
        name = bare or name
    return {}


def _from_fields(fields: dict[Field, str]) -> Attribution:
    """The attribution that a header block makes."""
    name, address = _mailbox(fields.get("from", "").strip("* "))
    found = find_date(fields.get("date", ""))
    return Attribution(name, address, found.iso if found else "", fields.get("subject", "").strip("* ")[:500],
                       fields.get("to", "").strip("* ")[:500])  # fmt: skip


@lru_cache(maxsize=2048)
def _mailbox(text: str) -> tuple[str, str]:
    """Name and address of a From line: "Ann Lee <a@b>", "Ann Lee [mailto:a@b]", "Lee, Ann/Works@Works"."""
    found = _address(text)
    if not found:
        return _plain_name(text), ""
    start, end, address = found
    after = text[end:]
    behalf = _ON_BEHALF.search(after) if len(after) > 8 else None
    if behalf:  # the address before it is not theirs
        return _mailbox(after[behalf.end() :])
    return _plain_name(text[:start]) or _plain_name(after.partition("<")[0]), address


def _address(text: str) -> tuple[int, int, str] | None:
    """Where an address with its brackets begins and ends, and the address."""
    at = text.find("@")
    while at > 0:
        right = _DOMAIN.match(text, at + 1)
        low = max(at - 200, 0)
        left = max(text.rfind("<", low, at), text.rfind(" ", low, at)) + 1 or low  # nearly always
        for stop in _STOPS.finditer(text, left, at):
            left = stop.end()
        if right and left < at:
            start = len(text[:left].removesuffix("mailto:").rstrip("<(["))
            return start, right.end(), f"{text[left:at]}@{right[1]}".strip(".'")
        at = text.find("@", at + 1)
    return None


def _plain_name(text: str) -> str:
    """A name without what stands around it: quotation marks, brackets, "via the list"."""
    name = _VIA.sub("", text.strip(" \t\xa0\"'“”„«»‹›()[]<>*_,;:："))
    return name.strip(" \t\xa0\"'“”„«»‹›()[]<>*_,;:：")[:100]


def _from_sentence(text: str) -> Attribution:
    """The attribution that a sentence makes: what is left of it without date, address, verb and small words."""
    message_id = ""
    if "@" in text and any(map(text.__contains__, _CARRIERS)) and (found := _MESSAGE_ID.search(text)):
        message_id = found[1]
        text = text[: found.start()] + " " + text[found.end() :]
    address = ""
    around = [text]
    if place := _address(text):
        address = place[2]
        around = [text[: place[0]], text[place[1] :]]
    iso = ""
    english = text.startswith(("On ", "At ", "In ")) or any(map(text.__contains__, _ENGLISH))
    for at, piece in enumerate(around):
        if written := find_date(piece, None if english else True):
            iso = written.iso
            around[at : at + 1] = [piece[: written.start], piece[written.end :]]
            break
    names = (_name(piece, bool(iso), bool(address)) for piece in around)
    name = next((name for name in names if name and name != address), "")
    return Attribution(name, address, iso, "", "", message_id)


@lru_cache(maxsize=2048)
def _name(text: str, dated: bool, addressed: bool) -> str:
    """The name in what is left of a sentence, "" when it does not read like one."""
    tokens = text.rpartition("==")[2].split()  # Supercite: "Ann" == Ann Lee <ann@example.org>
    low, high = 0, len(tokens)
    keep = not dated and text[:3].lower() in _SHORT
    while low < high and not keep and _is_small(tokens[low]):
        low += 1
    while high > low and _is_small(tokens[high - 1]):
        high -= 1
    name = " ".join(tokens[low:high])
    if not name.isascii():
        for wide in WIDE_VERBS:
            name = name.replace(wide, "")
    name = _plain_name(name)
    words = name.split()
    if not words or len(words) > 8 or not any(map(str.isalpha, name)) or "://" in name:
        return ""
    if len(words) > 1 and all(word[0].islower() for word in words if word[0].isalpha()):
        return ""
    return "" if not addressed and not NOT_NAMES.isdisjoint(name.lower().split()) else name


@lru_cache(maxsize=4096)
def _is_small(token: str) -> bool:
    """True for a day of the week, a preposition, a verb of writing, and for what has no letters."""
    word = _VERB_END.sub("", token).strip(_AROUND).lower() if ")" in token else token.strip(_AROUND).lower()
    return word in SMALL or word in VERBS or not any(map(str.isalpha, word))
