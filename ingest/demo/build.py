"""Builds the demo corpus: the clerk's Maildir, a zip with the mboxes of the mayor's office and the whistle-blower, the
mails that the newspaper published."""

import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

from ingest.demo import release
from ingest.demo.compose import Scribe, Written
from ingest.demo.source import CORPUS, Draft, Person, read_crowd, read_drafts, read_people, seed

# Whose mailbox each box is; the first is its owner where no one of them is named in a mail.
_OWNERS = {"clerk": ("maud",), "mayor": ("coralie", "leo", "vosmere"), "orme": ("judith", "jo")}
_MBOXES = {"mayor": "mayors-office.mbox", "orme": "orme-export.mbox"}


@dataclass(frozen=True)
class Copy:
    """A mail as it lies in one box."""

    mail: Written
    raw: bytes
    sent: bool


@dataclass
class Boxes:
    """The three mailboxes, each in order of date; `raws` are the mails by draft and box."""

    raws: dict[tuple[str, str], bytes] = field(default_factory=dict)
    copies: dict[str, list[Copy]] = field(default_factory=lambda: {name: [] for name in _OWNERS})

    def put(self, box: str, copy: Copy) -> None:
        """Adds a copy behind those that are there."""
        self.copies[box].append(copy)


def build(folder: Path) -> tuple[Path, ...]:
    """Writes the demo corpus into `folder`, the same bytes on every run; returns the paths to ingest."""
    boxes = write_all(CORPUS)
    maildir, archive, papers = folder / "town-clerk", folder / "leak.zip", folder / f"{release.COLLECTION}.zip"
    if maildir.exists():
        shutil.rmtree(maildir)
    for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (maildir / name).mkdir(parents=True)
    for copy in boxes.copies["clerk"]:
        (maildir / _maildir_name(copy)).write_bytes(copy.raw)
    with zipfile.ZipFile(archive, "w") as out:
        for box, name in _MBOXES.items():
            entry = zipfile.ZipInfo(f"leak/{name}", (2019, 12, 31, 12, 0, 0))
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            out.writestr(entry, _mbox(boxes.copies[box]))
    release.write(papers, boxes.raws)
    return maildir, archive, papers


def write_all(corpus: Path) -> Boxes:
    """Every draft as the copies that lie in the boxes; a ghost lies in none."""
    people, crowd = read_people(corpus), read_crowd(corpus)
    scribe = Scribe(people, crowd)
    boxes = Boxes(raws=scribe.raws)
    for draft in read_drafts(people, corpus):
        mail = scribe.write(_listed(draft, people))
        if draft.get("ghost"):
            continue
        for place in draft.keys("in") or (_home(mail, people),):
            first, *same = place.split("=")
            owner, sent = _owner(first, mail, people)
            copy = Copy(mail, scribe.raw(mail, first, owner, sent), sent)
            for box in (first, *same):
                boxes.put(box, replace(copy, sent=sent and box == first))
                scribe.raws[draft.id, box] = copy.raw
    return boxes


def _listed(draft: Draft, people: dict[str, Person]) -> Draft:
    """A mail to a list goes by the list's host."""
    listed = any(key in people and people[key].list_id for key in draft.to)
    return replace(draft, fields={**draft.fields, "list-host": "yes"}) if listed else draft


def _home(mail: Written, people: dict[str, Person]) -> str:
    """The box a mail lies in when its draft names none: the sender's, else that of the first who gets it."""
    gets = [mail.sender.key]
    for person in (*mail.to, *mail.cc, *mail.bcc):
        gets += [person.key, *person.members]
    for key in gets[:1]:
        for box, owners in _OWNERS.items():
            if key in owners:
                return box
    for box, owners in _OWNERS.items():
        if any(owner in gets for owner in owners):
            return box
    raise ValueError(f"{mail.draft.id} lies in no box")


def _owner(box: str, mail: Written, people: dict[str, Person]) -> tuple[Person, bool]:
    """Whose copy it is, and whether that is who sent it."""
    owners = _OWNERS[box]
    if mail.sender.key in owners:
        return mail.sender, True
    named = [p.key for p in (*mail.to, *mail.cc, *mail.bcc)]
    return people[next((key for key in owners if key in named), owners[0])], False


def _maildir_name(copy: Copy) -> str:
    draft = copy.mail.draft
    unique = (
        f"{int(draft.when.timestamp())}.M{seed('maildir', draft.id) % 10**6:06}P{seed(draft.id) % 9000 + 1000}.store"
    )
    folder = ".Sent/" if copy.sent else ""
    if draft.get("flags") == "new":
        return f"{folder}new/{unique}"
    return f"{folder}cur/{unique}:2,{draft.get('flags', 'S')}"


def _mbox(copies: Iterable[Copy]) -> bytes:
    """An mbox in the manner of mboxrd: `From ` at a line's start gains a `>`, and so do those that have some."""
    out = bytearray()
    for copy in copies:
        when = copy.mail.draft.when.astimezone(UTC)
        out += f"From {copy.mail.sender.address} {when:%a %b} {when.day:2} {when:%H:%M:%S %Y}\n".encode()
        for line in copy.raw.split(b"\n"):
            out += (b">" if line.lstrip(b">").startswith(b"From ") else b"") + line + b"\n"
    return bytes(out)
