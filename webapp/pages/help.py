"""`/help`: how to search, from the table that the parser itself reads."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, current_app
from msgspec import Struct, field
from werkzeug.wrappers import Response

from search.operators import HAS, IS, OPERATORS, Operator
from search.weights import DESK
from webapp.answers import answer
from webapp.context import site
from webapp.keyboard import KEYS, Keys
from webapp.openapi import routes
from webapp.operations import operation

pages = Blueprint("help", __name__)


class Address(NamedTuple):
    """One kind of page: its path, what it shows, the values it takes."""

    path: str
    does: str
    takes: str = ""


class HelpPage(Struct, frozen=True, kw_only=True):
    """The operators, the values of `has:` and `is:`, the addresses, the keys."""

    operators: tuple[Operator, ...]
    has: dict[str, str]
    is_: dict[str, str] = field(name="is")
    addresses: tuple[Address, ...]
    keys: tuple[Keys, ...] = KEYS


@pages.get("/help")
@pages.get("/help.json", endpoint="json")
@operation("how to search, and all addresses", HelpPage)
def sheet() -> Response:
    """The help sheet."""
    kept = () if site().marks else DESK  # what is refused here is not offered
    return answer("help.html", HelpPage(
        operators=tuple(one for one in OPERATORS if one.name not in kept), addresses=tuple(addresses()),
        has={name: words for name, words in HAS.items() if ("has", name) not in kept},
        is_={name: words for name, words in IS.items() if ("is", name) not in kept},
    ))  # fmt: skip


def addresses() -> Iterator[Address]:
    """The pages by their routes; JSON twins and what forms are sent to go without saying."""
    for route in routes(current_app):
        if route.method == "get" and not route.is_json:
            said = route.operation
            takes = ", ".join(one.told for one in said.parameters)
            yield Address(re.sub(r"{(\w+)}", r"<\1>", route.path), said.does, takes)
