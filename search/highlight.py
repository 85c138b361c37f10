"""The words of a text that a query matched, and the cuts around them that a result shows; one for both engines."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from mappings.records import OWN_KINDS, Message
from search.documents import attached
from search.fragments import fragments as fragments
from search.query import And, Exact, Node, Or, Phrase, Query, Word
from search.results import Highlight
from search.words import BROKEN, any_word, bigrams, cjk_run, edits, fold, has_cjk, mend, mended, word_pattern

Spans = list[tuple[int, int]]

_FIELDS = {
    "": ("subject", "own", "quoted", "from", "to", "cc", "bcc", "filename", "attachment"),
    "body": ("own", "quoted"),
    "with": ("from", "to", "cc", "bcc"),
}
_CHANGED = re.compile(rf"{mended().pattern}|[^\x00-\x7f]", re.DOTALL)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PIECE = re.compile(rf"{cjk_run().pattern}|(?:(?!{cjk_run().pattern}).)+", re.DOTALL)
_CACHED = 50_000  # words whose likeness is remembered
_FILES = 5  # attachments of a mail whose cuts are shown
_BEGINNING = 100_000  # characters of an attachment that are looked at unless nothing else of the mail matched
_NO_TEXTS: Mapping[str, str] = {}


class Marker:
    """What a query marks, field by field; made once a query, used for every hit."""

    def __init__(self, query: Query) -> None:
        self._nodes: dict[str, list[Word | Phrase | Exact]] = {}
        for node in _positive(query.tree):
            for field in _FIELDS.get(node.field, (node.field,)):
                self._nodes.setdefault(field, []).append(node)
        self._matchers: dict[str, _Matcher] = {}

    def wants(self, field: str) -> bool:
        """Whether anything is marked in a field."""
        return field in self._nodes

    def spans(self, field: str, text: str) -> Spans:
        """The stretches of `text`, in code points, that matched in `field` ("subject", "own", "quoted", "from", "to",
        "cc", "bcc", "filename", "attachment"): in order, apart from one another. Terms under a Not are never among
        them."""
        if field not in self._nodes:
            return []
        if field not in self._matchers:
            self._matchers[field] = _Matcher(self._nodes[field])
        return self._matchers[field].spans(text)


def marker(query: Query) -> Marker:
    """The marker of a query."""
    return Marker(query)


def highlights(message: Message, mark: Marker, files: Mapping[str, str] = _NO_TEXTS) -> tuple[Highlight, ...]:
    """What a result shows of a message: the fields that matched, with their cuts; `files` are its files' texts."""
    parts: dict[str, list[str]] = {"own": [], "quoted": []}
    for segment in message.segments:
        parts["own" if segment.kind in OWN_KINDS else "quoted"].append(message.text[segment.start : segment.end])
    texts = {
        "subject": message.subject, "own": "".join(parts["own"]), "quoted": "".join(parts["quoted"]),
        "from": ", ".join(map(str, message.from_)), "to": ", ".join(map(str, message.to)),
        "cc": ", ".join(map(str, message.cc)), "bcc": ", ".join(map(str, message.bcc)),
        "filename": ", ".join(attachment.name for attachment in message.attachments if attachment.name),
    }  # fmt: skip
    found = []
    for field, text in texts.items():
        if text and (spans := mark.spans(field, text)):
            found.append(Highlight(field, fragments(text, spans)))
    found += _of_files(message, mark, files, _BEGINNING) or ([] if found else _of_files(message, mark, files, None))
    return tuple(found)


def _of_files(message: Message, mark: Marker, files: Mapping[str, str], limit: int | None) -> list[Highlight]:
    """The attachments that matched within so many characters, with their cuts."""
    found = []
    for attachment, text in attached(message, files):
        if limit is not None and len(text) > limit:
            text = text[: text.rfind(" ", 0, limit)]
        if spans := mark.spans("attachment", text):
            found.append(Highlight("attachment", fragments(text, spans), attachment.name, attachment.sha256))
        if len(found) == _FILES:
            break
    return found


def _positive(tree: Node | None) -> Iterator[Word | Phrase | Exact]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or):
            waiting.extend(node.parts)
        elif isinstance(node, Word | Phrase | Exact):
            yield node


class _Folded:
    """A text in lower case, mended and folded, and the way back to the places in the original."""

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self._moved: list[tuple[int, int, int, int]] = []  # start and end here, start and end there
        if len(self.text) != len(text) or (not text.isascii() and BROKEN.search(text)):
            self._slowly(text)
        # letters of a CJK run are no letters of the words beside it
        self.words = self.text
        if has_cjk(self.text):
            self.words = cjk_run().sub(lambda match: " " * len(match[0]), self.text)
        self.word = word_pattern(self.text)

    def _slowly(self, text: str) -> None:
        pieces, length, at = [], 0, 0
        changed = _CHANGED if BROKEN.search(text) else _BEYOND_ASCII
        for match in changed.finditer(text):
            broken = mended().fullmatch(match[0])
            new = fold(mend(match) if broken else match[0])
            if not broken and len(new) == len(match[0]):
                continue
            before = fold(text[at : match.start()])
            pieces += [before, new]
            length += len(before)
            self._moved.append((length, length + len(new), match.start(), match.end()))
            length += len(new)
            at = match.end()
        self.text = "".join([*pieces, fold(text[at:])])

    def originals(self, spans: Spans) -> Spans:
        """Stretches of the folded text as stretches of the original."""
        return merged((self._back(start, 2), self._back(end, 3)) for start, end in spans) if self._moved else spans

    def _back(self, place: int, edge: int) -> int:
        # an end that touches a changed letter from the right belongs to it; so does a start within one
        after = bisect_right(self._moved, (place - (edge == 3), 1 << 62, 0, 0)) - 1
        if after < 0:
            return place
        moved = self._moved[after]
        return moved[edge] if place < moved[1] or (place == moved[1] and edge == 3) else moved[3] + place - moved[1]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a stretch neither begins nor ends within a word."""
        found = self.word.match(self.words, end - 1)
        return not self.joins(start) and (found is None or found.end() == end)

    def joins(self, place: int) -> bool:
        """Whether letters of one word stand before and after a place."""
        if not 0 < place < len(self.words):
            return False
        left = self.words[place - 1]
        if left.isascii():  # the common case; the pattern knows more letters than isalnum() does
            return left.isalnum() and self.word.match(self.words, place) is not None
        return self.word.fullmatch(self.words, place - 1, place + 1) is not None

    def terms(self) -> Iterator[tuple[str, int, int]]:
        """The terms that the index holds, in order, with their places here."""
        for match in self.word.finditer(self.text):
            if self.words is self.text or match[0].isascii():
                yield match[0], *match.span()
                continue
            for piece in _PIECE.finditer(match[0]):
                start = match.start() + piece.start()
                cjk = cjk_run().match(piece[0])
                for i, term in enumerate(bigrams(piece[0]) if cjk else [piece[0]]):
                    yield term, start + i, start + i + len(term)


class _Matcher:
    """What is looked for in one field."""

    def __init__(self, nodes: Iterable[Word | Phrase | Exact]) -> None:
        self._exact: set[str] = set()
        self._prefixes: tuple[str, ...] = ()
        self._fuzzy: list[tuple[str, int]] = []
        self._runs: list[re.Pattern[str]] = []  # phrases, CJK and addresses
        self._near: list[tuple[list[str], int]] = []
        self._alike: dict[str, bool] = {}
        for node in nodes:
            if isinstance(node, Exact):
                self._runs.append(re.compile(rf"(?<![\w.+-]){re.escape(fold(node.value))}(?![\w-]|\.\w)"))
            else:
                self._add(node)
        self._finder = _alternatives([*self._prefixes, *self._exact])

    def _add(self, node: Word | Phrase) -> None:
        folded = _Folded(node.text)
        pieces = [piece[0] for word in any_word().findall(folded.text) for piece in _PIECE.finditer(word)]
        if not pieces:
            return
        prefix = isinstance(node, Word) and node.prefix
        if len(pieces) > 1 and isinstance(node, Phrase) and node.slop:
            self._near.append(([term for term, _, _ in folded.terms()], node.slop))
        elif len(pieces) > 1 or cjk_run().match(pieces[0]):
            self._runs.append(_run(pieces, prefix))
        elif prefix:
            self._prefixes += (pieces[0],)
        elif isinstance(node, Word) and node.fuzzy:
            self._fuzzy.append((pieces[0], node.fuzzy))
        else:
            self._exact.add(pieces[0])

    def spans(self, text: str) -> Spans:
        """What matches in `text`, in order, apart."""
        folded = _Folded(text)
        found: Spans = []
        if self._finder:
            found += self._words(folded, self._finder, self._exact, self._prefixes)
        for run in self._runs:
            found += self._phrases(folded, run)
        if self._fuzzy:
            alike = {word for word in set(folded.word.findall(folded.words)) if self._is_alike(word)}
            finder = _alternatives(alike)
            found += self._words(folded, finder, alike, ()) if finder else []
        if self._near:
            found += self._nearby(folded)
        return folded.originals(merged(found))

    def _words(self, folded: _Folded, finder: re.Pattern[str], exact: set[str], prefixes: tuple[str, ...]) -> Spans:
        """Whole words: what the finder hits is a candidate wherever a word begins."""
        found = []
        text, whole = folded.words, folded.word.match
        for match in finder.finditer(text):
            start = match.start()
            if start and text[start - 1] not in " \n" and folded.joins(start):
                continue
            word = whole(text, start)
            if word and (word[0] in exact or (prefixes and word[0].startswith(prefixes))):
                found.append(word.span())
        return found

    def _phrases(self, folded: _Folded, run: re.Pattern[str]) -> Spans:
        found = []
        match = run.search(folded.text)
        while match:
            if folded.is_whole(*match.span()):
                found.append(match.span())
            match = run.search(folded.text, match.start() + 1)
        return found

    def _is_alike(self, word: str) -> bool:
        known = self._alike.get(word)
        if known is None:
            if len(self._alike) > _CACHED:
                self._alike.clear()
            known = self._alike[word] = any(_alike(word, other, most) for other, most in self._fuzzy)
        return known

    def _nearby(self, folded: _Folded) -> Spans:
        found: Spans = []
        near = [(terms, slop) for terms, slop in self._near if all(term in folded.text for term in terms)]
        wanted = {term for terms, _ in near for term in terms}
        if not wanted:
            return []
        places = [
            (place, term, start, end) for place, (term, start, end) in enumerate(folded.terms()) if term in wanted
        ]
        for terms, slop in near:
            found += _astray(terms, slop, places)
        return found


def _astray(terms: Sequence[str], slop: int, places: Sequence[tuple[int, str, int, int]]) -> Spans:
    """The words of a phrase wherever all stand at most `slop` places away from where the phrase has them, as Lucene
    counts: the spread of (place in the text - place in the phrase) over the phrase's words."""
    at = sorted((place - i, i, start, end) for i, term in enumerate(terms) for place, is_, start, end in places
                if is_ == term)  # fmt: skip
    found: dict[tuple[int, int], None] = {}
    held = [0] * len(terms)
    missing, last, marked = len(terms), 0, 0
    for first, (low, i, _, _) in enumerate(at):
        while last < len(at) and at[last][0] <= low + slop:
            missing -= held[at[last][1]] == 0
            held[at[last][1]] += 1
            last += 1
        if not missing:
            marked = max(marked, first)
            found.update(dict.fromkeys((start, end) for _, _, start, end in at[marked:last]))
            marked = last
        held[i] -= 1
        missing += held[i] == 0
    return list(found)


def _alike(word: str, other: str, most: int) -> bool:
    if abs(len(word) - len(other)) > most or len(set(word).difference(other)) > most:
        return False
    if len(set(other).difference(word)) > most:
        return False
    return edits(word, other, most) <= most


def _alternatives(words: Iterable[str]) -> re.Pattern[str] | None:
    return _compiled("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


@lru_cache(64)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _run(pieces: Sequence[str], prefix: bool) -> re.Pattern[str]:
    """A phrase: words with anything but letters between them, which CJK letters need less."""
    pattern = _spread(pieces[0])
    for before, piece in pairwise(pieces):
        mixed = bool(cjk_run().match(before)) != bool(cjk_run().match(piece))
        pattern += r"[\W_]" + ("*" if mixed else "+") + _spread(piece)
    if prefix and not cjk_run().match(pieces[-1]):
        pattern += r"(?:(?!" + cjk_run().pattern + r")[^\W_])*" if not "".join(pieces).isascii() else r"[^\W_]*"
    return re.compile(pattern)


def _spread(piece: str) -> str:
    """A word's pattern. Of CJK letters the index has the pairs alone: those of two runs one behind the other, the
    first of which ends with the letter that the second begins with, are those of a longer run."""
    if len(piece) < 3 or not cjk_run().match(piece):
        return re.escape(piece)
    inner = (re.escape(letter) for letter in piece[1:-1])
    return re.escape(piece[0]) + "".join(rf"{one}(?:[\W_]+{one})?" for one in inner) + re.escape(piece[-1])


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, those that overlap made one."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return found
