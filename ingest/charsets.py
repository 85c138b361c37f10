"""Bytes of unknown honesty -> text: charset labels as mail uses them, and what to do when they are wrong or absent."""

import codecs
import re
from functools import lru_cache

# Labels that mean another codec in practice: supersets (WHATWG Encoding Standard, https://encoding.spec.whatwg.org/#names-and-labels)
# and names seen in real mail. A superset reads all that its subset reads, and what senders really put there.
_KNOWN = {
    "ascii": "cp1252", "us-ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "8859-1": "cp1252",
    "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "ansi": "cp1252", "windows-1252": "cp1252", "cp-1252": "cp1252", "x-ansi": "cp1252", "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "gb2312_charset": "gb18030",
    "chinesesimp": "gb18030", "chinese": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030",
    "big5": "cp950", "chinesebig5": "cp950", "x-big5": "cp950", "big-5": "cp950", "big5-hkscs": "big5hkscs",
    "chinesetrad": "cp950",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "x-windows-949": "cp949",
    "utf8": "utf-8", "utf-8": "utf-8", "utf_8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8-sig": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "utf-16": "utf-16",
    "unicode": "utf-16",
    "koi8-r": "koi8-r", "koi8r": "koi8-r", "koi": "koi8-r", "koi8-u": "koi8-u", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "visual": "iso-8859-8", "x-cp1250": "cp1250", "x-cp1251": "cp1251", "win-1251": "cp1251",
}  # fmt: skip
# Where nothing is said: the label names no charset at all.
_EMPTY = {"", "default_charset", "unknown-8bit", "x-unknown", "unknown", "8bit", "7bit", "binary", "none",
    "_autodetect", "x-user-defined", "default",
          "us-ascii;", "charset", "iso", "_autodetect_all", "user-defined"}  # fmt: skip
_STATEFUL = frozenset(
    {
        "iso2022_jp_ext",
        "iso2022_kr",
        "utf-7",
        "hz",
        "utf-16",
        "utf-32",
        "utf-16-le",
        "utf-16-be",
        "utf_16",
        "utf_16_le",
        "utf_16_be",
    }
)
# Several bytes a character: chance UTF-8 is possible there, so the label is tried first.
_WIDE = frozenset(
    {"gb18030", "cp950", "big5hkscs", "cp932", "euc_jp", "cp949", "johab", "euc_jis_2004", "shift_jis_2004"}
)
# Names Python calls text encodings although they are none, or that depend on the machine.
_REFUSED = frozenset(
    {
        "idna",
        "punycode",
        "mbcs",
        "oem",
        "undefined",
        "raw_unicode_escape",
        "unicode_escape",
        "raw-unicode-escape",
        "unicode-escape",
    }
)
_SUPERSETS = frozenset({"cp1252", "cp1254", "cp874"})  # each reads an ISO charset's C1 controls as characters
_WHOLE = frozenset({"utf-8", *_SUPERSETS})  # they never give a lone surrogate, and a NUL only for a NUL
_WINDOWS = re.compile("125[24]|874|ansi$|windows", re.I)
_C1 = re.compile(rb"[\x80-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED_JP = re.compile(rb"\x1b\$[@B]|\x1b\([IJ]")
_META = re.compile(rb"""<meta\b[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{2,40})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:\-]{2,40})""", re.I)


@lru_cache(maxsize=512)
def codec_of(label: str) -> str:
    """The Python codec to read a charset label with; "" when the label says nothing or is not known."""
    name = label.strip().strip("\"'<>= \t;,.").lower()
    if name in _EMPTY:
        return ""
    for form in (name, name.replace("_", "-"), name.split()[0], re.sub(r"^(?:x-|cs|charset=)", "", name)):
        if form in _KNOWN:
            return _KNOWN[form]
    if re.fullmatch(r"(?:windows|win|cp|ms|ibm)[-_ ]?(\d{3,4})", name):
        name = "cp" + re.sub(r"\D", "", name)
    if name.replace("-", "_") in _REFUSED or not re.fullmatch(r"[a-z0-9_.:\-]{2,40}", name):
        return ""
    try:
        info = codecs.lookup(name)
        b"a".decode(name)  # hex, rot13 and their like are codecs but give no text
    except (LookupError, UnicodeError, ValueError):
        return "utf-16" if name.startswith("utf-16") else ""
    return _KNOWN.get(info.name, info.name)


def clean(text: str) -> str:
    """`text` without lone surrogates (they can't be stored or indexed) and NULs."""
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        try:
            text.encode()  # ten times faster than to search
        except UnicodeEncodeError:
            text = _SURROGATES.sub("\ufffd", text)
    return text


def declared_in_html(data: bytes) -> str:
    """The charset that an HTML page itself names (`<meta charset>`, `http-equiv`, XML declaration), "" for none."""
    found = _META.search(data, 0, 8192) or _XML.match(data[:300])
    return found.group(1).decode("ascii") if found else ""


def decode(data: bytes, label: str = "", second: str = "") -> tuple[str, str]:
    """`data` as text, and the codec that was assumed instead of the label ("" when the label held).

    `second` is another label to believe when the first is absent or does not fit (HTML's own, the message's).
    Every input gives text; what no charset explains becomes U+FFFD.
    """
    codec = codec_of(label[:100]) if label else ""
    if data.isascii() and codec not in _STATEFUL and b"\x1b" not in data:
        return clean(data.decode("ascii")), ""
    other = codec_of(second[:100]) if second else ""
    text, used = _best(data, codec, other)
    told = codec or ("utf-8" if not label else "")
    if used not in _WHOLE or b"\0" in data:
        text = clean(text)
    return text, "" if used in (told, codec) else used


def quiet_assumption(data: bytes, label: str = "", second: str = "") -> str:
    """The codec that `decode` took without a word for 8-bit bytes: "" when the label itself stands for them.

    UTF-8 where nothing is declared; a superset where bytes occur that the declared charset has no characters for.
    """
    if data.isascii():
        return ""
    if not label:
        return "" if second else "utf-8"
    codec = codec_of(label[:100])
    if codec in _SUPERSETS and not _WINDOWS.search(label) and (_C1.search(data) or "ascii" in label.lower()):
        return codec
    return ""


def _best(data: bytes, codec: str, other: str) -> tuple[str, str]:
    """The first reading that explains every byte, else the least bad one."""
    if data.startswith(b"\xef\xbb\xbf"):
        data, codec = data[3:], "utf-8"
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) and len(data) % 2 == 0:
        codec = "utf-16"
    order: list[str] = []
    if codec in _STATEFUL or codec in _WIDE:
        order.append(codec)
    if b"\x1b" in data and _ESCAPED_JP.search(data):
        order.append("iso2022_jp_ext")
    order += ["utf-8", codec, other]
    for name in order:
        text = _strict(data, name) if name else None
        if text is not None:
            return text, name
    return _lenient(data, codec, other)


def _strict(data: bytes, codec: str) -> str | None:
    """All of `data` in `codec`, or None. cp1252's five holes are read as C1 controls, as browsers do."""
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, OverflowError):
        return None


def _lenient(data: bytes, codec: str, other: str) -> tuple[str, str]:
    """Nothing fits: UTF-8 or the label when few characters are lost, else a single-byte reading that loses none."""
    for name in dict.fromkeys((codec, other, "utf-8")):
        if name and name != "cp1252":
            text = data.decode(name, "replace")
            lost = text.count("\ufffd")
            if lost * 4 <= len(text) - len(text.encode("ascii", "ignore")) - lost and name != "utf-16":
                return text, name
    return data.decode("cp1252", "replace") if codec != "latin-1" else data.decode("latin-1"), "cp1252"
