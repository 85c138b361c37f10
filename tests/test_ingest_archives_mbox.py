"""ingest.archives.mbox: every dialect, byte for byte."""

import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_ingest_archives_makers import ENVELOPE, codes, mail, mboxrd, only_unit, raws, read_bytes

from ingest.archives import Item, Problem, mbox, read, sniff
from ingest.archives.streams import from_chunks

LINES = [b"", b"text", b"From here", b"From", b">From here", b">>From ", ENVELOPE.rstrip(),
         b"Subject: no header", b"From \xe9", b"\xff\x00", b"\r", b" From x"]  # fmt: skip


def split(data: bytes, position: str = "") -> list[Item | Problem]:
    return list(mbox.split(from_chunks(iter([data])), position))


def cl(body: bytes, extra: bytes = b"") -> bytes:
    return b"From: a\nSubject: counted\n%bContent-Length: %d\n\n%b" % (extra, len(body), body)


lines = st.lists(st.sampled_from(LINES) | st.binary(max_size=30), max_size=12)
bodies = lines.map(lambda some: b"\n".join(some) + b"\n")


@settings(max_examples=100, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=8))
@example([b"\n\n\n", b"\n"])
def test_what_was_written_as_mboxrd_comes_back_byte_for_byte(texts: list[bytes]) -> None:
    mails = [mail(number, text) for number, text in enumerate(texts)]
    assert [sha256(raw).digest() for raw in raws(split(mboxrd(mails)))] == [sha256(one).digest() for one in mails]


@settings(max_examples=50, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=6))
def test_and_with_line_ends_of_the_net(texts: list[bytes]) -> None:
    mails = [mail(number, text.replace(b"\r", b"").replace(b"\n", b"\r\n"), b"\n") for number, text in enumerate(texts)]
    mails = [one.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for one in mails]
    assert raws(split(mboxrd(mails, b"\r\n"))) == mails


@settings(max_examples=60, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=8), st.integers(1, 300), st.binary(max_size=9000))
def test_neither_blocks_nor_positions_change_anything(texts: list[bytes], block: int, filler: bytes) -> None:
    data = mboxrd([mail(number, text + filler.replace(b"\r", b"")) for number, text in enumerate(texts)])
    whole = split(data)
    pieces = (data[at : at + block] for at in range(0, len(data), block))
    assert list(mbox.split(from_chunks(pieces))) == whole
    for number, thing in enumerate(whole):
        assert split(data, thing.position) == whole[number + 1 :]


def test_small_blocks_move_messages_through_the_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    data = mboxrd([mail(number, b"x" * 20 * number + b"\n\nFrom ann\n") for number in range(400)])
    whole = split(data)
    monkeypatch.setattr(mbox, "BLOCK", 1000)
    assert split(data) == whole
    assert len(whole) == 400


def test_offsets_are_those_of_the_from_lines() -> None:
    data = mboxrd([mail(1), mail(2)])
    first, second = split(data)
    assert (first.offset, second.offset) == (0, data.index(b"\nFrom ann", 10) + 1)
    assert (first.position, second.position) == (str(second.offset), str(len(data)))
    assert data[second.offset :].startswith(ENVELOPE)


def test_a_from_line_in_a_body_divides_nothing() -> None:
    mails = [mail(1, b"He said\n\nFrom now on we wait.\nFrom here.\n"), mail(2)]
    data = b"".join(ENVELOPE + one + b"\n" for one in mails)
    assert raws(split(data)) == mails


def test_a_real_from_line_without_a_blank_line_before_it_divides_nothing() -> None:
    quoted = mail(1, b"They wrote:\n" + ENVELOPE + b"Received: by us\n\nHello\n")
    data = b"".join(ENVELOPE + one + b"\n" for one in (quoted, mail(2), mail(3)))
    assert raws(split(data)) == [quoted, mail(2), mail(3)]


def test_but_it_does_where_mails_were_strung_together_without_blank_lines() -> None:
    data = b"".join(ENVELOPE + mail(number) for number in range(4))
    assert raws(split(data)) == [mail(number) for number in range(4)]


def test_where_one_from_line_stands_unquoted_no_quoting_is_undone() -> None:
    mails = [mail(1, b"From the start:\n"), mail(2, b">From the end\n")]
    assert raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails))) == mails


def test_else_one_mark_is_taken_off_knowingly() -> None:
    data = ENVELOPE + mail(1, b">From a\n>>From b\n> From c\n >From d\n>from e\n") + b"\n"
    (found,) = raws(split(data))
    assert found == mail(1, b"From a\n>From b\n> From c\n >From d\n>from e\n")


def test_mboxcl2_by_its_counts() -> None:
    inner = b"See:\n\n" + ENVELOPE + b"Subject: quoted whole\n\nText\n>From kept\n"
    mails = [cl(inner), cl(b"Second.\n"), cl(b"")]
    assert raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails))) == mails


def test_mboxcl2_beyond_the_first_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "BLOCK", 5000)
    inner = b"See:\n\n" + ENVELOPE + b"Subject: quoted whole\n\n" + b"Text\n" * 3000
    mails = [cl(b"Short.\n"), cl(inner), cl(b"Third.\n"), cl(inner)]
    assert raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails))) == mails


def test_mboxcl_quotes_and_counts() -> None:
    mails = [cl(b"\n>From quoted\n"), cl(b"Second.\n")]
    found = raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails)))
    assert found == [mails[0].replace(b">From", b"From"), mails[1]]


def test_a_count_that_is_wrong_is_not_believed() -> None:
    mails = [cl(b"Right.\n"), cl(b"Wrong.\n").replace(b"Length: 7", b"Length: 9999"), cl(b"Third.\n"),
             cl(b"Short.\n").replace(b"Length: 7", b"Length: 2"), mail(5)]  # fmt: skip
    assert raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails))) == mails


def test_counts_of_blank_lines_at_the_end_are_kept() -> None:
    mails = [cl(b"Text.\n\n\n"), cl(b"Next.\n")]
    assert raws(split(b"".join(ENVELOPE + one + b"\n" for one in mails))) == mails


def test_a_patch_in_a_mail_is_part_of_it_and_a_file_of_patches_is_an_mbox() -> None:
    patch = b"From %040x Mon Sep 17 00:00:00 2001\nFrom: ann\nSubject: [PATCH] x\n\n---\n" % 7
    attached = mail(1, b"--=\n\n" + patch)
    assert raws(split(ENVELOPE + attached + b"\n" + ENVELOPE + mail(2))) == [attached, mail(2)]
    assert len(split(patch + b"\n" + patch + b"\n")) == 2


def test_the_blank_line_between_messages_is_the_mboxs() -> None:
    data = ENVELOPE + mail(1, b"a\n\n") + b"\n" + ENVELOPE + mail(2, b"b") + b"\n\n" + ENVELOPE + mail(3, b"c")
    assert raws(split(data)) == [mail(1, b"a\n\n"), mail(2, b"b\n"), mail(3, b"c")]


def test_a_blank_line_of_another_kind_is_the_messages() -> None:
    text = mail(1, b"a\r\n\r\n")
    assert raws(split(ENVELOPE + text + ENVELOPE + mail(2))) == [text, mail(2)]
    assert raws(split(ENVELOPE + text + b"\n" + ENVELOPE + mail(2))) == [text, mail(2)]


def test_a_from_line_with_nothing_after_it_is_said() -> None:
    things = split(ENVELOPE + b"\n" + ENVELOPE + mail(2) + b"\n" + ENVELOPE)
    assert codes(things) == ["empty", "empty"]
    assert raws(things) == [mail(2)]


def test_a_message_beyond_the_limit_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LARGEST", 20_000)
    monkeypatch.setattr(mbox, "BLOCK", 5000)
    data = mboxrd([mail(1), mail(2, b"x\n" * 20_000), mail(3)])
    first, large, last = split(data)
    assert isinstance(large, Problem)
    assert (large.stage, large.code, large.offset) == ("split", "too-large", int(first.position))
    assert raws([first, last]) == [mail(1), mail(3)]
    assert split(data, large.position) == [last]


def test_flags_of_the_status_headers() -> None:
    data = mboxrd([b"Status: RO\nX-Status: AF\n" + mail(1), mail(2, b"Status: no flag\n"), b"status: x\n" + mail(3)])
    assert [item.flags for item in split(data) if isinstance(item, Item)] == ["AFOR", "", ""]


def test_leading_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    things = read_bytes(tmp_path, b"\xef\xbb\xbf\r\n\n" + mboxrd([mail(1), mail(2)]))
    assert raws(things) == [mail(1), mail(2)]
    assert isinstance(things[0], Item)
    assert things[0].offset == 6


def test_a_position_at_the_blank_line_before_a_message_is_fine() -> None:
    data = mboxrd([mail(1), mail(2)])
    assert raws(split(data, str(len(ENVELOPE + mail(1))))) == [mail(2)]


def test_the_window_is_enough_for_every_decision() -> None:
    far = b"From " + b"x" * (2 * sniff.WINDOW) + b" Mon Sep  6 12:00:00 2021\nSubject: x\n"
    data = ENVELOPE + mail(1) + b"\n" + far + b"\n" + ENVELOPE + mail(2) + b"\n"
    whole = split(data)
    assert len(whole) == 2
    for block in (1, 4095, 4097):
        pieces = [data[at : at + block] for at in range(0, len(data), block)]
        assert list(mbox.split(from_chunks(iter(pieces)))) == whole


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    batch = mboxrd([mail(number, b"Lorem ipsum dolor sit amet.\n" * 500) for number in range(80)])
    with (tmp_path / "box").open("wb") as file:
        for _ in range(180):
            file.write(batch)
    unit = only_unit(tmp_path / "box")
    assert unit.size > 200_000_000
    tracemalloc.start()
    count = sum(isinstance(thing, Item) for thing in read(unit))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 80 * 180
    assert peak < 12 << 20
