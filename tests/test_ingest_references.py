"""Message-IDs as mails really write them."""

import pytest
from msgspec.structs import replace
from thread_mails import mail, thread_index

from ingest.threads import keys
from mappings.keys import link_key


@pytest.mark.parametrize("junk", ["", "<>", "localhost", "<localhost>", "@", "none", "@x.org", " ", "a" * 2000 + "@x"])
def test_junk_is_no_message_id(junk: str) -> None:
    found = keys(mail(junk, refs=junk))
    assert found.links == (0, found.copy_keys[1])
    assert found.references == ()


def test_ids_lose_brackets_blanks_and_comments() -> None:
    message = replace(mail("<c @x.org>"), references=("<a@x.org> (garbage)", "<b@ x.org><d@x.org>"))
    assert keys(message).links[:-1] == tuple(map(link_key, ("c@x.org", "a@x.org", "b@x.org", "d@x.org")))


def test_many_references_are_cut_to_the_first_and_the_last_two_hundred() -> None:
    found = keys(mail("own@x", refs=" ".join(f"n{number}@x" for number in range(5000))))
    assert found.references == ("n0@x", *(f"n{number}@x" for number in range(4800, 5000)))


def test_in_reply_to_prevails_over_the_order_of_references() -> None:
    assert keys(mail("c@x", refs="b@x root@x", reply="b@x")).references == ("b@x",)
    assert keys(mail("c@x", refs="b@x root@x", reply="b@x")).links[2:-1] == (link_key("root@x"),)


def test_an_id_that_a_gateway_rewrote_makes_no_ghost() -> None:
    rewritten = "b-H+wXaHxf7aLQT0dZR+AlfA@public.gmane.org"
    assert keys(mail("c@x", refs="r@x b@x", reply=rewritten)).references == ("r@x", "b@x")
    assert keys(mail("c@x", reply=rewritten)).references == (rewritten,)


def test_in_reply_to_is_added_to_references_that_lack_it() -> None:
    assert keys(mail("c@x", refs="r@x", reply="b@x")).references == ("r@x", "b@x")


def test_of_several_in_reply_to_the_references_tell() -> None:
    found = keys(mail("c@x", refs="r@x b@x", reply="o@x b@x"))
    assert found.references == ("r@x", "b@x")
    assert link_key("o@x") in found.links


@pytest.mark.parametrize(
    ("header", "values", "trusted"),
    [
        ("Message from Bob <bob@x.org> of Mon, 4 May 1998", ("bob@x.org",), ()),
        ("Message from Ted <ted@x.org> of Mon, 4 May 1998", ("ted@x.org",), ()),
        ('Your message of "Mon, 4 May." <199805041021.CAA19391@x.org>', ("199805041021.CAA19391@x.org",),
         ("199805041021.CAA19391@x.org",)),
        ("<ted@x.org>", ("ted@x.org",), ("ted@x.org",)),
        ("<bob@x.org>", ("bob@x.org",), ()),
        ("Your mail of Monday", ("Your mail of Monday",), ()),
    ],
)  # fmt: skip
def test_an_address_in_prose_is_no_message_id(header: str, values: tuple[str, ...], trusted: tuple[str, ...]) -> None:
    message = replace(mail("c@x"), in_reply_to=values, headers=(("In-Reply-To", header),))
    assert keys(message).references == trusted


@pytest.mark.parametrize("index", ["", "A", "!!!", "AQ==", thread_index(0), "B" + thread_index(5)[1:], "é"])
def test_a_broken_thread_index_says_nothing(index: str) -> None:
    assert len(keys(mail("a@x", index=index)).links) == len(keys(mail("a@x")).links)
