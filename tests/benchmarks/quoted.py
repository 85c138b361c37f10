"""Takes what names the answered mail out of replies, and measures whether their quoted words find it again.

`python -m tests.benchmarks.quoted FOLDER_OR_FILE… [--subjects]`: of every second reply whose parent is here, the
headers In-Reply-To, References and Thread-Index are struck, and its subject, unless `--subjects` leaves it. Right is
what the headers said; where another mail was found, it is told whether the quoted words stand in that one.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import process_time

from ingest import archives, pipeline
from ingest.archives import Item
from ingest.messages import read_message
from ingest.threads import prepare, settle
from mappings.records import ArchiveState, Message, Place
from search.engine import Batch, Engine, open_engine
from search.ghosts import moment, quotation, quote_of
from tests.benchmarks.measure import parser, report, table

NAMES = re.compile(rb"^(?:In-Reply-To|References|Thread-Index|X-GM-THRID):[^\n]*\n(?:[ \t][^\n]*\n)*", re.I | re.M)
SUBJECT = re.compile(rb"^Subject:[^\n]*\n(?:[ \t][^\n]*\n)*", re.I | re.M)
FEW = 8  # words that a quotation must have to count
RUN = 5  # words that must stand in a row


def raws(paths: list[Path]) -> Iterator[bytes]:
    """The bytes of every mail below the paths."""
    for unit in pipeline.find(paths):
        if not isinstance(unit, pipeline.Problem):
            yield from (item.raw for item in archives.read(unit, "") if isinstance(item, Item))


def struck(raw: bytes, subjects: bool) -> bytes:
    """A mail without what names others, and without its subject."""
    head, gap, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:20_000] else b"\n\n")
    head = NAMES.sub(b"", head + b"\n")
    return (head if subjects else SUBJECT.sub(b"", head)).rstrip(b"\n") + gap + body


def quoted_words(message: Message) -> list[str]:
    """The words of the first quotation."""
    parts = [message.text[one.words or one.start : one.end] for one in quotation(message)]
    return re.findall(r"\w+", " ".join(parts).casefold())


def stands(message: Message, other: Message) -> bool:
    """Whether most of a message's quoted words stand in the own words of the other."""
    own = " ".join(other.text[one.start : one.end] for one in other.segments if one.kind == "own")
    there = " ".join(re.findall(r"\w+", own.casefold()))
    words = quoted_words(message)
    runs = [" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1))]
    return sum(run in there for run in runs) >= 0.6 * len(runs)


def fill(engine: Engine, paths: list[Path], subjects: bool) -> dict[str, str]:
    """Stores the mails; gives the Message-IDs that struck replies named, by the replies' ids."""
    mails = {raw: read_message(raw).message for raw in raws(paths)}
    known = {message.message_id for message in mails.values()}
    truth: dict[str, str] = {}
    prepared = []
    for number, (raw, message) in enumerate(mails.items()):
        found = prepare(message, raw, Place("mails"))
        named = found.references[-1] if found.references else ""
        if number % 2 and named in known and named != message.message_id:
            raw = struck(raw, subjects)
            found = prepare(read_message(raw).message, raw, Place("mails"))
            if len(quoted_words(found.message)) >= FEW and not found.references:
                truth[found.message.id] = named
        prepared.append(found)
    began = process_time()
    with engine.writer() as writer:
        for at in range(0, len(prepared), 500):
            writer.take(Batch(state=ArchiveState(archive="mails"), messages=prepared[at : at + 500]))
        settle(writer)
        writer.index()
    print(f"{len(mails):,} mails, {len(truth):,} replies struck, {process_time() - began:.1f} s to store and arrange")
    return truth


def told(message: Message) -> str:
    """What the quotation says of the mail it quotes."""
    quote = quote_of(message)
    when = "none" if moment(quote.written) is None else "minute" if "T" in quote.written else "day"
    return f"{'named' if quote.name or quote.address else 'nobody'}, date: {when}"


def main() -> None:
    """Reads the arguments, stores, compares."""
    options = parser(__doc__)
    options.add_argument("paths", type=Path, nargs="+")
    options.add_argument("--subjects", action="store_true", help="leave the subjects")
    options.add_argument("--show", type=int, default=0, help="show so many of the mails that were found instead")
    given = options.parse_args()
    folder = given.bench / "quoted"
    shutil.rmtree(folder, ignore_errors=True)
    counts: dict[str, Counter[str]] = {}
    with closing(open_engine(str(folder), create=True)) as engine:
        truth = fill(engine, given.paths, given.subjects)
        for id, named in truth.items():
            message, row = engine.message(id), engine.row(id)
            parent = engine.row(row.parent) if row.parent else None
            verdict = "none" if parent is None else "ghost" if parent.ghost else "right"
            if parent and not parent.ghost and parent.message_id != named:
                verdict = "words" if stands(message, engine.message(parent.id)) else "wrong"
                if given.show:
                    given.show -= 1
                    print(f"{verdict}: {id[:12]} {row.subject!r} found {parent.id[:12]} {parent.subject!r} of "
                          f"{parent.from_}, quoted {quote_of(message)}", file=sys.stderr)  # fmt: skip
            for group in (told(message), "all"):
                counts.setdefault(group, Counter())[verdict] += 1
    kinds = ("right", "words", "wrong", "ghost", "none")
    rows = []
    for group, found in sorted(counts.items(), key=lambda pair: pair[0]):
        met = found["right"] + found["words"] + found["wrong"]
        shares = (f"{found['right'] / max(met, 1):.2%}", f"{found['right'] / found.total():.1%}")
        rows.append((group, found.total(), *(found[kind] for kind in kinds), *shares))
    print(table(("quotation", "replies", *kinds, "precision", "recall"), rows))
    report({group: dict(found) for group, found in counts.items()}, given.json)


if __name__ == "__main__":
    main()
