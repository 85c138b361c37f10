"""The weights that citations are judged by: those that come with the program, or those that a corpus' verdicts gave."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from ingest.citations.features import ALL, FIRST, LAST, Weights

NAME = "citations-weights"


class Model(msgspec.Struct, frozen=True):
    """Three logistic models in a row: which candidates are worth vectors, how good each is, whether the best is right.

    `with_vectors` is for corpora whose languages are known, `without` for matching words alone.
    """

    name: str
    with_vectors: "Stages"
    without: "Stages"

    def stages(self, vectors: bool) -> "Stages":
        """The weights for one of both."""
        return self.with_vectors if vectors else self.without


class Stages(msgspec.Struct, frozen=True):
    """The weights of the three models."""

    looks: Weights
    weights: Weights
    last: Weights


def of(kept: bytes | None) -> Model:
    """The model that a corpus keeps; the one that comes with the program if it keeps none, or one for other numbers
    than this version's."""
    if kept is not None:
        with suppress(ValueError, LookupError, TypeError):
            return read(kept)
    return shipped()


@cache
def shipped() -> Model:
    """The weights that come with the program."""
    return read((Path(__file__).parent / "weights.json").read_bytes())


def read(data: bytes) -> Model:
    """A model as `write` wrote it; ValueError if it is none, or for other numbers than these."""
    raw: dict[str, Any] = msgspec.json.decode(data)
    parts = {key: _stages(raw[key]) for key in ("with_vectors", "without")}
    return Model(str(raw["name"]), **parts)


def write(model: Model) -> bytes:
    """The model as JSON for people to read: number -> weight, each with three digits."""

    def rounded(weights: Weights) -> dict[str, float]:
        return {"bias": round(weights.bias, 3)} | {name: round(value, 3) for name, value in weights.of.items()}

    raw: dict[str, Any] = {"name": model.name}
    for key, stages in (("with_vectors", model.with_vectors), ("without", model.without)):
        raw[key] = {
            "looks": rounded(stages.looks), "weights": rounded(stages.weights), "last": rounded(stages.last),
        }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(raw), indent=2) + b"\n"


def _stages(raw: dict[str, dict[str, float]]) -> Stages:
    made = {}
    for key, names in (("looks", FIRST), ("weights", ALL), ("last", LAST)):
        of = dict(raw[key])
        bias = of.pop("bias")
        if not of.keys() <= set(names):
            raise ValueError(f"There are no such numbers: {', '.join(sorted(of.keys() - set(names)))}.")
        made[key] = Weights(bias, of)
    return Stages(**made)
