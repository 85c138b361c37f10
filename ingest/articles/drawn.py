"""What was drawn out of a page or document: the answer of the process that reads them."""

from msgspec import Struct

from mappings.articles import Link


class Drawn(Struct, kw_only=True, omit_defaults=True):
    """Text, links, and what the document says about itself; "" for nothing."""

    address: str = ""  # the one that it calls its own
    saved: str = ""  # the one that it was saved from
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""  # ISO 8601, as far as known
    lang: str = ""  # as declared
    text: str = ""
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    media: str = ""
