"""Scores what is read off the documents of a text release against the table that was published with them.

`python -m tests.benchmarks.text_release DOCUMENTS METADATA`, for the State Department's release of 2015: a folder of
text files named by document number, and one with rodham_emails.csv (docID, docDate, from, to, originalFrom, originalTo,
subject), Persons.csv and Aliases.csv.

Legible is decided by document and row alone, never by what was read: the field's label stands at the beginning of a
line (a letter may be wrong), and between it and the next label or empty line each word of the row's value occurs, one
letter in five wrong at most; for a person, of any name that the tables know him by; for a date, its month, day and
year. So a recipient whom the table names but the scan leaves blank is not legible.
"""

import calendar
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from ingest.messages import read_message
from ingest.releases.blocks import distance
from ingest.releases.mails import document_mail
from ingest.subjects import plain_subject
from mappings.records import Address, Message

FIELDS = ("from", "to", "date", "subject")
LABELS = {"from": "from", "to": "to", "date": "sent", "subject": "subject"}
MONTHS = tuple(calendar.month_name)[1:]
TOP = 80  # lines among which a document's own header stands
LINE = re.compile(r"\W*([A-Za-z]{2,8})\b\s*[:;.]?(.*)")


class People:
    """Who is who: every name of a person, by any of them."""

    def __init__(self, folder: Path) -> None:
        self.names: dict[str, set[str]] = defaultdict(set)
        ids = {}
        for row in rows(folder / "Persons.csv"):
            ids[squeezed(row["Name"])] = row["Id"]
            self.names[row["Id"]].add(squeezed(row["Name"]))
        for row in rows(folder / "Aliases.csv"):
            self.names[row["PersonId"]].add(squeezed(row["Alias"]))
        self.ids = ids

    def of(self, name: str, printed: str) -> set[str]:
        """All names of the person whom a row names in clear and as printed."""
        printed = re.sub(r"@.*", "", printed)
        return {squeezed(name), squeezed(printed)} | self.names.get(self.ids.get(squeezed(name), ""), set())


def rows(path: Path) -> Iterable[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        yield from csv.DictReader(file)


def squeezed(text: str) -> str:
    """Words of a name, small, in alphabetical order, so that "Mills, Cheryl" is "Cheryl Mills"."""
    return " ".join(sorted(re.findall(r"[^\W_]+", text.lower())))


def near(one: str, other: str) -> bool:
    """Whether two words differ by one letter in five at most."""
    most = max(len(one), len(other)) // 5
    return abs(len(one) - len(other)) <= most and (one == other or distance(one, other) <= most)


def regions(text: str) -> dict[str, str]:
    """What stands after each label of a document's first header, up to the next label."""
    found: dict[str, str] = {}
    current = ""
    for line in text.split("\n")[:TOP]:
        if not line.strip():
            current = ""
            continue
        match = LINE.match(line)
        label = label_at(match[1].lower()) if match else ""
        if match and label:
            if label in found:
                break
            current = label
            found[current] = match[2]
        elif current:
            found[current] += f" {line}"
    return found


def label_at(word: str) -> str:
    """The label that a word is, perhaps with one letter wrong."""
    for name in ("from", "sent", "to", "cc", "subject", "attachments", "importance"):
        if word == name or (len(name) > 3 and distance(word, name) < 2):
            return name
    return ""


def legible(field: str, row: dict[str, str], there: dict[str, str], people: People) -> bool:
    """Whether the value that a row gives can be read in the document at all."""
    if LABELS[field] not in there or "from" not in there:
        return False
    words = re.findall(r"[^\W_]+", there[LABELS[field]].lower())
    if field == "date":
        year, month, day = row["docDate"].split("-")
        told = there["sent"]
        numbers = re.findall(r"\d+", told)
        month = MONTHS[int(month) - 1].lower()
        spelt = any(near(month, word) for word in re.findall(r"[a-z]+", told.lower()))
        return spelt and str(int(day)) in [number.lstrip("0") for number in numbers] and year in told
    if field == "subject":
        wanted = re.findall(r"[^\W_]+", plain_subject(row["subject"])[0].lower())
        return bool(wanted) and all(any(near(word, seen) for seen in words) for word in wanted)
    return all(
        any(name and all(any(near(word, seen) for seen in words) for word in name.split()) for name in names)
        for names in named(field, row, people)
    )


def agrees(field: str, row: dict[str, str], read: Message, people: People) -> bool:
    """Whether a message has what the row says."""
    if field == "date":
        if read.date is None:
            return False
        days = (read.date + 60 * (read.zone or 0)) // 86400
        return date.fromordinal(date(1970, 1, 1).toordinal() + days).isoformat() == row["docDate"]
    if field == "subject":
        one, other = (re.sub(r"[\W_]+", "", plain_subject(text)[0].lower()) for text in (row["subject"], read.subject))
        return abs(len(one) - len(other)) <= len(one) // 10 + 1 and distance(one, other) <= len(one) // 10 + 1
    there = read.from_ if field == "from" else read.to
    return all(any(is_one_of(person, names) for person in there) for names in named(field, row, people))


def named(field: str, row: dict[str, str], people: People) -> list[set[str]]:
    """For each person that a row gives, all names of that person."""
    clear, printed = row[field].split(";"), row[f"original{field.title()}"].split(";")
    if len(clear) != len(printed):
        printed = [""] * len(clear)
    return [people.of(*each) for each in zip(clear, printed, strict=True)]


def is_one_of(person: Address, names: set[str]) -> bool:
    """Whether a mailbox is a person's, by name, address or the part of it before the @."""
    forms = {squeezed(person.name), squeezed(person.address), squeezed(person.address.partition("@")[0])} - {""}
    return any(near_name(form, name) for form in forms for name in names if name)


def near_name(form: str, name: str) -> bool:
    """Whether two names are the same but for letters misread; a middle initial more or less is no difference."""
    one, other = ([word for word in text.split() if len(word) > 1] or text.split() for text in (form, name))
    return len(one) == len(other) and all(near(left, right) for left, right in zip(one, other, strict=True))


def main(documents: Path, metadata: Path) -> None:
    """Prints, field by field, how many rows agree: of all, and of those that are legible."""
    people = People(metadata)
    files = {path.stem: path for path in sorted(documents.rglob("*.txt"))}
    count: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for row in rows(metadata / "rodham_emails.csv"):
        path = files.get(row["docID"])
        if path is None:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        read = read_message(document_mail(text), made="text").message
        there = regions(text)
        for field in FIELDS:
            if not row["docDate" if field == "date" else field]:
                continue
            same = agrees(field, row, read, people)
            can = legible(field, row, there, people)
            count[field].update({"given": 1, "same": same, "legible": can, "legible, same": can and same})
            if can and not same and "-v" in sys.argv:
                print(field, row["docID"], {name: value for name, value in row.items() if value}, "->",
                      read.from_, read.to, read.subject, read.date)  # fmt: skip
    print(f"{len(files):,} documents")
    for field, found in count.items():
        print(f"{field:8} given {found['given']:6,}  agree {share(found, 'same', 'given')}   "
              f"legible {found['legible']:6,}  of these agree {share(found, 'legible, same', 'legible')}")  # fmt: skip


def share(found: Counter[str], part: str, whole: str) -> str:
    """A part of a whole: "25,123 (97.1 %)"."""
    return f"{found[part]:6,} ({100 * found[part] / max(found[whole], 1):.1f} %)"


if __name__ == "__main__":
    arguments: Sequence[str] = [argument for argument in sys.argv[1:] if argument != "-v"]
    main(Path(arguments[0]), Path(arguments[1]))
