"""What stands in addresses for a message and for a part."""

from werkzeug.routing import BaseConverter


class MailConverter(BaseConverter):
    """An id in an address: hexadecimal digits, a ghost's with a "g" before them."""

    regex = "g?[0-9a-f]{1,64}"


class ArticleConverter(BaseConverter):
    """An article's id in an address, or a beginning of it."""

    regex = "[0-9a-f]{1,64}"


class DigestConverter(BaseConverter):
    """A file's SHA-256 in full."""

    regex = "[0-9a-f]{64}"


class NumberConverter(BaseConverter):
    """A part's number as IMAP counts it: "2", "1.3"; of one inside a winmail.dat, "2.winmail.1"."""

    regex = r"[0-9]{1,4}(?:\.(?:[0-9]{1,4}|winmail)){0,20}"


class PersonConverter(BaseConverter):
    """The id of a person's address or name."""

    regex = "[0-9a-f]{12}"


WORDS = {
    "mail": "a mail's id, or eight digits or more of it; a ghost's begins with g",
    "article": "an article's id, or eight digits or more of it",
    "person": "the id of a person, or of one of their addresses",
    "digest": "a file's SHA-256 in full",
    "number": "a part's number as IMAP counts it: 2, 1.3",
}
"""What each of them stands for, by its name in a rule."""
