"""The names that people go by, taken apart: first and last name, folded, in Latin letters."""

import re
from collections.abc import Sequence

from mappings.records import Address
from search.words import fold

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>|\"[^\"]*\"")
_TITLED = "mr mrs ms dr prof sen rep gov amb hon sir lord mme m jr sr ii iii iv phd md esq"
TITLES = frozenset(_TITLED.split())
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ы": "y", "э": "e",
    "ю": "iu", "я": "ia", "ъ": "", "ь": "",
}  # fmt: skip


def parts(address: Address) -> Sequence[str]:
    """First and last name, folded: "Mills, Cheryl D" and "cheryl.mills@…" both give cheryl, mills; else nothing."""
    name = _ASIDE.sub(" ", address.name)
    if "@" in name or not name.strip():
        local = (address.address or name).partition("@")[0]
        name = re.sub(r"[._]", " ", local) if re.fullmatch(r"[A-Za-z]{2,}[._][A-Za-z]{2,}", local) else ""
    found = [word for word in words(name) if word not in TITLES]
    long = [word for word in found if len(word) > 1]
    if len(long) < 2 or len(found) > 5:
        return ()
    return (long[0], long[-1])


def words(name: str) -> list[str]:
    """The words of a name, folded, the last name last: "Mills, Cheryl D" gives cheryl, d, mills."""
    last, comma, first = name.partition(",")
    return [plain(word) for word in WORD.findall(f"{first} {last}" if comma and first.strip() else last)]


def plain(word: str) -> str:
    """A name in lower case, without accents, in Latin letters, without the possessive."""
    folded = fold(re.sub(r"['’]s?$", "", word).replace("’", "'"))
    if folded.isascii():
        return folded
    return "".join(_LATIN.get(letter, letter) for letter in folded)
