"""The directory of people in a cluster: how mails name people, who is who, what was decided."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from msgspec import convert, json, to_builtins

from mappings.persons import Decision, Person, PersonRow, Sighting, handle_id
from search import elastic_blobs as blobs
from search.chunks import chunks
from search.elastic import Cluster, Op
from search.errors import NotFound
from search.merging import merged, row
from search.pages import Cursor, read_cursor
from search.person_facts import MOST, list_handle, pack, sort_name, unpack, words
from search.persons import NAME, Facts, PersonOrder, Persons
from search.words import tokens

_PART = 10_000  # values of an aggregation
_BY_ID = {"id": "asc"}
_SORTS: dict[PersonOrder, list[dict[str, str]]] = {
    "mails": [{"mails": "desc"}, _BY_ID], "sent": [{"wrote": "desc"}, _BY_ID], "received": [{"got": "desc"}, _BY_ID],
    "name": [{"name": "asc"}, _BY_ID],
}  # fmt: skip
_GONE = frozenset({404})

Json = dict[str, Any]


def search(cluster: Cluster, query: Json, sort: list[Any], size: int, source: Any, skip: int = 0) -> Json:
    """A search among people; an empty answer where there is no such index."""
    body = {"query": {"bool": {"filter": [query]}}, "sort": sort, "size": size, "track_total_hits": True,
            "_source": source, "from": skip}  # fmt: skip
    return cluster.search_if_there("persons", body)


def sightings(cluster: Cluster) -> list[Sighting]:
    """How all mails name people; of copies one counts."""
    found: dict[tuple[str, str], Json] = {}
    for field, count in (("wrote", "wrote"), ("got", "got"), ("list", "listed")):
        for bucket in _values(cluster, field):
            value = bucket["key"]["value"]
            handle, _, name = (list_handle(value), "", "") if field == "list" else value.partition("\t")
            told = found.setdefault((handle, name), {})
            told[count] = bucket["doc_count"]
            for end, choose in (("first", min), ("last", max)):
                if (date := bucket[end]["value"]) is not None:
                    told[end] = choose(told.get(end, int(date)), int(date))
    return [Sighting(handle=handle, name=name, **told) for (handle, name), told in sorted(found.items())]


def _values(cluster: Cluster, field: str) -> Iterator[Json]:
    asked: Json = {"size": _PART, "sources": [{"value": {"terms": {"field": field}}}]}
    body: Json = {
        "query": {"bool": {"filter": [{"term": {"is": "primary"}}, {"term": {"is": "message"}}]}}, "size": 0,
        "track_total_hits": False,
        "aggs": {"all": {"composite": asked, "aggs": {
            "first": {"min": {"field": "date"}}, "last": {"max": {"field": "date"}}}}},
    }  # fmt: skip
    while True:
        told = cluster.search("messages", body)["aggregations"]["all"]
        yield from told["buckets"]
        if len(told["buckets"]) < _PART:
            return
        asked["after"] = told["after_key"]


def facts(cluster: Cluster) -> Facts:
    """What the directory is made from."""
    return unpack(blobs.get(cluster, blobs.derived_id(NAME)))


def keep(cluster: Cluster, facts: Facts) -> None:
    """Stores facts and makes the directory of them."""
    blobs.put(cluster, blobs.derived_id(NAME), "derived", NAME, pack(facts))
    settle(cluster, facts)


def settle(cluster: Cluster, facts: Facts) -> None:
    """Makes the directory: only who changed is written."""
    wanted = {one.id: one for one in merged(facts.known, facts.evidence, decisions(cluster))}
    docs = cluster.scan("persons", {"match_all": {}}, ["id"], source=["made"])
    held = {doc.id: doc.source["made"] for doc in docs}
    cluster.bulk(_ops(wanted, held), tolerated=_GONE)
    cluster.refresh("persons")


def _ops(wanted: dict[str, Person], held: dict[str, str]) -> Iterator[Op]:
    for id, person in wanted.items():
        body = json.encode(person)
        made = blake2b(body, digest_size=12).hexdigest()
        if held.get(id) != made:
            handles = [one.handle for one in person.known]
            yield Op("index", "persons", id, json.encode({
                "id": id, "ids": [handle_id(handle) for handle in handles], "handles": handles,
                "name": sort_name(person), "words": words(person), "wrote": person.wrote, "got": person.got,
                "mails": person.wrote + person.got, "made": made, "row": to_builtins(row(person)),
                "body": to_builtins(person),
            }))  # fmt: skip
    for id in held.keys() - wanted.keys():
        yield Op("delete", "persons", id)


def person(cluster: Cluster, id: str) -> Person:
    """The person that one of its handles' ids names; NotFound."""
    hits = search(cluster, {"term": {"ids": id}}, [_BY_ID], 1, ["body"])["hits"]["hits"]
    if not hits:
        raise NotFound(f"There is nobody {id} in the directory; `unsealed people --again` brings it up to date.")
    return convert(hits[0]["_source"]["body"], Person)


def _begun(asked: str) -> list[Json]:
    return [{"prefix": {"words": {"value": word}}} for word in tokens(asked)]


def persons(cluster: Cluster, asked: str, order: PersonOrder, limit: int, cursor_text: str) -> Persons:
    """Those whose words begin with all the words asked; CursorError."""
    cursor = read_cursor(cursor_text, order, False)
    query = {"bool": {"filter": _begun(asked)}}
    told = search(cluster, query, list(_SORTS[order]), limit + 1, ["row"], cursor.skip)["hits"]
    return Persons(
        total=int(told["total"]["value"]), rows=tuple(_row(hit["_source"]) for hit in told["hits"][:limit]),
        next=Cursor(order, False, cursor.skip + limit).write() if len(told["hits"]) > limit else "",
    )


def _row(source: Json) -> PersonRow:
    return convert(source["row"], PersonRow)


def who(cluster: Cluster, handles: Iterable[str]) -> dict[str, PersonRow]:
    """The persons of handles."""
    found: dict[str, PersonRow] = {}
    for part in chunks(dict.fromkeys(handles), 1000):
        asked = set(part)
        for hit in search(cluster, {"terms": {"handles": part}}, [_BY_ID], 1000, ["row", "handles"])["hits"]["hits"]:
            for handle in asked.intersection(hit["_source"]["handles"]):
                found[handle] = _row(hit["_source"])
    return found


def handles(cluster: Cluster, name: str) -> list[str]:
    """The handles of the person with that id, else of all those whom it may name, as far as a query can hold them."""
    source = ["handles"]
    hits = search(cluster, {"term": {"ids": name.lower()}}, [_BY_ID], 1, source)["hits"]["hits"]
    if not hits and tokens(name):
        query = {"bool": {"filter": _begun(name)}}
        hits = search(cluster, query, list(_SORTS["mails"]), MOST, source)["hits"]["hits"]
    return [handle for hit in hits for handle in sorted(hit["_source"]["handles"])][:MOST]


def decisions(cluster: Cluster) -> list[Decision]:
    """What people decided on people, the latest first."""
    cluster.freshen("marks")
    docs = cluster.scan("marks", {"term": {"kind": "person"}}, ["name"])
    found = [convert(doc.source["body"], Decision) for doc in docs]
    return sorted(found, key=lambda one: (-one.at, one.id))


def decide(cluster: Cluster, decision: Decision) -> None:
    """Stores a decision, and follows it."""
    body = {"name": f"person-{decision.id}", "kind": "person", "body": to_builtins(decision)}
    cluster.bulk([Op("index", "marks", body["name"], json.encode(body))], refresh=True)
    settle(cluster, facts(cluster))


def undecide(cluster: Cluster, id: str) -> None:
    """Takes a decision back; NotFound."""
    if cluster.bulk([Op("delete", "marks", f"person-{id}")], refresh=True, tolerated=_GONE) == [404]:
        raise NotFound(f"There is no decision {id}.")
    settle(cluster, facts(cluster))
