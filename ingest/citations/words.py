"""Words and sentences of articles and messages with their places: words as the index has them."""

import re
from functools import lru_cache
from typing import NamedTuple

from search.words import BROKEN, cjk_run, fold, has_cjk, tokens, word_pattern

_END = re.compile(r"(?:[.!?…]+[\"”“’»›)\]]*\s+(?=\S)|[。！？]+[」』”]?|\n\s*\n\s*|;\s+)")
_SHORT = re.compile(
    r"(?:^|[\s(\"“«])(?:\w|[A-Z]\.[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|Nr|art|Art|Mme|Sra?|Dott|approx|ca|bzw|usw|etc)\.$"
)
LONGEST = 70  # words of a sentence; longer ones are cut
_UNITS = {
    word: number
    for number, words in enumerate((
        "zero zéro ноль", "", "two deux zwei dos dois duas twee dwa dwie два две",
        "three trois drei tres tre três drie trzy три", "four quatre vier cuatro quattro quatro cztery четыре",
        "five cinq fünf cinco cinque vijf pięć пять", "six sechs seis zes sześć шесть",
        "seven sept sieben siete sette sete zeven siedem семь", "eight huit acht ocho otto oito osiem восемь",
        "nine neuf neun nueve nove negen dziewięć девять", "ten dix zehn diez dieci dez tien dziesięć десять",
        "eleven onze elf undici jedenaście одиннадцать", "twelve douze zwölf doce dodici doze twaalf двенадцать",
        "thirteen treize dreizehn trece tredici treze dertien",
        "fourteen quatorze vierzehn catorce quattordici veertien",
        "fifteen quinze fünfzehn quince quindici vijftien пятнадцать",
        "sixteen seize sechzehn dieciséis sedici zestien",
        "seventeen dix-sept siebzehn diecisiete diciassette dezessete zeventien",
        "eighteen dix-huit achtzehn dieciocho diciotto dezoito achttien",
        "nineteen dix-neuf neunzehn diecinueve diciannove dezenove negentien",
    ))
    for word in words.split()
}  # fmt: skip
_TENS = {
    word: number * 10
    for number, words in enumerate((
        "twenty vingt zwanzig veinte venti vinte twintig двадцать",
        "thirty trente dreißig treinta trenta trinta dertig тридцать",
        "forty quarante vierzig cuarenta quaranta quarenta veertig сорок",
        "fifty cinquante fünfzig cincuenta cinquanta cinquenta vijftig пятьдесят",
        "sixty soixante sechzig sesenta sessanta sessenta zestig шестьдесят",
        "seventy siebzig setenta settanta zeventig семьдесят", "eighty achtzig ochenta ottanta oitenta tachtig",
        "ninety neunzig noventa novanta negentig",
    ), 2)
    for word in words.split()
}  # fmt: skip
_NUMBERS = {fold(word): str(number) for word, number in (_UNITS | _TENS).items()}
_FEW = "|".join(word for word, digits in _NUMBERS.items() if len(digits) == 1 and digits != "0")
_MANY = "|".join(map(fold, _TENS))
_GERMAN = re.compile(rf"(?:(ein)|({_FEW}))(?:und|en)({_MANY})")
_ONE = frozenset(("one", "un", "uno", "um", "een", "ein", "jeden", "один"))
_MAYBE_GERMAN = re.compile(r"(?i)[a-z]und\w{4,}g\b|en\w{4,}tig\b")
_AND = ("y", "e", "et")  # between ten and unit: "cuarenta y siete"


class Word(NamedTuple):
    """A word as the index has it, and its stretch of the text."""

    word: str
    start: int
    end: int


def words_of(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """The words of `text[start:end]` in order; runs of Chinese, Japanese and Korean letters as overlapping pairs."""
    end = len(text) if end is None else end
    found: list[Word] = []
    wide = has_cjk(text)
    for match in word_pattern(text).finditer(text, start, end):
        if wide and cjk_run().search(match[0]):
            found += _wide(match[0], match.start())
        else:
            word = BROKEN.sub("", match[0]) if BROKEN.search(match[0]) else match[0]
            found.append(Word(fold(word), match.start(), match.end()))
    return found


def _wide(run: str, at: int) -> list[Word]:
    """A run with wide letters: pairs of these, and what stands between as words."""
    found: list[Word] = []
    last = 0
    for part in cjk_run().finditer(run):
        if part.start() > last:
            found.append(Word(fold(run[last : part.start()]), at + last, at + part.start()))
        piece = part[0]
        pairs = [piece[i : i + 2] for i in range(len(piece) - 1)] or [piece]
        found += (Word(pair, at + part.start() + i, at + part.start() + i + len(pair)) for i, pair in enumerate(pairs))
        last = part.end()
    if last < len(run):
        found.append(Word(fold(run[last:]), at + last, at + len(run)))
    return found


@lru_cache(65_536)
def number(word: str) -> str:
    """A number word's digits, "" for any other word: "zwölf" gives "12"."""
    if found := _NUMBERS.get(word):
        return found
    if len(word) > 10 and (match := _GERMAN.fullmatch(word)):
        return str(int(_NUMBERS[match[3]]) + (1 if match[1] else int(_NUMBERS[match[2]])))
    return ""


def terms(text: str) -> tuple[str, ...]:
    """The words of a text as the index has them, number words as digits: "forty-seven" gives "47"."""
    words = tokens(text)
    if _NUMBERS.keys().isdisjoint(words) and not _MAYBE_GERMAN.search(text):
        return tuple(words)
    found: list[str] = []
    ten = tens = 0  # the last ten, such as "forty", and the words since, as long as a unit may be added to it
    for word in words:
        digits = number(word)
        if tens and (len(digits) == 1 or word in _ONE):
            del found[-tens:]
            found.append(str(ten + int(digits or 1)))
            tens = 0
            continue
        if len(digits) == 2 and digits[1] == "0":
            tens, ten = 1, int(digits)
        else:
            tens = 2 if tens == 1 and word in _AND else 0
        found.append(digits or word)
    return tuple(found)


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of the sentences of `text[start:end]`, blanks at their ends left out, long ones cut."""
    found: list[tuple[int, int]] = []
    at = start
    for match in _END.finditer(text, start, end):
        if match[0][0] == "." and _SHORT.search(text, max(at, match.start() - 8), match.start() + 1):
            continue
        _add(text, at, match.end(), found)
        at = match.end()
    _add(text, at, end, found)
    return found


def _add(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    bare = piece.strip()
    if not bare or not any(char.isalnum() for char in bare):
        return
    first = start + piece.index(bare[0])
    last = first + len(bare)
    if last - first > LONGEST * 5:
        words = words_of(text, first, last)
        for at in range(0, len(words), LONGEST):
            some = words[at : at + LONGEST]
            found.append((some[0].start, last if at + LONGEST >= len(words) else some[-1].end))
    else:
        found.append((first, last))
