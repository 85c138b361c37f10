"""Candidates of citations: how long questions as articles ask them take, and whether two engines answer alike.

python -m tests.benchmarks.candidates ./unsealed-corpus [http://127.0.0.1:9200/prefix]
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from statistics import median

from mappings.records import Message
from search.citing import Wanted
from search.engine import Engine, open_engine
from search.parse import parse
from search.words import tokens

LIMIT = 200
FORMS = 8  # of a word: its translations
COMMON = 200  # words that say nothing
SEED = 3


def drawn(engine: Engine) -> list[Message]:
    """Mails of a corpus: its newest, and its oldest."""
    hits = [hit for order in ("newest", "oldest")
            for hit in engine.search(parse(""), order=order, limit=1000, facets=False).hits]  # type: ignore[arg-type]
    return engine.messages(dict.fromkeys(hit.row.id for hit in hits))


def questions(mails: list[Message], count: int) -> Iterator[tuple[str, Wanted]]:
    """(kind, question): 1 to 30 words in up to 8 forms each, the most frequent words left out, phrases, people,
    dates."""
    pick = random.Random(SEED)
    words = [word for mail in mails for word in tokens(mail.text) if len(word) > 3]
    often = {word for word, _ in Counter(words).most_common(COMMON)}
    words = [word for word in words if word not in often]
    people = sorted({who.address.lower() for mail in mails for who in mail.from_ if who.address})
    for number in range(count):
        size, forms = pick.choice((1, 5, 30)), pick.choice((1, 3, FORMS))
        groups = [{word: pick.uniform(0.3, 1) for word in pick.sample(words, forms)} for _ in range(size)]
        at = pick.randrange(len(words) - 4)
        yield (
            ("words", Wanted(groups=groups)),
            ("phrase", Wanted(groups=groups, phrases=[" ".join(words[at : at + 3])])),
            ("people", Wanted(people=pick.sample(people, min(3, len(people))))),
            ("words of people", Wanted(groups=groups, people=pick.sample(people, min(2, len(people))))),
            ("words after", Wanted(groups=groups, after=pick.choice(mails).date)),
        )[number % 5]
    yield "30 words in 8 forms", Wanted(groups=[
        {word: pick.uniform(0.3, 1) for word in pick.sample(words, FORMS)} for _ in range(30)])  # fmt: skip


def main() -> None:
    """Times the questions; with two corpora says which answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("other", nargs="?")
    parser.add_argument("--questions", type=int, default=60)
    options = parser.parse_args()
    first = open_engine(options.corpus)
    second = open_engine(options.other) if options.other else None
    mails = drawn(first)
    same = 0
    times: dict[str, list[float]] = {}
    asked = list(questions(mails, options.questions))
    for kind, wanted in asked:
        started = time.process_time()
        found = first.candidates(wanted, LIMIT)
        times.setdefault(kind, []).append((time.process_time() - started) * 1000)
        if second:
            others = second.candidates(wanted, LIMIT)
            ids, other_ids = [one.id for one in found], [one.id for one in others]
            same += ids == other_ids
            if ids != other_ids:
                print(f"{kind}: {len(ids)} and {len(other_ids)}, {len(set(ids) ^ set(other_ids))} in one alone")
    for kind, taken in sorted(times.items()):
        print(f"{kind}: {median(taken):.1f} ms of CPU in the middle, {max(taken):.1f} at most, of {len(taken)}")
    print(f"{first.status().messages:,} messages")
    if second:
        print(f"{same} of {len(asked)} answers are the same, in the same order")


if __name__ == "__main__":
    main()
