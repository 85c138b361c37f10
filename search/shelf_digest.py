"""A digest of the shelf: equal where articles, captures, citations, verdicts and settings are, whichever the engine."""

from hashlib import sha256

from msgspec import json
from msgspec.structs import replace

from search.citing import Shelf


def shelf_digest(shelf: Shelf) -> str:
    """SHA-256 over all that is kept of articles; how far they were matched is left out, since every corpus counts its
    messages by itself."""
    found = sha256(json.encode(shelf.settings()))
    for id in shelf.article_ids():
        found.update(json.encode(shelf.article(id)))
        state = shelf.cited_state(id)
        found.update(json.encode(replace(state, upto=0) if state else None))
        for judged in shelf.cites(id):
            found.update(json.encode(judged))
    for verdict in shelf.verdicts():
        found.update(json.encode(verdict))
    for name, wrong in shelf.verify_captures():
        found.update(json.encode((name, not wrong)))
    return found.hexdigest()
