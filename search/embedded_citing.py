"""What is asked of citations in the embedded corpus: what an article cites, who cites a message, what waits."""

from collections.abc import Iterable
from typing import Any

from msgspec import json
from msgspec.structs import replace

from mappings.articles import ArticleRow, Judged
from search import embedded_citations as citations
from search import embedded_shelf, judging
from search.cited import Citing
from search.citing import Absent
from search.embedded_store import Store
from search.ids import ghost_number

_BY_ARTICLE = "JOIN articles a ON a.num = c.article"
_NEWEST = "a.date DESC, a.id, c.num"  # citations of an article are numbered in the order of passages


def cites(store: Store, article: int) -> list[Judged]:
    """What an article cites, in the order of its passages, silent ones too."""
    settings = embedded_shelf.settings(store)
    rows = citations.read(store, "WHERE c.article = ? ORDER BY c.num", (article,))
    return [judging.judged(row, settings) for row in rows]


def cited_by(store: Store, ids: Iterable[str]) -> dict[str, list[Judged]]:
    """By message the citations of it or of a copy of it, newest article first, without the silent ones."""
    settings = embedded_shelf.settings(store)
    found: dict[str, list[Judged]] = {}
    for id, nums in _about(store, ids, citations.told(settings)).items():
        rows = citations.read(
            store, f"{_BY_ARTICLE} WHERE c.num IN (SELECT value FROM json_each(?)) ORDER BY {_NEWEST}",
            (json.encode(sorted(nums)).decode(),),
        )  # fmt: skip
        found[id] = [judging.judged(row, settings) for row in rows]
    return found


def cited_counts(store: Store, ids: Iterable[str]) -> dict[str, int]:
    """By message how many articles cite it or a copy of it (tier shown); those that none cites are left out."""
    found = _about(store, ids, citations.shown(embedded_shelf.settings(store)))
    return {id: len(set(nums.values())) for id, nums in found.items()}


def _about(store: Store, ids: Iterable[str], condition: str) -> dict[str, dict[int, int]]:
    """By message or ghost the citations `c` of it or of a copy of it: their numbers, and those of their articles."""
    wanted = list(dict.fromkeys(ids))
    if not wanted or not citations.any_kept(store):
        return {}
    known = citations.here(store, wanted)
    groups = citations.groups(store, known.values())
    lost = {key: id for id in wanted if id not in known and (key := ghost_number(id))}
    members = {member for group in groups.values() for member in group}
    of_targets: dict[int, dict[int, int]] = {}
    for target, num, article in store.among(
        f"SELECT c.target, c.num, c.article FROM citations c WHERE c.target IN ({{}}) AND {condition}", members
    ):
        of_targets.setdefault(target, {})[num] = article
    found: dict[str, dict[int, int]] = {}
    for id, num in known.items():
        told = {one: article for member in groups[num] for one, article in of_targets.get(member, {}).items()}
        if told:
            found[id] = told
    for ghost, num, article in store.among(
        f"SELECT c.ghost, c.num, c.article FROM citations c WHERE c.target = 0 AND c.ghost IN ({{}}) AND {condition}",
        lost,
    ):
        found.setdefault(lost[ghost], {})[num] = article
    return {id: found[id] for id in wanted if id in found}


def citing(store: Store, nums: Iterable[int]) -> dict[int, Citing]:
    """By message the articles that cite it or a copy of it, tier shown, as its document tells of them."""
    if not citations.any_kept(store):
        return {}
    shown = citations.shown(embedded_shelf.settings(store))
    groups = citations.groups(store, nums)
    members = {member for group in groups.values() for member in group}
    found: dict[int, set[tuple[str, str]]] = {}
    for target, id, outlet in store.among(
        f"SELECT c.target, a.id, a.outlet FROM citations c {_BY_ARTICLE} WHERE c.target IN ({{}}) AND {shown}", members
    ):
        found.setdefault(target, set()).add((id.hex(), outlet))
    told: dict[tuple[int, ...], Citing | None] = {}
    for group in groups.values():
        if group not in told:
            articles = set[tuple[str, str]]().union(*(found.get(member, ()) for member in group))
            told[group] = _citing(articles) if articles else None
    return {num: citing for num, group in groups.items() if (citing := told[group])}


def citing_ghost(store: Store, num: int) -> Citing | None:
    """The same for a ghost, given its row's number."""
    shown = citations.shown(embedded_shelf.settings(store))
    rows = store.all(
        f"SELECT a.id, a.outlet FROM ghosts g JOIN citations c ON c.target = 0 AND c.ghost = g.key {_BY_ARTICLE}"
        f" WHERE g.num = ? AND {shown}", (num,),
    )  # fmt: skip
    return _citing({(id.hex(), outlet) for id, outlet in rows}) if rows else None


def _citing(articles: set[tuple[str, str]]) -> Citing:
    return Citing(
        tuple(sorted({id for id, _ in articles})), tuple(sorted({outlet for _, outlet in articles if outlet}))
    )  # fmt: skip


def absent(store: Store, limit: int) -> list[Absent]:
    """What is cited and not here, most articles first."""
    shown = citations.shown(embedded_shelf.settings(store))
    names = store.all(
        "SELECT c.absent, count(DISTINCT c.article) FROM citations c"
        f" WHERE c.target = 0 AND {shown} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
        (limit,),
    )
    found = []
    for name, _ in names:
        of_name = f"c.absent = ? AND c.target = 0 AND {shown}"
        first = citations.read(
            store, f"{_BY_ARTICLE} WHERE {of_name} ORDER BY c.probability DESC, a.id, c.num LIMIT 1", (name,)
        )
        citation = first[0].citation
        rows = store.all(
            f"SELECT DISTINCT a.num, a.date, a.id FROM citations c {_BY_ARTICLE} WHERE {of_name}"
            " ORDER BY a.date DESC, a.id",
            (name,),
        )
        found.append(Absent(
            named=judging.called(citation), collection=citation.collection, number=citation.number,
            message=citation.message,
            articles=tuple(article_rows(store, [num for num, _, _ in rows])),
        ))  # fmt: skip
    return found


def article_rows(store: Store, nums: list[int]) -> list[ArticleRow]:
    """Articles as lists show them, in the order of their numbers asked for."""
    settings = embedded_shelf.settings(store)
    shown, probable = citations.shown(settings), citations.probable(settings)
    found = {num: json.decode(row, type=ArticleRow) for num, row in store.among(
        "SELECT num, row FROM articles WHERE num IN ({})", nums)}  # fmt: skip
    counts: dict[int, tuple[int, int, int]] = {num: rest for num, *rest in store.among(
        f"SELECT article, sum({shown}), sum({probable}), sum({shown} AND target = 0)"
        " FROM citations c WHERE article IN ({}) GROUP BY 1", nums)}  # fmt: skip
    return [_with_counts(found[num], *counts.get(num, (0, 0, 0))) for num in nums if num in found]


def _with_counts(row: ArticleRow, cites: int, probable: int, absent: int) -> ArticleRow:
    return replace(row, cites=cites, probable=probable, absent=absent)


def review(store: Store, after: str, limit: int) -> tuple[int, list[tuple[str, Judged]]]:
    """How many probable citations have no verdict, and the next ones with their places in that order."""
    settings = embedded_shelf.settings(store)
    waiting = citations.probable(settings)
    total = store.number(f"SELECT count(*) FROM citations c WHERE {waiting}")
    where, values = "", list[Any]()
    if after:
        probability, article, name = judging.read_place(after)
        where = "AND (-c.probability, a.id, c.name) > (?, ?, ?)"
        values = [-probability, bytes.fromhex(article), judging.cut(name)]
    rows = citations.read(
        store, f"{_BY_ARTICLE} WHERE {waiting} {where} ORDER BY -c.probability, a.id, c.name LIMIT ?", [*values, limit]
    )
    return total, [(judging.write_place(row.citation), judging.judged(row, settings)) for row in rows]


def newest(store: Store, limit: int) -> list[Judged]:
    """Those of the tier shown, the latest found or confirmed first."""
    settings = embedded_shelf.settings(store)
    where = f"{_BY_ARTICLE} WHERE {citations.shown(settings)} ORDER BY c.at DESC, a.id, c.num LIMIT ?"
    return [judging.judged(row, settings) for row in citations.read(store, where, (limit,))]


def tiers(store: Store) -> dict[str, int]:
    """How many citations there are in each tier, and of what is not here: of an article one for each message."""
    settings = embedded_shelf.settings(store)
    shown, probable = citations.shown(settings), citations.probable(settings)
    row = store.one(
        f"SELECT sum({shown}), sum({probable}), sum(c.best AND NOT {shown} AND NOT {probable}),"
        f" sum({shown} AND c.target = 0) FROM citations c"
    )
    names = ("shown", "probable", "silent", "absent")
    return {name: int(count) for name, count in zip(names, row, strict=True) if count}
