"""How well the messages behind articles are found, and what that costs.

`python -m tests.benchmarks.citations CORPUS DATA… [--train] [--plain] [--only NAME…]`: DATA are folders that hold
`articles.jsonl` (id, lang, type, cites, text), `mails.jsonl`, `distractors.jsonl`, the folder `clinton_foia_txt`,
`article-fr.txt` and `citations-dev.jsonl`; CORPUS is a corpus folder, made from them if it is not there. None of the
texts can come with the program.

french   the article in French: its mail, the reply, the conflict of dates, and nothing else
dev      the development set, cross-validated by cited mail: weights that judge an article have not seen its mail.
         R@1 is the share of articles whose best citation is a message that the set names; recall and precision are of
         the tiers. `--train` then learns from all of it, and writes `weights.json`
real     quotations and claims of real articles about the State Department's release
speed    CPU seconds an article, bytes a message

`--plain` does it without the languages.
"""

import argparse
import json
import random
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ingest.citations import dictionary, lexicon, people
from ingest.citations import model as models
from ingest.citations.cues import cue
from ingest.citations.features import chance
from ingest.citations.matcher import Matcher
from ingest.citations.passages import passages
from ingest.citations.training import Case, learn, looks, told
from mappings.articles import Article, Citation
from search.engine import Engine, open_engine
from tests.benchmarks.measure import ROOT, UNSEALED, table

PARTS = 10
WEIGHTS = ROOT / "ingest" / "citations" / "weights.json"
KINDS = ("verbatim", "translated", "paraphrase")
TIERS = (0.5, 0.9)


class Told(NamedTuple):
    """An article of the development set."""

    id: str
    kind: str
    cites: frozenset[str]
    article: Article


class Documents:
    """Which published documents a message is, or was recovered from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, id: str) -> frozenset[str]:
        """Their numbers."""
        if id not in self._known:
            places = self._engine.places(id) if id and not id.startswith("g") else []
            self._known[id] = frozenset(place.number or place.member.partition(".txt")[0] for place in places)
        return self._known[id]


def built(corpus: Path, data: Sequence[Path]) -> None:
    """Makes the corpus, unless it is there."""
    if corpus.exists():
        return
    for name, collection in (("mails.jsonl", "podesta"), ("distractors.jsonl", "other"), ("clinton_foia_txt", "state")):
        ended = subprocess.run([*UNSEALED, "ingest", "--engine", corpus, "--no-extract", "--collection", collection,
                                found(data, name)], cwd=ROOT, check=False)  # fmt: skip
        if ended.returncode not in (0, 1):  # 1: done, with failures that were counted
            raise SystemExit(ended.returncode)


def found(data: Sequence[Path], name: str) -> Path:
    """A file of the data."""
    for folder in data:
        if (folder / name).exists():
            return folder / name
    raise SystemExit(f"There is no {name} in {', '.join(map(str, data))}.")


def article(id: str, text: str, lang: str = "") -> Article:
    """A text as an article."""
    return Article(id=id, text=text, lang=lang, passages=passages(text))


def dev_set(path: Path) -> list[Told]:
    """The development set."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Told(row["id"], row["type"], frozenset(row["cites"]), article(row["id"], row["text"], row["lang"]))
        for row in rows
    ]


class Judged(NamedTuple):
    """A passage of the development set: its case, and of each family whether the message linked is cited."""

    told: Told
    case: Case
    right: Sequence[bool]


def collected(matcher: Matcher, all_: Sequence[Told], documents: Documents, *, first: bool) -> list[Judged]:
    """The passages of all articles with their families; `first` at the first look, else those that get vectors."""
    done = []
    for one in all_:
        if one.kind == "link":
            continue
        text = one.article.text
        for part, naming in matcher.cut(one.article):
            scored = (matcher.looked if first else matcher.judged)(text, part, naming)
            families = [(s.numbers, any(documents(m.read.message.id) & one.cites for m in s.members)) for s in scored]
            case = Case(_group(one), cue(text[part.passage.start : part.passage.end]), families)
            done.append(Judged(one, case, [bool(documents(s.original.read.message.id) & one.cites) for s in scored]))
    return done


def _group(one: Told) -> str:
    return min(one.cites) if one.cites else one.id


def validated(passed: Sequence[Judged], chooses: Any) -> dict[str, list[tuple[float, bool, bool]]]:
    """Article -> (chance, whether it is right, whether its family is) of each citation, by weights that have seen
    neither the article nor another one of its mail."""
    groups = sorted({one.case.group for one in passed})
    random.Random(1).shuffle(groups)
    found: dict[str, list[tuple[float, bool, bool]]] = defaultdict(list)
    for part in range(PARTS):
        apart = set(groups[part::PARTS])
        stages = learn([one.case for one in passed if one.case.group not in apart], chooses)
        for one in passed:
            if one.case.group in apart:
                ranked = sorted(range(len(one.right)), reverse=True,
                                key=lambda at: stages.weights.score(one.case.families[at][0]))  # fmt: skip
                for (numbers, family), at in zip(told(one.case, stages.weights), ranked, strict=False):
                    found[one.told.id].append((chance(stages.last.score(numbers)), one.right[at], family))
    return found


def dev(matcher: Matcher, data: Sequence[Path], documents: Documents, train: bool, plain: bool) -> None:
    """The development set, in a table."""
    all_ = dev_set(found(data, "articles.jsonl"))
    if train:
        firsts = [one.case for one in collected(matcher, all_, documents, first=True)]
        matcher.stages = models.Stages(looks(firsts), matcher.stages.weights, matcher.stages.last)
    passed = collected(matcher, all_, documents, first=False)
    result = validated(passed, matcher.stages.looks)
    told_ = {one.id: one for one in all_}
    rows = [["links", *_links(matcher, all_, documents)]]
    rows += [[kind, *_first(result, [one.id for one in all_ if one.kind == kind])] for kind in KINDS]
    print(table(["", "R@1", "of", "missed"], rows))
    citing = [id for id in result if told_[id].kind != "negative"]
    negative = [id for id in result if told_[id].kind == "negative"]
    lines = [_tier(result, citing, negative, least) for least in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)]
    print(table(["p ≥", "recall", "precision", "links", "non-citing linked", "which"], lines))
    chances = [pair for id in result for pair in result[id]]
    print(f"Brier score {statistics.fmean((p - right) ** 2 for p, _, right in chances):.4f} of {len(chances)}")
    if train:
        stages = learn([one.case for one in passed], matcher.stages.looks)
        before = models.shipped() if WEIGHTS.exists() else models.Model("", stages, stages)
        after = models.Model(
            time.strftime("%Y-%m-%d"), before.with_vectors if plain else stages, stages if plain else before.without
        )
        WEIGHTS.write_bytes(models.write(after))
        matcher.stages = stages


def _links(matcher: Matcher, all_: Sequence[Told], documents: Documents) -> list[str]:
    links = [one for one in all_ if one.kind == "link"]
    missed = [one.id for one in links if not _right(matcher.cite(one.article)[:1], one.cites, documents)]
    return [f"{1 - len(missed) / len(links):.2f}", str(len(links)), " ".join(missed)]


def _right(cited: Iterable[Citation], cites: frozenset[str], documents: Documents) -> bool:
    return any(documents(one.message) & cites for one in cited)


def _first(result: dict[str, list[tuple[float, bool, bool]]], ids: Sequence[str]) -> list[str]:
    missed = [id for id in ids if not (result.get(id) and max(result[id])[1])]
    return [f"{1 - len(missed) / len(ids):.2f}", str(len(ids)), " ".join(missed)]


def _tier(
    result: dict[str, list[tuple[float, bool, bool]]], citing: Sequence[str], negative: Sequence[str], least: float
) -> list[str]:
    recall = sum(any(p >= least and right for p, right, _ in result[id]) for id in citing) / len(citing)
    linked = [family for id in result for p, _, family in result[id] if p >= least]
    wrong = [id for id in negative if max(result[id], default=(0.0,))[0] >= least]
    return [f"{least}", f"{recall:.2f}", f"{sum(linked) / max(len(linked), 1):.3f}", str(len(linked)),
            f"{len(wrong) / len(negative):.0%}", " ".join(wrong)]  # fmt: skip


def french(matcher: Matcher, data: Sequence[Path], documents: Documents) -> None:
    """The article in French."""
    cited = matcher.cite(article("fr", found(data, "article-fr.txt").read_text(encoding="utf-8"), "fr"))
    rows = [
        [f"{one.probability:.2f}", one.method, " ".join(sorted(documents(one.message))),
         next((fact.text for fact in one.facts if fact.topic == "date"), "")]
        for one in cited
    ]  # fmt: skip
    print(table(["p", "method", "message", "date"], rows))


def real(matcher: Matcher, data: Sequence[Path], documents: Documents) -> None:
    """Quotations and claims of real articles."""
    rows = []
    counted = [0, 0, 0]
    for row in _rows(found(data, "citations-dev.jsonl")):
        if "gold_all" not in row:
            continue
        cited = matcher.cite(article(row["id"], f"{row['claim']}\n\n“{row['quote']}”", row["lang"]))
        all_, primary = frozenset(row["gold_all"]), frozenset(row["gold_primary"])
        first = cited[0] if cited else None
        right = first is not None and bool(documents(first.message) & all_)
        best = first is not None and bool(documents(first.message) & primary)
        if not row.get("ambiguous"):
            counted = [counted[0] + 1, counted[1] + right, counted[2] + best]
        rows.append([row["id"], row["lang"], f"{first.probability:.2f}" if first else "", "yes" if right else "",
                     "yes" if best else "", " ".join(sorted(documents(first.message))) if first else ""])  # fmt: skip
    print(table(["", "lang", "p", "in all", "primary", "message"], rows))
    print(f"of {counted[0]}: {counted[1]} in gold_all first, {counted[2]} gold_primary first")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def speed(matcher: Matcher, engine: Engine, data: Sequence[Path]) -> None:
    """CPU seconds an article, in the order of the set and once more, and what is kept of the corpus."""
    texts = [found(data, "article-fr.txt").read_text(encoding="utf-8")]
    texts += [one.article.text for one in dev_set(found(data, "articles.jsonl"))]
    rows = []
    for round_ in ("first", "again"):
        took = []
        for at, text in enumerate(texts):
            began = time.process_time()
            matcher.cite(article(str(at), text))
            took.append(time.process_time() - began)
        rows.append([round_, f"{took[0]:.2f}", f"{statistics.median(took):.2f}", f"{max(took):.2f}"])
    print(table(["", "the French one", "median", "slowest"], rows))
    kept = [len(engine.derived(name) or b"") for name in (lexicon.NAME, dictionary.NAME, people.NAME)]
    messages = engine.status().messages
    print(f"{messages:,} messages; words, vectors, people: {kept} bytes, {sum(kept) / messages:.0f} a message")


def main() -> None:
    """All of it, or what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--only", nargs="*", default=["french", "dev", "real", "speed"])
    given = parser.parse_args()
    built(given.corpus, given.data)
    engine = open_engine(str(given.corpus))
    began = time.process_time()
    with engine.writer() as writer:
        matcher = Matcher.open(engine, writer=writer, languages=False if given.plain else None)
    print(f"prepared in {time.process_time() - began:.1f} CPU seconds")
    documents = Documents(engine)
    if "dev" in given.only or given.train:
        dev(matcher, given.data, documents, given.train, given.plain)
    if "french" in given.only:
        french(matcher, given.data, documents)
    if "real" in given.only:
        real(matcher, given.data, documents)
    if "speed" in given.only:
        speed(matcher, engine, given.data)


if __name__ == "__main__":
    main()
