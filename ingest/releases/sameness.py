"""Which mails of a release are one and the same: keys of sender, minute and subject that survive misread letters.

The scanned form of one mail is never twice the same text, and its Message-ID is not printed. What does come through is
who sent it, the minute, and most of the subject. So these make a Message-ID by which the documents and quotations of
a release find each other, and copies are those whose own words also begin alike.
"""

import re
from hashlib import blake2b

from ingest.quotes import own_words
from ingest.releases.kinds import DOMAIN
from ingest.releases.parts import Fields
from ingest.subjects import base_subject
from mappings.keys import hash64
from mappings.records import Address, Message

_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "j": "l", "5": "s", "8": "b", "6": "b",
                         "2": "z"})  # fmt: skip
_REST = re.compile(r"[^a-z]+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SUBJECT = 24  # letters of the subject that count: the more, the likelier one of them was misread
_WORDS = 4  # letters of the own words; enough to tell "Pls print" from "Let's talk" under one subject in one minute


def release_id(fields: Fields) -> str:
    """A Message-ID for a mail in a release, the same wherever it is quoted; "" where sender or time are missing."""
    sent = fields.sent
    who = _who(fields.sender) if fields.sender else ""
    if not who or sent is None or not sent.timed:
        return ""
    when = f"{sent.year:04}{sent.month:02}{sent.day:02}{sent.hour:02}{sent.minute:02}"
    base, reply = base_subject(fields.subject)
    kind = "re" if reply else "" if len(base) == len(fields.subject) else "fw"
    digest = blake2b(f"{who}\n{when}\n{kind}\n{folded(base)[:_SUBJECT]}".encode(), digest_size=8).hexdigest()
    return f"{when}.{digest}@{DOMAIN}"


def release_copy_key(message: Message) -> int:
    """Equal for a released mail and its quotations: the same `release_id`, and own words that begin alike."""
    start = folded(own_words(message.text, message.segments, 400))[:_WORDS]
    return hash64(f"release {message.message_id} {start}".encode("utf-8", "surrogatepass"))


def _who(person: Address) -> str:
    """Surname and first letter: "Mills, Cheryl D" and "Cheryl Mills <…>" are one. Without a name, the address's."""
    name = _ASIDE.sub("", person.name).strip()
    if not name:
        return folded(person.address.partition("@")[0])
    last, comma, first = name.partition(",")
    if not comma:
        words = name.split()
        last, first = words[-1], words[0] if len(words) > 1 else ""
    return f"{folded(last)} {folded(first)[:1]}"


def folded(text: str) -> str:
    """Letters alone, small; those that scanners take for each other are one."""
    return _REST.sub("", text.lower().translate(_ALIKE).replace("rn", "m").replace("vv", "w"))
