"""A query's tree in words: in plain English for people, and back into the query language."""

import re
from datetime import UTC, datetime, timedelta

from search.operators import ADDRESS, ARC, DKIM, HAS, IS, NAMES, PEOPLE
from search.query import And, Between, Exact, Node, Not, Or, Phrase, Word

_DAY = 86_400
_LEADS = {
    "": "", "subject": "in the subject ", "body": "in the text ", "own": "in the sender's own words ",
    "quoted": "in quoted text ", "from": "from ", "to": "to ", "cc": "in copy to ", "bcc": "in blind copy to ",
    "with": "from or to ", "filename": "with a file named ",
    "attachment": "in an attachment ",
}  # fmt: skip
_EXACT = {
    "person": "with the person {}", "wrote": "from the person {}", "got": "to the person {}",
    "list": "on the list {}", "domain": "from an address at {}",
    "id": "the message {}", "thread": "in the conversation of {}",
    "number": "published as number {}", "label": 'with the label "{}"',
    "tag": 'tagged "{}"', "tag *": "with any tag", "note": 'with a note that says "{}"',
    "collection": 'in the collection "{}"', "lang": 'in the language "{}"',
    "outlet": 'cited in "{}"', "cited-by": "cited by the article {}",
    "date none": "without a usable date", "date doubtful": "with a date that can hardly be true",
}  # fmt: skip
_LIKE_OPERATOR = re.compile(rf"(?:{'|'.join(NAMES)}):", re.IGNORECASE)
_QUOTES = frozenset('"“”„‟＂')
_PLAIN_VALUE = re.compile(r"(?!(?:AND|OR|NOT)$)\w[\w.-]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def explain(node: Node) -> str:
    """What a node asks for, such as `from "podesta"` or `between 2015-08-01 and 2015-09-30`."""
    match node:
        case Word(text, field, prefix, fuzzy):
            if prefix:
                return f'{_LEADS[field]}words that begin with "{text}"'
            if fuzzy:
                return f'{_LEADS[field]}words like "{text}" ({fuzzy} letter{"s" * (fuzzy > 1)} may differ)'
            return f'{_LEADS[field]}"{text}"'
        case Phrase(text, field, slop):
            near = f" (at most {slop} place{'s' * (slop > 1)} astray)" if slop else ""
            return f'{_LEADS[field]}"{text}"{near}'
        case Exact(field, value):
            return _explain_exact(field, value)
        case Between("date", low, high):
            return _explain_dates(low, high)
        case Between("cited", low, high):
            return _explain_counts(low, high)
        case Between(_, low, high):
            return _explain_sizes(low, high)
        case And(parts):
            return " and ".join(_explain_part(part) for part in parts)
        case Or(parts):
            return " or ".join(_explain_part(part) for part in parts)
        case Not(part):
            return f"not {_explain_part(part)}"


def _explain_part(node: Node) -> str:
    return f"({explain(node)})" if isinstance(node, And | Or) else explain(node)


def _explain_exact(field: str, value: str) -> str:
    if field == "has":
        return f"with {HAS.get(value, value)}"
    if field == "is":
        return f"mail {IS.get(value, value)}"
    if field in ("dkim", "arc"):
        return f"mail {(DKIM if field == 'dkim' else ARC).get(value, value)}"
    if template := _EXACT.get(f"{field} {value}") or _EXACT.get(field):
        return template.format(value)
    return f"{_LEADS.get(field, field + ' ')}exactly {value}"


def _explain_dates(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "with a usable date"
    if low is None or high is None:
        return f"before {_moment(high)}" if high is not None else f"on or after {_moment(low)}"
    if low % _DAY or high % _DAY:
        return f"from {_moment(low)} to before {_moment(high)}"
    if high - low == _DAY:
        return f"on {_moment(low)}"
    return f"between {_moment(low)} and {_moment(high - _DAY)}"


def _moment(seconds: int | None) -> str:
    """A day, or a day and time in UTC; beyond the calendar the seconds themselves."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds or 0)
    except OverflowError:
        return "the end of the year 9999" if seconds == 253_402_300_800 else f"second {seconds}"
    day = f"{moment.year:04}-{moment:%m-%d}"
    return f"{day} {moment:%H:%M:%S} UTC" if (seconds or 0) % _DAY else day


def _explain_sizes(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "of any size"
    if high is None:
        return f"at least {_bytes(low or 0)}"
    return f"smaller than {_bytes(high)}" if low is None else f"from {_bytes(low)} to below {_bytes(high)}"


def _explain_counts(low: int | None, high: int | None) -> str:
    if high == 1 and not low:
        return "that no article cites"
    if high is None:
        return f"that at least {_articles(low or 0)} cite{'s' * (low == 1)}"
    if low == high - 1:
        return f"that {_articles(low)} cite{'s' * (low == 1)}"
    return f"that at most {_articles(high - 1)} cite{'s' * (high == 2)}" if not low else (
        f"that {low} to {_articles(high - 1)} cite")  # fmt: skip


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"


def _bytes(size: int) -> str:
    for unit, name in ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f}".removesuffix(".0") + f" {name}"
    return f"{size} byte{'s' * (size != 1)}"


def unparse(node: Node | None) -> str:
    """The query that reads as this tree. Dates must lie within the years 1 to 9999."""
    if node is None:
        return ""
    match node:
        case And(parts):
            return " ".join(f"({unparse(part)})" if isinstance(part, And) else _unparse_part(part) for part in parts)
        case Or(parts):
            return " OR ".join(_unparse_part(part) for part in parts)
        case Not(part):
            return f"-{_unparse_part(part)}"
        case Word(text, field, prefix, fuzzy):
            return _operator(field) + _bare(text) + ("*" if prefix else f"~{fuzzy}" if fuzzy else "")
        case Phrase(text, field, 0) if field in PEOPLE and ADDRESS.fullmatch(text):
            return _operator(field) + _bare(text)  # in quotes it would be the whole address
        case Phrase(text, field, slop):
            return f'{_operator(field)}"{text}"' + (f"~{slop}" if slop else "")
        case Exact(field, value):
            if _PLAIN_VALUE.fullmatch(value):
                return f"{field}:{value}"
            return f"{field}:«{value}»" if _QUOTES.intersection(value) else f'{field}:"{value}"'
        case Between("date", low, high):
            return _unparse_dates(low, high)
        case Between("cited", low, high):
            if low is not None and high == low + 1:
                return f"cited:{low}"
            return f"cited:{'' if low is None else low}..{'' if high is None else high - 1}"
        case Between(_, low, high):
            return f"size:{'' if low is None else low}..{'' if high is None else high}"


def _unparse_part(node: Node) -> str:
    return f"({unparse(node)})" if isinstance(node, And | Or) else unparse(node)


def _operator(field: str) -> str:
    return f"{field}:" if field else ""


def _bare(text: str) -> str:
    """A word so that it can't be taken for an operator."""
    if text in ("AND", "OR", "NOT"):
        return text + "."
    return f"'{text}" if _LIKE_OPERATOR.match(text) else text


def _unparse_dates(low: int | None, high: int | None) -> str:
    start = "" if low is None else _stamp(low, low % _DAY == 0)
    end = "" if high is None else _stamp(high - 1, high % _DAY == 0)
    return f"date:{start}" if start and start == end else f"date:{start}..{end}"


def _stamp(seconds: int, whole_day: bool) -> str:
    moment = _EPOCH + timedelta(seconds=seconds)
    day = f"{moment.year:04}-{moment:%m-%d}"
    return day if whole_day else f"{day}T{moment:%H:%M:%S}"
