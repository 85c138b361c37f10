"""A page's JSON without a server: what commands print with `--json` is what the site answers, by the same views."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.engine import Engine
    from webapp.mail import MailReader

MOST = 1000  # hits of one search


def twin(corpus: "Engine", mail: "MailReader", path: str, **values: str | int) -> Any:
    """The JSON at an address of the site, as values; SearchError. Tags, stars and notes are told, too."""
    import json

    from werkzeug.wrappers import Response

    from webapp import create_app

    app = create_app(corpus, mail, marks=True, most=MOST)
    asked = {name: str(value) for name, value in values.items() if value != ""}
    with app.test_request_context(f"{path}.json", query_string=asked) as context:
        rule, arguments = context.url_adapter.match(return_rule=True) if context.url_adapter else (None, {})
        made = app.view_functions[rule.endpoint if rule else ""](**arguments)
    assert isinstance(made, Response)
    if leads := made.headers.get("Location"):
        return twin(corpus, mail, leads.partition("?")[0].removesuffix(".json"))
    return json.loads(made.get_data())


def thread(corpus: "Engine", mail: "MailReader", id: str) -> Any:
    """A whole conversation as its page's JSON, which the site gives in parts."""
    found = twin(corpus, mail, f"/t/{id}")
    for page in range(2, found["pages"] + 1):
        found["entries"] += twin(corpus, mail, f"/t/{id}", page=page)["entries"]
    return found | {"pages": 1}
