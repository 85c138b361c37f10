"""Words as the full-text index holds them: letters apart from the rest, lower case, accents folded, CJK as bigrams."""

import re
import unicodedata
from functools import cache

from search.letters import CJK, FOLDED, LETTERS, ranges

MAX_BYTES = 255  # longer terms are not kept

_FOLD = str.maketrans({
    char: row.split()[0] for row in FOLDED.split(";") if row.strip() for char in row.split()[1]
})  # fmt: skip
_MARKS = "\u0300-\u0344\u0346-\u0362\u3099\u309a"  # combining accents, and the voicing marks of kana

ASCII_WORD = re.compile(r"[0-9A-Za-z]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_LEFT = re.compile(rf"[{_MARKS}]+")
_FOLDABLE = re.compile(f"[{''.join(map(chr, _FOLD))}]+")
BROKEN = re.compile(rf"[\u00ad\u0130{_MARKS}\u1100-\u1112\u2060\ufeff]")  # texts without any need no mending


# The rest is compiled when first used: that takes milliseconds each, and western mails do without.
@cache
def any_word() -> re.Pattern[str]:
    """A word of any script, mended; a CJK run is one too."""
    return re.compile(rf"(?:[^\W_]+|(?=[^\x00-\x7f])[{ranges(LETTERS)}]+)+")


@cache
def cjk_run() -> re.Pattern[str]:
    """Chinese, Japanese and Korean letters that stand together."""
    return re.compile(rf"[{ranges(CJK)}]+")


@cache
def mended() -> re.Pattern[str]:
    """What hides a word from those who type it the usual way: letters in pieces (file names from a Mac), soft hyphens
    and the invisible joiners of newsletters, and the Turkish capital whose lower case is two characters."""
    pieces = rf"[^\W_][{_MARKS}]+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
    return re.compile(rf"{pieces}|[\u00ad\u2060\ufeff]+|\u0130", re.DOTALL)


@cache
def _maybe_cjk() -> re.Pattern[str]:
    """Coarse and quick, as the next: texts without any of these need no second look."""
    return re.compile("[\u1100-\u11ff\u3005-\ud7ff\uf900-\uffdc\U0001b000-\U0001b167\U00020000-\U00033479]")


@cache
def _maybe_letters() -> re.Pattern[str]:
    near = "\u0345\u0363-\u036f\u05b0-\u05c7\u0610-\u1df4\u24b6-\u24e9\u2de0-\u2dff"
    return re.compile(f"[{near}\ua674-\uabea\ufb1e\U00010000-\U00033479]")


def fold(text: str) -> str:
    """A word in lower case without its accents, as Tantivy's LowerCaser and AsciiFoldingFilter make it (ß gives ss)."""
    if text.isascii():
        return text.lower()
    lower = text.replace("Σ", "σ").lower()  # Python alone knows of a final sigma
    return _FOLDABLE.sub(lambda match: match[0].translate(_FOLD), lower)


def mend(match: re.Match[str]) -> str:
    """What stands for a match of `mended`: the composed letter, or nothing for what is invisible."""
    part = match[0]
    if part == "\u0130":
        return "I"
    if part[0] in "\u00ad\u2060\ufeff":
        return ""
    return _LEFT.sub("", unicodedata.normalize("NFC", part))


def bigrams(run: str) -> list[str]:
    """A CJK run's overlapping pairs; a single character stays itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


# Blocks of 256 characters in which nothing is special but for _ODD_ONES: Latin to Cyrillic, Hebrew to Ethiopic, Greek
# with accents, punctuation and symbols.
_PLAIN_BLOCKS = bytes(block for block in range(0x2F) if block not in (0x03, 0x11))
_ODD_ONES = ("\u00ad", "\u0130", "\u2060")


def _is_plain(text: str) -> bool:
    """Whether a quick look tells that nothing in `text` is special."""
    blocks = text.encode("utf-16-le", "surrogatepass")[1::2]
    return not blocks.translate(None, _PLAIN_BLOCKS) and not any(odd in text for odd in _ODD_ONES)


def searchable(text: str) -> str:
    """The text to hand to the index: letters mended, CJK runs as bigrams between spaces; most text is unchanged."""
    if text.isascii() or _is_plain(text):
        return text
    if BROKEN.search(text):
        text = mended().sub(mend, text)
    return cjk_run().sub(lambda match: f" {' '.join(bigrams(match[0]))} ", text) if has_cjk(text) else text


def has_cjk(text: str) -> bool:
    """Whether there may be Chinese, Japanese or Korean letters; exact when it says no."""
    return not text.isascii() and _maybe_cjk().search(text) is not None


def word_pattern(text: str) -> re.Pattern[str]:
    """The quickest pattern that finds the words of `text` (mended); CJK runs count as letters."""
    if text.isascii():
        return ASCII_WORD
    return any_word() if _maybe_letters().search(text) else _PLAIN_WORD


def tokens(text: str) -> list[str]:
    """The terms that the index holds for `text`, in order: Tantivy's simple tokenizer, `fold`, no term too long."""
    found = _western(text)
    if found is None:
        found = _words(text)
    if len(text) * 4 > MAX_BYTES and max(map(len, found), default=0) * 4 > MAX_BYTES:
        return [word for word in found if len(word) * 4 <= MAX_BYTES or len(word.encode()) <= MAX_BYTES]
    return found


class _Folds(dict[str, str]):
    """Words and what they fold to; texts repeat their words."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_FOLDS:
            self.clear()
        self[word] = folded = fold(word)
        return folded


_MOST_FOLDS = 100_000
_folds = _Folds()


def _words(text: str) -> list[str]:
    """The same for any text, whatever the length of its words."""
    whole = searchable(text)
    return [_folds[word] for word in word_pattern(whole).findall(whole)]


@cache
def _western_letters() -> tuple[bytes, dict[bytes, bytes]]:
    """What each byte of Windows-1252 becomes: its letter folded, a blank for what is none; and, apart, those letters
    that become two."""
    table = bytearray(b" " * 256)
    longer: dict[bytes, bytes] = {}
    for code in range(256):
        byte = bytes([code])
        letter = "".join(_PLAIN_WORD.findall(byte.decode("cp1252", "ignore")))
        folded = fold(letter).encode("cp1252")
        if len(folded) == 1:
            table[code] = folded[0]
        elif folded:
            longer[byte] = folded
    return bytes(table), longer


def _western(text: str) -> list[str] | None:
    """The terms of a text that Windows-1252 has all letters of, several times as quickly; None for any other."""
    try:
        data = text.encode("cp1252")
    except UnicodeEncodeError:
        return None
    table, longer = _western_letters()
    if not text.isascii():
        if b"\xad" in data:  # a soft hyphen: nothing, and no blank
            return None
        for letter, folded in longer.items():
            data = data.replace(letter, folded)
    return data.translate(table).decode("cp1252").split()


def lone_ideograph(text: str) -> bool:
    """Whether `text` is a single CJK character: the index mostly holds it within pairs, first or second."""
    return len(text) == 1 and cjk_run().fullmatch(text) is not None


def edits(first: str, second: str, most: int) -> int:
    """Letters to insert, drop, replace or swap with their neighbour to get from one word to the other, `most` + 1 when
    there are more: the optimal string alignment distance, which Tantivy's and Lucene's fuzzy terms go by."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        now = [i]
        for j, right in enumerate(second, 1):
            best = min(row[j] + 1, now[-1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, row = row, now
    return min(row[-1], most + 1)
