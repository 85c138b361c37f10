"""What each view offers to the API: every view says it above itself with `@operation(does, gives, *parameters)`.

`/api`, `/api.json` and the addresses on `/help` are made of it; a test holds it against the routes and what they read.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from webapp.context import LONGEST

View = TypeVar("View", bound=Callable[..., Any])
PAGE, TEXT, TABLE, FEED = "text/html", "text/plain", "text/csv", "application/atom+xml"
BYTES = "application/octet-stream"
ANY = "*/*"  # a picture, or an attachment: one of several media types
BIGGEST = 2**53  # whole numbers that JSON's readers keep


class Parameter(Struct, frozen=True, kw_only=True):
    """A value of an address or a form: its name, what it does, the JSON Schema of its value."""

    name: str
    words: str = ""
    schema: dict[str, Any]
    required: bool = False

    @property
    def told(self) -> str:
        """The same in a few words: `order (oldest, tree)`, `whole=1 all of the text`."""
        values = [value for value in self.schema.get("enum", ()) if value]
        head = f"{self.name}=1" if values == ["1"] else self.name
        listed = f" ({', '.join(values)})" if values and values != ["1"] else ""
        return f"{head}{listed} {self.words}".rstrip()


class Operation(Struct, frozen=True, kw_only=True):
    """What a view does, in half a sentence; what it gives (a Struct: a page and its JSON twin; a media type; None: it
    only leads elsewhere); what it reads from the address, and from a form."""

    does: str
    gives: Any
    parameters: tuple[Parameter, ...] = ()
    form: tuple[Parameter, ...] = ()
    leads: str = ""  # where it leads to, and when
    statuses: tuple[int, ...] = ()  # beside those that follow from the rest


_OPERATIONS: dict[Callable[..., Any], Operation] = {}


def operation(does: str, gives: Any, *parameters: Parameter, form: tuple[Parameter, ...] = (), leads: str = "",
              statuses: tuple[int, ...] = ()) -> Callable[[View], View]:  # fmt: skip
    """Says what the view below does."""

    def note(view: View) -> View:
        _OPERATIONS[view] = Operation(does=does, gives=gives, parameters=parameters, form=form, leads=leads,
                                      statuses=statuses)  # fmt: skip
        return view

    return note


def operation_of(view: Callable[..., Any] | None) -> Operation | None:
    """What a view said of itself."""
    return _OPERATIONS.get(view) if view else None


def text(name: str, words: str = "", longest: int = LONGEST, *, required: bool = False) -> Parameter:
    """A text of so many characters at most (`context.text_value`)."""
    return Parameter(name=name, words=words, schema={"type": "string", "maxLength": longest}, required=required)


def number(name: str, words: str = "", low: int = 1, high: int = BIGGEST) -> Parameter:
    """A whole number (`context.whole_number`)."""
    return Parameter(name=name, words=words, schema={"type": "integer", "minimum": low, "maximum": high})


def one_of(name: str, values: tuple[str, ...], words: str = "", *, required: bool = False) -> Parameter:
    """One of the values (`context.choice`)."""
    return Parameter(name=name, words=words, schema={"type": "string", "enum": list(values)}, required=required)


def flag(name: str, words: str = "") -> Parameter:
    """`1` or `0` (`context.choice`)."""
    return Parameter(name=name, words=words, schema={"type": "string", "enum": ["0", "1"]})
