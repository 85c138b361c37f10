"""Facets as both engines count them: senders' domains, recipients, kinds, what is cited."""

import pytest
from test_search_contract import CLO, Maker, empty, fill, filled, kind, mail, make, names  # noqa: F401  # fixtures

from mappings.records import Address
from search.engine import Engine
from search.parse import parse


def counts(engine: Engine, query: str, facet: str) -> dict[str, int]:
    """The values of one facet."""
    return {value.value: value.count for one in engine.search(parse(query)).facets if one.name == facet
            for value in one.values}  # fmt: skip


def test_a_domain_is_the_whole_of_what_stands_behind_the_at_sign(empty: Engine) -> None:  # noqa: F811
    odd = Address("Nobody", "nobody"), Address("Quoted", '"a@b"@Port.Example')
    fill(empty, [
        mail("a", "one\n"), mail("b", "two\n", from_=(CLO,)), mail("c", "three\n", from_=(odd[0],)),
        mail("d", "four\n", from_=(odd[1],)), mail("e", "five\n", from_=(Address("Sub", "x@mail.port.example"),)),
    ])  # fmt: skip
    assert sorted(names(empty, "domain:port.example")) == ["b", "d"]
    assert sorted(names(empty, "domain:PORT.example")) == ["b", "d"]
    assert sorted(names(empty, "domain:chloe@port.example")) == ["b", "d"]
    assert sorted(names(empty, "-domain:port.example")) == ["a", "c", "e"]
    assert counts(empty, "", "domain") == {"port.example": 2, "harbour.example": 1, "mail.port.example": 1}


def test_each_value_left_out_and_chosen_add_up(filled: Engine) -> None:  # noqa: F811
    whole = filled.search(parse("harbour OR report OR budget"))
    assert {"from", "to", "domain", "lang", "has", "doubt"} <= {facet.name for facet in whole.facets}
    for facet in whole.facets:
        for value in facet.values:
            without = filled.search(parse(f"(harbour OR report OR budget) -{value.query}"), facets=False).total
            assert without == whole.total - value.count, value


@pytest.mark.parametrize("query", ["is:ghost", "is:ghost OR harbour"])
def test_ghosts_are_not_without_a_date(filled: Engine, query: str) -> None:  # noqa: F811
    found = counts(filled, query, "doubt").get("none", 0)
    assert found == filled.search(parse(f"({query}) date:none"), facets=False).total


def test_copies_are_folded_or_apart(empty: Engine) -> None:  # noqa: F811
    fill(empty, [
        mail("a", "one budget\n"), mail("b", "two budget\n"),
        mail("b2", "two budget\n", message_id="b@x.example", cc=(CLO,)),
    ])  # fmt: skip
    folded, apart = empty.search(parse("budget")), empty.search(parse("budget"), copies=True)
    assert (folded.total, apart.total) == (2, 3)
    assert (len(folded.hits), len(apart.hits)) == (2, 3)
    assert counts(empty, "budget", "is") == {"duplicate": 1}
    assert {value.count for facet in apart.facets if facet.name == "from" for value in facet.values} == {3}
    assert apart.histogram is not None
    assert sum(bar.count for bar in apart.histogram.bars) == 3
    assert empty.values("from_address", parse("budget"), copies=True).values == (("ann@harbour.example", 3),)
    assert (empty.every(parse("budget")).total, empty.every(parse("budget"), copies=True).total) == (2, 3)
    assert len(list(empty.every(parse("budget"), copies=True).rows)) == 3
    everything = empty.search(parse(""), copies=True, order="newest", limit=2)
    rest = empty.search(parse(""), copies=True, order="newest", limit=2, cursor=everything.next)
    assert len({hit.row.id for hit in (*everything.hits, *rest.hits)}) == 3
