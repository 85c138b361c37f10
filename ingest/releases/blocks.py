"""Header blocks that stand in a text as lines ("From: … Sent: … To: … Subject: …"), OCR faults forgiven."""

import re
from functools import lru_cache

from msgspec import Struct

from ingest.releases.marks import is_mark, without_margin

MOST = 2000  # blocks of one text; what follows belongs to the last
_LONGEST = 80  # lines of one block
_WIDEST = 2000  # letters of a line that are read as a field
_TOP = 200  # lines in which a block may begin with another field than From
_BLANKS = 4  # blank lines between two fields of one block, and where a page ends between them
_PAGE_END = 24
_COLUMN = 14  # values that begin farther to the right stand in a column
_WRAPPED = 100  # letters of a line that was full
_LINE = re.compile(
    r"[ \t]*+[^\w\s(\"'<\[]{0,3}[ \t]*+\*?([A-Za-z][A-Za-z ]{0,13}?)\*?[ \t]?"
    r"(?:([:;])\*?|[.,](?=[ \t]|$)|(?=[ \t]{2,}|$)|[ \t])[ \t]*(.*)"
)
_OPENERS = frozenset("FfDST")
_STRAY = " \t>•*.,'|-_—"
_MARKER = re.compile(r"[\s>•*|_-]*(?:Original|Forwarded|Begin forwarded) (?:Message|Appointment)\b[\s:>-]*$", re.I)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d|(?:19|20)\d\d")
_PERSON = re.compile(r"'?[A-Z][\w.'-]+(?:, [A-Z]|@)")
_NAMES = {"from": "from", "sent": "sent", "to": "to", "cc": "cc", "bcc": "bcc", "subject": "subject", "date": "date",
          "attachments": "attachments", "importance": "importance", "tot": "to", "t o": "to", "c c": "cc", "ce": "cc",
          "subj": "subject", "attach": "attachments", "front": "from", "frorn": "from",
          "reply to": "reply-to"}  # fmt: skip
_MISREAD = ("from", "sent", "subject", "date", "attachments", "importance")
# Words of a language that are a letter away from a field's name.
_WORDS = frozenset((
    "form", "prom", "frog", "fro", "fort", "foam", "frum", "rent", "send", "sen", "cent", "went", "tent", "bent",
    "lent", "dent", "sect", "ent", "seat", "set", "gate", "late", "rate", "fate", "mate", "hate", "dare", "data", "dat",
    "ate", "dates", "subjects",
))  # fmt: skip
_LISTS = ("to", "cc", "bcc", "attachments", "from")


class Block(Struct):
    """A header block: its lines from `start` up to `end`, a marker line above it among them, and what they say."""

    start: int
    end: int
    fields: dict[str, str]


class _Field(Struct):
    """A line with a field's label: what follows it, the column it begins at, and whether a colon parts the two."""

    label: str
    value: str
    column: int
    sure: bool


def find_blocks(lines: list[str]) -> list[Block]:
    """The header blocks of a text, in order; they do not overlap."""
    blocks: list[Block] = []
    done = 0
    for number, line in enumerate(lines):
        if number < done or line.lstrip(_STRAY)[:1] not in _OPENERS:
            continue
        opened = _field(line)
        if opened is None or not (opened.label == "from" or (number < _TOP and not blocks and opened.sure)):
            continue
        block = _Reader(lines, number).block()
        if block is not None:
            block.start = _marker_above(lines, block.start, done)
            blocks.append(block)
            done = block.end
            if len(blocks) >= MOST:
                break
    return blocks


def _marker_above(lines: list[str], start: int, floor: int) -> int:
    """The line that says, above a block, that another mail follows; else the block's own first line."""
    for number in range(start - 1, max(floor, start - 4) - 1, -1):
        line = lines[number]
        if len(line) < 200 and _MARKER.match(line):
            return number
        if line.strip() and not is_mark(line):
            break
    return start


@lru_cache(maxsize=8192)
def label_of(word: str) -> str:
    """The field that a word names, a letter or two misread; "" for none."""
    word = " ".join(word.lower().split())
    if word in _NAMES:
        return _NAMES[word]
    if len(word) < 3 or word in _WORDS:
        return ""
    for name in _MISREAD:
        most = 2 if len(name) > 5 else 1
        if abs(len(name) - len(word)) <= most and distance(name, word) <= most:
            return name
    return ""


def distance(one: str, other: str) -> int:
    """The edit distance of two short words (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for column, against in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != against))
    return row[-1]


def _field(line: str) -> _Field | None:
    """The field that a line begins with, None for a line without a label."""
    found = _LINE.match(line.lstrip("> \t") if line.lstrip()[:1] == ">" else line)
    label = label_of(found[1]) if found else ""
    if not found or not label:
        return None
    value, sure = found[3][:_WIDEST], bool(found[2])
    if not sure:
        dated = bool(_CLOCK.search(value))
        named = label in ("to", "cc") and bool(_PERSON.match(value))
        apart = found.start(3) - found.end(1) >= 3
        if not (apart or not value or label == "subject" or named or (label == "sent" and dated)):
            return None
        if label == "date" and not dated:
            return None
    return _Field(label, value, found.start(3), sure)


class _Reader:
    """Reads one block, from the line that opens it."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.start = start
        self.fields: dict[str, str] = {}
        self.last = _Field("", "", 0, sure=False)

    def block(self) -> Block | None:
        """The block, None when what follows is not the header of a mail."""
        end = self.start
        for number in range(self.start, min(len(self.lines), self.start + _LONGEST)):
            line = self.lines[number]
            blank = number > self.start and (not line.strip() or is_mark(line))
            field = None if blank else _field(line)
            if field and self._takes(field):
                end = number + 1
            elif field or not self._goes_on(number, blank):
                break
            elif not blank:
                more = without_margin(line).strip()[:_WIDEST]
                self.fields[self.last.label] = f"{self.fields[self.last.label]} {more}".strip()
                end = number + 1
        return Block(self.start, end, self.fields) if self._whole() else None

    def _takes(self, field: _Field) -> bool:
        """Adds a field, unless it belongs to something else: another block, or a line of prose."""
        known = self.fields
        if not field.sure and field.label == "subject" and not ("from" in known and ("sent" in known or "to" in known)):
            return False
        value = without_margin(f"  {field.value}").strip(" \t•")
        if field.label in known:
            if field.label not in ("to", "cc") or self.last.label != field.label:
                return False
            value = f"{known[field.label]}; {value}"
        known[field.label] = "" if field.label != "subject" and is_mark(value) else value
        self.last = field
        return True

    def _goes_on(self, number: int, blank: bool) -> bool:
        """Whether a line without a label is inside the block: one more of the last field's lines, or empty."""
        line = self.lines[number]
        if not blank and self.last.column >= _COLUMN and len(line) - len(line.lstrip()) >= self.last.column - 6:
            return True  # it stands in the column of the values
        if self._label_follows(number):
            return True
        if blank:
            return False
        value = self.fields[self.last.label].rstrip()
        if self.last.label in _LISTS:
            return value[-1:] in (";", ",") and bool(self.lines[number - 1].strip())
        above = self.lines[number - 1]
        return self.last.label == "subject" and self.last.column < _COLUMN and len(above.rstrip()) > _WRAPPED

    def _label_follows(self, number: int) -> bool:
        """Whether a further field of this block comes after a line, blank lines and a page's end between at most."""
        blanks, most = 0, _BLANKS
        prose = 0
        for line in self.lines[number : number + 40]:
            mark = is_mark(line)
            if mark or not line.strip():
                blanks += 1
                most = _PAGE_END if mark else most
                if blanks > most:
                    return False
                continue
            field = _field(line)
            if field is not None:
                again = field.label in self.fields and field.label not in ("to", "cc")
                return not again and (field.sure or field.label != "subject" or "sent" in self.fields)
            prose += not _in_list(line)
            if prose > 2 or (blanks and prose):
                return False
        return False

    def _whole(self) -> bool:
        """Whether the fields are those of a mail: sender and date and one more, or sender, recipients and subject."""
        fields = self.fields
        if "from" not in fields:
            return False
        dated = bool(_CLOCK.search(fields.get("sent", "") or fields.get("date", "")))
        if (dated and len(fields) >= 3) or ("sent" in fields and "subject" in fields):
            return True
        return "to" in fields and "subject" in fields and bool(fields["from"])


def _in_list(line: str) -> bool:
    """Whether a line could be the rest of a list of people or files rather than prose."""
    return line.startswith(" " * 12) or ";" in line or "<" in line or len(line.strip()) < 12
