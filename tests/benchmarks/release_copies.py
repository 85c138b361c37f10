"""How well the mails of a text release find their copies: `python -m tests.benchmarks.release_copies DOCUMENTS`.

Two mails are held for the same where seven in ten of the first sixty words of the shorter one, of four letters and
more, stand in the other, for different ones where less than four in ten do. A mail without such words is left out.
"""

import re
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from ingest.messages import read_message
from ingest.quotes import own_words
from ingest.releases.kinds import is_released
from ingest.releases.mails import document_mail, recovered
from ingest.releases.sameness import release_copy_key


class Mail(NamedTuple):
    """A document or a recovered mail: its key, the minute, the words it begins with."""

    key: int
    minute: int
    document: bool
    words: frozenset[str]


def mails(folder: Path) -> list[Mail]:
    """All of a release that have a key."""
    found = []
    for path in sorted(folder.rglob("*.txt")):
        raw = document_mail(path.read_text(encoding="utf-8", errors="replace"))
        outer = read_message(raw, made="text").message
        inner = [read_message(mail.raw, made="quotation").message for mail in recovered(outer, raw)]
        for message in (outer, *inner):
            if is_released(message):
                own = own_words(message.text, message.segments, 4000).lower()
                words = frozenset(re.findall(r"[a-z]{4,}", own)[:60])
                found.append(Mail(release_copy_key(message), (message.date or 0) // 60, message is outer, words))
    return found


def alike(one: Mail, other: Mail) -> str:
    """"same", "different", "" in between or for want of words."""
    if not one.words or not other.words:
        return ""
    share = len(one.words & other.words) / min(len(one.words), len(other.words))
    return "same" if share >= 0.7 else "different" if share < 0.4 else ""


def main(folder: Path) -> None:
    """Prints what was grouped, how much of that is wrong, and what was missed."""
    found = mails(folder)
    groups: dict[int, list[Mail]] = defaultdict(list)
    minutes: dict[int, dict[int, Mail]] = defaultdict(dict)
    for mail in found:
        groups[mail.key].append(mail)
        minutes[mail.minute].setdefault(mail.key, mail)
    quoted = [mail for mail in found if not mail.document]
    released = {mail.key for mail in found if mail.document}
    count = Counter(alike(group[0], mail) for group in groups.values() for mail in group[1:])
    missed = Counter(alike(*pair) for several in minutes.values() for pair in combinations(several.values(), 2))
    print(f"{len(found) - len(quoted):,} documents and {len(quoted):,} recovered mails with sender and time")
    both = sum(mail.key in released for mail in quoted)
    print(f"{len(groups):,} mails they are; {both:,} of the recovered ones are documents too")
    print(f"in groups: {count['same']:,} with the same words as the first, {count['different']:,} with others")
    print(f"apart: {missed['same']:,} pairs of one minute with the same words, {missed['different']:,} with others")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
