"""What a mail holds, made safe to print on a terminal."""

import re

# C0, DEL and C1 make a terminal act; the rest reorder or hide what is shown (Unicode TR #36 §3.5) or cannot be encoded.
_ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n\r ]+")


def clean(text: str) -> str:
    """`text` for one line of a terminal: white space as single blanks, whatever could steer the terminal as U+FFFD."""
    return _ACTS.sub("\ufffd", _BREAKS.sub(" ", text)).strip()


def clean_text(text: str) -> str:
    """The same for text of several lines: line ends and tabs stay."""
    return _ACTS.sub(lambda found: found[0] if found[0] in "\n\t" else "\ufffd", text.replace("\r\n", "\n"))
