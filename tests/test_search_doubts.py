"""Doubts as every engine finds them."""

from test_search_contract import T0, Maker, empty, fill, kind, mail, make, names  # noqa: F401  # fixtures

from mappings.records import Note
from search.engine import Engine
from search.parse import parse

ODD = Note("date-doubtful", "The Date header says …")


def test_doubtful_dates_absent_ones_and_odd_routes_are_three_things(empty: Engine) -> None:  # noqa: F811
    fill(empty, [
        mail("plain", "words plain\n"), mail("odd", "words odd\n", notes=(ODD,), date=T0 + 1),
        mail("route", "words route\n", notes=(Note("route-doubtful", "A server …"),), date=T0 + 2),
        mail("replaced", "words replaced\n", date=T0 + 3, date_source="received", headers=(("Date", "yesterday"),)),
        mail("filled", "words filled\n", date=T0 + 4, date_source="received"), mail("none", "words none\n", date=None),
    ])  # fmt: skip
    assert names(empty, "date:doubtful") == ["odd", "replaced"]
    assert names(empty, "date:none") == ["none"]
    assert names(empty, "has:doubt") == ["odd", "route", "replaced"]
    assert names(empty, "-date:doubtful has:date") == ["plain", "route", "filled"]
    facets = {facet.name: facet.values for facet in empty.search(parse("")).facets}
    assert [(value.value, value.count) for value in facets["doubt"]] == [("doubt", 3), ("doubtful", 2), ("none", 1)]
    assert all(empty.search(parse(value.query)).total == value.count for value in facets["doubt"])
    assert "has" not in facets
