"""Articles as both engines keep them: packed, merged with what was known, with the keys that find them again."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

import zstandard
from msgspec import Struct, convert, msgpack, to_builtins
from msgspec.structs import replace

from mappings.articles import Article, ArticleRow, Capture
from search.article_keys import address_key, text_key, unarchived
from search.errors import CorpusDamaged, SearchError
from search.results import Facet, FacetValue
from search.words import tokens

LEVEL = 6  # of zstd
MOST = 1 << 30  # bytes of a capture
FACETS = ("outlet", "lang", "year")  # of lists of articles
VALUES = 50  # listed of each

T = TypeVar("T", bound=Struct)

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(Article)


def plain(value: T) -> T:
    """A record without lone surrogates, which no store takes."""
    try:
        _encoder.encode(value)
        return value
    except UnicodeEncodeError:
        return convert(_plain(to_builtins(value)), type(value))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def pack(data: bytes) -> bytes:
    """Bytes as they are stored."""
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(data)


def unpack(data: bytes, what: str) -> bytes:
    """Bytes as they were; CorpusDamaged if they are not."""
    try:
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=MOST)
    except zstandard.ZstdError as error:
        raise CorpusDamaged(f"{what} can't be read: {error}.") from error


def pack_article(article: Article) -> bytes:
    """An article as it is stored."""
    return pack(_encoder.encode(article))


def unpack_article(data: bytes) -> Article:
    """An article as it was."""
    return _decoder.decode(unpack(data, "An article"))


def checked(bodies: Mapping[str, bytes], captures: Iterable[Capture]) -> dict[str, bytes]:
    """The bodies of captures; SearchError for one whose bytes are not what its name says."""
    found = {}
    for capture in captures:
        if (data := bodies.get(capture.sha256)) is not None:
            if sha256(data).hexdigest() != capture.sha256:
                raise SearchError(f"The bytes of the capture {capture.sha256} have another SHA-256.")
            found[capture.sha256] = data
    return found


def keys(article: Article) -> list[str]:
    """What an article is found again by: the keys of its addresses, then that of its text."""
    found = [address_key(address) for address in (article.address, *article.addresses)]
    found.append(named_text(text_key(article.text)))
    return [key for key in dict.fromkeys(found) if key]


def named_text(key: str) -> str:
    """A text's key, apart from addresses; "" for none."""
    return f"text:{key}" if key else ""


def merged(old: Article, new: Article) -> Article:
    """An article that came again: what it says now, under its old id, with all addresses and captures. What is missing
    now is taken from before: a page that is gone, a reader that found no date."""
    filled = {name: getattr(old, name) for name in ("title", "outlet", "authors", "date", "lang")
              if not getattr(new, name)}  # fmt: skip
    if not new.text:
        filled |= {name: getattr(old, name) for name in ("text", "passages", "links")}
    address = _primary(old, new)
    addresses = (old.address, *old.addresses, new.address, *new.addresses)
    captures = {capture.sha256: capture for capture in (*new.captures, *old.captures)}
    return replace(
        new, id=old.id, address=address, added=old.added or new.added, **filled,
        addresses=tuple(one for one in dict.fromkeys(addresses) if one and one != address),
        captures=tuple(sorted(captures.values(), key=lambda capture: (capture.at, capture.sha256))),
    )  # fmt: skip


def _primary(old: Article, new: Article) -> str:
    """Where readers find it: its address as it came last, but no archive's copy in place of the page itself."""
    if not old.address or not new.address:
        return old.address or new.address
    same = address_key(old.address) == address_key(new.address)
    return new.address if same and unarchived(new.address) == new.address else old.address


def row(article: Article) -> ArticleRow:
    """An article in a list, but for its counts."""
    return ArticleRow(
        id=article.id, address=article.address, title=article.title, outlet=article.outlet, authors=article.authors,
        date=article.date, lang=article.lang, added=article.added,
    )  # fmt: skip


def year(article: Article) -> str:
    """The year of publication, "" where it is not known."""
    first = article.date[:4]
    return first if len(first) == 4 and first.isascii() and first.isdigit() else ""


def outlet_key(outlet: str) -> str:
    """An outlet's name as it is looked for: its words, folded."""
    return " ".join(tokens(outlet))


def facets(counted: Mapping[str, Iterable[tuple[str, int]]]) -> tuple[Facet, ...]:
    """Lists' facets from values with their counts; an outlet that is written in several ways is one value, in the
    most frequent of them."""
    found = []
    for name in FACETS:
        merged: dict[str, list[tuple[str, int]]] = {}
        for value, count in counted.get(name, ()):
            merged.setdefault((outlet_key(value) or value) if name == "outlet" else value, []).append((value, count))
        values = sorted(
            (-sum(count for _, count in ways), min(ways, key=lambda way: (-way[1], way[0]))[0])
            for ways in merged.values()
        )  # fmt: skip
        if values:
            listed = tuple(FacetValue(value, value, -count, "") for count, value in values[:VALUES])
            found.append(Facet(name, listed, len(values) > VALUES))
    return tuple(found)


def plain_text(text: str) -> str:
    """A text without lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def words(article: Article) -> list[str]:
    """The words that lists are searched by: of title and text."""
    return list(dict.fromkeys(tokens(f"{article.title}\n{article.text}")))


def wrong(key: str, data: bytes) -> str:
    """What is wrong with a capture's bytes; "" for nothing."""
    return "" if sha256(data).hexdigest() == key.lower() else "its bytes are not what they were"


def wrong_packed(key: str, data: bytes | None) -> str:
    """The same of bytes as they are stored, None for none."""
    if data is None:
        return "its bytes are missing"
    try:
        return wrong(key, unpack(data, "The capture"))
    except CorpusDamaged as error:
        return str(error)
