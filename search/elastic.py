"""The line to an Elasticsearch cluster: requests, retries with jitter, bulks in bounded pieces, errors as ours.

The only module that imports the client. Speaks of indexes by their plain names; in the cluster they are aliases
called prefix-name, so that one can be filled beside the one in use.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, SerializationError, TransportError
from elasticsearch.serializer import JsonSerializer
from msgspec import MsgspecError, Struct, json

from mappings import INDEXES, MESSAGES, load
from search.chunks import chunks
from search.elastic_access import credentials, shut, trust
from search.elastic_errors import BUSY, AlreadyThere, NotAllowed, NotTrusted, Refused, told, told_of
from search.elastic_patience import Patience
from search.errors import CorpusDamaged, CorpusError, CorpusMissing, EngineUnavailable, SearchError, TooMuch

PATIENCE = 120.0  # seconds for which a writer tries again when the cluster is away or too busy
BULK_BYTES = 8 << 20  # of one request; the server's own bound is 100 MB
BULK_DOCUMENTS = 2_000
TIMEOUT = 60.0  # seconds for one request
BULK_TIMEOUT = "20s"  # for which the server itself waits for a part of an index that is away
SEARCH_TIMEOUT = "20s"  # after which a reader's search is cut and says so
KEPT = "10m"  # for which the cluster remembers the state that a walk reads, from each of its requests on
PREFIX = "unsealed"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,100}")


class Op(Struct, frozen=True):
    """One line of a bulk. `kind` is index, create, update or delete; `seen` the (seq_no, primary_term) it builds on."""

    kind: str
    index: str
    id: str
    body: bytes = b""  # JSON; of an update {"doc": …}
    seen: tuple[int, int] | None = None


class Refusal(Struct, frozen=True):
    """A document that the cluster will never take, and why."""

    op: Op
    reason: str


class Doc(Struct, frozen=True):
    """A stored document, with the version that a later write may build on."""

    id: str
    source: dict[str, Any]
    seen: tuple[int, int]


class _Json(JsonSerializer):
    """JSON by msgspec, several times as quick as the client's own."""

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else json.encode(data)

    def loads(self, data: bytes) -> Any:
        try:
            return json.decode(data)
        except MsgspecError as error:
            raise SerializationError(f"not JSON: {error}", errors=(error,)) from error


class Cluster:
    """A cluster and the prefix that a corpus's indexes bear in it. Usable from any number of threads."""

    def __init__(self, client: Elasticsearch, prefix: str, shown: str, proof: str = "") -> None:
        self._client = client
        self.prefix = prefix
        self.shown = shown  # the address without anything secret
        self._proof = proof  # the client's option that says who we are; "" for none
        self.patience = 0.0  # a reader fails at once and is asked again by its user

    @classmethod
    def connect(cls, url: str) -> "Cluster":
        """`http(s)://host:port/prefix`, several hosts apart by commas; nothing is sent yet. CorpusError for an address
        that can't be right, or credentials that can't; see `search.elastic_access`."""
        scheme, _, rest = url.partition("://")
        place, _, path = rest.partition("/")
        prefix = path.strip("/") or PREFIX
        if "@" in rest:
            raise CorpusError("No password in the address, please: it ends up in logs. The README tells where it goes.")
        try:
            hosts = [cls._host(scheme, one) for one in place.split(",")]
        except ValueError:
            raise CorpusError(f"{url} is not an address of an Elasticsearch cluster.") from None
        if not _NAME.fullmatch(prefix):
            raise CorpusError(f'"{prefix}" can\'t name indexes: small letters, digits, "-" and "_", a letter first.')
        proof = credentials()
        # a host that is silent is passed over like one that refuses; what is sent twice changes nothing twice
        client = Elasticsearch(
            hosts, request_timeout=TIMEOUT, max_retries=len(hosts) - 1, retry_on_timeout=len(hosts) > 1,
            serializers={_Json.mimetype: _Json()}, **proof, **trust(scheme),
        )  # fmt: skip
        return cls(client, prefix, f"{scheme}://{place}/{prefix}", next(iter(proof), ""))

    @staticmethod
    def _host(scheme: str, place: str) -> str:
        parts = urlsplit(f"{scheme}://{place}")
        if not parts.hostname:
            raise ValueError(place)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{scheme}://{host}:{parts.port or 9200}"

    def patiently(self) -> "Cluster":
        """The same line for a writer, who waits for a cluster that is away or too busy."""
        found = Cluster(self._client, self.prefix, self.shown, self._proof)
        found.patience = PATIENCE
        return found

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def name(self, index: str) -> str:
        """What the cluster calls an index; "=name" stands for a name as it is."""
        return index[1:] if index.startswith("=") else f"{self.prefix}-{index}"

    def request(self, method: str, path: str, body: Any = None, *, missing: Any = None, **params: Any) -> Any:
        """One request's answer; `missing` if given stands for a 404. Tries again for `patience` seconds when the
        cluster is away or too busy; SearchError."""
        patience = Patience(self.patience)
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/x-ndjson" if isinstance(body, list) else "application/json"
        while True:
            try:
                return self._client.perform_request(
                    method, path, params=params or None, headers=headers, body=body
                ).body  # fmt: skip
            except ApiError as error:
                if error.meta.status == 404 and missing is not None:
                    return missing
                problem = told(self.shown, error.meta.status, error.body, self._proof)
                if error.meta.status not in BUSY:
                    raise problem from error
            except TransportError as error:
                problem = self._unreached(error)
                if isinstance(problem, NotTrusted):
                    raise problem from None
            patience.wait(problem)

    def _unreached(self, error: TransportError) -> SearchError:
        scheme = self.shown.partition(":")[0]
        if reason := shut(error, scheme):
            kind = NotTrusted if scheme == "https" else EngineUnavailable
            return kind(f"Elasticsearch at {self.shown} {reason}.")
        return EngineUnavailable(f"Elasticsearch at {self.shown} does not answer: {_reason(error)}.")

    def search(self, index: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A search's answer, whole or not at all: TooMuch for a reader's that took too long, EngineUnavailable for one
        that lacks a shard. A `pit` in the body stands for the index."""
        if not self.patience:
            body = {"timeout": SEARCH_TIMEOUT} | body
        path = "/_search" if "pit" in body else f"/{self.name(index)}/_search"
        params["allow_partial_search_results"] = "false"
        try:
            found: dict[str, Any] = self.request("POST", path, body, **params)
        except CorpusMissing:  # unless the index was replaced by another at this very moment
            found = self.request("POST", path, body, **params)
        if found.get("timed_out"):
            raise TooMuch(f"The search took longer than {SEARCH_TIMEOUT[:-1]} seconds and was cut.")
        self._whole(found)
        return found

    def search_if_there(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same; an empty answer where there is no such index, since an older version filled the corpus."""
        try:
            return self.search(index, body)
        except CorpusMissing:
            return {"hits": {"hits": [], "total": {"value": 0}}, "aggregations": {}}

    def _whole(self, answer: dict[str, Any]) -> None:
        shards = answer.get("_shards", {})
        if shards.get("failed") or shards.get("successful", 0) < shards.get("total", 0):
            raise EngineUnavailable("A part of the corpus can't be searched now; nothing is shown rather than a part.")

    def scan(
        self, index: str, query: dict[str, Any], sort: Sequence[str], *, source: Any = True,
        columns: Sequence[str] = (), several: Sequence[str] = (), size: int = 1000, pit: dict[str, str] | None = None,
    ) -> Iterator[Doc]:  # fmt: skip
        """Every document of a query in the order of `sort` ("-num" goes down), whose last field is unique. `columns`
        are fields that are read without the document, which is quicker; its id is known then only if "id" is among
        them. Of the columns `several` all values are read."""
        body = {
            "query": {"bool": {"filter": [query]}}, "size": size, "docvalue_fields": list(columns),
            "_source": not columns and source,
            "sort": [{name.lstrip("-"): "desc" if name.startswith("-") else "asc"} for name in sort],
            "track_total_hits": False, "seq_no_primary_term": True,
        }  # fmt: skip
        if columns:
            body["stored_fields"] = "_none_"
        if pit:
            body["pit"] = pit
        while True:
            answer = self.search(index, body)
            hits = answer["hits"]["hits"]
            if pit:
                pit["id"] = answer["pit_id"]
            for hit in hits:
                values = {name: value[0] for name, value in hit.get("fields", {}).items()} if columns else {}
                values |= {name: hit["fields"][name] for name in several if name in values}
                id = hit.get("_id") or values.get("id", "")
                yield Doc(id, hit.get("_source", values), (hit["_seq_no"], hit["_primary_term"]))
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]

    def walk(
        self, index: str, query: dict[str, Any], sort: Sequence[str], *, source: Any = True,
        columns: Sequence[str] = (), size: int = 1000,
    ) -> Iterator[Doc]:  # fmt: skip
        """The same as `scan` at one point in time, whatever is written meanwhile: for what is long, or must be exact.
        StateGone if the cluster forgot it: more than ten minutes between two requests, or its node went away."""
        opened = self.request("POST", f"/{self.name(index)}/_pit", keep_alive=KEPT)
        pit = {"id": opened["id"], "keep_alive": KEPT}
        try:
            yield from self.scan(index, query, sort, source=source, columns=columns, size=size, pit=pit)
        finally:
            with suppress(SearchError):  # what is not closed ends by itself
                self.request("DELETE", "/_pit", {"id": pit["id"]}, missing={})

    def get(self, index: str, ids: Iterable[str], source: Any = True, size: int = 1000) -> dict[str, Doc]:
        """Documents by id as they are now, refreshed or not; those that are not there are left out."""
        found: dict[str, Doc] = {}
        for chunk in chunks(dict.fromkeys(ids), size):
            asked = {"ids": chunk}
            params = {"_source": "false"} if source is False else {} if source is True else {
                "_source_includes": ",".join(source)
            }
            for doc in self._gotten(index, asked, params):
                if doc.get("found"):
                    seen = doc["_seq_no"], doc["_primary_term"]
                    found[doc["_id"]] = Doc(doc["_id"], doc.get("_source", {}), seen)
        return found

    def _gotten(self, index: str, asked: dict[str, Any], params: dict[str, str]) -> list[dict[str, Any]]:
        patience = Patience(self.patience)
        while True:
            docs: list[dict[str, Any]] = self.request("POST", f"/{self.name(index)}/_mget", asked, **params)["docs"]
            errors = [doc["error"] for doc in docs if "error" in doc]
            if not errors:
                return docs
            problem = told(self.shown, 503, {"error": errors[0]})
            if isinstance(problem, CorpusMissing):
                raise problem
            patience.wait(problem)

    def count(self, index: str, query: dict[str, Any]) -> int:
        """How many documents match, of those that searches see."""
        found = self.request("POST", f"/{self.name(index)}/_count", {"query": query})
        self._whole(found)
        return int(found["count"])

    def reach(self, *indexes: str) -> None:
        """Returns once every part of these indexes can be searched."""
        names = ",".join(map(self.name, indexes))
        self.request("POST", f"/{names}/_search", {"size": 0}, allow_partial_search_results="false")

    def refresh(self, *indexes: str) -> None:
        """Lets searches see everything that was written."""
        self.request("POST", f"/{','.join(map(self.name, indexes))}/_refresh")

    def freshen(self, *indexes: str) -> None:
        """The same for one who only reads, as far as the user may."""
        with suppress(NotAllowed):
            self.refresh(*indexes)

    def bulk(
        self, ops: Iterable[Op], *, refresh: bool = False, tolerated: frozenset[int] = frozenset(),
        refusals: list[Refusal] | None = None,
    ) -> list[int]:  # fmt: skip
        """Sends operations in requests of bounded size, one after the other; the status of each, in order. What the
        cluster has no room for at the moment is sent again. A searched document that it will never take is added to
        `refusals`, if they are asked for; EngineUnavailable for any other status but those `tolerated`."""
        statuses: list[int] = []
        held: list[Op] = []
        filled = 0
        for op in ops:
            held.append(op)
            filled += len(op.body) + 200
            if filled >= BULK_BYTES or len(held) >= BULK_DOCUMENTS:
                statuses += self._send(held, refresh, tolerated, refusals)
                held, filled = [], 0
        if held:
            statuses += self._send(held, refresh, tolerated, refusals)
        return statuses

    def _send(
        self, ops: list[Op], refresh: bool, tolerated: frozenset[int], refusals: list[Refusal] | None
    ) -> list[int]:
        statuses = [0] * len(ops)
        waiting = list(range(len(ops)))
        patience = Patience(self.patience)
        while True:
            busy: list[int] = []
            why: SearchError | None = None
            results = self._answers([ops[at] for at in waiting], refresh)
            for at, (status, error) in zip(waiting, results, strict=True):
                statuses[at] = status
                if status < 400 or status in tolerated:
                    continue
                problem = told_of(self.shown, status, error)
                if status in BUSY:
                    busy.append(at)
                    why = problem
                elif not isinstance(problem, Refused):
                    raise problem
                elif refusals is None or not _searched(ops[at]):
                    raise EngineUnavailable(f"Elasticsearch at {self.shown} refuses a document ({problem}).")
                else:
                    refusals.append(Refusal(ops[at], str(problem)))
            if why is None:
                return statuses
            waiting = busy
            patience.wait(why)

    def _answers(self, ops: list[Op], refresh: bool) -> list[tuple[int, Any]]:
        """Status and error of each operation. What is too large for one request, perhaps for a proxy on the way, is
        sent in halves."""
        params = {"filter_path": "items.*.status,items.*.error.type,items.*.error.reason", "timeout": BULK_TIMEOUT}
        if refresh:
            params["refresh"] = "true"
        lines: list[bytes] = []
        for op in ops:
            lines += [self._head(op)] if op.kind == "delete" else [self._head(op), op.body]
        try:
            answer = self.request("POST", "/_bulk", lines, **params)
        except Refused as refused:
            if len(ops) == 1:
                return [(413, str(refused))]
            half = len(ops) // 2
            return self._answers(ops[:half], refresh) + self._answers(ops[half:], refresh)
        results = [next(iter(item.values())) for item in answer["items"]]
        return [(result["status"], result.get("error")) for result in results]

    def _head(self, op: Op) -> bytes:
        meta: dict[str, Any] = {"_index": self.name(op.index), "_id": op.id}
        if op.seen:
            meta["if_seq_no"], meta["if_primary_term"] = op.seen
        elif op.kind == "update":
            meta["retry_on_conflict"] = 5
        if op.kind in ("index", "create") and not op.index.startswith("="):
            meta["require_alias"] = True  # else a write after the corpus was deleted would make an index of its own
        return json.encode({op.kind: meta})

    def lacks(self) -> list[str]:
        """The indexes that are not there under their aliases: all of them if there is no corpus."""
        names = ",".join(map(self.name, INDEXES))
        found = self.request("GET", f"/{names}/_alias", missing={}, ignore_unavailable="true")
        there = {alias for one in found.values() for alias in one.get("aliases", ())}
        return [index for index in INDEXES if self.name(index) not in there]

    def create(self, indexes: Sequence[str] = INDEXES) -> None:
        """Makes indexes that are not there yet; several processes may do so at once."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(len(indexes)) as pool:
            for done in [pool.submit(self.create_index, index, f"{self.name(index)}-1", True) for index in indexes]:
                done.result()

    def extend(self, index: str, field: str) -> None:
        """Adds a field to an index that a version made which did not know it."""
        body = {"properties": {field: load(index)["mappings"]["properties"][field]}}
        self.request("PUT", f"/{self.name(index)}/_mapping", body)

    def create_index(self, index: str, name: str, alias: bool) -> None:
        """Makes one index, at once under its alias or not yet."""
        body = load(index)
        if alias:
            body["aliases"] = {self.name(index): {}}
        with suppress(AlreadyThere):  # made by another process, or by a request whose answer was lost
            self.request("PUT", f"/{name}", body)

    def behind(self, index: str) -> str:
        """The name of the index that an alias stands for; CorpusDamaged if there are several."""
        found = list(self.request("GET", f"/_alias/{self.name(index)}", missing={}))
        if len(found) != 1:
            raise CorpusDamaged(f"{self.name(index)} stands for {len(found)} indexes.")
        return str(found[0])


def _searched(op: Op) -> bool:
    return op.index == MESSAGES or op.index.startswith("=")  # the latter is being filled to become it


def _reason(error: TransportError) -> str:
    return re.sub(r"\(?<?urllib3\S* object at \S+>?:?\s*", "", str(error.message)).strip(" .") or type(error).__name__
