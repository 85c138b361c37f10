"""The loop: counts that add up, stopping and going on, failures, workers."""

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ingest import pipeline, prepare
from ingest.archives import Item, Problem, Unit
from ingest.messages import Reading
from ingest.progress import Outcome, PlainProgress
from mappings.records import ArchiveState, Attachment, Failure, Message, Prepared
from mappings.signatures import Key
from search.engine import Batch, Counts, open_engine
from search.errors import EngineUnavailable


class Memory:
    """A corpus in memory: as much of engine and writer as the loop uses."""

    waits = False

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], ArchiveState] = {}
        self.held: dict[str, bytes] = {}
        self.places: set[tuple[str, str, str, int]] = set()
        self.noted: dict[int, Failure] = {}
        self.batches: list[Batch] = []
        self.indexed = 0
        self.room = 10**9

    def writer(self) -> "Memory":
        return self

    def keys(self) -> list[Key]:
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def state(self, archive: str, collection: str) -> ArchiveState | None:
        return self.states.get((archive, collection))

    def begin(self, messages: Sequence[Prepared]) -> list[Prepared]:
        for one in messages:
            one.message.subject.encode()
        return list(messages)

    def take(self, batch: Batch) -> Counts:
        assert batch.begun in (None, batch.messages)
        for one in batch.messages:
            one.message.subject.encode()
        if len(self.held) + len(batch.messages) > self.room:
            raise EngineUnavailable("The disk is full.")
        self.batches.append(batch)
        before = len(self.held)
        for one in batch.messages:
            self.held.setdefault(one.message.id, one.raw)
            self.places.add((one.message.id, one.place.archive, one.place.member, one.place.offset))
        new = len(self.held) - before
        lost = sum(not failure.message for failure in batch.failures)
        for failure in batch.failures:
            self.noted[max(self.noted, default=0) + 1] = failure
        old = batch.state
        self.states[old.archive, old.collection] = replace(
            old, read=old.read + len(batch.messages) + lost, new=old.new + new, failed=old.failed + lost,
            already=old.already + len(batch.messages) - new,
        )  # fmt: skip
        return Counts(new=new, already=len(batch.messages) - new, failed=lost)

    def failures(self, limit: int = 100, after: int = 0) -> list[tuple[int, Failure]]:
        return [(n, f) for n, f in sorted(self.noted.items()) if n > after][:limit]

    def forget_failures(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            del self.noted[number]

    def loose(self) -> list[int]:
        return []

    def index(self, *, wait: bool = True) -> None:
        self.indexed = len(self.held)


class Shelf:
    """Archives in memory in place of ingest.archives; each entry is bytes or a Problem."""

    def __init__(self, **boxes: Sequence[Any]) -> None:
        self.boxes = {f"/box/{name}": list(entries) for name, entries in boxes.items()}
        self.broken: Exception | None = None

    def units(self, path: Path) -> Iterator[Unit]:
        for name, entries in self.boxes.items():
            if Path(name).is_relative_to(path):
                yield Unit(path=Path(name), kind="mbox", size=len(entries), modified=0, root=path)

    def resume(self, unit: Unit, state: ArchiveState | None) -> tuple[str | None, str]:
        if state is None:
            return "", "head"
        return (None if state.done and state.size == unit.size else state.position), "head"

    def read(self, unit: Unit, position: str) -> Iterator[Item | Problem]:
        for number, entry in enumerate(self.boxes[str(unit.path)]):
            if number < int(position or 0):
                continue
            if isinstance(entry, Exception):
                raise entry
            if isinstance(entry, Problem):
                yield replace(entry, position=str(number + 1), offset=number)
            else:
                yield Item(raw=entry, member="", position=str(number + 1), offset=number)

    def put(self, patch: pytest.MonkeyPatch) -> Self:
        for name in ("units", "resume", "read"):
            patch.setattr(pipeline.archives, name, getattr(self, name))
        return self


def mail(number: int, body: str = "Hello") -> bytes:
    return f"Message-ID: <{number}@example.org>\nFrom: ann@example.org\nSubject: {number}\n\n{body}\n".encode()


def bad(code: str = "truncated") -> Problem:
    return Problem(stage="split", code=code, reason="It ends too early.")


def fake_reader(raw: bytes, *, carrier: str = "", parser: str = "fast", made: str = "") -> Reading:
    """Reads `nest 3` as a mail with `nest 2` attached to it, and so on; falls over where it is told to."""
    if b"panic" in raw:
        raise RuntimeError("no such luck")
    if b"surrogate" in raw:
        return Reading(Message(id=hashlib.sha256(raw).hexdigest(), size=len(raw), subject="\ud800"), ())
    level = int(raw[5:]) if raw.startswith(b"nest ") else 0
    attached = (b"nest %d" % (level - 1),) if level else ()
    parts = tuple(Attachment(part="2", message=hashlib.sha256(inner).hexdigest()) for inner in attached)
    message = Message(id=hashlib.sha256(raw).hexdigest(), size=len(raw), carrier=carrier, attachments=parts)
    return Reading(message, attached)


def adds_up(outcome: Outcome) -> bool:
    return outcome.read == outcome.new + outcome.already + outcome.failed


BOX = st.lists(
    st.one_of(
        st.integers(0, 8).map(mail),
        st.integers(0, 8).map(lambda n: mail(n, "panic")),
        st.integers(0, 8).map(lambda n: mail(n, "surrogate")),
        st.integers(0, 25).map(lambda n: b"nest %d" % n),
        st.just(bad()),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(boxes=st.lists(BOX, min_size=1, max_size=3), chunk=st.integers(1, 5), workers=st.sampled_from([1, 3]))
def test_counts_add_up_whatever_the_mixture(boxes: list[list[Any]], chunk: int, workers: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        Shelf(**{f"b{n}": box for n, box in enumerate(boxes)}).put(patch)
        patch.setattr(prepare, "read_uncut", fake_reader)
        patch.setattr(pipeline, "CHUNK_MESSAGES", chunk)
        corpus = Memory()
        with ThreadPoolExecutor(2) as pool:
            executor = pool if workers > 1 else None
            outcome = pipeline.load(corpus, [Path("/box")], workers=workers, executor=executor)  # type: ignore[arg-type]
    assert adds_up(outcome)
    assert outcome.read == sum(batch_read(batch) for batch in corpus.batches)
    assert outcome.new == len(corpus.held) == corpus.indexed
    problems = sum(isinstance(entry, Problem) for box in boxes for entry in box)
    assert outcome.failed == problems
    assert outcome.partial + outcome.failed == len(corpus.noted)
    given_mails = {entry for box in boxes for entry in box if not isinstance(entry, Problem)}
    assert given_mails <= set(corpus.held.values()), "a mail that can't be read keeps its bytes all the same"
    for state in corpus.states.values():
        assert state.done
        assert state.read == state.new + state.already + state.failed
    assert sum(state.read for state in corpus.states.values()) == outcome.read


def batch_read(batch: Batch) -> int:
    return len(batch.messages) + sum(not failure.message for failure in batch.failures)


def load(corpus: Memory, **options: Any) -> Outcome:
    return pipeline.load(corpus, [Path("/box")], **options)  # type: ignore[arg-type]


def test_running_again_skips_what_is_unchanged_and_adds_what_was_appended(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(a=[mail(1), mail(2)]).put(monkeypatch)
    corpus = Memory()
    assert load(corpus).new == 2
    again = load(corpus)
    assert (again.read, again.unchanged, again.archives) == (0, 1, 1)
    shelf.boxes["/box/a"].append(mail(3))
    third = load(corpus)
    assert (third.read, third.new) == (1, 1)
    assert corpus.states["/box/a", ""].read == 3


def test_a_stop_keeps_what_was_read_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[mail(n) for n in range(10)], b=[mail(n) for n in range(10, 14)]).put(monkeypatch)
    monkeypatch.setattr(pipeline, "CHUNK_MESSAGES", 2)
    corpus = Memory()
    first = load(corpus, stop=lambda: len(corpus.batches) >= 2)
    assert first.interrupted
    assert first.read == first.new == len(corpus.held) == corpus.indexed < 14
    assert not corpus.states["/box/a", ""].done
    second = load(corpus)
    assert not second.interrupted
    assert (second.new, second.already) == (14 - first.new, 0)


def test_memory_is_bounded_by_bytes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[mail(n, "x" * 4000) for n in range(20)]).put(monkeypatch)
    monkeypatch.setattr(pipeline, "CHUNK_BYTES", 10_000)
    corpus = Memory()
    load(corpus)
    assert max(sum(len(one.raw) for one in batch.messages) for batch in corpus.batches) < 15_000


def test_a_reader_that_raises_is_a_failure_and_the_other_archives_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = OSError(errno.EIO, "Input/output error")
    shelf = Shelf(a=[mail(1), gone, mail(2)], b=[mail(3)]).put(monkeypatch)
    corpus = Memory()
    outcome = load(corpus)
    assert adds_up(outcome)
    assert (outcome.new, outcome.failed) == (2, 1)
    assert [(f.archive, f.stage, f.code) for f in corpus.noted.values()] == [("/box/a", "open", "not-read-on")]
    assert "Input/output error" in corpus.noted[1].reason
    assert not corpus.states["/box/a", ""].done
    shelf.boxes["/box/a"].remove(gone)
    later = load(corpus)
    assert (later.new, later.failed) == (1, 0)


def test_a_message_whose_preparation_raises_is_kept_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail(2, "panic")
    Shelf(a=[mail(1), raw, mail(3)]).put(monkeypatch)
    monkeypatch.setattr(prepare, "read_uncut", fake_reader)
    corpus = Memory()
    outcome = load(corpus)
    assert (outcome.read, outcome.new, outcome.failed, outcome.partial) == (3, 3, 0, 1)
    (failure,) = corpus.noted.values()
    assert corpus.held[failure.message] == raw
    assert (failure.stage, failure.offset) == ("parse", 1)
    assert "no such luck" in failure.reason


@pytest.mark.parametrize("turn", ["cut", "prepare"])
def test_a_fault_in_a_later_turn_costs_that_mail_its_record_and_no_other(
    turn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = getattr(prepare, turn)

    def falls_over(*given: Any) -> object:
        if b"nest 2" in given:
            raise RuntimeError("no such luck")
        return step(*given)

    Shelf(a=[mail(1), b"nest 3", mail(2)]).put(monkeypatch)
    monkeypatch.setattr(prepare, "read_uncut", fake_reader)
    monkeypatch.setattr(prepare, turn, falls_over)
    corpus = Memory()
    outcome = load(corpus)
    assert (outcome.read, outcome.new, outcome.partial) == (6, 6, 1)
    (failure,) = corpus.noted.values()
    assert (corpus.held[failure.message], failure.code) == (b"nest 2", "unread")
    _, outer, *inner, _ = corpus.batches[0].messages
    assert [one.message.carrier for one in inner] == [outer.message.id, inner[0].message.id, inner[1].message.id]


def test_attached_mails_are_messages_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[b"nest 3"]).put(monkeypatch)
    monkeypatch.setattr(prepare, "read_uncut", fake_reader)
    corpus = Memory()
    outcome = load(corpus)
    outer, *inner = corpus.batches[0].messages
    assert outcome.read == 1 + len(inner) == 4
    assert [one.place.member for one in inner] == ["#2", "#2#2", "#2#2#2"]
    assert [one.message.carrier for one in inner] == [outer.message.id, inner[0].message.id, inner[1].message.id]


def test_mails_attached_too_deep_stay_inside_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[b"nest 2000"]).put(monkeypatch)
    monkeypatch.setattr(prepare, "read_uncut", fake_reader)
    corpus = Memory()
    outcome = load(corpus)
    assert outcome.read == prepare.DEPTH + 1
    assert [f.code for f in corpus.noted.values()] == ["too-deep"]
    assert outcome.partial == 1


def test_failures_are_listed_once_and_struck_when_they_do_not_recur(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(a=[mail(1), bad()], b=[bad("damaged")]).put(monkeypatch)
    corpus = Memory()
    assert load(corpus).failed == 2
    shelf.boxes["/box/a"][1] = mail(2)
    known = list(pipeline.failures(corpus))  # type: ignore[arg-type]
    monkeypatch.setattr(Path, "exists", lambda self: True)
    outcome = pipeline.retry(corpus, known)  # type: ignore[arg-type]
    assert (outcome.resolved, outcome.new, outcome.already, outcome.failed) == (1, 1, 1, 1)
    assert [f.code for f in corpus.noted.values()] == ["damaged"]
    assert corpus.states["/box/a", ""].read == 2


def test_what_could_not_be_looked_at_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(a=[mail(1)]).put(monkeypatch)
    locked = Problem(stage="open", code="unreadable", reason="Permission denied.", member="/box/locked")
    monkeypatch.setattr(pipeline.archives, "units", lambda path: [*shelf.units(path), locked])
    corpus = Memory()
    for _ in range(2):
        outcome = load(corpus)
        assert adds_up(outcome)
        assert outcome.failed == 1
    assert [(f.archive, f.member) for f in corpus.noted.values()] == [("/box/locked", "")]


def test_a_path_given_twice_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[mail(1)]).put(monkeypatch)
    corpus = Memory()
    outcome = pipeline.load(corpus, [Path("/box"), Path("/box/a")])  # type: ignore[arg-type]
    assert (outcome.archives, outcome.read) == (1, 1)


def test_the_corpus_itself_is_no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(**{"a": [mail(1)], "corpus/data": [mail(2)]}).put(monkeypatch)
    assert [pipeline.name_of(u) for u in pipeline.find([Path("/box")], besides=Path("/box/corpus"))] == ["/box/a"]


def test_a_dry_run_counts_and_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[mail(1), mail(1), mail(2), bad()]).put(monkeypatch)
    found: list[Failure] = []
    outcome = load(Memory().__class__(), dry_run=False)
    dry = pipeline.load(None, [Path("/box")], dry_run=True, found=found)
    assert (dry.read, dry.new, dry.already, dry.failed) == (4, 2, 1, 1)
    assert (outcome.read, outcome.new, outcome.already, outcome.failed) == (4, 2, 1, 1)
    assert [f.code for f in found] == ["truncated"]


def test_a_full_disk_ends_the_run_with_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(a=[mail(n) for n in range(10)]).put(monkeypatch)
    monkeypatch.setattr(pipeline, "CHUNK_MESSAGES", 2)
    corpus = Memory()
    corpus.room = 5
    with pytest.raises(EngineUnavailable):
        load(corpus)
    corpus.room = 100
    assert load(corpus).new == 10 - 4


def test_plain_progress_says_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    shown = PlainProgress(sys.stdout, every=0)
    shown.start(1000)
    shown.update("/a/in\x1b[2Jbox", 250, Outcome(read=10, new=7, already=2, failed=1))
    line = capsys.readouterr().out
    assert "10 read, 7 new, 2 already there, 1 failed" in line
    assert "25 % done" in line
    assert "\x1b" not in line


# --- with the real parts


def mbox(folder: Path, name: str, numbers: Iterable[int], make: Callable[[int], bytes] = mail) -> Path:
    path = folder / name
    path.write_bytes(b"".join(b"From a@b Mon Jan  1 00:00:00 2001\n" + make(n) + b"\n" for n in numbers))
    return path


def reply(number: int) -> bytes:
    to = f"In-Reply-To: <{number // 2}@example.org>\n" if number else ""
    return (f"Message-ID: <{number}@example.org>\nFrom: p{number % 7}@example.org\nSubject: Re: plan\n"
            f"Date: Mon, 1 Jan 2001 00:{number % 60:02}:00 +0000\n{to}\nAnswer {number}.\n").encode()  # fmt: skip


def digest(folder: Path, paths: list[Path], workers: int) -> tuple[str, Outcome]:
    engine = open_engine(str(folder), create=True)
    try:
        outcome = pipeline.load(engine, paths, workers=workers)
        return engine.digest(), outcome
    finally:
        engine.close()


def test_one_or_two_workers_and_either_order_give_the_same_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK_MESSAGES", 16)
    one = mbox(tmp_path, "one.mbox", range(60), reply)
    two = mbox(tmp_path, "two.mbox", range(40, 120), reply)
    first, outcome = digest(tmp_path / "c1", [one, two], 1)
    assert (outcome.read, outcome.new, outcome.already, outcome.failed) == (140, 120, 20, 0)
    second, _ = digest(tmp_path / "c2", [two, one], 2)
    assert first == second
