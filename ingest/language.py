"""The language of a message's own words: by script where that tells, else by Resiliparse's n-gram ranks; offline."""

import re
from typing import Any

from resiliparse.parse.lang import detect_fast

_ENOUGH = 40  # letters; below that a guess is worth nothing
_READ = 400  # code points; more does not change the answer
_CUTOFF = 1000  # rank distance above which nothing is recognised
_GAP = 8  # by which the first guess must be closer than the second
_LANGUAGES = [
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it",
    "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
]  # fmt: skip
_OURS = frozenset(_LANGUAGES)
_CONTROLS = r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]+"
_NOISE = re.compile(rf"https?://\S{{1,2000}}|\S{{1,100}}@\S{{1,100}}|{_CONTROLS}")  # slow: for words with an "@"
_FEWER = re.compile(rf"https?://\S{{1,2000}}|{_CONTROLS}")
_WIDE = {
    code: re.compile(f"[{first}-{last}]")
    for code, first, last in (("ko", "\uac00", "\ud7af"), ("ja", "\u3040", "\u30ff"), ("zh", "\u3400", "\u9fff"))
}
_ANY_WIDE = re.compile("[\u3040-\uffff]")
_WIDE_ENOUGH = 6  # characters; each is worth several letters


def language(text: str) -> str:
    """ISO 639-1 code of the language of `text` (its first 400 code points), "" when it can't be told."""
    sample = text[:_READ]
    if "@" in sample:
        sample = " ".join([_NOISE.sub(" ", word) if "@" in word else word for word in sample.split(" ")])
    joined = " ".join(filter(None, sample.split("\n")))
    if "://" in sample or not joined.isprintable():
        joined = _FEWER.sub(" ", sample)  # else the same, faster
    sample = joined.strip()
    if not sample.isascii() and (wide := _wide(sample)):
        return wide
    if len(sample) < _ENOUGH:
        return ""
    # All languages, then ours among the first few: the library takes twice as long where it is told which to try.
    few: Any = detect_fast(sample, cutoff=2 * _CUTOFF, n_results=8)
    guesses: Any = [guess for guess in few if guess[0] in _OURS]
    if len(guesses) < 2:
        guesses = detect_fast(sample, cutoff=2 * _CUTOFF, n_results=2, langs=_LANGUAGES)
    if not guesses or guesses[0][1] > _CUTOFF or (len(guesses) > 1 and guesses[1][1] - guesses[0][1] < _GAP):
        return ""
    return str(guesses[0][0])


def _wide(sample: str) -> str:
    """Korean, Japanese (which is written with Han characters as well) or Chinese, if most of it is in their letters."""
    if not _ANY_WIDE.search(sample):
        return ""
    counts = {code: len(pattern.findall(sample)) for code, pattern in _WIDE.items()}
    written = sum(counts.values())
    if written < _WIDE_ENOUGH or 2 * written < sum(map(str.isalpha, sample)):
        return ""
    if counts["ko"] > counts["ja"] + counts["zh"]:
        return "ko"
    return "ja" if 10 * counts["ja"] > counts["zh"] else "zh"
