"""The line to an Elasticsearch cluster: requests, retries with jitter, bulks in bounded pieces, errors as ours.

The only module that imports the client. Speaks of indexes by their plain names; in the cluster they are aliases
called prefix-name, so that one can be filled beside the one in use.
"""

import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, TransportError
from msgspec import Struct, json

from mappings import INDEXES, load
from search.elastic_access import credentials, shut, trust
from search.errors import CorpusDamaged, CorpusError, CorpusMissing, EngineUnavailable, SearchError

PATIENCE = 120.0  # seconds for which a writer tries again when the cluster is away or too busy
BULK_BYTES = 8 << 20  # of one request; the server's own bound is 100 MB
BULK_DOCUMENTS = 2_000
TIMEOUT = 60.0  # seconds for one request
SEARCH_TIMEOUT = "20s"  # after which a search is cut and says so
PREFIX = "unsealed"
_BUSY = {429, 502, 503, 504}
_REFUSED = {
    "": "asks for a user and a password, or an API key",
    "basic_auth": "does not accept this user and password",
    "api_key": "does not accept this API key",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,100}")

T = TypeVar("T")


class NotAllowed(EngineUnavailable):
    """The cluster's user lacks a privilege."""


class NotTrusted(EngineUnavailable):
    """Who answers can't show that it is the cluster; waiting does not help."""


class Op(Struct, frozen=True):
    """One line of a bulk. `kind` is index, create, update or delete; `seen` the (seq_no, primary_term) it builds on."""

    kind: str
    index: str
    id: str
    body: bytes = b""  # JSON; of an update {"doc": …}
    seen: tuple[int, int] | None = None


class Doc(Struct, frozen=True):
    """A stored document, with the version that a later write may build on."""

    id: str
    source: dict[str, Any]
    seen: tuple[int, int]


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


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
        client = Elasticsearch(hosts, request_timeout=TIMEOUT, max_retries=len(hosts) - 1, **proof, **trust(scheme))
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
        deadline = time.monotonic() + self.patience
        pause = 0.2
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
                problem = self._told(error)
                if error.meta.status not in _BUSY:
                    raise problem from error
            except TransportError as error:
                problem = self._unreached(error)
                if isinstance(problem, NotTrusted):
                    raise problem from None
            if time.monotonic() >= deadline:
                raise problem
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret
            pause = min(pause * 2, 5.0)

    def _unreached(self, error: TransportError) -> EngineUnavailable:
        scheme = self.shown.partition(":")[0]
        if reason := shut(error, scheme):
            kind = NotTrusted if scheme == "https" else EngineUnavailable
            return kind(f"Elasticsearch at {self.shown} {reason}.")
        return EngineUnavailable(f"Elasticsearch at {self.shown} does not answer: {_reason(error)}.")

    def _told(self, error: ApiError) -> SearchError:
        status, body = error.meta.status, error.body
        cause = body.get("error", {}) if isinstance(body, dict) else {}
        kind, reason = (cause.get("type", ""), cause.get("reason", "")) if isinstance(cause, dict) else ("", str(cause))
        if kind == "index_not_found_exception":
            return CorpusMissing(f"There is no corpus at {self.shown}.")
        if status == 401:
            return EngineUnavailable(f"Elasticsearch at {self.shown} {_REFUSED[self._proof]}.")
        if status == 403:
            return NotAllowed(f"Elasticsearch at {self.shown} does not allow this{_lacking(reason)}.")
        if status in _BUSY:
            return EngineUnavailable(f"Elasticsearch at {self.shown} can't answer now ({kind or status}).")
        return EngineUnavailable(f"Elasticsearch at {self.shown} refuses a request ({status} {kind}: {reason}).")

    def search(self, index: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A search's answer, whole or not at all: EngineUnavailable for one that took too long or lacks a shard."""
        body = {"timeout": SEARCH_TIMEOUT} | body
        found: dict[str, Any] = self.request(
            "POST", f"/{self.name(index)}/_search", body, allow_partial_search_results="false", **params
        )
        if found.get("timed_out"):
            raise EngineUnavailable(f"The search took longer than {SEARCH_TIMEOUT} and was cut; narrow it.")
        if found.get("_shards", {}).get("failed"):
            raise EngineUnavailable("A part of the corpus can't be searched now; nothing is shown rather than a part.")
        return found

    def scan(
        self, index: str, query: dict[str, Any], sort: Sequence[str], *, source: Any = True,
        columns: Sequence[str] = (), size: int = 1000,
    ) -> Iterator[Doc]:  # fmt: skip
        """Every document of a query in the order of `sort`, whose last field is unique. `columns` are fields that are
        read without the document, which is quicker; its id is known then only if "id" is among them."""
        body = {
            "query": {"bool": {"filter": [query]}}, "size": size, "docvalue_fields": list(columns),
            "_source": not columns and source, "sort": [{field: "asc"} for field in sort],
            "track_total_hits": False, "seq_no_primary_term": True,
        }  # fmt: skip
        if columns:
            body["stored_fields"] = "_none_"
        while True:
            hits = self.search(index, body)["hits"]["hits"]
            for hit in hits:
                values = {name: value[0] for name, value in hit.get("fields", {}).items()} if columns else {}
                id = hit.get("_id") or values.get("id", "")
                yield Doc(id, hit.get("_source", values), (hit["_seq_no"], hit["_primary_term"]))
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]

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
        deadline = time.monotonic() + self.patience
        while True:
            docs: list[dict[str, Any]] = self.request("POST", f"/{self.name(index)}/_mget", asked, **params)["docs"]
            errors = [doc["error"] for doc in docs if "error" in doc]
            if not errors:
                return docs
            if errors[0].get("type") == "index_not_found_exception":
                raise CorpusMissing(f"There is no corpus at {self.shown}.")
            if time.monotonic() >= deadline:
                raise EngineUnavailable(f"Elasticsearch at {self.shown} can't answer now ({errors[0].get('type')}).")
            time.sleep(random.uniform(0.5, 1.5))  # noqa: S311

    def count(self, index: str, query: dict[str, Any]) -> int:
        """How many documents match, of those that searches see."""
        return int(self.request("POST", f"/{self.name(index)}/_count", {"query": query})["count"])

    def refresh(self, *indexes: str) -> None:
        """Lets searches see everything that was written."""
        self.request("POST", f"/{','.join(map(self.name, indexes))}/_refresh")

    def bulk(self, ops: Iterable[Op], *, refresh: bool = False, tolerated: frozenset[int] = frozenset()) -> list[int]:
        """Sends operations in requests of bounded size, one after the other; the status of each, in order. What the
        cluster has no room for at the moment is sent again; EngineUnavailable for any other refusal but `tolerated`."""
        statuses: list[int] = []
        held: list[Op] = []
        filled = 0
        for op in ops:
            held.append(op)
            filled += len(op.body) + 200
            if filled >= BULK_BYTES or len(held) >= BULK_DOCUMENTS:
                statuses += self._send(held, refresh, tolerated)
                held, filled = [], 0
        if held:
            statuses += self._send(held, refresh, tolerated)
        return statuses

    def _send(self, ops: list[Op], refresh: bool, tolerated: frozenset[int]) -> list[int]:
        statuses = [0] * len(ops)
        waiting = list(range(len(ops)))
        deadline = time.monotonic() + self.patience
        pause = 0.2
        params = {"filter_path": "errors,items.*.status,items.*.error.type,items.*.error.reason"}
        if refresh:
            params["refresh"] = "true"
        while True:
            lines: list[bytes] = []
            for at in waiting:
                lines.append(self._head(ops[at]))
                if ops[at].kind != "delete":
                    lines.append(ops[at].body)
            answer = self.request("POST", "/_bulk", lines, **params)
            busy: list[int] = []
            for at, item in zip(waiting, answer["items"], strict=True):
                (result,) = item.values()
                status = statuses[at] = result["status"]
                if status in _BUSY:
                    busy.append(at)
                elif status >= 400 and status not in tolerated:
                    error = result.get("error", {})
                    raise EngineUnavailable(
                        f"Elasticsearch at {self.shown} refuses a document ({status} {error.get('type')}: "
                        f"{str(error.get('reason'))[:300]})."
                    )
            if not busy:
                return statuses
            if time.monotonic() >= deadline:
                raise EngineUnavailable(f"Elasticsearch at {self.shown} has no room; {len(busy)} were refused.")
            waiting = busy
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
            pause = min(pause * 2, 5.0)

    def _head(self, op: Op) -> bytes:
        meta: dict[str, Any] = {"_index": self.name(op.index), "_id": op.id}
        if op.seen:
            meta["if_seq_no"], meta["if_primary_term"] = op.seen
        elif op.kind == "update":
            meta["retry_on_conflict"] = 5
        if op.kind in ("index", "create") and not op.index.startswith("="):
            meta["require_alias"] = True  # else a write after the corpus was deleted would make an index of its own
        return json.encode({op.kind: meta})

    def exists(self) -> bool:
        """Whether there is a corpus of that prefix: all its indexes, under their aliases."""
        found = self.request("GET", f"/_alias/{','.join(map(self.name, INDEXES))}", missing={})
        return {alias for one in found.values() for alias in one.get("aliases", ())} >= set(map(self.name, INDEXES))

    def create(self) -> None:
        """Makes the indexes that are not there yet; several processes may do so at once."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(len(INDEXES)) as pool:
            for done in [pool.submit(self.create_index, index, f"{self.name(index)}-1", True) for index in INDEXES]:
                done.result()

    def create_index(self, index: str, name: str, alias: bool) -> None:
        """Makes one index, at once under its alias or not yet."""
        body = load(index)
        if alias:
            body["aliases"] = {self.name(index): {}}
        try:
            self._client.perform_request(
                "PUT", f"/{name}", headers={"accept": "application/json", "content-type": "application/json"}, body=body
            )
        except ApiError as error:
            kind = error.body.get("error", {}).get("type") if isinstance(error.body, dict) else ""
            if kind != "resource_already_exists_exception":
                raise self._told(error) from error
        except TransportError as error:
            raise self._unreached(error) from None

    def behind(self, index: str) -> str:
        """The name of the index that an alias stands for; CorpusDamaged if there are several."""
        found = list(self.request("GET", f"/_alias/{self.name(index)}", missing={}))
        if len(found) != 1:
            raise CorpusDamaged(f"{self.name(index)} stands for {len(found)} indexes.")
        return str(found[0])


def _lacking(reason: str) -> str:
    """What a refusal says of the user and of the privileges that would do."""
    found = re.search(r"for ((?:user|API key id) \[.*?\]).*privileges \[(.*?)\]", reason)
    if not found:
        return f": {reason}"
    names = [name for name in found[2].split(",") if name != "all"]
    return f" to {found[1]}: it takes {'one of the privileges' if names[1:] else 'the privilege'} {', '.join(names)}"


def _reason(error: TransportError) -> str:
    return re.sub(r"\(?<?urllib3\S* object at \S+>?:?\s*", "", str(error.message)).strip(" .") or type(error).__name__
