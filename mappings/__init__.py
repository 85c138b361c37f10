"""What the index holds: the names of the indexes, their mappings as JSON, and the records field for field."""

import json
from importlib import resources
from typing import Any

MESSAGES = "messages"  # what is searched, made from the rest
SHELF = ("articles", "citations", "blobs")
DESK = ("desk", "searches")
DIRECTORY = ("persons",)
YOUNGER = (*SHELF, *DESK, *DIRECTORY)  # which corpora of older versions lack
INDEXES = (
    MESSAGES, "records", "raws", "links", "threads", "ghosts", "files", "archives", "failures", "marks", *YOUNGER,
)  # fmt: skip


def load(name: str) -> dict[str, Any]:
    """The index `name` (such as `MESSAGES`) as Elasticsearch takes it, shared settings included; FileNotFoundError."""
    body, shared = _read(name), _read("analysis")
    settings = dict(shared["settings"])
    for group, values in body.get("settings", {}).items():
        settings[group] = settings[group] | values
    return {"settings": settings, "mappings": body["mappings"]}


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
