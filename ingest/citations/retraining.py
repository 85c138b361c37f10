"""What people decided on citations turned into weights: `retrain` moves those that came with the program."""

from collections.abc import Iterable
from zlib import crc32

import msgspec
from msgspec import Struct

from ingest.citations import model as models
from ingest.citations.cues import cue
from ingest.citations.matcher import Matcher
from ingest.citations.training import Case, learn
from mappings.articles import Verdict
from search.engine import Engine, Writer
from search.errors import NotFound

RIDGE = 10.0  # how much is needed to move a weight: some verdicts must not undo what many examples taught


class Retrained(Struct, frozen=True, kw_only=True):
    """What was learnt: from how many verdicts, on how many of which the weights could be tried; their new name."""

    verdicts: int = 0
    tried: int = 0
    model: str = ""  # "" where nothing was to be learnt from


def retrain(engine: Engine, writer: Writer, *, languages: bool | None = None) -> Retrained:
    """Learns from all verdicts, beginning with the weights that came with the program, and keeps what it learnt.

    A verdict counts where the message is among those that a passage of its article may mean. The same verdicts give
    the same weights.
    """
    verdicts = engine.verdicts()
    matcher = Matcher.open(engine, languages=languages)
    prior = models.shipped()
    matcher.stages = prior.stages(matcher.translates)
    by_article: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_article.setdefault(verdict.article, []).append(verdict)
    cases = [case for id in sorted(by_article) for case in _cases(engine, matcher, id, by_article[id])]
    tried = sum(len(case.families) for case in cases)
    if not tried:
        return Retrained(verdicts=len(verdicts))
    stages = learn(cases, matcher.stages.looks, matcher.stages, ridge=RIDGE)
    told = msgspec.json.encode([(one.article, one.message, one.cites) for one in verdicts])
    name = f"{prior.name}, {len(verdicts)} verdicts ({crc32(told):08x})"
    learnt = models.Model(
        name, stages if matcher.translates else prior.with_vectors, prior.without if matcher.translates else stages
    )
    writer.keep_derived(models.NAME, models.write(learnt))
    return Retrained(verdicts=len(verdicts), tried=tried, model=name)


def _cases(engine: Engine, matcher: Matcher, id: str, verdicts: Iterable[Verdict]) -> list[Case]:
    """An article's passages with the families that people decided on. Where one is cited, those beside it are not."""
    try:
        article = engine.article(id)
    except NotFound:
        return []
    yes = _with_copies(engine, (one.message for one in verdicts if one.cites))
    no = _with_copies(engine, (one.message for one in verdicts if not one.cites)) - yes
    cases = []
    for part, naming in matcher.cut(article):
        families = []
        scored = matcher.judged(article.text, part, naming)
        members = [{one.read.message.id for one in family.members} for family in scored]
        right = any(ids & yes for ids in members)
        for family, ids in zip(scored, members, strict=True):
            if ids & yes or ids & no or right:
                families.append((family.numbers, bool(ids & yes)))
        if families:
            cases.append(Case(id, cue(article.text[part.passage.start : part.passage.end]), families))
    return cases


def _with_copies(engine: Engine, ids: Iterable[str]) -> set[str]:
    found = {id for id in ids if not id.startswith("g")}
    return found | {row.id for id in found for row in engine.copies(id)}
