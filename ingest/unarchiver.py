"""7z, RAR, cabinet files, ISO images and LHA, opened by the library libarchive: what it tells, frame after frame.

`main` is a process of its own that writes the frames to a pipe. libarchive is C and the archives are strangers': what
makes it crash, hang or eat memory must cost one archive and not the whole ingest. The processes that read attachments
(`ingest.extraction.worker`) would not do: they take a file whole and give one answer, where an archive of mailboxes has
to be streamed. A pipe holds the reader back while we are busy, and ends when the reader does. The process limits
itself, its address space and the time of computing between two frames, so that it ends even when whoever started it
was killed. It opens no file but the one it is handed, and writes none.

Only the one format that the first bytes show is switched on, and none of libarchive's filters.
"""

import locale
import logging
import os
import resource
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from ctypes import CDLL, byref, c_char_p, c_int, c_longlong, c_size_t, c_void_p, string_at
from functools import cache
from types import ModuleType
from typing import BinaryIO, cast
from zlib import crc32

from msgspec import Struct, msgpack
from msgspec.structs import replace

from ingest import archive_headers as headers
from ingest.processes import HEAD

SECONDS = 60  # of computing until the next frame; honest archives take milliseconds
MEMORY = 768 << 20  # bytes of address space: a dictionary of 512 MiB, as an xz stream may ask for, and all else
PIECE = 1 << 20  # bytes of a frame's content
_BLOCK = 1 << 16
_FORMATS = {"7z": "7zip", "rar": "rar", "cab": "cab", "iso": "iso9660", "lha": "lha"}
_LIBRARIES = ("libarchive.so.13", "libarchive.dylib", "/usr/lib/libarchive.2.dylib",
              "/opt/homebrew/opt/libarchive/lib/libarchive.dylib",
              "/usr/local/opt/libarchive/lib/libarchive.dylib")  # fmt: skip
# What the package declares none of.
_LEFT_OUT = {
    "entry_is_encrypted": ([c_void_p], c_int), "entry_pathname_utf8": ([c_void_p], c_char_p),
    "read_has_encrypted_entries": ([c_void_p], c_int), "read_set_options": ([c_void_p, c_char_p], c_int),
}  # fmt: skip
_REGULAR = (0o100000, 0)  # kinds of file; some formats do not tell
_CODES = (("ncrypt", "encrypted"), ("assphrase", "encrypted"), ("runcated", "truncated"), ("remature", "truncated"),
          ("nd of file", "truncated"), ("nd-of-file", "truncated"), ("llocate", "too-large"), ("memory", "too-large"),
          ("upported", "unsupported"))  # fmt: skip
_REST = "If anything follows it in the archive, that was not read."
_REASONS = {
    "encrypted": "It is protected with a password.",
    "truncated": "The archive ends too early{0}.",
    "too-large": f"To unpack it takes more than {MEMORY >> 20} MiB of memory{{0}}.",
    "unsupported": "It is packed in a way that can't be read{0}.",
    "damaged": "The archive is damaged{0}.",
}


class Begin(Struct, frozen=True, tag=True, array_like=True):
    """A file in the archive; its content follows, then `Done` or a `Fault`."""

    number: int  # in the archive, folders and links counted
    name: bytes


class Piece(Struct, frozen=True, tag=True, array_like=True):
    """The next bytes of a file."""

    data: bytes


class Passed(Struct, frozen=True, tag=True, array_like=True):
    """So many bytes of a file that was not asked for were unpacked."""

    count: int


class Done(Struct, frozen=True, tag=True, array_like=True):
    """The file that began is whole."""


class Fault(Struct, frozen=True, tag=True, array_like=True):
    """What ails the file that began, or else the archive. `code` as in `ingest.archives.errors`, or "missing": the
    package ("libarchive-c") or library ("libarchive") that `reason` names is not here. `last`: nothing follows."""

    code: str
    reason: str
    last: bool = False


_ELSEWHERE = Fault("unsupported", "A part of it is in another volume of the archive; they are not put together.")


class End(Struct, frozen=True, tag=True, array_like=True):
    """The archive was read to its end, or as far as can be."""


Frame = Begin | Piece | Passed | Done | Fault | End


def main() -> None:
    """Tells of the archive that is the standard input; the arguments are its kind and the first file's number."""
    sink = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for fatal in (signal.SIGPROF, signal.SIGPIPE):
        signal.signal(fatal, signal.SIG_DFL)
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # a system that does not know the limit, or sets a lower one
            resource.setrlimit(limit, (most, most))
    for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):  # libarchive gives names in the charset of the locale
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            break
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        for frame in frames(0, sys.argv[1], int(sys.argv[2])):
            _write(sink, frame)
            if sys.platform == "darwin" and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MEMORY:
                raise MemoryError  # that system knows the limit and does not enforce it
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
    except MemoryError:
        _write(sink, _fault("Can't allocate memory", last=True))
    _write(sink, End())


def _write(sink: BinaryIO, frame: Frame) -> None:
    """At once: what were held here would go down with the process."""
    data = msgpack.encode(frame)
    sink.write(HEAD.pack(len(data)) + data)
    sink.flush()


def frames(file: int, kind: str, first: int = 0) -> Iterator[Frame]:
    """What is in an archive of a kind ("7z", "rar", "cab", "iso" or "lha"), open at a descriptor that can be sought in;
    all but the end. Of the files before number `first` only how much was unpacked is told.
    """
    try:
        archive = library()
    except Missing as error:
        yield Fault("missing", str(error), last=True)
        return
    os.lseek(file, 0, os.SEEK_SET)
    format, said = _FORMATS[kind], list[headers.Entry]()
    if kind == "rar":
        said = headers.entries(file)
        format = "rar5" if os.pread(file, len(headers.RAR5), 0) == headers.RAR5 else "rar"
    if kind == "7z":
        sound, size, missing = headers.directory(file)
        if not sound:
            yield _fault("its first bytes have a wrong checksum", last=True)
            return
        if missing:
            yield Fault("truncated", f"The archive ends too early: {missing:,} bytes of it are missing.", last=True)
            return
        if not size:
            return  # there is nothing in it
    try:
        archive.ffi.get_read_format_function(format)
    except ValueError:
        yield Fault("unsupported", "The library libarchive that is here is too old to open it.", last=True)
        return
    try:
        with archive.read.new_archive_read(format, "none") as pointer:
            if kind == "lha":  # each byte a letter, since it would fail at those that it can't read
                archive.ffi.read_set_options(pointer, b"lha:hdrcharset=ISO-8859-1")
            archive.ffi.read_open_fd(pointer, file, _BLOCK)
            yield from _Archive(archive.ffi, pointer, format, said).files(first)
    except archive.ArchiveError as error:
        yield _fault(error.msg, last=True)


class Missing(Exception):
    """`str()` is what is not here: the package "libarchive-c" or the library "libarchive"."""


@cache
def library() -> ModuleType:
    """The package libarchive, which loads the library. Missing."""
    if "LIBARCHIVE" not in os.environ:
        for name in _LIBRARIES:  # the package itself would run programs to find it
            with suppress(OSError):
                CDLL(name)
                os.environ["LIBARCHIVE"] = name
                break
    try:
        import libarchive
        import libarchive.read
    except ImportError:
        raise Missing("libarchive-c") from None
    except (OSError, AttributeError):
        raise Missing("libarchive") from None
    for function, (takes, gives) in _LEFT_OUT.items():
        libarchive.ffi.ffi(function, takes, gives)
    logging.getLogger("libarchive").disabled = True
    return cast(ModuleType, libarchive)


class _Archive:
    """An archive that libarchive has opened, and what we read in its headers ourselves."""

    def __init__(self, ffi: ModuleType, pointer: int, format: str, said: list[headers.Entry]) -> None:
        self.ffi = ffi
        self.pointer = pointer
        self.format = format
        # What goes on from another volume it passes over in RAR 5, and there alone.
        self.said = [entry for entry in said if format != "rar5" or not entry.begun]
        self.lacks_begin = len(self.said) < len(said)

    def files(self, first: int) -> Iterator[Frame]:
        """Every file. A fault of one is told once it is known whether another follows."""
        entry = self.ffi.entry_new()
        fault: Fault | None = None
        number = 0
        try:
            while self.ffi.read_next_header2(self.pointer, entry) != self.ffi.ARCHIVE_EOF:
                if fault is not None:
                    yield fault
                    fault = None
                if self.ffi.entry_filetype(entry) & 0o170000 in _REGULAR and not self.ffi.entry_hardlink(entry):
                    fault = yield from self._file(entry, number, asked=number >= first)
                number += 1
        except self.ffi.ArchiveError as error:
            locked = self.ffi.read_has_encrypted_entries(self.pointer) > 0
            failed = _fault("encrypted" if locked else error.msg, last=True)
            if fault is not None and failed.code != "truncated":
                failed = replace(fault, reason=f"{fault.reason} {_REST}", last=True)
            yield failed
            return
        finally:
            self.ffi.entry_free(entry)
        if fault is not None:
            yield fault
        if self.lacks_begin:
            yield replace(_ELSEWHERE, last=True)
        elif not number:
            yield _fault("there is nothing in it", last=True)

    def _file(self, entry: int, number: int, *, asked: bool) -> Generator[Frame, None, Fault | None]:
        """One file. The fault that ends it, which is not told yet; none of one that was not asked for."""
        name = self.ffi.entry_pathname(entry) or self.ffi.entry_pathname_utf8(entry) or b""
        known = self.said[number] if number < len(self.said) else None
        if known and known.name and known.name.replace(b"\\", b"/") != name.replace(b"\\", b"/"):
            known = None  # they are not counted alike
        locked = self.ffi.entry_is_encrypted(entry) or (known is not None and known.locked)
        if asked:
            yield Begin(number, _spelt(name) if self.format == "lha" else name)
            return _fault("encrypted") if locked else (yield from self._content(known))
        if not locked:
            for frame in self._content(known):
                if isinstance(frame, Piece):
                    yield Passed(len(frame.data))
        return None

    def _content(self, known: headers.Entry | None) -> Generator[Frame, None, Fault | None]:
        """The bytes of the file at hand, and `Done` if they are sound."""
        block, size, offset = c_void_p(), c_size_t(), c_longlong()
        told, at, checksum = "", 0, 0
        try:
            while True:
                state = self.ffi.read_data_block(self.pointer, byref(block), byref(size), byref(offset))
                if state == self.ffi.ARCHIVE_EOF:
                    break
                if state == self.ffi.ARCHIVE_WARN:  # such as a wrong checksum; the bytes are there
                    told = told or _text(self.ffi.error_string(self.pointer)) or "a warning"
                for start in range(at, offset.value, PIECE):  # a hole
                    yield Piece(bytes(min(PIECE, offset.value - start)))
                for start in range(0, size.value, PIECE):
                    data = string_at((block.value or 0) + start, min(PIECE, size.value - start))
                    checksum = crc32(data, checksum)
                    yield Piece(data)
                at = offset.value + size.value
        except self.ffi.ArchiveError as error:
            return _fault(error.msg)
        if known is not None and (known.begun or known.cut):
            return _ELSEWHERE
        if not told and known is not None and known.checksum not in (None, checksum):
            told = "wrong checksum"
        if told:
            return _fault(told)
        yield Done()
        return None


def _spelt(name: bytes) -> bytes:
    """The name of a file in an LHA archive, whose bytes were taken for letters: UTF-8, or most often Shift-JIS."""
    try:
        raw = name.decode().encode("latin-1")
    except UnicodeError:  # the archive told its charset
        return name
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace").encode()
    return raw


def _fault(text: str | bytes | None, *, last: bool = False) -> Fault:
    """A fault by what the library says of it."""
    said = _text(text)
    code = next((code for word, code in _CODES if word in said), "damaged")
    return Fault(code, _REASONS[code].format(f" ({said})" if said else ""), last)


def _text(text: str | bytes | None) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text or "")[:200]
