"""Base64 runs of a mail stored as the bytes they stand for, and put back to the letter.

Base64 (RFC 2045 §6.8) hides from a compressor what repeats in a table or a text, since its groups of three bytes start
anywhere.
"""

import re
from binascii import Error, a2b_base64, b2a_base64

from msgspec import Struct, msgpack

_LINES = 16  # a run of fewer is not worth its entry
_WIDTHS = (76, 72, 64, 60)
# A run as mail programs write it: full lines of one width, then what is left.
_RUN = re.compile(
    rb"(?:%s)(?:[A-Za-z0-9+/]*={0,2}(?=\r?\n|\Z))?"
    % b"|".join(rb"(?:[A-Za-z0-9+/]{%d}\r?\n){%d,}" % (width, _LINES) for width in _WIDTHS)
)
# How files begin that are compressed already: PDF, PNG, JPEG, zip and the office formats, gzip, GIF. The general
# compressor wins base64's third back from these by itself.
_DENSE = (b"JVBERi", b"iVBORw", b"/9j/", b"UEsDB", b"H4sI", b"R0lGOD")
_BLANK = re.compile(rb"\n\r?\n")


class _Run(Struct, frozen=True, array_like=True):
    """One run: `at` is its offset in the mail, `size` that of its decoded bytes; then its lines' width and end."""

    at: int
    size: int
    width: int
    end: bytes


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(tuple[_Run, ...])


def shrink(raw: bytes) -> bytes:
    """A shorter form of a mail, or the very same bytes where there is none. `grow` undoes it.

    The form: the length of the list of runs (4 bytes, big-endian), that list, the runs decoded, the rest of the mail.
    """
    if len(raw) < _LINES * _WIDTHS[-1]:
        return raw
    runs: list[_Run] = []
    decoded: list[bytes] = []
    rest: list[bytes] = []
    done = 0
    mark = b"base64"
    looked = raw.find(mark)
    if looked < 0:
        mark = b"BASE64"
        looked = raw.find(mark)
    while looked >= 0 and (at := raw.find(mark, looked)) >= 0 and (blank := _BLANK.search(raw, at)):
        looked = blank.end()
        found = None if raw.startswith(_DENSE, looked) else _RUN.match(raw, looked)
        if found is None:
            continue
        run = _decoded(found[0])
        if run is None:
            continue
        data, width, end, length = run
        looked += length
        runs.append(_Run(found.start(), len(data), width, end))
        decoded.append(data)
        rest.append(raw[done : found.start()])
        done = looked
    if not runs:
        return raw
    listed = _encoder.encode(runs)
    return b"".join((len(listed).to_bytes(4, "big"), listed, *decoded, *rest, raw[done:]))


def grow(form: bytes, size: int) -> bytes:
    """The mail of `size` bytes that `form` was made from."""
    if len(form) == size:
        return form
    start = 4 + int.from_bytes(form[:4], "big")
    runs = _decoder.decode(form[4:start])
    at = start + sum(run.size for run in runs)  # of the rest
    pieces: list[bytes] = []
    done = 0
    for run in runs:
        pieces.append(form[at : at + run.at - done])
        at += run.at - done
        pieces.append(_lines(form[start : start + run.size], run.width, run.end))
        start += run.size
        done = run.at + len(pieces[-1])
    return b"".join((*pieces, form[at:]))


def _decoded(text: bytes) -> tuple[bytes, int, bytes, int] | None:
    """What a run stands for, its lines' width and end, and how much of `text` it is; None unless `_lines` undoes it."""
    width = text.index(b"\n")
    end = b"\r\n" if text[width - 1] == 13 else b"\n"
    width -= len(end) - 1
    text = text.removesuffix(end)
    joined = text.replace(end, b"")
    if len(text) - len(joined) != len(end) * ((len(joined) - 1) // width):
        return None  # lines of several widths, or a line end of the other kind
    try:
        data = a2b_base64(joined, strict_mode=True)
    except Error:
        return None
    if b2a_base64(data[-(len(data) % 3 or 3) :], newline=False) != joined[-4:]:
        return None  # bits beyond the last byte
    return data, width, end, len(text)


def _lines(data: bytes, width: int, end: bytes) -> bytes:
    """Base64 in lines of `width`, the last one without its line end."""
    text = b2a_base64(data, newline=False)
    return end.join([text[at : at + width] for at in range(0, len(text), width)])
