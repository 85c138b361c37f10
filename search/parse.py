"""The query language, Gmail's: what the user typed becomes a `Query`, or a `QueryError` that points at the spot."""

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from search.errors import QueryError
from search.explain import explain
from search.operators import ADDRESS, EXAMPLES, NAMES, PEOPLE
from search.query import And, Chip, Exact, Node, Not, Or, Phrase, Query, TextField, Word
from search.values import READERS, ValueProblem
from search.words import any_word, cjk_run, edits, mend, mended, tokens

if TYPE_CHECKING:  # half of the time the command line takes to start, unless it searches
    from lark import Lark, Token, Tree

MAX_LENGTH = 4000  # characters
MAX_DEPTH = 50  # brackets within brackets, NOT before NOT
MAX_TERMS = 256
MAX_SLOP = 100
MIN_FUZZY = 3  # letters

_FUZZY = re.compile(r"(.+?)~(\d*)")
_UNKNOWN = re.compile(r"([A-Za-z_]{2,14}):(.+)")
_OTHER_NAMES = {
    "sender": "from", "recipient": "to", "file": "filename", "attached": "attachment", "since": "after",
    "until": "before", "in": "collection", "tags": "tag", "notes": "note", "language": "lang", "title": "subject",
    "rfc822msgid": "id", "msgid": "id",
}  # fmt: skip
_DASH_HINT = "-word, without a space, leaves out mails that have it"
_QUOTES = '"“”„‟«»＂'
_LEAVES = ("WORD", "PHRASE", "UNCLOSED", "LONE_DASH")
_OPENING, _CLOSING = ("LEFT", "LEFT_BRACE"), {"RIGHT": "LEFT", "RIGHT_BRACE": "LEFT_BRACE"}
_BEFORE_TERM = {"AND", "OR", "NOT", "DASH"}


def parse(text: str, *, today: date | None = None) -> Query:
    """Reads a query. `today` is what older_than: and newer_than: count from (UTC's day by default); QueryError."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH:,} characters", text, MAX_LENGTH, len(text))
    if not text.strip():
        return Query()
    return _parsed(text, today or datetime.now(UTC).date())


@lru_cache(512)
def _parsed(text: str, today: date) -> Query:
    """The query, which a page reads several times: to ask, to explain, to say what to add and to leave out."""
    return _Reader(text, today).query()


def suggestion(word: str) -> str:
    """What a word such as `form:bob` may have been meant for (`from:bob`); "" for all other words."""
    match = _UNKNOWN.fullmatch(word)
    if not match or match[1].lower() in NAMES:
        return ""
    name = match[1].lower()
    other = _OTHER_NAMES.get(name, "")
    if not other and len(name) > 2:
        other = next((known for known in NAMES if len(known) > 1 and edits(name, known, 1) == 1), "")
    return f"{other}:{match[2]}" if other else ""


@cache
def _language() -> "Lark":
    from lark import Lark

    grammar = Path(__file__).with_name("language.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True)


class _Reader:
    """Reads one text. Depth is bounded before anything recurses."""

    def __init__(self, text: str, today: date) -> None:
        self._text = text
        self._today = today

    def query(self) -> Query:
        from lark import UnexpectedInput

        found = list(_language().lex(self._text))
        self._check(found)
        try:
            tree = _language().parse(self._text)
        except UnexpectedInput as error:
            token = getattr(error, "token", None)
            ended = token is None or token.type == "$END"
            self._explain_failure(found, len(self._text) if ended else error.pos_in_stream or 0)
        read = [(self._span(item), self._read(item, "")) for item in _top(tree)]
        terms = [(span, node) for span, node in read if node is not None]
        if not terms:
            self._fail(
                "There is no letter or digit to search for", 0, len(self._text), "only words and numbers are indexed"
            )
        slices = [self._text[start:end] for (start, end), _ in terms]
        chips = tuple(
            self._chip(node, slices[i], " ".join(slices[:i] + slices[i + 1 :])) for i, (_, node) in enumerate(terms)
        )
        return Query(self._text, _joined(And, [node for _, node in terms]), chips)

    def _chip(self, node: Node, typed: str, without: str) -> Chip:
        words = explain(node)
        meant = suggestion(typed)
        if meant:
            words += f" (did you mean {meant}?)"
        return Chip(words, typed, without, isinstance(node, Not))

    def _fail(self, message: str, start: int, end: int, hint: str = "") -> NoReturn:
        raise QueryError(message, self._text, start, end, hint)

    def _span(self, item: "Tree[Token] | Token") -> tuple[int, int]:
        place = item.meta if hasattr(item, "meta") else item
        return cast(int, place.start_pos), cast(int, place.end_pos)

    def _check(self, found: "list[Token]") -> None:
        depth = terms = negations = 0
        for token in found:
            negations = negations + 1 if token.type in ("NOT", "DASH") else 0
            depth += (token.type in _OPENING) - (token.type in _CLOSING)
            terms += token.type in _LEAVES
            start, end = self._span(token)
            if max(depth, negations) > MAX_DEPTH:
                self._fail(f"Brackets go deeper than {MAX_DEPTH} levels", start, end)
            if terms > MAX_TERMS:
                self._fail(f"The query has more than {MAX_TERMS} words", start, end)
            if token.type == "UNCLOSED":
                self._fail("This quotation mark is never closed", start, start + 1, "close it, or leave it out")
            if token.type == "LONE_DASH":
                self._fail("Nothing follows this -", start, end, _DASH_HINT)

    def _explain_failure(self, found: "list[Token]", position: int) -> NoReturn:
        """Raises what is wrong where the grammar gave up: at the token that starts at `position`, or at the end."""
        here = next((i for i, token in enumerate(found) if self._span(token)[0] >= position), len(found))
        token = found[here] if here < len(found) else None
        before = found[here - 1] if here else None
        if before is not None and before.type == "FIELD":
            name = before.value.lower()
            hint = f"such as {EXAMPLES[name[:-1]]}"
            if token is not None and token.type in ("DASH", "NOT"):
                hint = f"the - goes before it: -{name}"
            self._fail(f"{name} needs a value", *self._span(before), hint)
        if before is not None and before.type in _BEFORE_TERM:
            hint = _DASH_HINT if before.type == "DASH" else "lower case makes a word of it"
            self._fail(f"Nothing follows this {before.value}", *self._span(before), hint)
        if token is not None and token.type in ("AND", "OR"):
            self._fail(f"{token.value} needs something before it", *self._span(token), "lower case makes a word of it")
        if token is not None and token.type in _CLOSING and before is not None and before.type in _OPENING:
            self._fail("There is nothing between these brackets", self._span(before)[0], self._span(token)[1])
        self._explain_brackets(found[: here + 1], position)

    def _explain_brackets(self, found: "list[Token]", position: int) -> NoReturn:
        waiting: list[Token] = []
        for token in found:
            if token.type in _OPENING:
                waiting.append(token)
            elif token.type in _CLOSING:
                if not waiting:
                    self._fail("This bracket was never opened", *self._span(token), "leave it out, or quote it")
                opening = waiting.pop()
                if opening.type != _CLOSING[token.type]:
                    self._fail(f"This bracket closes {opening.value} with {token.value}", *self._span(token))
        if waiting:
            self._fail("This bracket is never closed", *self._span(waiting[-1]), "close it, or leave it out")
        self._fail("The query can't be read from here", min(position, len(self._text)), len(self._text))

    def _read(self, item: "Tree[Token] | Token", field: str) -> Node | None:
        """A subtree as a node, its words read in `field`; None for what holds no letter or digit."""
        from lark import Token, Tree

        if isinstance(item, Token):
            return self._value(item, field) if field in READERS else self._words(item, cast(TextField, field))
        parts = [part for part in item.children if not isinstance(part, Token) or part.type in _LEAVES]
        if item.data == "field":
            return self._field(item, field)
        if item.data == "negation":
            node = self._read(parts[-1], field)
            return node.part if isinstance(node, Not) else None if node is None else Not(node)
        kind: type[And | Or] = Or if item.data == "alternatives" else And
        if item.data == "any" and isinstance(parts[0], Tree) and parts[0].data == "seq":
            parts, kind = parts[0].children, Or
        nodes = [node for part in parts if (node := self._read(part, field)) is not None]
        return _joined(kind, nodes)

    def _field(self, item: "Tree[Token]", outer: str) -> Node:
        name, value = cast("Token", item.children[0]), item.children[-1]
        if outer:
            self._fail(f"An operator within {outer}:( )", *self._span(name), "close the bracket first")
        node = self._read(value, name.value[:-1].lower())
        if node is None:
            self._fail(f"{name.value.lower()} needs letters or digits", *self._span(value))
        return node

    def _value(self, token: "Token", field: str) -> Node:
        text = token.value
        if token.type == "PHRASE":
            text, _ = self._unquoted(token)
        try:
            if not text.strip():
                raise ValueProblem(f"{field}: needs a value", f"such as {EXAMPLES[field]}")
            if field == "list" and token.type == "PHRASE":
                return Exact("list", text.strip().lower())  # in quotes it is taken as it stands
            return READERS[field](text.strip(), self._today)
        except ValueProblem as problem:
            self._fail(str(problem), *self._span(token), problem.hint)

    def _unquoted(self, token: "Token") -> tuple[str, int]:
        inside, tilde, number = token.value[1:].rpartition("~")
        if not tilde or inside[-1:] not in tuple(_QUOTES) or not (number == "" or number.isdigit()):
            return token.value[1:-1], 0
        if not number or int(number) > MAX_SLOP:
            end = self._span(token)[1]
            self._fail(f"How many places astray: 0 to {MAX_SLOP}", end - len(number) - 1, end, 'such as "near by"~5')
        return inside[:-1], int(number)

    def _words(self, token: "Token", field: TextField) -> Node | None:
        if token.type == "PHRASE":
            text, slop = self._unquoted(token)
            if not tokens(text):
                self._fail("There is no word between these quotation marks", *self._span(token))
            address = text.strip().removeprefix("<").removesuffix(">")
            if field in PEOPLE and ADDRESS.fullmatch(address):
                return Exact(field, address.lower())
            return Phrase(trimmed(text), field, slop)
        return self._word(token, field)

    def _word(self, token: "Token", field: TextField) -> Node | None:
        text = token.value
        found = tokens(text)
        if not found:
            return None
        fuzzy = _FUZZY.fullmatch(text)
        prefix = text.endswith("*")
        if "*" in text.removesuffix("*"):
            star = self._span(token)[0] + text.index("*")
            self._fail("A * stands at the end of a word only", star, star + 1, "contr* finds words that begin so")
        if fuzzy and tokens(fuzzy[1]):
            return self._fuzzy(token, fuzzy[1], fuzzy[2], field)
        text = trimmed(text)
        if prefix and not cjk_run().search(found[-1]):
            return Word(text, field, prefix=True)
        if len(found) == 1 or cjk_run().fullmatch(mended().sub(mend, text)):
            return Word(text, field)
        return Phrase(text, field)

    def _fuzzy(self, token: "Token", word: str, number: str, field: TextField) -> Node:
        start, end = self._span(token)
        most = int(number[-3:]) if number else 1
        if most > 2:
            self._fail("At most 2 letters may differ", end - len(number) - 1, end, f"{word}~2")
        found = tokens(word)
        if len(found) != 1 or cjk_run().search(found[0]):
            self._fail("A ~ goes with a single word of letters", start, end, 'podesta~, or "near by"~5 for a phrase')
        if most and len(found[0]) < MIN_FUZZY:
            self._fail(f"A ~ goes with words of at least {MIN_FUZZY} letters", start, end, "shorter ones are all alike")
        return Word(trimmed(word), field, fuzzy=most)


def trimmed(text: str) -> str:
    """The text from its first letter or digit to its last."""
    spans = [match.span() for match in any_word().finditer(text)]
    return text[spans[0][0] : spans[-1][1]] if spans else ""


def _top(tree: "Tree[Token]") -> "list[Tree[Token] | Token]":
    """The terms that all must hold: those side by side, and those that a written AND joins."""
    from lark import Tree

    items = list(tree.children)
    for name in ("seq", "together"):
        items = [
            part
            for item in items
            for part in (item.children if isinstance(item, Tree) and item.data == name else [item])
            if getattr(part, "type", "") != "AND"
        ]
    return items


def _joined(kind: type[And | Or], nodes: list[Node]) -> Node | None:
    """One node for several: those of the same kind are merged into it, a single one stays itself."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.parts) if isinstance(node, kind) else flat.append(node)
    if len(flat) < 2:
        return flat[0] if flat else None
    return kind(tuple(flat))
