"""The corpus' words nearest to any word of any language: a dictionary that the sentence vectors induce."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
import zstandard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NAME = "citations-dictionary"
DIMENSIONS = 256  # of 512: the directions in which the corpus' words differ most
FIRST = 96  # the first of them choose the words that all are compared by
BEFORE = 160  # words so chosen
NEAREST = 7
ALIKE = 0.6  # cosine below which two words have nothing to do with each other
SEEN = 2  # messages that a word must be in, where there are more than FEW: words seen once are mostly misspelt
FEW = 20_000
_LONGEST = 24  # letters
_SAMPLE = 20_000


class _Stored(msgspec.Struct):
    """What is kept: the words, the directions as half-precision numbers, and the words' places in them as bytes."""

    words: str
    basis: bytes
    scale: bytes
    vectors: bytes


def entered(word: str, count: int, messages: int) -> bool:
    """Whether a word of a corpus is in its dictionary: letters alone, and not seen just once among many messages."""
    long = 2 <= len(word) <= _LONGEST and (len(word) > 2 or not word.isascii())
    return long and word.isalpha() and (count >= SEEN or messages < FEW)


class Dictionary:
    """Words with their vectors, cut to 256 bytes each; `encode` makes vectors of words that it meets."""

    def __init__(self, encode: "Callable[[Sequence[str]], Floats]") -> None:
        import numpy as np

        self._encode = encode
        self.words: list[str] = []
        self._basis: Floats = np.zeros((0, 0), np.float32)
        self._scale: Floats = np.ones(0, np.float32)
        self._bytes: NDArray[np.int8] = np.zeros((0, DIMENSIONS), np.int8)
        self._first: Floats = np.zeros((0, FIRST), np.float32)
        self._met: dict[str, tuple[tuple[str, float], ...]] = {}

    def add(self, words: Sequence[tuple[str, str]], told: Callable[[int], None] = lambda _: None) -> None:
        """Takes in words, each with how it is written; `told` hears how many were done."""
        import numpy as np

        made: list[NDArray[np.int8]] = []
        raw: list[Floats] = []
        for at in range(0, len(words), 1024):
            some = words[at : at + 1024]
            vectors = self._encode([written for _, written in some])
            if self._basis.size:
                made.append(self._cut(vectors))
            else:
                raw.append(vectors)
            told(len(some))
        if not words:
            return
        if self._basis.size:
            new = np.concatenate(made)
        else:
            vectors = np.concatenate(raw)
            self._settle(vectors)
            new = self._cut(vectors)
        self._bytes = np.concatenate([self._bytes, new])
        self.words += [word for word, _ in words]
        self._ready()

    def _settle(self, vectors: "Floats") -> None:
        """Finds the directions: the principal components of the first words, without taking their mean away."""
        import numpy as np

        step = max(len(vectors) // _SAMPLE, 1)
        some = vectors[::step]
        _, axes = np.linalg.eigh(some.T @ some)
        self._basis = np.ascontiguousarray(axes[:, ::-1][:, :DIMENSIONS]).astype(np.float16).astype(np.float32)
        self._scale = (np.abs(some @ self._basis).max(axis=0) / 127 + 1e-9).astype(np.float32)

    def _cut(self, vectors: "Floats") -> "NDArray[np.int8]":
        import numpy as np

        return np.clip(np.round(vectors @ self._basis / self._scale), -127, 127).astype(np.int8)

    def _ready(self) -> None:
        import numpy as np

        self._first = np.ascontiguousarray(self._bytes[:, :FIRST].astype(np.float32) * self._scale[:FIRST])
        self._met.clear()

    def nearest(self, words: Sequence[str]) -> dict[str, tuple[tuple[str, float], ...]]:
        """Word -> the corpus' words that mean about the same, each with how alike they are (cosine), best first."""
        new = [word for word in dict.fromkeys(words) if word not in self._met]
        if new and self.words:
            if len(self._met) > 50_000:
                self._met.clear()
            self._met.update(zip(new, self._look(new), strict=True))
        return {word: self._met.get(word, ()) for word in words}

    def _look(self, words: Sequence[str]) -> "list[tuple[tuple[str, float], ...]]":
        import numpy as np

        placed = self._encode(words) @ self._basis
        found = []
        for at in range(0, len(words), 64):
            rough = placed[at : at + 64, :FIRST] @ self._first.T
            few = min(BEFORE, rough.shape[1])
            chosen = np.argpartition(rough, rough.shape[1] - few, axis=1)[:, -few:]
            for place, row in zip(placed[at : at + 64], chosen, strict=True):
                alike = (self._bytes[row].astype(np.float32) * self._scale) @ place
                best = np.argsort(-alike)[:NEAREST]
                found.append(tuple(
                    (self.words[int(row[i])], min(float(alike[i]), 1.0)) for i in best if alike[i] >= ALIKE
                ))  # fmt: skip
        return found

    def dump(self) -> bytes:
        """What `load` reads: about 260 bytes a word."""
        import numpy as np

        stored = _Stored("\n".join(self.words), self._basis.astype(np.float16).tobytes(), self._scale.tobytes(),
                         self._bytes.tobytes())  # fmt: skip
        return zstandard.compress(msgspec.msgpack.encode(stored), 3)

    def load(self, data: bytes | None) -> "Dictionary":
        """Takes in what was kept; nothing for None. Returns itself."""
        import numpy as np

        if data is not None:
            stored = msgspec.msgpack.decode(zstandard.decompress(data), type=_Stored)
            self.words = stored.words.split("\n") if stored.words else []
            basis = np.frombuffer(stored.basis, np.float16).astype(np.float32)
            self._basis = basis.reshape(-1, min(DIMENSIONS, len(basis) or 1)) if basis.size else basis.reshape(0, 0)
            self._scale = np.frombuffer(stored.scale, np.float32)
            self._bytes = np.frombuffer(stored.vectors, np.int8).reshape(len(self.words), -1)
            self._ready()
        return self
