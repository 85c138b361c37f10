"""A released document's text -> its fields, its own text, and the earlier mails of its chain."""

from functools import lru_cache

from ingest.releases.attributed import with_attributed
from ingest.releases.blocks import Block, find_blocks
from ingest.releases.clock import read_clock
from ingest.releases.marks import is_mark, released
from ingest.releases.memo import find_memo
from ingest.releases.parts import Document, Fields, Part
from ingest.releases.people import read_people

_SHORT = 50_000  # letters of a document whose reading is kept for a while
_STRAY = 6  # lines above a document's own header that are neither blank nor a mark


def read_document(text: str) -> Document:
    """The mails in a document's text; kept for a while, since composing asks, then reading, then its chain."""
    return _kept(text) if len(text) < _SHORT else _read(text)


def _read(text: str) -> Document:
    """What `read_document` gives, worked out."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    blocks = find_blocks(lines)
    own = bool(blocks) and _is_top(lines, blocks[0])
    if not own and (memo := find_memo(lines[: blocks[0].start] if blocks else lines)):
        blocks.insert(0, memo)
        own = True
    parts: list[Part] = []
    ends = [starts[block.start] for block in blocks[1:]] + [len(text)]
    for block, end in zip(blocks, ends, strict=False):  # with no blocks, there is one end too many
        parts.append(Part(read_fields(block), starts[block.start], min(starts[block.end], end), end))
    return Document(tuple(with_attributed(text, parts)), own)


_kept = lru_cache(maxsize=600)(_read)


def _is_top(lines: list[str], block: Block) -> bool:
    """Whether a block is the document's own header: nothing above it but marks and a few stray lines."""
    above = [line for line in lines[: block.start] if line.strip() and not is_mark(line)]
    return len(above) <= _STRAY


def read_fields(block: Block) -> Fields:
    """The fields of a block, read."""
    fields = block.fields
    senders = read_people(fields.get("from", ""))
    sent = fields.get("sent", "") or fields.get("date", "")
    return Fields(
        sender=senders[0] if senders else None,
        to=read_people(fields.get("to", "")),
        cc=read_people(fields.get("cc", "")),
        bcc=read_people(fields.get("bcc", "")),
        subject=" ".join(fields.get("subject", "").split()),
        sent=read_clock(sent) if sent else None,
    )


def is_release(head: str) -> bool:
    """Whether a text begins as a released document does: with a mail's header block, or with a release's marks."""
    lines = head.split("\n")
    return released(head) or any(_is_top(lines, block) for block in find_blocks(lines[:200])[:1])
