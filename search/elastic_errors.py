"""What a cluster says instead of an answer, as one of our errors: pure functions of a status and a body."""

import re
from collections.abc import Iterator
from typing import Any

from search.errors import CorpusMissing, EngineUnavailable, SearchError, TooMuch

BUSY = frozenset({429, 502, 503, 504})
"""Statuses of what may be well in a moment: no room in a queue, no node or no master to answer."""

_OF_THE_DOCUMENT = {
    "document_parsing_exception", "mapper_parsing_exception", "strict_dynamic_mapping_exception",
    "illegal_argument_exception", "max_bytes_length_exceeded_exception",
}  # fmt: skip
_TOO_MUCH = {
    "too_many_buckets_exception": "it would have to count more at once than the cluster allows (search.max_buckets)",
    "too_many_clauses": "it has more words than the cluster allows",
    "too_many_nested_clauses": "it has more words than the cluster allows",
    "circuit_breaking_exception": "it would take more memory than the cluster has left",
    "task_cancelled_exception": "it was cancelled in the cluster",
}
_AWAY = {
    "no_shard_available_action_exception": "a part of it has no node that could answer",
    "unavailable_shards_exception": "a part of it has no node that could answer",
    "master_not_discovered_exception": "the cluster has no master",
    "es_rejected_execution_exception": "it is too busy",
    "rejected_execution_exception": "it is too busy",
    "process_cluster_event_timeout_exception": "its master is too busy",
    "node_disconnected_exception": "a node went away",
    "node_not_connected_exception": "a node went away",
}

_PROOF = {
    "": "asks for a user and a password, or an API key",
    "basic_auth": "does not accept this user and password",
    "api_key": "does not accept this API key",
}


class NotTrusted(EngineUnavailable):
    """Who answers can't show that it is the cluster; waiting does not help."""


class NotAllowed(EngineUnavailable):
    """The cluster's user lacks a privilege."""


class AlreadyThere(EngineUnavailable):
    """An index of that name is there already."""


class StateGone(EngineUnavailable):
    """The point in time that a walk was reading is gone: too long ago, or its node went away."""


class Refused(EngineUnavailable):
    """The cluster will never take this document; `str()` says why."""


def told(shown: str, status: int, body: Any, proof: str = "") -> SearchError:
    """The error for a whole answer of that status; `shown` is the cluster's address, `proof` the client's option by
    which we said who we are."""
    error = body.get("error") if isinstance(body, dict) else None
    causes = list(_causes(error))
    kinds = [kind for kind, _ in causes] or [""]
    reason = next((text for _, text in reversed(causes) if text), str(error or ""))[:1000]
    place = f"Elasticsearch at {shown}"
    if "index_not_found_exception" in kinds:
        return CorpusMissing(f"There is no corpus at {shown}.")
    if "resource_already_exists_exception" in kinds:
        return AlreadyThere(f"{place} has that index already.")
    if status == 413:
        return Refused("it is larger than the cluster, or a proxy before it, takes in one request")
    if status == 401:
        return EngineUnavailable(f"{place} {_PROOF[proof]}.")
    if "index_closed_exception" in kinds:
        return EngineUnavailable(f"An index of {place} is closed; it has to be opened there.")
    if "cluster_block_exception" in kinds:
        return EngineUnavailable(blocked(place, status, reason))
    if status == 403:
        return NotAllowed(f"{place} does not allow this{_lacking(reason)}.")
    if "search_context_missing_exception" in kinds:
        return StateGone(f"{place} has forgotten the state of the corpus that was being read; start again.")
    for kind in kinds:
        if kind in _TOO_MUCH:
            return TooMuch(f"The question was too much for {place}: {_TOO_MUCH[kind]}.")
    away = next((_AWAY[kind] for kind in kinds if kind in _AWAY), "")
    if not away and "missing shards" in reason:
        away = _AWAY["no_shard_available_action_exception"]
    if status in BUSY:
        return EngineUnavailable(f"{place} can't answer now: {away or kinds[-1] or status}.")
    return EngineUnavailable(f"{place} refuses a request ({status} {kinds[-1]}: {reason}).")


def told_of(shown: str, status: int, error: Any) -> SearchError:
    """The error for one document's answer in a bulk or a multi-get: Refused if it is the document that is wrong."""
    kind, reason = _own(error)
    if status == 413:
        return Refused(reason)
    if status == 400 and kind in _OF_THE_DOCUMENT:
        return Refused(f"{kind}: {reason[:300]}" if reason else kind or str(status))
    return told(shown, status, {"error": error})


def blocked(place: str, status: int, reason: str) -> str:
    """What to say of an index that takes no writes, or of a cluster that is not yet there."""
    if status == 429 or "read-only-allow-delete" in reason:
        return f"{place} has hardly any room left on its disks and takes nothing more in until there is some."
    if "no master" in reason or "not recovered" in reason:
        return f"{place} can't answer now: it has no master, or has only just started."
    return f"{place} takes no writes into an index ({reason})."


def _lacking(reason: str) -> str:
    """What a refusal says of the user and of the privileges that would do."""
    found = re.search(r"for ((?:user|API key id) \[.*?\]).*privileges \[(.*?)\]", reason)
    if not found:
        return f": {reason}"
    names = [name for name in found[2].split(",") if name != "all"]
    return f" to {found[1]}: it takes {'one of the privileges' if names[1:] else 'the privilege'} {', '.join(names)}"


def _own(error: Any) -> tuple[str, str]:
    if not isinstance(error, dict):
        return "", str(error or "")
    return str(error.get("type") or ""), str(error.get("reason") or "")


def _causes(error: Any) -> Iterator[tuple[str, str]]:
    """Type and reason of an error and of what it names as its causes, the outermost first."""
    waiting = [error]
    for _ in range(50):  # a chain that a server sent is followed only so far
        if not waiting:
            return
        one = waiting.pop(0)
        if not isinstance(one, dict):
            continue
        yield _own(one)
        waiting += one.get("root_cause") or []
        waiting += [shard.get("reason") for shard in one.get("failed_shards") or [] if isinstance(shard, dict)]
        waiting.append(one.get("caused_by"))
