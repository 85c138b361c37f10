"""What both engines share in the search for candidates: the worth of each field, and how near scores are told apart."""

from collections.abc import Iterable, Sequence

from mappings.records import OWN_KINDS, Message
from search.citing import Candidate, Wanted
from search.words import MAX_BYTES, tokens

# The original says the words in its own text; in a reply they stand quoted, in a subject there are few of them.
FIELDS = {"own": 1.0, "subject": 0.8, "quoted": 0.5}
PEOPLE = ("from_address", "to_address", "cc_address", "bcc_address")
MOST = 10_000  # candidates of one question
MOST_WORDS = 1_000  # of all groups: more would be a text, not its words
_MORE = 10  # asked for beyond what is wanted, since the last one's equals may stand there


def groups(wanted: Wanted) -> list[list[tuple[str, float]]]:
    """The groups' words that an index can hold, with their weights; nothing that is worth nothing."""
    found, left = [], MOST_WORDS
    for group in wanted.groups:
        words = [(word, weight) for word, weight in group.items() if weight > 0 and is_term(word)][:left]
        left -= len(words)
        if words:
            found.append(words)
    return found


def people(wanted: Wanted) -> list[str]:
    """The addresses that are asked for, each once."""
    return list(dict.fromkeys(one.lower() for one in wanted.people if is_term(one)))


def is_term(word: str) -> bool:
    """Whether an index may hold it."""
    try:
        return 0 < len(word.encode()) <= MAX_BYTES
    except UnicodeEncodeError:
        return False


def own_words(message: Message) -> str:
    """What its sender wrote, quotations left out."""
    return "".join(message.text[one.start : one.end] for one in message.segments if one.kind in OWN_KINDS)


def phrase(text: str) -> list[str]:
    """The words of a phrase as the index has them."""
    return tokens(text)[:100]


def ranked(found: Iterable[tuple[float, int, str]], limit: int) -> list[Candidate]:
    """Candidates in order, from score, date key (`newest`) and id: scores that are equal but for the last digits of a
    sum are equal, among them newer mail goes first, as in searches."""
    listed = sorted(found, key=lambda one: (-rounded(one[0]), -one[1], one[2]))
    return [Candidate(id, score) for score, _, id in listed[:limit]]


def rounded(score: float) -> float:
    """A score to five digits."""
    return float(f"{score:.5g}")


def asked(limit: int) -> int:
    """How many to ask an engine for."""
    return min(max(limit, 1), MOST) + _MORE


def whole(scores: Sequence[float], fetched: int, limit: int) -> bool:
    """Whether all that score like the last one wanted are among the fetched scores, best first."""
    if len(scores) < fetched or len(scores) <= limit:
        return True
    return rounded(scores[-1]) < rounded(scores[limit - 1])
