"""People in words: kinds of addresses that are nobody's own, handles, queries that ask for them."""

from mappings.persons import NAMED, Role, shown
from search.parse import parse
from search.query import Query
from search.reasons import ROLES
from webapp.context import Ask
from webapp.formats import term

_SHORT: dict[Role, str] = {
    "role": "office or program", "list": "mailing list", "silent": "hardly ever writes", "shared": "shared mailbox"
}  # fmt: skip


def role_name(role: Role) -> str:
    """What kind of address it is, in a word or three."""
    return _SHORT.get(role, "")


def role_words(role: Role) -> str:
    """The same as a sentence that says what follows from it."""
    return ROLES.get(role, "")


def handle_shown(handle: str) -> str:
    """A handle for people to read."""
    return shown(handle)


def literal(handle: str) -> str:
    """The query for the mails that show a handle, as it stands."""
    return term("with", shown(handle)) if handle.startswith(NAMED) else term("with", handle)


def query_of(id: str) -> Query:
    """The query for all mails that a person takes part in."""
    return parse(f"person:{id}")


def ask_of(id: str) -> Ask:
    """The search for the same."""
    return Ask(q=query_of(id).text, order="newest")


def between(q: str, sender: str, recipient: str) -> str:
    """The query for the mails of one that one person wrote to another."""
    return " ".join(part for part in (f"({q})" if q else "", f"wrote:{sender} got:{recipient}") if part)
