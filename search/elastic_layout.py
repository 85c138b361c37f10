"""Where the indexes of a corpus in a cluster differ from what this version of the program asks for, field by field."""

from collections.abc import Iterator
from typing import Any

from mappings import INDEXES, MESSAGES, YOUNGER, load
from mappings.records import Difference
from search.elastic import Cluster
from search.layout import COPY, REINDEX

# the operator's own business: answers do not depend on it
_FREE = {"index.number_of_shards", "index.number_of_replicas", "index.auto_expand_replicas", "index.refresh_interval"}

Json = dict[str, Any]


def differences(cluster: Cluster) -> list[Difference]:
    """What differs, index by index; takes the privilege view_index_metadata."""
    names = ",".join(map(cluster.name, INDEXES))
    mappings = cluster.request("GET", f"/{names}/_mapping", ignore_unavailable="true")
    settings = cluster.request("GET", f"/{names}/_settings", ignore_unavailable="true", flat_settings="true")
    there = {name.removeprefix(f"{cluster.prefix}-").rpartition("-")[0]: name for name in mappings}
    found: list[Difference] = []
    for index in INDEXES:
        if index not in there:
            found.append(_told(index, "the index is missing", hinders=index not in YOUNGER))
            continue
        expected = load(index)
        found += mapping_differences(index, mappings[there[index]]["mappings"], expected["mappings"])
        held = settings.get(there[index], {}).get("settings", {})
        found += _settings(index, held, expected["settings"])
    return found


def mapping_differences(index: str, found: Json, expected: Json) -> Iterator[Difference]:
    """What differs in one index's mapping, as the cluster gives it, from the expected one."""
    for name in ("dynamic", "_source"):
        if _plain(found.get(name)) != _plain(expected.get(name)):
            yield _told(index, f"{name} is {_shown(found.get(name))}, expected {_shown(expected.get(name))}")
    there, wanted = dict(_fields(found)), dict(_fields(expected))
    for name, field in wanted.items():
        if name not in there:
            yield _told(index, f'field "{name}" is missing', hinders=True)
        elif there[name]["type"] != field["type"]:
            yield _told(index, f'field "{name}" is {there[name]["type"]}, expected {field["type"]}', hinders=True)
        else:
            for option in sorted(there[name].keys() | field.keys()):
                has, asked = there[name].get(option), field.get(option)
                if _plain(has) != _plain(asked):
                    yield _told(index, f'field "{name}": {option} is {_shown(has)}, expected {_shown(asked)}')
    for name in there.keys() - wanted.keys():
        yield _told(index, f'field "{name}" is not expected')


def _settings(index: str, found: Json, expected: Json) -> Iterator[Difference]:
    wanted = {
        name if name.startswith("index.") else f"index.{name}": value for name, value in _flat("", expected)
    }  # fmt: skip
    for name, value in wanted.items():
        if name not in _FREE and _plain(found.get(name)) != _plain(value):
            short = name.removeprefix("index.")
            yield _told(index, f"setting {short} is {_shown(found.get(name))}, expected {_shown(value)}")


def _told(index: str, what: str, hinders: bool = False) -> Difference:
    return Difference(index=index, what=what, remedy=REINDEX if index == MESSAGES else COPY, hinders=hinders)


def _fields(mapping: Json) -> Iterator[tuple[str, Json]]:
    """Every field by its path, also those in objects and beside others, with its own options."""
    waiting = [("", mapping)]
    while waiting:
        above, node = waiting.pop()
        for group in ("properties", "fields"):
            for name, field in node.get(group, {}).items():
                own = {option: value for option, value in field.items() if option not in ("properties", "fields")}
                yield above + name, {"type": "object"} | own
                waiting.append((f"{above}{name}.", field))


def _flat(above: str, node: Json) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flat(f"{above}{name}.", value)
        else:
            yield above + name, value


def _plain(value: Any) -> Any:
    """A value as the cluster writes it: 1 and "1", true and "true" are one."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return "" if value is None else str(value).lower()


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
