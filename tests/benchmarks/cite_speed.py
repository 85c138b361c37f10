"""How long `unsealed cite` takes over generated articles, and how much memory: wall, CPU, the peak of its processes.

Each article is a few paragraphs of which two quote a mail of the corpus, one word for word, one with words changed.
The first run, of one article, also makes what is kept for all. `python -m tests.benchmarks.cite_speed --help`
"""

import json
import random
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from search.engine import Engine, open_engine
from tests.benchmarks.generate import Generator, prepared
from tests.benchmarks.measure import UNSEALED, Run, disk, ingest, parser, report, run, status_of, table

SENTENCE = re.compile(r"(?:[^\W\d_]+[ ,]+){9,24}[^\W\d_]+")
CHANGED = 0.2  # of the words of a misquotation


def sentences(engine: Engine, wanted: int, seed: int) -> list[tuple[str, str, str]]:
    """(message, words of its writer's own, who that is) of as many messages, drawn from the whole corpus."""
    step = max(1, engine.newest() // (wanted * 3))
    found = []
    for count, id, text in engine.texts():
        if count % step == seed % step and (match := SENTENCE.search(text)):
            found.append((id, " ".join(match[0].split())))
    drawn = random.Random(seed).sample(found, k=min(wanted, len(found)))
    return [(id, words, next((str(one.name) for one in engine.message(id).from_), "")) for id, words in drawn]


def articles(quotes: list[tuple[str, str, str]], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of a table of articles; `quoted` are the messages."""
    rng = random.Random(seed)
    generator = Generator(1000, seed)
    words, draw = generator.words, iter(quotes)

    def paragraph() -> str:
        return " ".join(words.sentences(rng, "en", rng.randrange(40, 70)))

    for number in range(count):
        (first, exact, writer), (second, changed, other) = islice(draw, 2)
        misquoted = " ".join(rng.choice(words.tables["en"]) if rng.random() < CHANGED else word
                             for word in changed.split())  # fmt: skip
        text = "\n\n".join((
            paragraph(), f"“{exact},” {writer} wrote in an e-mail. {paragraph()}", paragraph(),
            f"{paragraph()} In another, {other} wrote: “{misquoted}.”", paragraph(),
        ))  # fmt: skip
        yield {
            "url": f"https://paper.example/{seed}/{number}", "title": f"Report {seed}-{number}", "outlet": "The Paper",
            "date": f"2019-{1 + number % 12:02}-{1 + number % 28:02}", "language": "en", "text": text,
            "quoted": [first, second],
        }  # fmt: skip


def cite(corpus: Path, path: Path) -> tuple[Run, list[dict[str, Any]]]:
    """`unsealed cite` under observation, and what it says of each article."""
    ended = run([*UNSEALED, "cite", path, "--engine", corpus, "--json"], check=False)
    if ended.status not in (0, 1):
        raise RuntimeError(f"cite ended with status {ended.status}:\n{ended.out[-2000:]}\n{ended.err[-4000:]}")
    lines = [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")]
    return ended, [line for line in lines if "citations" in line]


def row(name: str, ended: Run, count: int) -> tuple[object, ...]:
    """A line of the table."""
    return (name, count, ended.seconds, ended.cpu, ended.cpu / max(count, 1), ended.peak / 2**20)


def found(told: list[dict[str, Any]], made: list[dict[str, Any]], which: int) -> float:
    """The share of the articles whose exact (0) or changed (1) quotation's message, or a copy, is cited above 0.5."""
    cited = {
        one.get("address", ""): {c["message"] for c in one["citations"] if c["probability"] >= 0.5} for one in told
    }
    return sum(one["quoted"][which] in cited.get(one["url"], ()) for one in made) / max(len(made), 1)


def main() -> None:
    """Reads the arguments, makes what is missing, cites, prints."""
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=20_000, help="generated messages")
    options.add_argument("--articles", type=int, default=100)
    options.add_argument("--corpus", type=Path, help="this corpus instead of a generated one")
    options.add_argument("--paths", type=Path, nargs="*", default=[], help="these articles instead of generated ones")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    corpus = given.corpus or given.bench / f"corpus-{given.count}"
    if given.corpus is None and (not corpus.exists() or status_of(corpus)["messages"] < given.count * 0.9):
        ingest(corpus, prepared(given.bench, given.count, "mbox"), fresh=True)
    before, made, rows = disk(corpus), [], []
    if not given.paths:
        with closing(open_engine(str(corpus))) as engine:
            quotes = sentences(engine, 2 * given.articles + 2, given.seed)
        made = list(articles(quotes, min(given.articles + 1, len(quotes) // 2), given.seed))
        given.paths = []
        for name, part in (("first", made[:1]), ("others", made[1:])):
            given.paths.append(given.bench / f"articles-{given.seed}-{name}.jsonl")
            given.paths[-1].write_text("".join(json.dumps(one) + "\n" for one in part))
    for path in given.paths:
        ended, told = cite(corpus, path)
        rows.append(row(path.stem, ended, len(told)))
    kept = disk(corpus) - before
    messages = status_of(corpus)["messages"]
    print(table(("run", "articles", "seconds", "CPU s", "CPU s/article", "peak MiB"), rows))
    print(f"{messages:,} messages; {kept / messages:,.0f} bytes a message were kept on disk")
    figures: dict[str, Any] = {"messages": messages, "kept": kept / messages, "runs": [list(one) for one in rows]}
    if made:
        exact, changed = found(told, made[1:], 0), found(told, made[1:], 1)
        print(f"quoted word for word: {exact:.0%} found; with {CHANGED:.0%} of the words changed: {changed:.0%}")
        figures |= {"exact": exact, "changed": changed}
    report(figures, given.json)


if __name__ == "__main__":
    main()
