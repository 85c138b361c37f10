"""What a process stored last, at hand, as far as some bytes of memory reach."""


class Latest:
    """Bytes by id; the oldest are dropped once they take more than `most` bytes together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, bytes] = {}
        self._size = 0

    def keep(self, id: str, data: bytes) -> None:
        """Notes one, in place of what was noted under its id."""
        self._size += len(data) - len(self._kept.pop(id, b""))
        self._kept[id] = data
        while self._size > self._most:
            self._size -= len(self._kept.pop(next(iter(self._kept))))

    def get(self, id: str) -> bytes | None:
        """What was noted, unless it was dropped."""
        return self._kept.get(id)

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()
        self._size = 0
