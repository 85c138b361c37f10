"""What file names tell: Maildir flags, and files that no mail program means as mail."""

import re

_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")  # ":" cannot stand in a Windows file name, so some write ";" or "!"
_IGNORED = re.compile(r"(?:^|/)(?:\.[^/]*|__MACOSX(?:/.*)?|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_BOOKKEEPING = re.compile(
    r"(?:^|[/!])(?:maildirfolder|maildirsize|dovecot(?:[.-][^/]*)?|courier[^/]*|subscriptions|shared-folders|"
    r"[^/]*\.msf|[^/]*\.emlxpart|table_of_contents|(?:mbox|Info)\.plist|mh_sequences|manifest\.csv|msgFilterRules\.dat|filterlog\.html)$",
    re.IGNORECASE,
)


def maildir_flags(name: str) -> str:
    """The flags at the end of a Maildir file name (https://cr.yp.to/proto/maildir.html): "RS" of `…:2,RS`."""
    found = _FLAGS.search(name)
    return found[1] if found else ""


def is_ignored(name: str) -> bool:
    """Whether a file or folder (a path with `/`) is passed over unseen: dot-files, thumbnails, resource forks."""
    return bool(_IGNORED.search(name))


def is_bookkeeping(name: str) -> bool:
    """Whether a file that is no mail is one that mail programs keep beside mail, and so not worth a word."""
    return bool(_BOOKKEEPING.search(name))


def readable(name: str) -> str:
    """A name that can be stored and shown: bytes that are no UTF-8 become U+FFFD, line ends and other controls too."""
    clean = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(letter if letter >= " " and letter != "\x7f" else "\N{REPLACEMENT CHARACTER}" for letter in clean)
