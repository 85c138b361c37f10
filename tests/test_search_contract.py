"""What every engine promises: the same corpus and the same questions give the same answers."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.threads import prepare, settle
from mappings.keys import ghost_id
from mappings.records import Address, ArchiveState, Attachment, Failure, Message, Place, Segment
from search.engine import Batch, Counts, Engine, open_engine
from search.errors import CursorError, NotFound
from search.parse import parse
from search.results import Order

ANN = Address("Ann Ågren", "ann@harbour.example")
BOB = Address("Bob", "Bob.Stone@harbour.example")
CLO = Address("Chloé", "chloe@port.example")
DAY = 86_400
T0 = 1_400_000_000  # 2014-05-13T16:53:20Z


def mail(name: str, own: str = "", quoted: str = "", **fields: object) -> tuple[Message, bytes]:
    """A message called `name`: its Message-ID is name@x.example, its bytes are made up."""
    fields.setdefault("message_id", f"{name}@x.example")
    fields.setdefault("from_", (ANN,))
    fields.setdefault("to", (BOB,))
    fields.setdefault("date", T0)
    fields.setdefault("date_source", "header" if fields["date"] is not None else "none")
    raw = repr((name, own, quoted, sorted(fields.items(), key=str))).encode()
    segments = []
    if own:
        segments.append(Segment("own", 0, len(own)))
    if quoted:
        segments.append(Segment("quoted", len(own), len(own + quoted), 1, "On Monday Zoë wrote:"))
    message = Message(
        id=sha256(raw).hexdigest(), size=len(raw), text=own + quoted, segments=tuple(segments), **fields  # type: ignore[arg-type]
    )
    return message, raw


def corpus() -> list[tuple[Message, bytes]]:
    """Twenty-odd messages that differ in what the questions below ask about."""
    return [
        mail("a1", "The harbour wall is leaking again.\n", subject="Harbour wall", lang="en"),
        mail("a2", "Then mend it.\n", "> The harbour wall is leaking again.\n", subject="Re: Harbour wall",
             references=("a1@x.example",), from_=(BOB,), to=(ANN,), date=T0 + DAY, lang="en"),
        mail("a3", "With what money?\n", subject="Re: Harbour wall", references=("a1@x.example", "a2@x.example"),
             cc=(CLO,), date=T0 + 2 * DAY, lang="en"),
        mail("b1", "Le café est fermé, la société aussi.\n", subject="Fermé", from_=(CLO,), to=(ANN, BOB),
             date=T0 + 40 * DAY, lang="fr"),
        mail("c1", "会議は来週です。\n", subject="来週の会議", from_=(CLO,), date=T0 + 41 * DAY, lang="ja"),
        mail("d1", "See the plan.\n", subject="Plan", date=T0 + 42 * DAY, made="table", attachments=(
            Attachment(part="2", name="harbour-plan.pdf", declared="application/pdf", size=10, sha256="ab" * 32),)),
        mail("e1", "An answer to a mail that nobody has.\n", subject="Re: Lost", in_reply_to=("lost@x.example",),
             references=("lost@x.example",), date=T0 + 43 * DAY),
        mail("f1", "No date on this one, harbour master.\n", subject="Undated", date=None),
        mail("g1", "budget contract contracts contracted\n", subject="Money", date=T0 + 400 * DAY, bcc=(CLO,)),
        mail("h1", "one two three four five six seven\n", subject="Numbers", date=T0 + 401 * DAY,
             list_id="talk.harbour.example"),
        *[mail(f"r{i}", f"report number {i}\n", subject=f"Daily {i}", date=T0 + 500 * DAY, from_=(BOB,))
          for i in range(12)],
    ]  # fmt: skip


def fill(
    engine: Engine, mails: list[tuple[Message, bytes]], collection: str = "harbour", archive: str = "/a"
) -> Counts:
    """Stores the mails in one batch, settles threads and indexes."""
    prepared = [
        prepare(message, raw, Place(archive, "box", position, collection))
        for position, (message, raw) in enumerate(mails)
    ]
    with engine.writer() as writer:
        counts = writer.take(Batch(state=ArchiveState(archive=archive, collection=collection), messages=prepared))
        settle(writer)
        writer.index()
    return counts


class Maker:
    """Makes empty corpora of one kind of engine."""

    def __init__(self, request: pytest.FixtureRequest, kind: str, folder: Path) -> None:
        fresh = request.getfixturevalue("elastic") if kind == "elastic" else None
        self._place = fresh or (lambda: str(folder / f"corpus-{len(self.made)}"))
        self.made: list[Engine] = []

    def __call__(self) -> Engine:
        """One that holds nothing yet."""
        self.made.append(open_engine(self._place(), create=True))
        return self.made[-1]

    def close(self) -> None:
        """Closes all that were made."""
        while self.made:
            self.made.pop().close()


@pytest.fixture(scope="module", params=["embedded", "elastic"])
def kind(request: pytest.FixtureRequest) -> str:
    """The engine."""
    return str(request.param)


@pytest.fixture
def make(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Maker]:
    """What makes empty corpora."""
    maker = Maker(request, kind, tmp_path)
    yield maker
    maker.close()


@pytest.fixture
def empty(make: Maker) -> Engine:
    """An engine that holds nothing yet."""
    return make()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """An engine that holds the corpus."""
    fill(empty, corpus())
    return empty


@pytest.fixture(scope="module")
def filled(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same, for tests that only read."""
    maker = Maker(request, kind, tmp_path_factory.mktemp("filled"))
    found = maker()
    fill(found, corpus())
    yield found
    maker.close()


def names(engine: Engine, query: str, order: Order = "oldest", **options: object) -> list[str]:
    """The hits' names in order."""
    page = engine.search(parse(query), order=order, limit=100, **options)  # type: ignore[arg-type]
    assert page.next == ""
    return [hit.row.message_id.partition("@")[0] for hit in page.hits]


QUESTIONS = {
    "leaking": ["a1", "a2"],
    "own:leaking": ["a1"],
    "quoted:leaking": ["a2"],
    "body:leaking": ["a1", "a2"],
    "subject:wall": ["a1", "a2", "a3"],
    "harbour mend": ["a2"],
    '"harbour wall is"': ["a1", "a2"],
    '"wall harbour"': [],
    "leaking OR fermé": ["a1", "a2", "b1"],
    "subject:wall -leaking": ["a3"],
    "subject:wall (money OR mend)": ["a2", "a3"],
    "CAFE": ["b1"],
    "societe": ["b1"],
    "from:agren subject:wall": ["a1", "a3"],
    "from:chloe": ["b1", "c1"],
    'from:"chloe@port.example"': ["b1", "c1"],
    'from:"port.example"': ["b1", "c1"],
    'to:"bob.stone@harbour.example" lang:fr': ["b1"],
    "cc:chloe": ["a3"],
    "bcc:chloe": ["g1"],
    "with:chloe": ["a3", "b1", "c1", "g1"],
    "会議": ["c1"],
    "来週の": ["c1"],
    "議来": [],
    "議": ["c1"],
    "filename:plan": ["d1"],
    "has:attachment": ["d1"],
    "has:pdf": ["d1"],
    "lang:ja": ["c1"],
    "list:talk.harbour.example": ["h1"],
    "collection:harbour lang:fr": ["b1"],
    "collection:elsewhere": [],
    "contract*": ["g1"],
    "contr* budget": ["g1"],
    "budgat~": ["g1"],
    "leeking~": ["a1", "a2"],
    '"one four"~2': ["h1"],
    '"one four"~1': [],
    '"one three five"~2': ["h1"],
    '"one three five"~1': [],
    '"two four six"~2 numbers': ["h1"],
    '"one two four"~1': ["h1"],
    "before:2014-05-14": ["a1"],
    "on:2014-05-14": ["a2"],
    "after:2014-05-14 before:2014-07-01": ["a2", "a3", "b1", "c1", "d1", "e1"],
    "date:2014-05..2014-05": ["a1", "a2", "a3"],
    "date:none": ["f1"],
    "is:ghost": ["lost"],
    "is:made": ["d1"],
    "larger:1M": [],
    "subject:daily 7": ["r7"],
    "-harbour -report -after:2014-06-23": [],
}


@pytest.mark.parametrize("query", QUESTIONS)
def test_questions(filled: Engine, query: str) -> None:
    assert names(filled, query) == QUESTIONS[query]


def test_everything_is_found_without_a_query_and_undated_ones_come_last(filled: Engine) -> None:
    everything = {message.message_id.partition("@")[0] for message, _ in corpus()}
    for order in ("newest", "oldest"):
        found = names(filled, "", order)  # type: ignore[arg-type]
        assert set(found) == everything
        assert len(found) == len(everything)
        assert found[-1] == "f1"
    assert names(filled, "", "oldest")[:3] == ["a1", "a2", "a3"]


def test_subject_and_own_words_outrank_quoted_ones(filled: Engine) -> None:
    assert names(filled, "leaking", "relevance") == ["a1", "a2"]


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("by_thread", [False, True])
@pytest.mark.parametrize("query", ["", "report", "harbour OR report OR plan"])
def test_pages_put_together_are_the_whole_result(filled: Engine, order: Order, by_thread: bool, query: str) -> None:
    parsed = parse(query)
    whole = [hit.row.id for hit in filled.search(parsed, order=order, by_thread=by_thread, limit=100).hits]
    seen: list[str] = []
    cursor = ""
    while True:
        page = filled.search(parsed, order=order, by_thread=by_thread, limit=5, cursor=cursor, facets=False)
        seen += [hit.row.id for hit in page.hits]
        cursor = page.next
        if not cursor:
            break
    assert seen == whole
    assert len(set(seen)) == len(seen)
    assert len(seen) == (page.threads if by_thread else page.total)


def test_grouped_by_thread_each_thread_stands_once_with_its_count(filled: Engine) -> None:
    page = filled.search(parse("harbour"), by_thread=True, order="newest")
    found = {hit.row.subject: hit.thread_hits for hit in page.hits}
    assert found["Re: Harbour wall"] == 3
    assert page.threads == len(page.hits)
    assert page.total > page.threads


def test_a_foreign_cursor_is_refused(filled: Engine) -> None:
    page = filled.search(parse("report"), order="newest", limit=5)
    for cursor in ("x", "!!", "AAAA", page.next):
        with pytest.raises(CursorError):
            filled.search(parse("report"), order="oldest", cursor=cursor)


def test_facets_and_histogram_count_the_whole_match(filled: Engine) -> None:
    page = filled.search(parse(""), limit=1)
    facets = {facet.name: {value.value: value.count for value in facet.values} for facet in page.facets}
    assert facets["from"] == {"bob.stone@harbour.example": 13, "ann@harbour.example": 7, "chloe@port.example": 2}
    assert facets["lang"] == {"en": 3, "fr": 1, "ja": 1}
    assert facets["has"] == {"attachment": 1, "pdf": 1}
    assert page.histogram is not None
    assert page.histogram.undated == 1
    assert sum(bar.count for bar in page.histogram.bars) == page.total - 1
    for facet in page.facets:
        for value in facet.values:
            assert filled.search(parse(value.query)).total == value.count


def test_a_count_is_the_total_of_a_page_without_one(filled: Engine) -> None:
    for text in ("", "report", "is:message", "is:ghost", "date:none", "zzzz"):
        for copies in (False, True):
            page = filled.search(parse(text), limit=1, facets=False, copies=copies)
            assert filled.count(parse(text), copies=copies) == page.total, (text, copies)
    assert filled.count(parse("report")) > 1


@pytest.mark.parametrize(
    ("query", "unit", "bars"),
    [("", "month", 17), ("lang:fr OR lang:ja OR subject:wall", "day", 42), ("subject:wall", "hour", 49),
     ("report", "hour", 1)],
)  # fmt: skip
def test_the_histogram_takes_the_unit_that_fits(filled: Engine, query: str, unit: str, bars: int) -> None:
    histogram = filled.search(parse(query)).histogram
    assert histogram is not None
    assert (histogram.unit, len(histogram.bars)) == (unit, bars)
    for before, after in zip(histogram.bars, histogram.bars[1:], strict=False):
        assert before.end == after.start


def test_what_has_no_date_has_no_histogram(filled: Engine) -> None:
    assert filled.search(parse("date:none")).histogram is None


def test_highlights_say_the_field_and_the_words(filled: Engine) -> None:
    hit = filled.search(parse("leaking"), order="newest").hits[0]
    assert [highlight.field for highlight in hit.highlights] == ["quoted"]
    fragment = hit.highlights[0].fragments[0]
    assert [fragment.text[start:end] for start, end in fragment.spans] == ["leaking"]
    fermé = filled.search(parse("ferme")).hits[0]
    assert {highlight.field for highlight in fermé.highlights} == {"subject", "own"}


def test_a_thread_has_its_tree_and_ghosts(filled: Engine) -> None:
    by_name = {message.message_id: message.id for message, _ in corpus()}
    thread = filled.thread(by_name["a3@x.example"][:12])
    assert [(row.message_id[:2], row.depth) for row in thread.rows] == [("a1", 0), ("a2", 1), ("a3", 2)]
    assert {row.thread for row in thread.rows} == {by_name["a1@x.example"]}
    assert thread.id == by_name["a1@x.example"]
    assert (thread.first, thread.last) == (T0, T0 + 2 * DAY)
    assert thread.rows[2].parent == by_name["a2@x.example"]
    with_ghost = filled.thread(ghost_id("lost@x.example"))
    assert [row.message_id for row in with_ghost.rows] == ["lost@x.example", "e1@x.example"]
    assert [row.ghost for row in with_ghost.rows] == [True, False]
    assert filled.row(ghost_id("lost@x.example")).ghost
    assert names(filled, f"thread:{by_name['a2@x.example'][:16]}") == ["a1", "a2", "a3"]
    alone = filled.thread(by_name["b1@x.example"])
    assert [row.message_id for row in alone.rows] == ["b1@x.example"]
    assert alone.subject == "Fermé"


def test_a_ghost_gives_way_to_the_mail_that_arrives(engine: Engine) -> None:
    ghost = ghost_id("lost@x.example")
    late = mail("lost", "Here I am.\n", subject="Lost", date=T0 + 42 * DAY)
    fill(engine, [late], archive="/b")
    assert names(engine, "is:ghost") == []
    assert engine.status().ghosts == 0
    assert engine.row(ghost).id == late[0].id
    assert [row.message_id for row in engine.thread(ghost).rows] == ["lost@x.example", "e1@x.example"]


def test_threads_that_meet_later_become_one_and_stay_searchable_as_one(engine: Engine) -> None:
    tie = mail("tie", "Both are one matter.\n", subject="Both", references=("a1@x.example", "b1@x.example"),
               date=T0 + 60 * DAY)  # fmt: skip
    fill(engine, [tie], archive="/b")
    thread = engine.thread(tie[0].id)
    assert {row.message_id[:2] for row in thread.rows} == {"a1", "a2", "a3", "b1", "ti"}
    assert names(engine, f"thread:{tie[0].id}") == ["a1", "a2", "a3", "b1", "tie"]
    assert engine.search(parse("leaking OR fermé"), by_thread=True).threads == 1


def test_messages_bytes_and_places_come_back_as_they_were_stored(filled: Engine) -> None:
    for message, raw in corpus():
        assert filled.message(message.id) == message
        assert filled.raw(message.id[:16]) == raw
        assert filled.row(message.id).subject == message.subject
    first = corpus()[0][0]
    assert filled.places(first.id) == [Place("/a", "box", 0, "harbour")]
    ids = [message.id for message, _ in corpus()][::-1]
    assert [message.id for message in filled.messages([*ids, "ab" * 32])] == ids
    assert all(wrong == "" for _, wrong in filled.verify())
    assert len(list(filled.verify())) == len(ids)


def test_unknown_and_ambiguous_ids_are_not_found(filled: Engine) -> None:
    for id in ("", "0" * 64, "0123", "g" + "0" * 16, "gx", "zz", "'", "%", "a" * 100):
        with pytest.raises(NotFound):
            filled.message(id)
        with pytest.raises(NotFound):
            filled.thread(id)


def test_the_same_message_again_only_gains_a_place(engine: Engine) -> None:
    before = engine.status()
    counts = fill(engine, corpus()[:3], collection="other", archive="/b")
    assert counts == Counts(new=0, already=3)
    after = engine.status()
    assert after.messages == before.messages
    assert after.places == before.places + 3
    assert after.collections == {"harbour": before.messages, "other": 3}
    assert names(engine, "collection:other") == ["a1", "a2", "a3"]
    assert names(engine, "collection:harbour subject:wall") == ["a1", "a2", "a3"]


def test_batches_may_be_begun_before_those_ahead_of_them_are_taken(empty: Engine) -> None:
    mails = [prepare(*one, Place("/a", "box", at, "harbour")) for at, one in enumerate(corpus())]
    again = [prepare(*corpus()[0], Place("/a", "box", 100, "harbour"))]
    batches = [mails[:4], mails[2:] + mails[5:7], again]
    with empty.writer() as writer:
        begun = [writer.begin(batch) for batch in batches]
        taken = [
            writer.take(Batch(state=ArchiveState(archive="/a", collection="harbour"), messages=batch, begun=one))
            for batch, one in zip(batches, begun, strict=True)
        ]
        settle(writer)
        writer.index()
    assert [(one.new, one.already) for one in taken] == [(4, 0), (len(mails) - 4, 4), (0, 1)]
    assert {one.message.id: empty.raw(one.message.id) for one in mails} == {one.message.id: one.raw for one in mails}
    assert [empty.message(one.message.id) for one in mails] == [one.message for one in mails]
    assert names(empty, "own:leaking") == ["a1"]


def test_copies_hide_behind_one_hit(engine: Engine) -> None:
    message, _ = corpus()[0]
    raw = b"the same mail by another way"
    copy = Message(**{**{name: getattr(message, name) for name in message.__struct_fields__},
                      "id": sha256(raw).hexdigest(), "size": len(raw)})  # fmt: skip
    fill(engine, [(copy, raw)], collection="second", archive="/b")
    assert names(engine, "own:leaking") == ["a1"]
    assert engine.search(parse("own:leaking")).hits[0].row.copies == 1
    assert names(engine, "is:duplicate") == ["a1", "a1"]
    assert names(engine, "collection:second") == ["a1"]
    assert names(engine, "collection:harbour own:leaking") == ["a1"]
    assert [row.id for row in engine.copies(message.id)] == [copy.id]
    assert engine.status().duplicates == 1
    assert len(names(engine, f"id:{copy.id}")) == 1


def test_the_copy_that_names_the_bcc_stands_for_all(engine: Engine) -> None:
    sent = mail("secret", "Between us.\n", subject="Terms", bcc=(CLO,))
    got = mail("secret", "Between us.\n", subject="Terms", headers=(("Received", "by x"),))
    for number, one in enumerate((sent, got)):
        fill(engine, [one], archive=f"/{number}")
    assert names(engine, "bcc:chloe subject:terms") == ["secret"]
    assert [hit.row.id for hit in engine.search(parse("subject:terms")).hits] == [sent[0].id]


def test_the_digest_does_not_depend_on_order_or_runs(empty: Engine, make: Maker) -> None:
    mails = corpus()
    other = make()
    fill(empty, mails)
    positions = {message.id: position for position, (message, _) in enumerate(mails)}
    for part in (mails[::-1][:9], mails[::-1][9:]):
        prepared = [prepare(m, raw, Place("/a", "box", positions[m.id], "harbour")) for m, raw in part]
        with other.writer() as writer:
            writer.take(Batch(state=ArchiveState(archive="/a", collection="harbour"), messages=prepared))
            settle(writer)
            writer.index()
    assert other.digest() == empty.digest()
    fill(empty, [mail("more", "x\n")])
    assert other.digest() != empty.digest()


def test_counts_and_failures_add_up(empty: Engine) -> None:
    state = ArchiveState(archive="/a", collection="c", position="10", kind="mbox")
    failures = [
        Failure(archive="/a", offset=5, stage="split", code="too-large", reason="Too large.", collection="c"),
        Failure(archive="/a", offset=9, stage="parse", code="note", reason="Kept.", collection="c", message="ab" * 32),
    ]
    messages = [prepare(*mail("x", "x\n"), Place("/a", "", 0, "c"))]
    with empty.writer() as writer:
        assert writer.state("/a", "c") is None
        counts = writer.take(Batch(state=state, messages=messages * 2, failures=failures))
        assert counts == Counts(new=1, already=1, failed=1)
        stored = writer.state("/a", "c")
        assert stored is not None
        assert (stored.read, stored.new, stored.already, stored.failed, stored.position) == (3, 1, 1, 1, "10")
        numbered = empty.failures()
        assert [failure.code for _, failure in numbered] == ["too-large", "note"]
        writer.forget_failures([numbered[0][0]])
        assert [failure.code for _, failure in empty.failures()] == ["note"]
        writer.take(Batch(state=stored, messages=[]))
        again = writer.state("/a", "c")
        assert again is not None
        assert again.read == 3


def test_a_failed_batch_leaves_nothing_behind(engine: Engine) -> None:
    before = engine.digest(), engine.status()
    good = prepare(*mail("fresh", "fresh words\n"), Place("/z", "", 0, "harbour"))
    with engine.writer() as writer:
        with pytest.raises(Exception, match=r"."):
            writer.take(Batch(state=ArchiveState(archive="/z", collection=None), messages=[good]))  # type: ignore[arg-type]
        writer.index()
        assert (engine.digest(), engine.status().messages) == (before[0], before[1].messages)
        assert names(engine, "fresh") == []
        writer.take(Batch(state=ArchiveState(archive="/z", collection="harbour"), messages=[good]))
        settle(writer)
        writer.index()
    assert names(engine, "fresh") == ["fresh"]
    assert names(engine, "leaking") == ["a1", "a2"]


def test_what_was_stored_but_not_indexed_is_indexed_next_time(engine: Engine) -> None:
    prepared = prepare(*mail("late", "belated words\n", references=("a1@x.example",)), Place("/z", "", 0, "harbour"))
    with engine.writer() as writer:
        writer.take(Batch(state=ArchiveState(archive="/z", collection="harbour"), messages=[prepared]))
    assert names(engine, "belated") == []
    assert engine.status().unindexed == 1
    with engine.writer() as writer:
        settle(writer)
        writer.index()
    assert names(engine, "belated") == ["late"]
    assert engine.status().unindexed == 0


def test_reindex_gives_the_same_answers(engine: Engine) -> None:
    before = {query: names(engine, query) for query in QUESTIONS}
    with engine.writer() as writer:
        done = list(writer.reindex())
    assert done[-1] == len(corpus())
    assert {query: names(engine, query) for query in QUESTIONS} == before
