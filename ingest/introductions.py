"""The lines that introduce a quotation: attributions, "-----Original Message-----", header blocks; where they stand."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from ingest.labels import Field, field_of, header_line
from ingest.phrases import ENDINGS, LED_MARKERS, MARKERS, VERBS, WIDE_VERBS

# All patterns that look for the start of a line begin with "\n" and run on "\n" + text: the regex engine finds a
# literal first character by memchr, which is several times faster than "^". A match then starts, in the text, at
# the line it found. What most lines have not (a class of characters) is asked for next. They find candidates cheaply;
# tables tell which of them count, in any number of languages.

_MOST = 20_000  # candidates of a kind that are looked at in one text
_DASHED = re.compile(r"\n(?=[ \t_=*~-])[ \t]{0,40}(?:-[ \t])?[-_=*~]{2,200}+[ \t]{0,9}([^\W\d_][^\n]{2,200})(?=\n|\Z)")
_DASHED_WORD = re.compile(r"--[ \t]{0,9}[^\W\d_]")  # a pattern that begins with a literal is found quickly
_LABELLED = re.compile(r"\n[ \t]{0,24}[*_]{0,2}([^\n\t :>0-9|<-][^\n:]{0,23}+):(?!//)")
_WIDE_LABELLED = re.compile(r"\n[ \t]{0,24}[*_]{0,2}([^\n\t :>0-9|<-][^\n：]{0,23}+)：")
_LABELLED_INSIDE = re.compile(r"\n(?:[ \t]{0,3}>)++[ \t]{0,9}[*_]{0,2}([^\W\d_][^\n:：]{0,23}+)[:：](?!//)")
_COLON = re.compile(r":[ \t\xa0]{0,9}\n")
_WROTE = re.compile(r"(?<= )wrote\n")  # some leave the colon out
_WIDE_COLON = re.compile(r"：[ \t\xa0]{0,9}\n")
# Lotus Notes: name, then date, then To, a line each.
_NOTES = re.compile(
    r"\n[ \t]{0,60}\d{1,2}[/.]\d{1,2}[/.]\d{2,4}[, ]{1,2}\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?[ \t]{0,60}\n"
    r"(?:[ \t]{0,60}\n)?[ \t]{0,60}(?:To|An|Pour|Para|Aan|Do|Per|"
    r"Кому):[^\n]{0,2000}\n[ \t]{0,60}(?:[^\W\d_][^\n:]{0,20}:)?"
)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_OPENING = re.compile(
    r"(?:On|In article|In message|In reply to|Quoting|Zitat von|Citando|Citat de|According to|Selon|\*+|Am|At|Le|El|"
    r"Il|Il giorno|In data|Em|No dia|A|Op|В|Den|W dniu|Dnia|Dne|From|Da|De)[ \xa0]", re.I)  # fmt: skip
_STARTS = re.compile(
    rf"{_OPENING.pattern}|\d{{1,4}}[-/. \xa0年]|[^\W\d_]{{2,14}}[.,]{{1,2}}[ \xa0]\d|"
    rf"[^\W\d_]{{2,14}}[.,]{{0,2}}[ \xa0]\d{{1,2}}[. ]", re.I
)
_MARKED = re.compile(r">|\| |[A-Z][A-Za-z]{0,14}> ")
_MARKS = re.compile(r"[ \t]{0,3}>(?:[ \t]?>)*[ \t]?")
_DATE_NAME_ADDRESS = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b[^\n<>]{1,100}<[^<>@\s]{1,80}@[^<>\s]{1,80}>\s*$")
_SHARED = re.compile(r"(?<=[^\s>])[ \t]?(?:-{2,4}[ \t]?)?(?=On [A-Z\d][^\n]{5,80}\d{4}[^\n]{3,200}wrote:)")
_DATED = re.compile(r"\d{4}|\d{1,2}[:.]\d\d|@")
_DIGIT_OR_AT = re.compile(r"[\d@]")
_SURE = re.compile(r"\d{4}|@|\d{1,2}[./]\d{1,2}[./]\d\d")
_DATE_AND_ADDRESS = re.compile(
    r"(?=.{0,200}?(?:[12]\d{3}|\d{1,2}[./-]\d{1,2}[./-]\d\d)).{8,400}[<(\[][^\s<>@]{1,100}@[^\s<>@]{1,100}[>)\]]\s?[:：]$",
    re.S,
)
_FIRST = frozenset(("from", "date", "to", "subject", "cc", "reply-to"))
_MAIL_DATE = re.compile(r"[12]\d{3} \d\d:\d\d:\d\d [+-]\d{4}")  # as header fields have it
_KINDS: frozenset[Field] = frozenset(("date", "to", "subject", "cc"))


class Introduction(Struct, frozen=True, order=True, gc=False):
    """The lines that introduce a quotation: where they begin in the text, where the quoted words do, and the lines."""

    start: int
    words: int
    lines: str


def has_verb(words: str) -> bool:
    """True when a verb of saying or writing is among the words."""
    if words.rpartition(" ")[2].strip(":：\n\xa0").lower() in VERBS:  # nearly always
        return True
    return not VERBS.isdisjoint(_WORDS.findall(words.lower())) or (
        not words.isascii() and any(verb in words for verb in WIDE_VERBS)
    )


def introduces(line: str) -> bool:
    """True when a line reads like the introduction of a quotation ("On Monday Ann wrote:")."""
    return bool(line) and len(line) < 500 and line[-1] in ":：" and _is_attribution(line)


def is_marker(line: str) -> bool:
    """True for a line that says that another mail follows: "-----Original Message-----", "Begin forwarded message:"."""
    bare = line.strip(" \t\xa0>")
    if bare.startswith(("--", "__", "==", "**", "- ")) or bare.endswith((":", "：")):
        words = bare.strip("-_=*~ \t\xa0:：").casefold()
        return words in MARKERS or (bare[0] in "-_" and words.startswith(LED_MARKERS)) or _dashed_attribution(bare)
    return False


def _dashed_attribution(bare: str) -> bool:
    """Zoho's "---- On Wed, 24 Feb 2021 14:02:50 +0530 ann@example.org wrote ----"."""
    return bare.startswith("----") and bare.endswith("----") and has_verb(bare[-60:]) and len(bare) < 200


def unmarked(lined: str, labels: Mapping[int, Field]) -> list[Introduction]:
    """What introduces a quotation whose lines bear no marks, in the order of the text; `labels` as `label_lines`."""
    stop = len(lined)
    found = [*_colons(lined, _COLON)]
    if "wrote\n" in lined:
        found += (one for one in _colons(lined, _WROTE) if "@" in one.lines)
    if "from" in labels.values():
        found += _blocks(lined, 0, stop, _LABELLED, labels)
    if "：" in lined:
        found += _blocks(lined, 0, stop, _WIDE_LABELLED, labels)
        found += _colons(lined, _WIDE_COLON)
    if _DASHED_WORD.search(lined) or ("_" in lined and "__ F" in lined):
        found += _dashed(lined)
    if labels and "cc:" in lined:
        found += _notes(lined, labels)
    return sorted(found) if len(found) > 1 else found


def ending(lined: str, start: int, stop: int) -> int:
    """Where the line ends that says that a forwarded mail does ("----- End forwarded message -----"); 0 for none."""
    for found in _DASHED.finditer(lined, start, stop):
        if found[1].lower().startswith(ENDINGS):
            return found.end()
    return 0


def _dashed(lined: str) -> Iterator[Introduction]:
    for found in _DASHED.finditer(lined):
        if is_marker(found[0][1:]):
            yield Introduction(found.start(), min(found.end(), len(lined) - 1), found[0][1:])


def block_end(lined: str, end: int, labels: Mapping[int, Field]) -> int:
    """Where the header block ends that begins below the line end `end`; `end` where there is none."""
    return min(_block(lined, end, len(lined), labels)[0], len(lined) - 1) if labels else end


def _block(lined: str, end: int, stop: int, labels: Mapping[int, Field]) -> tuple[int, set[Field]]:
    """Where the header block ends that begins below the line end `end`, and its fields; `end` where there is none.

    Blank lines between its fields (BlackBerry has them) and values that were wrapped are passed over.
    """
    at = last = end
    loose = 0
    seen: set[Field] = set()
    longest = min(stop, end + 20_000)
    while at < longest and loose < 4:
        following = lined.find("\n", at + 1, stop)
        following = stop if following < 0 else following
        if field := labels.get(at):
            if field in seen and (loose or field == "from"):
                break
            seen.add(field)
            last, loose = following, 0
        elif not (line := lined[at + 1 : min(following, at + 400)]).strip(" \t>\xa0"):
            if len(seen) > 3:  # as good as whole
                break
            loose += 1
        elif not seen or loose or not (line[0] in " \t<" or following in labels):
            break  # what is neither a field nor the rest of one
        else:
            loose = 1
        at = following
    return last, seen


def _line_end(lined: str, at: int, stop: int) -> int:
    """Where the line ends that `at` is in."""
    end = lined.find("\n", at, stop)
    return stop if end < 0 else end


def _blocks(
    lined: str, start: int, stop: int, pattern: re.Pattern[str], labels: Mapping[int, Field]
) -> Iterator[Introduction]:
    """Header blocks: From and two further fields, each on its line."""
    done = start
    for at in islice(labels, _MOST):
        found = pattern.match(lined, at, stop) if at >= done else None
        if not found or field_of(found[1]) not in _FIRST:
            continue
        end, fields = _block(lined, at, stop, labels)
        done = end
        sure = len(fields & _KINDS) >= 2 or ("date" in fields and _MAIL_DATE.search(lined, at, end))
        if "from" in fields and sure:
            yield Introduction(_ruled(lined, at), end, lined[at + 1 : min(end, at + 1500)])


def inside(lined: str, start: int, stop: int, labels: Mapping[int, Field]) -> list[Introduction]:
    """Header blocks within marked lines, with the line above that says so ("> -----Original Message-----"). `labels` as
    `label_lines`, but of those lines alone."""
    return list(_inside(lined, start, stop, labels)) if "from" in labels.values() else []


def _inside(lined: str, start: int, stop: int, labels: Mapping[int, Field]) -> Iterator[Introduction]:
    for block in _blocks(lined, start, stop, _LABELLED_INSIDE, labels):
        at = end = block.start
        for _ in range(2):
            at = lined.rfind("\n", start, end)
            line = lined[at + 1 : end] if at >= 0 else ""
            if line.strip(" \t>") or at < 0:
                break
            end = at
        yield replace(block, start=at) if at >= start and is_marker(line) else block


def _ruled(lined: str, at: int) -> int:
    """Where a block at `at` begins with the line of underscores that Outlook draws above it."""
    end = at
    for _ in range(2):
        above = lined.rfind("\n", 0, end)
        if above < 0:
            break
        if rule := lined[above + 1 : end].strip():
            return above if len(rule) >= 4 and not rule.strip("_-=") else at
        end = above
    return at


def _colons(lined: str, pattern: re.Pattern[str]) -> Iterator[Introduction]:
    """Lines that end in a colon: Apple's "Begin forwarded message:", and attributions that are sure."""
    for found in islice(pattern.finditer(lined), _MOST):
        colon = found.start()
        if lined.startswith((">", "\n>"), found.end()):  # nearly always: what follows is marked
            continue
        at = lined.rfind("\n", max(colon - 400, 0), colon)
        if at < 0:
            continue
        if colon - at < 60 and is_marker(lined[at + 1 : colon + 1]):
            yield Introduction(at, found.end() - 1, lined[at + 1 : colon + 1])
        elif (lead := _dated(lined, colon)) >= 0:
            yield Introduction(lead, found.end() - 1, lined[lead + 1 : colon + 1])


def _notes(lined: str, labels: Mapping[int, Field]) -> Iterator[Introduction]:
    stop = len(lined)
    for found in islice(_NOTES.finditer(lined), _MOST):
        end = found.start()
        for _ in range(2):
            at = lined.rfind("\n", max(end - 100, 0), end)
            name = lined[at + 1 : end].strip() if at >= 0 else ""
            if name or at < 0:
                break
            end = at
        if name:
            second = _line_end(lined, found.start() + 1, stop)
            words = _block(lined, second, stop, labels)[0]
            yield Introduction(at, words, lined[at + 1 : min(words, at + 1500)])


def _dated(lined: str, colon: int) -> int:
    """Where an attribution that ends at `colon` begins, when it has a date or address and a verb, or both; else -1."""
    floor = max(0, colon - 400)
    verb = has_verb(lined[max(0, colon - 40) : colon])
    if not verb and lined[colon - 1 : colon] not in (">", ")", "]", " "):
        return -1
    if not _DIGIT_OR_AT.search(lined, floor, colon):
        return -1
    at = colon
    for _ in range(3):
        at = lined.rfind("\n", floor, at)
        if at < 0:
            return -1
        line = lined[at + 1 : colon]
        if not line.strip():
            return -1
        sure = _SURE.search(line) if verb else _DATE_AND_ADDRESS.match(line + ":")
        if sure and (line[:1].isalnum() or _STARTS.match(line)):
            above = lined.rfind("\n", floor, at) if at else -1
            opener = above >= 0 and _STARTS.match(lined, above + 1) and not _STARTS.match(line)
            return above if opener and _SURE.search(lined, above, at) else at
    return -1


def marked_next(lined: str, at: int, within: int = 1) -> bool:
    """True when the next line that is not empty (past one header block), or one of so many, begins with ">"."""
    if lined.find(">", at, at + 3000) < 0 and lined.find("|", at, at + 3000) < 0:
        return False
    for line in lined[at : at + 3000].split("\n", 12)[1:12]:
        bare = line.strip()
        if bare:
            if _MARKED.match(bare):
                return True
            within -= not header_line(line)
            if within < 1:
                return False
    return False


def above(text: str, floor: int, start: int) -> Introduction:
    """The lines above the quotation at `start`, not before `floor`, that introduce it; none: `.start` is `start`."""
    before = text[max(floor, start - 800) : start]
    shown = before.rstrip(" \t\n\xa0>")
    shown = before[: len(shown) + 1] if before[len(shown) : len(shown) + 1] == ">" else shown
    if not shown or shown[-1] not in ":：.,-)>" or before.count("\n", len(shown)) > 3:
        return Introduction(start, start, "")
    raw = shown.rsplit("\n", 3)[-3:]
    count = _introducing([_without_marks(line) if ">" in line else line for line in raw])
    lines = "\n".join(raw[len(raw) - count :])
    behind = _SHARED.search(lines) if count == 1 and lines[:3] != "On " and "wrote" in lines else None
    if behind:  # it stands behind someone's words, on their line
        lines = lines[behind.start() :]
    lead = start - len(before) + len(shown) - len(lines)
    return Introduction(lead, start, lines) if count else Introduction(start, start, "")


def heading(text: str, start: int, end: int) -> int:
    """Where the attribution ends that the marked lines `text[start:end]` begin with, as Apple has it; 0 for none.

    One that deeper marks follow is theirs.
    """
    head = text[start : min(end, start + 400)]
    if ":" not in head:
        return 0
    raw = head.split("\n")[:5]
    lines = [_without_marks(line) for line in raw]
    for count in range(1, min(len(lines), 4)):
        if lines[count - 1].rstrip().endswith((":", "：")):
            joined = "\n".join(lines[:count])
            if not (_SURE.search(joined) and _is_attribution(joined)) or _depth(raw[count]) != _depth(raw[0]):
                return 0
            return start + len("\n".join(raw[:count])) + 1
    return 0


def _without_marks(line: str) -> str:
    """A line without the marks of quotation before it."""
    found = _MARKS.match(line)
    return line[found.end() :] if found else line


def _depth(line: str) -> int:
    """How many marks of quotation a line has."""
    found = _MARKS.match(line)
    return found[0].count(">") if found else 0


def _introducing(lines: list[str]) -> int:
    """How many of these lines, from the last, introduce a quotation."""
    best = 0
    only = lines[-1].strip()
    if only.startswith("On ") and only.endswith(" wrote:") and (len(only) > 60 or _DATED.search(only)):
        return 1  # nearly always
    for count in range(1, len(lines) + 1):
        first = lines[-count].strip()
        if not first:
            break
        joined = "\n".join(lines[-count:])
        if count == 1:
            if not (first[-1] in ":：>,-" and _is_attribution(joined)) and not is_marker(joined):
                continue
            best = 1
            if _STARTS.match(first) and (_DATED.search(first) or len(first) > 60):
                break
        elif (len(joined) > 60 or first[-1] in "<(") and _begins(first) and _is_attribution(joined):
            return count
    if best == 1 and len(lines) > 1 and lines[-1].lstrip()[:1] == "<" and 0 < len(lines[-2].strip()) < 100:
        return 2
    return best


def _begins(line: str) -> bool:
    """True for a line that begins as attributions do, and has a date or address."""
    return _STARTS.match(line) is not None and _SURE.search(line) is not None


def _is_attribution(lines: str) -> bool:
    """True for one to three lines that name a writer or a date, and end as an attribution does."""
    last = lines.rstrip()
    bare = lines.lstrip()
    if last[-1:] == ">" and _DATE_NAME_ADDRESS.match(bare):
        return True
    if last[-1:] not in ":：" and not _OPENING.match(bare):
        return False
    if has_verb(last[-60:]):
        return "\n" not in lines or bool(_STARTS.match(bare) or _DATED.search(lines.partition("\n")[0]))
    return bool(_OPENING.match(bare) and _DATED.search(lines)) or (
        "@" in lines and last[-1:] in ":：" and ("\n" not in lines or bool(_SURE.search(lines)))
    )
