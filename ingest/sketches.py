"""Sketches: the few numbers by which a quotation finds the mail whose words it repeats, however it was wrapped."""

from zlib import crc32

from ingest.copies import WHITE, Words
from mappings.records import Message
from search.ghosts import quotation

OWN = 4  # numbers of a mail's own words, but for that of their beginning
QUOTED = 16  # of a quotation's
WORDS = 2000  # bytes of the own words that are looked at
HEAD = 1 << 23  # marks the number of the beginning

_HEAD_BYTES = 24
# A run is what stands behind an "m" as far as there is no other: one begins in some sixty letters of any language that
# is written in Latin ones. Others stand in where those are few; the last one for other scripts, whose UTF-8 has it as
# often.
_MARKS = (b"d", b"c", b"\xb2")
_RUN = 16  # bytes of a run that count; shorter ones don't


def own_sketch(words: Words) -> tuple[int, ...]:
    """The sketch of a message's own words."""
    return sketch(words[1][:WORDS], OWN)


def quoted_sketch(message: Message) -> tuple[int, ...]:
    """The sketch of a message's first quotation, without the lines that introduce it."""
    words = "".join([message.text[one.words or one.start : one.end] for one in quotation(message)])
    return sketch(words[: 8 * WORDS].encode("utf-8", "surrogatepass").translate(None, WHITE), QUOTED)


def sketch(words: bytes, most: int) -> tuple[int, ...]:
    """The smallest `most` of the hashes of sampled runs in a text without white space, ascending; last one of its
    beginning.

    Which runs are sampled depends on their own letters alone. So who repeats a part of a text shares a share of its
    numbers. After A. Z. Broder, "On the resemblance and containment of documents" (1997), and S. Schleimer,
    D. Wilkerson, A. Aiken, "Winnowing" (2003). Numbers are below 2^24.
    """
    found = sorted({crc32(run[:_RUN]) >> 11 for run in words.split(b"m")[1:] if len(run) >= _RUN})[:most]
    level = 0
    for mark in _MARKS:
        if len(found) == most:
            break
        # each kind of run makes larger numbers than those before: the smallest of all are the same ones everywhere
        level += 1 << 21
        hashes = sorted({crc32(run[:_RUN]) >> 11 for run in words.split(mark)[1:] if len(run) >= _RUN})
        found += [level | hash for hash in hashes[: most - len(found)]]
    if len(words) >= _HEAD_BYTES:
        found.append(crc32(words[:_HEAD_BYTES]) >> 9 | HEAD)
    return tuple(found)


def shared(quoted: tuple[int, ...], own: tuple[int, ...]) -> tuple[int, float]:
    """How many numbers two sketches share, and the part of the quoted words that is thus found in the own ones.

    Of a sketch that is full only what is below its largest number tells whether it is there.
    """
    found = len(set(quoted) & set(own))
    runs = [number for number in own if number < HEAD]
    limit = runs[-1] if len(runs) == OWN else HEAD
    comparable = [number for number in quoted if number <= limit and number < HEAD]
    there = len(set(comparable) & set(runs))
    return found, there / len(comparable) if comparable else 1.0
