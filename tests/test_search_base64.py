"""Base64 runs are stored decoded and come back to the letter."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.base64_runs import grow, shrink

HEAD = b"From: ann@x.example\nContent-Transfer-Encoding: base64\n"


def lines(data: bytes, width: int, end: bytes) -> bytes:
    text = b64encode(data)
    return end.join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize("width", [76, 72, 64, 60])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\n--x--\n", b"\nnot base64\n", b"!"])
@pytest.mark.parametrize("size", [5_000, 5_001, 5_002, 57 * 60])
def test_a_run_shrinks_and_grows_back(width: int, end: bytes, tail: bytes, size: int) -> None:
    data = bytes(i * 7 % 256 for i in range(size))
    raw = HEAD.replace(b"\n", end) + end + lines(data, width, end) + tail.replace(b"\n", end)
    form = shrink(raw)
    assert len(form) < 0.8 * len(raw)
    assert grow(form, len(raw)) == raw


def test_several_runs_and_the_words_between_them() -> None:
    part = HEAD + b"\n" + lines(b"\x00\xff" * 3_000, 76, b"\n") + b"\n--b\n"
    raw = b"Subject: two\n\nHello base64\n\n" + part * 3 + b"bye"
    assert len(shrink(raw)) < 0.8 * len(raw)
    assert grow(shrink(raw), len(raw)) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"base64",
        b"base64\n\n",
        HEAD + b"\nAAAA\n",
        HEAD + b"\n" + (b"A" * 76 + b"\n") * 5,
        HEAD + b"\n" + (b"A" * 76 + b"\n" + b"A" * 76 + b"\r\n") * 20,
        HEAD + b"\n" + (b"A" * 76 + b"\n") * 20 + b"A",
        HEAD + b"\n" + (b"A" * 75 + b"=\n") * 20,
    ],
)
def test_what_is_not_a_plain_run_stays_as_it_is(raw: bytes) -> None:
    assert grow(shrink(raw), len(raw)) == raw


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(
    st.binary(max_size=40),
    st.sampled_from([HEAD, b"\n", b"\n\n", b"\r\n\r\n", b"base64", b"BASE64\n\n"]),
    st.builds(lines, st.binary(min_size=1_300, max_size=1_500), st.sampled_from([76, 72, 64, 60, 56]),
              st.sampled_from([b"\n", b"\r\n"])),
), max_size=12).map(b"".join))  # fmt: skip
def test_anything_grows_back(raw: bytes) -> None:
    assert grow(shrink(raw), len(raw)) == raw
