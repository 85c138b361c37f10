"""Where pasted words stand in a text, whatever became of their line breaks, quotes and hyphens on the way."""

import re
import unicodedata

from mappings.articles import Span

# One character for one, so that places stay what they are.
ALIKE = str.maketrans({
    **dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟″«»‹›", '"'), **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""), "\u2424": "\n",
})  # fmt: skip
SPACE = re.compile(r"\s")


def folded(text: str) -> tuple[str, list[int]]:
    """The text in lower case, its spaces, quotes and hyphens made alike; and for each character where it came from."""
    made: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if SPACE.match(char):
            if made and made[-1] == " ":
                continue
            made.append(" ")
            places.append(place)
            continue
        for piece in unicodedata.normalize("NFKC", char.translate(ALIKE)).lower():
            made.append(piece)
            places.append(place)
    return "".join(made), places


def find_words(text: str, words: str, near: int | None = None) -> Span | None:
    """The place of the words in the text, of several the one next to `near`, else the first; None if they are not
    there."""
    wanted = folded(words)[0].strip(" \"'")
    if not wanted:
        return None
    within, places = folded(text)
    found = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", within)]
    if not found:
        return None
    start = min(found, key=lambda at: (abs(places[at] - near), at)) if near is not None else found[0]
    return Span(places[start], places[start + len(wanted) - 1] + 1)
