"""Whether a corpus is still as it was: the part of the engine protocol that caches lean on."""

from typing import Protocol


class Stamped(Protocol):
    """Something that changes."""

    def stamp(self, *, desk: bool = False) -> str:
        """Another text whenever anything was stored or became searchable, by this process or any other; of what people
        write beside it only with `desk`. What is read after it was asked for is at least as new as what it stands for:
        kept under it, an answer is never stale."""
