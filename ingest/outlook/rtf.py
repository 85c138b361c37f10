"""Rich text of Outlook's: unpacked (MS-OXRTFCP), and turned back to the HTML (MS-OXRTFEX) or text that it was."""

import re
import struct

from msgspec import Struct

from ingest.outlook.properties import codec

LONGEST = 32 << 20  # bytes of RTF that are read
_PRIMED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\",
    re.IGNORECASE | re.S,
)
_FIRST = re.compile(rb"\\from(html\d?|text)\b")
# What text says nothing of: struck out, marked, revised, pictures, objects.
TELLING = re.compile(rb"\\(?:strike|striked1|highlight|revised|deleted|pict|object)(?![a-z])(?!0)")
_SKIPPED = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "headerl", "headerr",
            "footerl", "footerr", "listtable", "listoverridetable", "revtbl", "generator", "xmlnstbl", "themedata",
            "filetbl", "nonshppict"}  # fmt: skip
_CHARS = {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–",
          "emdash": "—", "enspace": "\u2002", "emspace": "\u2003", "zwj": "\u200d", "zwnj": "\u200c"}  # fmt: skip
_BREAKS = {"par": "\n", "line": "\n", "sect": "\n\n", "page": "\n", "row": "\n", "cell": "\t", "tab": "\t",
           "nestcell": "\t", "nestrow": "\n"}  # fmt: skip
_CHARSETS = {0: 1252, 2: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254,
             163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 255: 437}  # fmt: skip


def unpack(data: bytes) -> bytes:
    """PR_RTF_COMPRESSED as RTF, at most `LONGEST` of it, as far as it goes where it is damaged; b"" if it is none."""
    if len(data) < 16:
        return b""
    size, plain, kind = struct.unpack_from("<LL4s", data)
    plain = min(plain, LONGEST)
    if kind == b"MELA":
        return data[16 : 16 + plain]
    return _unpack(data[16 : size + 4], plain) if kind == b"LZFu" else b""


def _unpack(data: bytes, size: int) -> bytes:
    """LZFu: runs of eight tokens behind a byte that tells literals from references into the last 4,096 bytes."""
    window = bytearray(4096)
    window[: len(_PRIMED)] = _PRIMED
    at, write, end = 0, len(_PRIMED), len(data)
    out = bytearray()
    while at < end and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                return bytes(out[:size])
            if not control >> bit & 1:
                byte = data[at]
                at += 1
                out.append(byte)
                window[write] = byte
                write = (write + 1) & 4095
                continue
            if at + 1 >= end:
                return bytes(out[:size])
            reference = data[at] << 8 | data[at + 1]
            at += 2
            read = reference >> 4
            if read == write:
                return bytes(out[:size])
            for _ in range((reference & 15) + 2):
                byte = window[read]
                out.append(byte)
                window[write] = byte
                read, write = (read + 1) & 4095, (write + 1) & 4095
    return bytes(out[:size])


class _Group(Struct):
    """What holds inside the braces."""

    skip: bool = False  # a destination that is no text
    tag: bool = False  # inside an \\htmltag: markup
    hidden: bool = False  # \\htmlrtf: for readers of RTF alone
    unicode_skip: int = 1
    codec: str = "cp1252"


class Rich(Struct, frozen=True):
    """What RTF turned out to be: HTML as it was before it was wrapped, or text. `telling`: it says more than either."""

    text: str
    html: bool = False
    telling: bool = False


def read(data: bytes) -> Rich:
    """RTF as the HTML that it wraps, else as its text. Nothing here raises."""
    kind = _FIRST.search(data[:2000])
    html = bool(kind and kind[1].startswith(b"html"))
    text = _Reader(data, html).run()
    return Rich(text, html, telling=not kind and TELLING.search(data) is not None)


class _Reader:
    """One pass over the tokens; a list of groups in place of recursion."""

    def __init__(self, data: bytes, html: bool) -> None:
        self.data = data
        self.html = html
        self.out: list[str] = []
        self.held = bytearray()  # bytes of the current codec that wait for the rest of a character
        self.group = _Group()
        self.stack: list[_Group] = []
        self.fonts: dict[int, str] = {}
        self.font = -1  # the font that the font table describes at the moment
        self.passing = 0  # characters after a \\u that stand for it elsewhere
        self.fresh = False  # a brace was opened and nothing has followed
        self.at = 0

    def run(self) -> str:
        """The text."""
        data, match = self.data, _TOKEN.match
        while self.at < len(data) and (found := match(data, self.at)):
            self.at = found.end()
            word, number, code, symbol, brace, text = found.groups()
            if text is not None:
                self.put_bytes(text)
            elif code is not None:
                self.put_bytes(bytes([int(code, 16)]))
            elif word is not None:
                self.word(word.decode().lower(), int(number) if number else None)
            elif brace is not None:
                self.brace(brace)
            elif symbol is not None:
                self.symbol(symbol)
            self.fresh = brace == b"{" or (self.fresh and symbol == b"*")
        self.flush()
        return "".join(self.out)

    def flush(self) -> None:
        """Turns the bytes that were held into text."""
        if self.held:
            self.out.append(self.held.decode(self.group.codec, "replace"))
            self.held.clear()

    def put(self, text: str) -> None:
        """Adds text that shows."""
        if not self.group.skip and (self.group.tag or not self.group.hidden):
            self.flush()
            self.out.append(text)

    def put_bytes(self, data: bytes) -> None:
        """Adds bytes that show; passes over those that stand for a character already given."""
        if self.passing:
            passed = min(self.passing, len(data))
            self.passing -= passed
            data = data[passed:]
        if not self.group.skip and (self.group.tag or not self.group.hidden):
            self.held += data

    def brace(self, brace: bytes) -> None:
        """Begins or ends a group."""
        self.flush()
        self.passing = 0
        if brace == b"{":
            self.stack.append(self.group)
            group = self.group
            self.group = _Group(group.skip, False, group.hidden, group.unicode_skip, group.codec)
            if group.tag:
                self.group.tag = True
        elif self.stack:
            self.group = self.stack.pop()

    def symbol(self, symbol: bytes) -> None:
        """A backslash before something that is no letter."""
        if symbol == b"*":
            if self.fresh and not re.compile(rb"\s*\\htmltag").match(self.data, self.at):
                self.group.skip = True
        elif symbol == b"~":
            self.put("&nbsp;" if self.html else "\u00a0")
        elif symbol == b"_":
            self.put("&shy;" if self.html else "\u2011")
        elif symbol in b"\\{}":
            self.put_bytes(symbol)
        elif symbol in b"\r\n":
            self.put("\n")

    def word(self, word: str, number: int | None) -> None:
        """A control word."""
        group = self.group
        if word == "u" and number is not None:
            self.put(chr(number & 0xFFFF))
            self.passing = group.unicode_skip
        elif word == "htmltag":
            group.tag, group.skip = self.html, group.skip or not self.html
        elif word == "htmlrtf":
            self.flush()
            group.hidden = self.html and number != 0
        elif word == "uc":
            group.unicode_skip = number or 0
        elif word == "bin":
            self.at += max(0, number or 0)
        elif word in _BREAKS:
            self.put(_BREAKS[word].replace("\n", "\r\n") if self.html else _BREAKS[word])
        elif word in _CHARS:
            self.put(_CHARS[word])
        elif word in ("f", "fcharset", "ansicpg", "plain"):
            self.charset(word, number)
        elif self.fresh and word in _SKIPPED:
            group.skip = True

    def charset(self, word: str, number: int | None) -> None:
        """What concerns the code page: fonts have theirs."""
        self.flush()
        if word == "ansicpg":
            self.group.codec = self.fonts[-1] = codec(number or 1252)
        elif word == "f" and number is not None:
            self.font = number
            self.group.codec = self.fonts.get(number, self.fonts.get(-1, "cp1252"))
        elif word == "fcharset" and number is not None and number in _CHARSETS and number not in (0, 2):
            self.fonts[self.font] = codec(_CHARSETS[number])
        elif word == "plain":
            self.group.codec = self.fonts.get(-1, "cp1252")
