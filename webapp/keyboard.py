"""The site's single keys: what the help, the README and the tests say of them, and where a page's own are."""

from typing import NamedTuple


class Keys(NamedTuple):
    """Keys that belong together, spaces between them, and what they do."""

    keys: str
    does: str


KEYS = (
    Keys("/", "to the search box; Escape leaves it"),
    Keys("j k", "to the next and the previous one: result, message of a conversation, citation; on a message’s page "
                "the later and the earlier message of its conversation"),
    Keys("o", "opens it, as Enter does"),
    Keys("u", "up, to the list that you came from"),
    Keys("n p", "in a conversation to the next and the previous place that matches the search"),
    Keys("s", "puts a star, or takes it away"),
    Keys("e", "opens what a result can be exported as, saved as and followed by"),
    Keys("?", "this sheet"),
    Keys("y n s u", "where citations are confirmed: yes, no, skip, undo"),
)  # fmt: skip
