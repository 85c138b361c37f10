"""A search that somebody keeps, to be told what comes in."""

from msgspec import Struct


class Saved(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A saved search. `seen` is how much of the corpus was looked through by it, as the engine counts what comes in
    (`search.saving`), and `seen_at` when that was said; times are seconds since 1970."""

    id: str  # 12 hex digits
    name: str
    query: str
    by: str = ""
    at: int = 0
    seen: int = 0
    seen_at: int = 0
