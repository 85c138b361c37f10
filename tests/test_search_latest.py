"""search.latest: what was stored last, within some bytes."""

from search.latest import Latest


def test_the_oldest_are_dropped_and_what_is_noted_anew_counts_once() -> None:
    latest = Latest(10)
    latest.keep("a", b"1234")
    latest.keep("b", b"1234")
    latest.keep("a", b"12")  # now the newest, and smaller
    latest.keep("c", b"1234")
    assert [latest.get(id) for id in "abc"] == [b"12", b"1234", b"1234"]
    latest.keep("d", b"1234")
    assert [latest.get(id) for id in "abcd"] == [b"12", None, b"1234", b"1234"]


def test_what_is_too_large_is_not_kept_and_nothing_is_after_clearing() -> None:
    latest = Latest(3)
    latest.keep("a", b"1234")
    assert latest.get("a") is None
    latest.keep("b", b"123")
    latest.clear()
    latest.keep("c", b"123")
    assert [latest.get(id) for id in "bc"] == [None, b"123"]
