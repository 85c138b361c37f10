"""A message's record as a cluster stores it: keys, slim row, where its bytes stand, where it was found."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import json

from mappings.records import Place, Prepared
from search.documents import standing
from search.elastic_packing import Stored
from search.elastic_store import number
from search.file_texts import carried


def listed_place(place: Place) -> list[Any]:
    """A place as a record holds it."""
    return [place.archive, place.member, place.offset, place.collection, place.flags, list(place.labels),
            place.number]  # fmt: skip


def places_of(listed: Iterable[list[Any]]) -> dict[str, Any]:
    """The fields of a record that tell where its message was found."""
    found = list(listed)
    return {"places": found, "found": len(found), "collections": sorted({place[3] for place in found}),
            "numbers": sorted({place[6].lower() for place in found} - {""})}  # fmt: skip


def record(
    prepared: Prepared, label: int, packed: bytes, stands: Stored, batch: str, places: Sequence[Place], came: int
) -> bytes:
    """A message's record but for its bytes, as JSON."""
    message = prepared.message
    listed = {(place.archive, place.member, place.offset, place.collection): listed_place(place) for place in places}
    found: dict[str, Any] = {
        "id": message.id, "num": number(message.id), "label": label,
        "own_key": prepared.links[0] if prepared.links else 0, "subject_key": prepared.subject_key,
        "copy_key": 0, "came": came, "size": message.size, "recipients": standing(message), "batch": batch,
        "slim": base64.b64encode(packed).decode(), "stored": {"at": stands},
        "files": [attachment.sha256 for attachment in carried(message)],
    } | places_of(listed.values())  # fmt: skip
    if message.date is not None:
        found["date"] = message.date
        if prepared.sketch:
            found["sketch"] = prepared.sketch
    if quoting := prepared.quoting:
        found |= {"quoted": quoting.sketch, "quoted_first": quoting.first, "quoted_last": quoting.last,
                  "quoted_ghost": quoting.ghost}  # fmt: skip
    if prepared.orphan:
        found["orphan"] = True
    if message.carrier:
        found["carrier"] = message.carrier
    return json.encode(found)
