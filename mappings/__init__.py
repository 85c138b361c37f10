"""What the index holds: the names of the indexes, their mappings as JSON, and the records field for field."""

import json
from importlib import resources
from typing import Any

MESSAGES = "messages"


def load(name: str) -> dict[str, Any]:
    """The mapping of the index `name` (such as `MESSAGES`) as Elasticsearch takes it; else FileNotFoundError."""
    text = resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    mapping: dict[str, Any] = json.loads(text)
    return mapping
