"""The documents that are searched in a cluster: made from records, mended where copies or threads changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, convert, json

from mappings.keys import ghost_key
from mappings.records import Message
from search.chunks import chunks
from search.cited import Citing, tell
from search.documents import document, ghost_document, nature
from search.elastic import Cluster, Op
from search.elastic_citations import any_kept
from search.elastic_citing import citing as citing_of
from search.elastic_files import texts as texts_of
from search.elastic_store import Store, number
from search.file_texts import wanted
from search.ghosts import Ghost
from search.latest import Latest
from search.person_facts import pairs
from search.words import tokens

_BATCH = 200  # messages read back at a time
_FEW = 25  # of them whose files' texts are held at a time
_MOST = 10_000
_COLUMNS = 10_000  # in one answer, where no document is read
_PIECE = 1 << 20  # code points
RECENT = 48 << 20  # bytes of the documents that a writer has at hand
_ALL: dict[str, Any] = {"match_all": {}}
_NO_TEXTS: Mapping[str, str] = {}


class Group(Struct):
    """Copies of one mail: which of them stands for all, how many there are, the collections they are in."""

    primary: str
    size: int
    collections: list[str]
    rank: tuple[int, str]
    members: list[str]


def terms(text: str) -> str:
    """Text as it is handed to the index: its terms with blanks between."""
    if len(text) <= _PIECE:
        return " ".join(tokens(text))
    return " ".join(" ".join(tokens(piece)) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """A long text cut at blanks, where no term is: its terms as a list would take hundreds of megabytes."""
    at = 0
    while at < len(text):
        end = at + _PIECE
        if end < len(text):
            end = max(text.rfind("\n", at, end), text.rfind(" ", at, end)) + 1 or end
        yield text[at:end]
        at = end


def op(
    message: Message, label: int, collections: Sequence[str], group: Group | None = None, index: str = "messages",
    texts: Mapping[str, str] = _NO_TEXTS, came: int | None = None, citing: Citing | None = None,
) -> Op:  # fmt: skip
    """What stores a message's document. A message alone stands for itself. `came` is when it came in."""
    marks = ["message", *nature(message)]
    found = document(number(message.id), label, message, list(collections), marks, terms, texts)
    if came is not None:
        found["came"] = came
    found |= pairs(message)
    return _placed(message.id, found, label, collections, group, index, citing)


def _placed(
    id: str, found: dict[str, Any], label: int, collections: Sequence[str], group: Group | None, index: str,
    citing: Citing | None,
) -> Op:  # fmt: skip
    """What stores a document, with what others know of its message: thread, collections, copies, articles."""
    marks = [mark for mark in found["is"] if mark not in ("primary", "duplicate")]
    first = group is None or group.primary == id
    marks += (["primary"] if first else []) + (["duplicate"] if group else [])
    of = group.collections if group and first else collections
    told = tell(found | {"thread": label, "collection": list(of), "is": marks}, citing)
    return Op("index", index, id, json.encode(told))


def ghost_ops(store: Store, ghosts: Iterable[dict[str, Any]], index: str = "messages") -> Iterator[Op]:
    """What stores the documents of ghosts, from their own."""
    listed = list(ghosts)
    if not listed:
        return
    cited = citing_of(store, (ghost["id"] for ghost in listed))
    for ghost in listed:
        yield _ghost_op(ghost, index, cited.get(ghost["id"]))


def _ghost_op(ghost: dict[str, Any], index: str, citing: Citing | None) -> Op:
    found = ghost_document(
        ghost_key(ghost["id"]) & (1 << 63) - 1, ghost["label"], convert(ghost["ghost"], Ghost), terms
    )  # fmt: skip
    return Op("index", index, ghost["id"], json.encode(tell(found, citing)))


def groups(store: Store, keys: Iterable[int]) -> dict[int, Group]:
    """Copies by their key, where there is more than one."""
    found: dict[int, Group] = {}
    several = sorted(store.copies(keys))
    for part in chunks(several, _MOST):
        source = ("copy_key", "recipients", "collections")
        for doc in store.cluster.scan("records", {"terms": {"copy_key": part}}, ["id"], source=source):
            values = doc.source
            # the fullest stands for all: the sender's own copy alone may name the Bcc
            rank = (-values["recipients"], doc.id)
            group = found.setdefault(values["copy_key"], Group(doc.id, 0, [], rank, []))
            group.size += 1
            group.members.append(doc.id)
            group.collections = sorted({*group.collections, *values["collections"]})
            if rank < group.rank:
                group.primary, group.rank = doc.id, rank
    return found


def remade(
    store: Store, ids: Iterable[str], index: str = "messages", recent: Latest | None = None
) -> Iterator[Op]:
    """Documents of the messages with these ids, made anew from what is stored, or changed where they are at hand."""
    told = any_kept(store.cluster)
    for part in chunks(ids, _BATCH):
        source = ("label", "copy_key", "stored", "collections", "later", "came")
        docs = store.cluster.get("records", part, source=source)
        shared = groups(store, (doc.source["copy_key"] for doc in docs.values()))
        held = {id: json.decode(found) for id, doc in docs.items()
                if recent and "later" not in doc.source and (found := recent.get(id))}  # fmt: skip
        cited = citing_of(store, docs) if told else {}
        messages = store.read({id: doc.source for id, doc in docs.items() if id not in held})
        for few in chunks(docs.items(), _FEW):
            texts = texts_of(store.cluster, wanted(messages[id] for id, _ in few if id in messages))
            for id, doc in few:
                values = doc.source
                rest = values["label"], values["collections"], shared.get(values["copy_key"]), index
                if id in held:
                    yield _placed(id, held[id], *rest, cited.get(id))
                else:
                    yield op(messages[id], *rest, texts, values.get("came"), cited.get(id))


def missing(cluster: Cluster, index: str = "messages") -> Iterator[str]:
    """Ids of messages that have a record but no document, of what searches see."""
    messages = cluster.walk(index, {"term": {"is": "message"}}, ["num"], columns=["num"], size=_COLUMNS)
    there = (doc.source["num"] for doc in messages)
    at = next(there, None)
    for doc in cluster.walk("records", _ALL, ["num"], columns=["num", "id"], size=_COLUMNS):
        while at is not None and at < doc.source["num"]:
            at = next(there, None)
        if at != doc.source["num"]:
            yield doc.id
