"""The headers of generated mail: who, when, what it answers, and the two kilobytes that relays add."""

import base64
import binascii
import random
import time
from dataclasses import dataclass, field
from typing import Self

from tests.benchmarks.vocabulary import DOMAINS, Person, Vocabulary

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHARSETS = {  # what a correspondent of that language writes in when the text allows it
    "en": ("us-ascii", "utf-8", "windows-1252", "iso-8859-1"),
    "de": ("iso-8859-1", "utf-8", "windows-1252", "iso-8859-15"),
    "fr": ("iso-8859-1", "utf-8", "windows-1252"),
    "pl": ("iso-8859-2", "utf-8", "windows-1250"),
    "ru": ("koi8-r", "utf-8", "windows-1251"),
    "ja": ("iso-2022-jp", "utf-8", "shift_jis", "euc-jp"),
}


@dataclass(slots=True)
class Mail:
    """One mail before it is written out; `date` in seconds, `text` its plain text, quotations included."""

    sender: Person
    to: list[Person]
    subject: str
    date: int
    message_id: str
    references: list[str] = field(default_factory=list)
    list_name: str = ""
    charset: str = "utf-8"
    thread_index: bytes = b""
    text: str = ""
    reply: bool = False

    @classmethod
    def make(cls, rng: random.Random, words: Vocabulary, sender: Person, circle: list[Person], list_name: str,
             parent: Self | None, date: int) -> Self:
        """A mail to the rest of its circle, an answer when there is a parent."""
        domain = sender.address.rpartition("@")[2]
        message_id = f"<{rng.getrandbits(80):020x}.{date}@{domain}>"
        if parent is None:
            subject = " ".join(words.sentences(rng, sender.language, 2 + int(rng.random() * 7)))[:90].rstrip(".?。")
            subject, references = f"[{list_name.partition('.')[0]}] {subject}" if list_name else subject, []
            index = b"\x01" + rng.randbytes(21)
        else:
            mark = "AW: " if sender.language == "de" else "Re: "
            subject = parent.subject if parent.reply else mark + parent.subject
            references = [*parent.references, parent.message_id]
            index = parent.thread_index + rng.randbytes(5)
        others = [person for person in circle if person is not sender] or circle
        charset = CHARSETS[sender.language][int(rng.random() ** 2 * len(CHARSETS[sender.language]))]
        return cls(sender, others, subject, date, message_id, references, list_name, charset, index,
                   reply=parent is not None)


def stamp(seconds: int, zone: int) -> str:
    """RFC 5322 §3.3 date and time."""
    at = time.gmtime(seconds + zone * 60)
    sign = "-" if zone < 0 else "+"
    return (f"{DAYS[at.tm_wday]}, {at.tm_mday} {MONTHS[at.tm_mon - 1]} {at.tm_year} "
            f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d} {sign}{abs(zone) // 60:02d}{abs(zone) % 60:02d}")


def encoded(text: str, charset: str) -> str:
    """RFC 2047 words of at most 75 characters where `text` is not ASCII; a character is never split."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    step = 12 if charset.startswith(("utf", "iso-2022", "shift", "euc")) else 36
    pieces = (binascii.b2a_base64(text[at:at + step].encode(charset), newline=False).decode()
              for at in range(0, len(text), step))
    return "\n ".join(f"=?{charset}?B?{piece}?=" for piece in pieces)


def _mailbox(person: Person, charset: str) -> str:
    return f"{encoded(person.name, charset)} <{person.address}>"


def _trace(rng: random.Random, mail: Mail) -> list[str]:
    """Received lines of three to six hops, and what filters and signers add."""
    lines, date = [f"Return-Path: <{mail.sender.address}>"], mail.date + 9
    for hop in range(3 + int(rng.random() * 4)):
        near, far = DOMAINS[(hop + 1) % 5], DOMAINS[hop % 5]
        lines.append(
            f"Received: from mx{hop}.{far} (mx{hop}.{far} [192.0.2.{rng.randrange(256)}])\n"
            f"\tby relay-{rng.randrange(40)}.{near} (Postfix) with ESMTPS id {rng.getrandbits(44):011X}\n"
            f"\t(version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256/256)\n"
            f"\tfor <{mail.to[0].address}>; {stamp(date - hop, 0)} (UTC)"
        )
    domain = mail.sender.address.rpartition("@")[2]
    signature = base64.b64encode(rng.randbytes(256)).decode()
    folded = "\n\t ".join(signature[at:at + 70] for at in range(0, len(signature), 70))
    lines.append(f"Authentication-Results: mx.example.net; spf=pass smtp.mailfrom={mail.sender.address};\n"
                 f"\tdkim=pass header.d={domain}; dmarc=pass (p=NONE) header.from={domain}")
    lines.append(f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s{mail.date % 7};\n"
                 f"\th=from:to:subject:date:message-id:in-reply-to:references:mime-version:content-type;\n"
                 f"\tbh={base64.b64encode(rng.randbytes(32)).decode()};\n\tb={folded}")
    lines.append(f"X-Spam-Status: No, score={rng.random() * 4 - 3:.1f} required=5.0 tests=BAYES_00,HTML_MESSAGE,\n"
                 f"\tRCVD_IN_DNSWL_MED,SPF_PASS autolearn=ham version=3.4.0")
    return lines


def _linkage(rng: random.Random, mail: Mail) -> list[str]:
    """What ties a reply to its thread, as fully as its mail program does it; one in fifty forgets."""
    lines = [f"Message-ID: {mail.message_id}"]
    draw = rng.random()
    if mail.references and draw > 0.02:
        lines.append(f"In-Reply-To: {mail.references[-1]}")
        if draw > 0.1:
            lines.append("References: " + "\n ".join(mail.references[:1] + mail.references[1:][-20:]))
    if mail.sender.program == "outlook":
        lines.append(f"Thread-Index: {base64.b64encode(mail.thread_index[:22 + 5 * 12]).decode()}")
        lines.append(f"Thread-Topic: {encoded(mail.subject.removeprefix('Re: ').removeprefix('AW: '), mail.charset)}")
    return lines


def envelope(rng: random.Random, mail: Mail, content: list[str]) -> bytes:
    """The whole header of `mail` with `content`, the lines that describe its body."""
    lines = _trace(rng, mail)
    lines.append(f"From: {_mailbox(mail.sender, mail.charset)}")
    split = 1 + len(mail.to) // 2
    if mail.list_name:
        name, _, domain = mail.list_name.partition(".")
        lines += [f"To: {name}@{domain}", f"List-Id: The {name} list <{mail.list_name}>",
                  f"List-Unsubscribe: <mailto:{name}-request@{domain}?subject=unsubscribe>", "Precedence: list"]
    else:
        lines.append("To: " + ",\n\t".join(_mailbox(person, mail.charset) for person in mail.to[:split]))
        if mail.to[split:]:
            lines.append("Cc: " + ",\n\t".join(_mailbox(person, mail.charset) for person in mail.to[split:]))
    lines.append(f"Subject: {encoded(mail.subject, mail.charset)}")
    if rng.random() > 0.002:  # a few came without
        lines.append(f"Date: {stamp(mail.date, mail.sender.zone)}")
    lines += _linkage(rng, mail)
    agent = {"outlook": "X-Mailer: Microsoft Outlook 16.0", "mutt": "User-Agent: Mutt/1.5.21 (2010-09-15)"}
    lines.append(agent.get(mail.sender.program, "X-Google-DKIM-Signature: v=1; a=rsa-sha256"))
    lines += ["MIME-Version: 1.0", *content, ""]
    return "\n".join(lines).encode()
