"""Citations and verdicts in the embedded corpus: an article's are settled anew when anything about them changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import json
from msgspec.structs import replace

from mappings.articles import Citation, CitedState, Settings, Verdict
from search import embedded_shelf, judging, shelved
from search.embedded_store import GHOSTS, Store, marks
from search.ids import ghost_number, is_prefix
from search.judging import Row

_SHOWN = "(c.best = 1 AND (c.ruled = 1 OR (c.ruled = 0 AND c.probability >= {shown!r})))"
_PROBABLE = "(c.best = 1 AND c.ruled = 0 AND c.probability >= {probable!r} AND c.probability < {shown!r})"
_ROW = "c.target, c.ruled, c.best, c.body, c.verdict"

_verdict = json.Decoder(Verdict)


def shown(settings: Settings) -> str:
    """SQL for the citations `c` that count: the best of an article for a message, of the tier shown."""
    return _SHOWN.format(shown=float(settings.shown))


def told(settings: Settings) -> str:
    """SQL for those of them that are not silent, the best of an article for a message or not."""
    return f"(c.ruled = 1 OR (c.ruled = 0 AND c.probability >= {float(settings.probable)!r}))"


def probable(settings: Settings) -> str:
    """SQL for those that are to be confirmed."""
    return _PROBABLE.format(shown=float(settings.shown), probable=float(settings.probable))


def here(store: Store, names: Iterable[str]) -> dict[str, int]:
    """Numbers of the messages that are here, by what citations and verdicts call them: ids, or ids of ghosts whose
    mails have come."""
    wanted = set(names)
    ids = {bytes.fromhex(name): name for name in wanted if len(name) == 64 and is_prefix(name)}
    found = {ids[id]: num for id, num in store.among("SELECT id, num FROM messages WHERE id IN ({})", ids)}
    links = {key: name for name in wanted if (key := ghost_number(name))}
    rows = store.among("SELECT own_key, num, id FROM messages WHERE own_key IN ({}) AND own_key <> 0", links)
    # the first by id, as everywhere
    found |= {links[key]: num for key, num, _ in sorted(rows, key=lambda row: row[2], reverse=True)}
    return found


def groups(store: Store, nums: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """By number the messages that are copies of one mail, itself among them; one object for all of them."""
    wanted = set(nums)
    keys = dict(store.among("SELECT num, copy_key FROM messages WHERE num IN ({})", wanted))
    members: dict[int, list[int]] = {}
    copied = {*keys.values()} - {0}
    for key, num in store.among(
        "SELECT copy_key, num FROM messages WHERE copy_key IN ({}) AND copy_key <> 0", copied
    ):
        members.setdefault(key, []).append(num)
    shared = {key: tuple(sorted(found)) for key, found in members.items()}
    return {num: shared.get(key) or (num,) for num, key in keys.items()}


def of_message(store: Store, id: str) -> tuple[str, Sequence[int]]:
    """SQL for the citations `c` of a message or ghost or of a copy of it, with its values."""
    num = here(store, [id]).get(id)
    if num is None:
        return "c.target = 0 AND c.ghost = ? AND c.ghost <> 0", [ghost_number(id)]
    members = groups(store, [num])[num]
    return f"c.target IN ({marks(members)})", members


def read(store: Store, where: str, values: Sequence[Any] = ()) -> list[Row]:
    """Citations `c` as they are kept, those of `where`, which may order and limit them."""
    rows = store.all(f"SELECT {_ROW}, m.id FROM citations c LEFT JOIN messages m ON m.num = c.target {where}", values)
    return [_row(row) for row in rows]


def _row(row: Sequence[Any]) -> Row:
    _, ruled, best, body, verdict, id = row
    return Row(
        citation=judging.citation_decoder.decode(body), verdict=_verdict.decode(verdict) if verdict else None,
        target=id.hex() if id else "", ruled=ruled, best=bool(best),
    )  # fmt: skip


def settle(
    store: Store, article: int, new: Sequence[Citation] | None = None, add: bool = False
) -> set[int]:
    """Puts an article's citations anew under what is true now: verdicts, copies, what has come; `new` is what a run
    found. Gives the numbers of the documents that change by it."""
    old = read(store, "WHERE c.article = ?", (article,))
    id = embedded_shelf.id_of(store, article)
    said = verdicts(store, id)
    names = {citation.message for citation in (*(row.citation for row in old), *(new or ()))}
    nums = here(store, names | {verdict.message for verdict in said})
    known = _known(store, nums)
    found = judging.merged(old, new or (), new is None or add, known)
    rows = judging.rows(id.hex(), found, said, known)
    settings = embedded_shelf.settings(store)
    before = _counted(store, article, settings)
    connection = store.connection()
    connection.execute("DELETE FROM citations WHERE article = ?", (article,))
    connection.executemany(
        "INSERT INTO citations (article, target, message, ghost, name, absent, ruled, best, probability, at, body,"
        " verdict) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_values(article, row, nums) for row in rows],
    )
    return documents(store, before ^ _counted(store, article, settings))


def _known(store: Store, nums: dict[str, int]) -> judging.Known:
    rows = store.among("SELECT num, id, copy_key FROM messages WHERE num IN ({})", set(nums.values()))
    by_num = {num: (id.hex(), f"copies:{key}" if key else id.hex()) for num, id, key in rows}
    return judging.Known({name: by_num[num][0] for name, num in nums.items()}, dict(by_num.values()))


def _values(article: int, row: Row, nums: dict[str, int]) -> tuple[Any, ...]:
    citation = row.citation
    name = citation.message
    id = bytes.fromhex(name) if len(name) == 64 and is_prefix(name) else None
    return (
        article, nums.get(name, 0), id, ghost_number(name), judging.sort_name(citation),
        "" if row.target else judging.absent_name(citation), row.ruled, row.best, citation.probability, row.at,
        json.encode(citation).decode(), json.encode(row.verdict).decode() if row.verdict else None,
    )  # fmt: skip


Counted = set[tuple[int, int, int]]
"""Article, and message or ghost, of the citations that count."""


def _counted(store: Store, article: int, settings: Settings) -> Counted:
    return set(store.all(
        f"SELECT article, target, ghost FROM citations c WHERE article = ? AND {shown(settings)}", (article,)
    ))  # fmt: skip


def counted(store: Store, settings: Settings) -> Counted:
    """The citations of all articles that count."""
    return set(store.all(f"SELECT article, target, ghost FROM citations c WHERE {shown(settings)}"))


def documents(store: Store, changed: Counted) -> set[int]:
    """Numbers of the documents that tell of these citations: of the messages and their copies, or of ghosts."""
    mails = groups(store, {target for _, target, _ in changed if target})
    found = {num for members in mails.values() for num in members}
    keys = {ghost for _, target, ghost in changed if ghost and not target}
    return found | {GHOSTS + num for (num,) in store.among("SELECT num FROM ghosts WHERE key IN ({})", keys)}


def keep(store: Store, state: CitedState, citations: Iterable[Citation], add: bool) -> set[int]:
    """Stores what a run found in an article; the documents that change by it."""
    article = embedded_shelf.number(store, state.article)
    id = embedded_shelf.id_of(store, article).hex()
    new = [shelved.plain(replace(citation, article=id)) for citation in citations]
    changed = settle(store, article, new, add)
    store.connection().execute(
        "INSERT OR REPLACE INTO cited_states VALUES (?, ?)", (article, json.encode(replace(state, article=id)).decode())
    )
    return changed


def state(store: Store, article: int) -> CitedState | None:
    """How far an article was matched."""
    row = store.one("SELECT body FROM cited_states WHERE article = ?", (article,))
    return json.decode(row[0], type=CitedState) if row else None


def verdicts(store: Store, article: bytes | None = None) -> list[Verdict]:
    """Verdicts, of an article or all, in the order of articles and messages."""
    rows = store.all(
        "SELECT body FROM verdicts WHERE ?1 IS NULL OR article = ?1 ORDER BY article, message", (article,)
    )  # fmt: skip
    return [_verdict.decode(body) for (body,) in rows]


def judge(store: Store, made: Iterable[Verdict]) -> set[int]:
    """Stores verdicts; the documents that change by it."""
    articles: dict[int, None] = {}
    for verdict in map(shelved.plain, made):
        article = embedded_shelf.number(store, verdict.article)
        articles[article] = None
        id = embedded_shelf.id_of(store, article)
        told = json.encode(replace(verdict, article=id.hex())).decode()
        store.connection().execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (id, verdict.message, told))
    return {num for article in articles for num in settle(store, article)}


def unjudge(store: Store, article: int, message: str) -> set[int]:
    """Takes back a verdict on a message, whichever of its copies or names it was given to."""
    id = embedded_shelf.id_of(store, article)
    said = verdicts(store, id)
    known = _known(store, here(store, [message, *(verdict.message for verdict in said)]))
    mail = known.mail(message)
    store.connection().executemany(
        "DELETE FROM verdicts WHERE article = ? AND message = ?",
        [(id, verdict.message) for verdict in said if known.mail(verdict.message) == mail],
    )
    return settle(store, article)


def drop(store: Store, article: int) -> set[int]:
    """Removes what is known of an article's citations; the documents that change by it."""
    changed = documents(store, _counted(store, article, embedded_shelf.settings(store)))
    connection = store.connection()
    for table in ("citations", "cited_states"):
        connection.execute(f"DELETE FROM {table} WHERE article = ?", (article,))
    connection.execute("DELETE FROM verdicts WHERE article = (SELECT id FROM articles WHERE num = ?)", (article,))
    return changed


def told_by(store: Store, article: int) -> set[int]:
    """The documents that tell of an article."""
    return documents(store, _counted(store, article, embedded_shelf.settings(store)))


def any_kept(store: Store) -> bool:
    """Whether any article cites anything."""
    return store.one("SELECT 1 FROM citations") is not None


def resettle(store: Store) -> set[int]:
    """Settles anew what mail that came, or copies that were found, put in another light: what cites messages whose
    documents are to be made anew, and what was absent and is here now."""
    rows = store.all(
        "SELECT c.article FROM citations c JOIN stale s ON s.num = c.target"
        " UNION SELECT c.article FROM citations c JOIN messages m ON m.own_key = c.ghost AND m.own_key <> 0"
        " WHERE c.target = 0 AND c.ghost <> 0"
        " UNION SELECT c.article FROM citations c JOIN messages m ON m.id = c.message WHERE c.target = 0"
    )
    return {num for (article,) in rows for num in settle(store, article)}
