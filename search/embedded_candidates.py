"""Candidates for what an article cites, from the embedded corpus' index."""

from collections.abc import Iterator

import tantivy
from tantivy import Occur, Query

from search.candidates import FIELDS, PEOPLE, asked, groups, people, phrase, ranked, whole
from search.citing import Candidate, Wanted
from search.embedded_queries import between
from search.embedded_store import GHOSTS, Store


def candidates(
    store: Store, searcher: tantivy.Searcher, schema: tantivy.Schema, wanted: Wanted, limit: int
) -> list[Candidate]:
    """Messages that hold the words, best first; copies too, ghosts not."""
    query = compiled(schema, wanted)
    if query is None or limit < 1:
        return []
    fetched = asked(limit)
    while True:
        hits = searcher.search(query, fetched, count=False).hits
        if whole([score for score, _ in hits], fetched, limit):
            break
        fetched *= 4
    if not hits:
        return []
    addresses = [address for _, address in hits]
    nums = [int(num or 0) for num in searcher.fast_field_values("num", addresses)]
    newest = [int(key or 0) for key in searcher.fast_field_values("newest", addresses)]
    ids = {num: id.hex() for id, num in store.among("SELECT id, num FROM messages WHERE num IN ({})", nums)}
    found = zip((score for score, _ in hits), newest, nums, strict=True)
    return ranked(((score, key, ids[num]) for score, key, num in found if num in ids), limit)


def compiled(schema: tantivy.Schema, wanted: Wanted) -> Query | None:
    """What is wanted as a query; None if that is nothing."""
    scored = [*_groups(schema, wanted), *_phrases(schema, wanted)]
    filters = [Query.term_query(schema, "is", "message", index_option="basic")]
    taking_part = _people(schema, wanted)
    if (not scored and not taking_part) or (wanted.people and not taking_part):
        return None
    least = 1
    if scored and taking_part:
        filters.append(Query.boolean_query([(Occur.Should, one) for one in taking_part], 1 + wanted.both))
    elif taking_part:
        scored, least = taking_part, 1 + wanted.both
    if wanted.after is not None or wanted.before is not None:
        filters.append(between(schema, "date", wanted.after, wanted.before))
    if wanted.since:
        filters.append(between(schema, "num", wanted.since + 1, GHOSTS))
    return Query.boolean_query([
        (Occur.Must, Query.boolean_query([(Occur.Should, one) for one in scored], least)),
        *((Occur.Must, Query.const_score_query(one, 0.0)) for one in filters),
    ])  # fmt: skip


def _groups(schema: tantivy.Schema, wanted: Wanted) -> Iterator[Query]:
    for group in groups(wanted):
        yield Query.disjunction_max_query([
            Query.boost_query(Query.term_query(schema, field, word), worth * weight)
            for word, weight in group for field, worth in FIELDS.items()
        ], 0.0)  # fmt: skip


def _phrases(schema: tantivy.Schema, wanted: Wanted) -> Iterator[Query]:
    for text in wanted.phrases:
        words = phrase(text)
        if not words:
            continue
        yield Query.disjunction_max_query([
            Query.boost_query(
                Query.phrase_query(schema, field, list(words)) if len(words) > 1
                else Query.term_query(schema, field, words[0]), worth,
            )
            for field, worth in FIELDS.items()
        ], 0.0)  # fmt: skip


def _people(schema: tantivy.Schema, wanted: Wanted) -> list[Query]:
    """For each of the people a query for the mails that they sent or got."""
    return [
        Query.const_score_query(Query.boolean_query([
            (Occur.Should, Query.term_query(schema, field, address, index_option="basic")) for field in PEOPLE
        ]), 1.0)
        for address in people(wanted)
    ]  # fmt: skip
