"""Two corpora of the same mails, in whichever engines: do 200 questions get the same answers?

python -m tests.benchmarks.engines ./unsealed-corpus http://127.0.0.1:9200/prefix
"""

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from mappings.records import Message
from search.engine import Engine, open_engine
from search.parse import parse
from search.results import Page

_WORD = re.compile(r"[^\W\d_]{3,12}")
LIMIT = 20


def questions(engine: Engine, count: int, seed: int = 4) -> Iterator[tuple[str, str]]:
    """(kind, query) made from messages drawn from a corpus."""
    pick = random.Random(seed)
    ids = [hit.row.id for order in ("newest", "oldest") for hit in
           engine.search(parse(""), order=order, limit=1000, facets=False).hits]  # type: ignore[arg-type]
    mails = engine.messages(pick.sample(ids, min(len(ids), count)))
    kinds: list[tuple[str, Callable[[Message, list[str]], str]]] = [
        ("word", lambda mail, words: pick.choice(words)),
        ("words", lambda mail, words: " ".join(pick.sample(words, 2))),
        ("or", lambda mail, words: " OR ".join(pick.sample(words, 2))),
        ("not", lambda mail, words: f"{words[0]} -{words[-1]}"),
        ("phrase", lambda mail, words: _phrase(mail, pick, 2)),
        ("long phrase", lambda mail, words: _phrase(mail, pick, 4)),
        ("near", lambda mail, words: f"{_phrase(mail, pick, 3)}~3"),
        ("prefix", lambda mail, words: f"{pick.choice(words)[:4]}*"),
        ("fuzzy", lambda mail, words: f"{max(words, key=len)}~"),
        ("from", lambda mail, words: f'from:"{next((who.address for who in mail.from_), "") or "a"}"'),
        ("to", lambda mail, words: f'with:{mail.to[0].address.partition("@")[0] or "a"}' if mail.to else "to:a"),
        ("subject", lambda mail, words: f"subject:{(_WORD.findall(mail.subject) or ['re'])[-1]}"),
        ("own", lambda mail, words: f"own:{words[0]} quoted:{words[-1]}"),
        ("dates", lambda mail, words: _dates(mail)),
        ("mixed", lambda mail, words: f"{words[0]} {_dates(mail)} -has:attachment"),
        ("filter", lambda mail, words: pick.choice(
            ["has:attachment", "is:duplicate", "lang:de", "date:none", "larger:20k", "has:pdf OR has:image",
             "is:ghost"])),
    ]  # fmt: skip
    for number, mail in enumerate(mails):
        words = _WORD.findall(mail.text) or ["mail", "list"]
        kind, make = kinds[number % len(kinds)]
        yield kind, make(mail, words if len(words) > 1 else words * 2)


def _phrase(mail: Message, pick: random.Random, count: int) -> str:
    lines = [line for line in mail.text.splitlines() if len(_WORD.findall(line)) > count] or ["of the same mails here"]
    words = pick.choice(lines).split()
    start = pick.randrange(max(1, len(words) - count))
    chosen = " ".join(words[start : start + count]).replace('"', "")
    return f'"{chosen}"' if _WORD.search(chosen) else '"of the"'


def _dates(mail: Message) -> str:
    day = time.strftime("%Y-%m-%d", time.gmtime(mail.date or 0))
    return f"date:{day[:7]}..{day}"


def differences(first: Engine, second: Engine, text: str) -> dict[str, str]:
    """What differs between two engines' answers to a query, and how."""
    query = parse(text)
    found: dict[str, str] = {}
    for order in ("newest", "relevance"):
        for by_thread in (False, True):
            one, two = (e.search(query, order=order, by_thread=by_thread, limit=LIMIT) for e in (first, second))  # type: ignore[arg-type]
            name = f"{order}{', threads' if by_thread else ''}"
            if (one.total, one.threads) != (two.total, two.threads):
                found[f"{name}: counts"] = f"{one.total}, {one.threads} / {two.total}, {two.threads}"
            if one.facets != two.facets:
                found[f"{name}: facets"] = ""
            if one.histogram != two.histogram:
                found[f"{name}: histogram"] = ""
            rows = _ids(one), _ids(two)
            if rows[0] != rows[1]:
                same = len(set(rows[0]) & set(rows[1]))
                found[f"{name}: order"] = f"{same} of {len(rows[0])} in common"
            elif [hit.highlights for hit in one.hits] != [hit.highlights for hit in two.hits]:
                found[f"{name}: highlights"] = ""
            elif [hit.thread_hits for hit in one.hits] != [hit.thread_hits for hit in two.hits]:
                found[f"{name}: hits of threads"] = ""
    return found


def _ids(page: Page) -> list[str]:
    return [hit.row.id for hit in page.hits]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    first, second = open_engine(options.first), open_engine(options.second)
    asked, whole = 0, 0
    kinds: Counter[str] = Counter()
    for kind, text in questions(first, options.count):
        asked += 1
        found = differences(first, second, text)
        whole += not found
        kinds.update(name.partition(", threads")[0] + name.partition(", threads")[2] for name in found)
        if found and options.show:
            options.show -= 1
            print(f"{kind}: {text}: {found}")
    print(f"{whole} of {asked} questions get the very same answers; what differs in the rest: {dict(kinds)}")
    first.close()
    second.close()


if __name__ == "__main__":
    main()
