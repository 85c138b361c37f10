"""Articles, their captures, settings and derived data in the embedded corpus."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import MsgspecError, json

from mappings.articles import Article, Capture, Settings
from search import shelved
from search.cited import KEYWORD
from search.embedded_store import Store
from search.errors import CorpusDamaged, NotFound
from search.ids import is_prefix

_SETTINGS = "citing"


def number(store: Store, id: str) -> int:
    """The number of the one article that an id or a prefix of one names; NotFound."""
    found: list[Any] = []
    if is_prefix(id):
        low, high = bytes.fromhex(id.ljust(64, "0")), bytes.fromhex(id.ljust(64, "f"))
        found = store.all("SELECT num FROM articles WHERE id BETWEEN ? AND ? LIMIT 2", (low, high))
    if len(found) > 1:
        raise NotFound(f"More than one article's id begins with {id}.")
    if not found:
        raise NotFound(f"There is no article {id}.")
    return int(found[0][0])


def id_of(store: Store, num: int) -> bytes:
    """An article's id."""
    return bytes(store.one("SELECT id FROM articles WHERE num = ?", (num,))[0])


def read(store: Store, num: int) -> Article:
    """An article in full."""
    return shelved.unpack_article(store.one("SELECT body FROM articles WHERE num = ?", (num,))[0])


def ids(store: Store) -> Iterator[str]:
    """Ids of all articles, in order of ids."""
    last = b""
    while rows := store.all("SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT 1000", (last,)):
        last = rows[-1][0]
        yield from (id.hex() for (id,) in rows)


def at(store: Store, address: str, text: str) -> int:
    """The number of the article at an address as it is compared, or with the same text; 0 for neither."""
    for key in (address, shelved.named_text(text)):
        row = store.one("SELECT article FROM article_keys WHERE key = ?", (key,)) if key else None
        if row:
            return int(row[0])
    return 0


def keep(store: Store, article: Article, bodies: Mapping[str, bytes]) -> int:
    """Stores an article within a transaction; its number."""
    article = shelved.plain(article)
    bodies = shelved.checked(bodies, article.captures)
    connection = store.connection()
    num = _known(store, article)
    if num:
        old = read(store, num)
        _forget_words(store, num, old)
        article = shelved.merged(old, article)
    values = (
        bytes.fromhex(article.id), article.date, shelved.year(article), article.lang, article.outlet,
        shelved.outlet_key(article.outlet), article.added, json.encode(shelved.row(article)).decode(),
        shelved.pack_article(article),
    )  # fmt: skip
    columns = "id, date, year, lang, outlet, outlet_key, added, row, body"
    if num:
        connection.execute(
            f"UPDATE articles SET ({columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE num = ?", (*values, num)
        )
    else:
        cursor = connection.execute(f"INSERT INTO articles ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        num = int(cursor.lastrowid or 0)
    connection.execute("INSERT INTO article_words (rowid, words) VALUES (?, ?)", (num, _words(article)))
    connection.execute("DELETE FROM article_keys WHERE article = ?", (num,))
    connection.executemany(
        "INSERT OR IGNORE INTO article_keys VALUES (?, ?)", [(key, num) for key in shelved.keys(article)]
    )
    _keep_captures(store, num, article, bodies)
    return num


def _known(store: Store, article: Article) -> int:
    """The number of the article that this one is; 0 for a new one."""
    row = store.one("SELECT num FROM articles WHERE id = ?", (bytes.fromhex(article.id),))
    if row:
        return int(row[0])
    for key in shelved.keys(article):
        row = store.one("SELECT article FROM article_keys WHERE key = ?", (key,))
        if row:
            return int(row[0])
    return 0


def _keep_captures(store: Store, num: int, article: Article, bodies: Mapping[str, bytes]) -> None:
    connection = store.connection()
    for capture in article.captures:
        key = bytes.fromhex(capture.sha256)
        if capture.sha256 in bodies and not store.one("SELECT 1 FROM captures WHERE sha256 = ?", (key,)):
            data = bodies[capture.sha256]
            connection.execute("INSERT INTO captures VALUES (?, ?, ?)", (key, len(data), shelved.pack(data)))
        connection.execute("INSERT OR IGNORE INTO captured VALUES (?, ?)", (num, key))


def _words(article: Article) -> str:
    return " ".join(map(_term, shelved.words(article)))


def _term(word: str) -> str:
    """A word as SQLite's own tokenizer leaves it alone."""
    return word if word.isascii() else f"x{word.encode().hex()}"


def asked(words: list[str]) -> str:
    """What finds the articles that have all these words."""
    return " ".join(f'"{_term(word)}"' for word in words)


def _forget_words(store: Store, num: int, article: Article) -> None:
    store.connection().execute(
        "INSERT INTO article_words (article_words, rowid, words) VALUES ('delete', ?, ?)", (num, _words(article))
    )


def reword(store: Store) -> None:
    """Fills the index of articles' words anew: what a word is may be another in this version."""
    connection = store.connection()
    connection.execute("INSERT INTO article_words (article_words) VALUES ('delete-all')")
    for (num,) in store.all("SELECT num FROM articles ORDER BY num"):
        connection.execute("INSERT INTO article_words (rowid, words) VALUES (?, ?)", (num, _words(read(store, num))))


def drop(store: Store, num: int) -> None:
    """Removes an article within a transaction, with the captures that no other one has."""
    connection = store.connection()
    _forget_words(store, num, read(store, num))
    for table in ("article_keys", "captured"):
        connection.execute(f"DELETE FROM {table} WHERE article = ?", (num,))
    connection.execute("DELETE FROM articles WHERE num = ?", (num,))
    connection.execute("DELETE FROM captures WHERE sha256 NOT IN (SELECT sha256 FROM captured)")


def has_capture(store: Store, sha256: str) -> bool:
    """Whether an article has bytes of that hash."""
    key = bytes.fromhex(sha256)
    return store.one("SELECT 1 FROM captures JOIN captured USING (sha256) WHERE sha256 = ?", (key,)) is not None


def capture(store: Store, sha256: str) -> tuple[Capture, bytes]:
    """An article's bytes as they were read, with the record of the first article that has them; NotFound."""
    key = bytes.fromhex(sha256) if is_prefix(sha256) and len(sha256) == 64 else b""
    row = store.one(
        "SELECT c.data, a.num FROM captures c JOIN captured d USING (sha256) JOIN articles a ON a.num = d.article"
        " WHERE c.sha256 = ? ORDER BY a.added, a.id LIMIT 1", (key,),
    )  # fmt: skip
    if row is None:
        raise NotFound(f"There is no capture {sha256}.")
    data = shelved.unpack(row[0], f"The capture {sha256}")
    found = next(one for one in read(store, row[1]).captures if one.sha256 == sha256.lower())
    if shelved.wrong(sha256, data):
        raise CorpusDamaged(f"The stored bytes of the capture {sha256} are not what they were.")
    return found, data


def verify(store: Store) -> Iterator[tuple[str, str]]:
    """Re-reads every capture; (its SHA-256, "") where it is as it was, else (its SHA-256, what is wrong)."""
    listed = store.all(
        "SELECT sha256 FROM captured UNION SELECT sha256 FROM captures ORDER BY sha256"
    )  # fmt: skip
    for (key,) in listed:
        row = store.one("SELECT data FROM captures WHERE sha256 = ?", (key,))
        yield key.hex(), shelved.wrong_packed(key.hex(), row[0] if row else None)


def settings(store: Store) -> Settings:
    """Where the tiers begin."""
    row = store.one("SELECT value FROM meta WHERE key = ?", (_SETTINGS,))
    try:
        return json.decode(row[0], type=Settings) if row else Settings()
    except MsgspecError as error:
        raise CorpusDamaged(f"The settings of the shelf can't be read: {error}.") from error


def keep_settings(store: Store, settings: Settings) -> None:
    """Stores where the tiers begin."""
    store.connection().execute(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)", (_SETTINGS, json.encode(settings).decode())
    )


def outlets(store: Store, name: str) -> list[str]:
    """The ways in which articles write an outlet's name, whatever the case, accents and marks."""
    rows = store.all(
        "SELECT DISTINCT outlet FROM articles WHERE outlet_key = ? AND outlet <> '' ORDER BY 1",
        (shelved.outlet_key(name),),
    )
    return [outlet[:KEYWORD] for (outlet,) in rows]


def derived(store: Store, name: str) -> bytes | None:
    """What was kept under a name."""
    row = store.one("SELECT data FROM derived WHERE name = ?", (name,))
    return None if row is None else bytes(row[0])


def derived_names(store: Store) -> list[str]:
    """The names that something is kept under."""
    return [name for (name,) in store.all("SELECT name FROM derived ORDER BY name")]


def keep_derived(store: Store, name: str, data: bytes) -> None:
    """Keeps data under a name, in place of what was there; no data removes it."""
    connection = store.connection()
    if data:
        connection.execute("INSERT OR REPLACE INTO derived VALUES (?, ?)", (name, data))
    else:
        connection.execute("DELETE FROM derived WHERE name = ?", (name,))
