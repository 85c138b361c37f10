"""ingest.archives.packed, zips, tars and streams: archives in archives, and everything that can be wrong with them."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from test_ingest_archives_makers import (
    PACKERS,
    codes,
    mail,
    mboxrd,
    only_unit,
    raws,
    read_bytes,
)  # fmt: skip

from ingest.archives import Item, Problem, mbox, read, streams, zips
from ingest.archives.packed import DEEPEST
from tests.archive_files import damaged, tarred, zipped

MAILS = [mail(number, b"From the start\n" + b"%d\n" % number * 30) for number in range(12)]
BOX = mboxrd(MAILS)


def mixed() -> bytes:
    """Nearly everything inside one zip file."""
    return zipped({
        "mail/": b"",
        "mail/inbox.mbox": BOX,
        "single.eml": mail(100),
        "Maildir/cur/1:2,RS": mail(101),
        "Maildir/.Sent/new/2": mail(102),
        "inner.zip": zipped({"deep/box": mboxrd([mail(103), mail(104)]), "x.eml": mail(105)}),
        "more.tar.gz": gzip.compress(
            tarred({"a/box.gz": gzip.compress(mboxrd([mail(106), mail(107)])), "b.eml": mail(108)})
        ),
        "notes.csv": b"a,b\n",
        "box.bz2": bz2.compress(mboxrd([mail(109)])),
        "last.zst": PACKERS["zstd"](mail(110)),
        ".DS_Store": b"\0\0\0\1Bud1",
        "__MACOSX/._x": b"\0\5\x16\7",
        "empty": b"",
    })  # fmt: skip


def check_every_position(path: Path) -> list[Item | Problem]:
    """Reads a file, and from each position again: what follows is exactly the rest."""
    unit = only_unit(path)
    whole = list(read(unit))
    for number, thing in enumerate(whole):
        assert list(read(unit, thing.position)) == whole[number + 1 :], thing.position
    return whole


@pytest.mark.parametrize("kind", PACKERS)
def test_an_mbox_in_a_compressed_stream(kind: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(PACKERS[kind](BOX))
    assert only_unit(tmp_path / "x").kind == kind
    things = check_every_position(tmp_path / "x")
    assert raws(things) == MAILS
    assert [thing.member for thing in things] == [""] * len(MAILS)
    assert isinstance(things[1], Item)
    assert BOX[things[1].offset :].startswith(b"From ")


@pytest.mark.parametrize("kind", PACKERS)
def test_streams_strung_together_with_padding(kind: str, tmp_path: Path) -> None:
    half = len(BOX) // 2
    data = PACKERS[kind](BOX[:half]) + bytes(8) + PACKERS[kind](BOX[half:]) + bytes(512)
    assert raws(read_bytes(tmp_path, data)) == MAILS


@pytest.mark.parametrize("kind", PACKERS)
def test_a_truncated_stream_gives_what_could_be_read(kind: str, tmp_path: Path) -> None:
    noise = random.Random(5).randbytes(200_000).replace(b"\nFrom ", b"")
    box = mboxrd([mail(number, noise[number * 10_000 : number * 10_000 + 10_000] + b"\n") for number in range(20)])
    whole = raws(read_bytes(tmp_path, box, "plain"))
    (tmp_path / "x").write_bytes(PACKERS[kind](box)[: len(box) * 9 // 10])
    things = check_every_position(tmp_path / "x")
    found = raws(things)
    # bzip2 and xz hand out whole blocks only, and all of this is one
    assert len(found) >= (2 if kind in ("gzip", "zstd") else 0)
    assert found[:-1] == whole[: max(0, len(found) - 1)]
    assert not found or whole[len(found) - 1].startswith(found[-1])
    assert codes(things) == ["truncated"]
    assert isinstance(things[-1], Problem)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_damaged_stream_is_a_problem(kind: str, tmp_path: Path) -> None:
    data = bytearray(PACKERS[kind](BOX))
    data[-6] ^= 0xFF
    assert codes(read_bytes(tmp_path, bytes(data))) in (["damaged"], ["truncated"])


def test_garbage_after_a_stream_is_told_after_its_content(tmp_path: Path) -> None:
    things = read_bytes(tmp_path, gzip.compress(BOX) + b"garbage")
    assert raws(things) == MAILS
    assert codes(things) == ["damaged"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_methods(method: int, tmp_path: Path) -> None:
    things = read_bytes(tmp_path, zipped({"a/box": BOX, "b.eml": mail(50)}, method))
    assert raws(things) == [*MAILS, mail(50)]
    assert {thing.member for thing in things} == {"a/box", "b.eml"}


def test_everything_in_one_zip(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(mixed())
    things = check_every_position(tmp_path / "x")
    assert raws(things) == MAILS + [mail(number) for number in range(100, 111)]
    assert [(thing.code, thing.member) for thing in things if isinstance(thing, Problem)] == [("not-mail", "notes.csv")]
    members = [thing.member for thing in things[len(MAILS) :]]
    assert members == [
        "single.eml", "Maildir/cur/1:2,RS", "Maildir/.Sent/new/2", "inner.zip!deep/box", "inner.zip!deep/box",
        "inner.zip!x.eml", "more.tar.gz!a/box.gz", "more.tar.gz!a/box.gz", "more.tar.gz!b.eml", "notes.csv", "box.bz2",
        "last.zst",
    ]  # fmt: skip
    flags = {thing.member: thing.flags for thing in things if isinstance(thing, Item)}
    assert flags["Maildir/cur/1:2,RS"] == "RS"
    assert flags["single.eml"] == ""


def test_the_same_in_a_tar_in_xz(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(lzma.compress(tarred({"sub/all.zip": mixed(), "z.eml": mail(200)})))
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [*MAILS, *(mail(number) for number in range(100, 111)), mail(200)]
    assert things[0].member == "sub/all.zip!mail/inbox.mbox"


def test_archives_within_archives_end_somewhere(tmp_path: Path) -> None:
    data = mail(1)
    for _ in range(DEEPEST):
        data = zipped({"in": data})
    assert raws(read_bytes(tmp_path, data)) == [mail(1)]
    things = read_bytes(tmp_path, zipped({"in": data, "other.eml": mail(2)}))
    assert codes(things) == ["too-deep"]
    assert things[0].member == "!".join(["in"] * DEEPEST)
    assert raws(things) == [mail(2)]


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_given_up(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE", 4 << 20)
    monkeypatch.setattr(streams, "RATIO", 2)
    bomb = PACKERS[kind](mboxrd([mail(1)]) + bytes(50 << 20))
    things = read_bytes(tmp_path, bomb)
    assert codes(things) == ["bomb"]
    nested = read_bytes(tmp_path, zipped({"a.eml": mail(1), "bomb": bomb, "b.eml": mail(2)}), "nested")
    assert codes(nested) == ["bomb"]
    assert nested[0] == Item(mail(1), "a.eml", "1")
    assert nested[-1].member == "bomb"
    assert list(read(only_unit(tmp_path / "nested"), nested[-1].position)) == []


def test_members_that_overlap_are_charged_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE", 300_000)
    monkeypatch.setattr(streams, "RATIO", 2)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("kernel", mail(1, b"x\n" * 20_000))
        for number in range(50):
            again = zipfile.ZipInfo(f"again{number}")
            for name in ("header_offset", "CRC", "compress_size", "file_size"):
                setattr(again, name, getattr(box.infolist()[0], name))
            box.filelist.append(again)
    things = read_bytes(tmp_path, out.getvalue())
    assert codes(things)[-1] == "bomb"
    assert len(things) < 10


def test_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped({"secret.eml": mail(1), "open.eml": mail(2)}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    things = read_bytes(tmp_path, bytes(data))
    assert codes(things) == ["encrypted"]
    assert things[0].member == "secret.eml"
    assert raws(things) == [mail(2)]


def test_a_method_that_is_unknown(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.eml": mail(1), "b.eml": mail(2)}))
    data[data.index(b"PK\1\2") + 10] = 98
    things = read_bytes(tmp_path, bytes(data))
    assert codes(things) == ["unsupported"]
    assert raws(things) == [mail(2)]


def test_a_member_with_a_wrong_checksum_is_read_and_reported(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.eml": mail(1), "b.eml": mail(2)}, zipfile.ZIP_STORED))
    data[data.index(b"Hello.")] = ord("J")
    (tmp_path / "x").write_bytes(data)
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [mail(1).replace(b"Hello", b"Jello"), mail(2)]
    assert codes(things) == ["damaged"]


def test_a_truncated_tar(tmp_path: Path) -> None:
    data = tarred({"a.eml": mail(1), "box": BOX, "c.eml": mail(3)})
    (tmp_path / "x").write_bytes(data[: 1024 + 512 + len(BOX) - 10])
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [mail(1), *MAILS[:-1], MAILS[-1][: 1 - 10]]
    assert codes(things) == ["truncated"]
    assert isinstance(things[-1], Problem)
    assert things[-1].member == "box"


def test_a_truncated_tar_in_gzip_has_one_problem(tmp_path: Path) -> None:
    noise = random.Random(6).randbytes(50_000)
    packed = gzip.compress(tarred({"a.eml": mail(1), "b.eml": mail(2, noise), "c.eml": mail(3)}))
    (tmp_path / "x").write_bytes(packed[:30_000])
    things = check_every_position(tmp_path / "x")
    assert codes(things) == ["truncated"]
    assert raws(things)[0] == mail(1)
    assert mail(2, noise).startswith(raws(things)[1])
    assert len(raws(things)[1]) > 20_000


def test_a_damaged_header_inside_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.eml": mail(1), "b.eml": mail(2), "c.eml": mail(3)}))
    data[1024 + 5] ^= 0x7F
    things = read_bytes(tmp_path, bytes(data))
    assert raws(things) == [mail(1)]
    assert codes(things) == ["damaged"]


def test_a_second_tar_behind_the_first_is_not_lost_unseen(tmp_path: Path) -> None:
    things = read_bytes(tmp_path, tarred({"a.eml": mail(1)}) + tarred({"b.eml": mail(2)}))
    assert raws(things) == [mail(1)]
    assert codes(things) == ["damaged"]


def test_links_and_ways_out_of_a_tar_do_nothing(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as box:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("x")
            info.type = kind
            info.linkname = "/etc/passwd"
            box.addfile(info)
        for name in ("../../up.eml", "/root.eml", "bad\udcff\n.eml", "l" * 300):
            info = tarfile.TarInfo(name)
            info.size = len(mail(1))
            box.addfile(info, io.BytesIO(mail(1)))
    things = read_bytes(tmp_path, out.getvalue())
    assert [thing.member for thing in things] == ["../../up.eml", "/root.eml", "bad\ufffd\ufffd.eml", "l" * 300]
    assert raws(things) == [mail(1)] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_a_tar_does_not_make_us_hold_an_endless_header(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 1 << 40
    things = read_bytes(tmp_path, info.tobuf() + b"x" * 4096)
    assert codes(things) == ["damaged"]


def test_a_sparse_member(tmp_path: Path) -> None:
    text = mail(1, bytes(5000) + b"end\n")
    header = bytearray(tarfile.TarInfo("s.eml").tobuf(tarfile.GNU_FORMAT))
    start, end = text[:512], text[-12:]
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[124:136] = b"%011o\0" % 1024
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[410:434] = b"%011o\0%011o\0" % (len(text) - 12, 12)
    header[483:495] = b"%011o\0" % len(text)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert raws(read_bytes(tmp_path, bytes(header) + start + end.ljust(512, b"\0") + bytes(1024))) == [text]


def test_a_zip_within_an_archive_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "SPOOLED", 1000)
    inner = zipped({"box": random.Random(1).randbytes(5000)})
    things = read_bytes(tmp_path, tarred({"big.zip": inner, "b.eml": mail(2)}))
    assert codes(things) == ["too-large"]
    assert things[0].member == "big.zip"
    assert raws(things) == [mail(2)]


def test_a_single_message_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LARGEST", 1000)
    things = read_bytes(tmp_path, zipped({"big.eml": mail(1, b"x" * 5000), "b.eml": mail(2)}))
    assert codes(things) == ["too-large"]
    assert raws(things) == [mail(2)]


def test_zip_members_that_lie(tmp_path: Path) -> None:
    data = zipped({"a.eml": mail(1), "b.eml": mail(2)}, zipfile.ZIP_STORED)
    at = data.index(b"PK\1\2")
    beyond = data[: at + 42] + struct.pack("<I", 0x7FFFFFF0) + data[at + 46 :]
    assert codes(read_bytes(tmp_path, beyond)) in (["truncated"], ["damaged"])
    assert raws(read_bytes(tmp_path, beyond)) == [mail(2)]
    longer = data[: at + 20] + struct.pack("<I", 0x7FFFFFF0) + data[at + 24 :]
    things = read_bytes(tmp_path, longer)
    assert "truncated" in codes(things)
    assert raws(things)[-1] == mail(2)


def test_a_window_larger_than_any_honest_one_is_refused(tmp_path: Path) -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=30, write_content_size=False)
    data = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    packed = data.compress(BOX) + data.flush()
    assert codes(read_bytes(tmp_path, packed)) == ["damaged"]


FUZZ = 100
SEEDS = [
    zipped({"a/box": mboxrd(MAILS[:3]), "b.eml": mail(1), "c.gz": gzip.compress(mail(2))}),
    tarred({"a/box": mboxrd(MAILS[:3]), "b.eml": mail(1), "c.zip": zipped({"d": mail(3)})}),
    gzip.compress(mboxrd(MAILS[:3])), bz2.compress(tarred({"b.eml": mail(1)})), lzma.compress(mail(1)),
    PACKERS["zstd"](zipped({"b.eml": mail(1)})), mboxrd(MAILS[:3]),
]  # fmt: skip


@settings(max_examples=FUZZ, deadline=None)
@given(damaged(SEEDS))
def test_no_damage_makes_it_raise_and_every_position_still_holds(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x"
    path.write_bytes(data)
    check_every_position(path)


class Pipe(io.BytesIO):
    """A file that can't be sought, which makes zipfile write sizes after the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    tell = seek


@pytest.mark.parametrize("target", [io.BytesIO, Pipe])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_zip_whose_end_is_missing(target: type[io.BytesIO], method: int, tmp_path: Path) -> None:
    out = target()
    with zipfile.ZipFile(out, "w", method) as box:
        box.mkdir("a")
        for name, data in {"a/box": BOX, "b.eml": mail(1), "c.gz": gzip.compress(mail(2)), "d.eml": mail(3)}.items():
            box.writestr(zipfile.ZipInfo(name), data, method)
    data = out.getvalue()
    (tmp_path / "x").write_bytes(data[: data.index(b"PK\1\2") + 30])
    things = check_every_position(tmp_path / "x")
    if target is Pipe and method == zipfile.ZIP_STORED:
        assert codes(things) == ["unsupported", "damaged"]
        return
    assert raws(things) == [*MAILS, mail(1), mail(2), mail(3)]
    assert codes(things) == ["damaged"]
    assert {thing.member for thing in things} == {"a/box", "b.eml", "c.gz", "d.eml", ""}
    (tmp_path / "x").write_bytes(data[: data.index(b"d.eml") + 40])
    things = check_every_position(tmp_path / "x")
    assert raws(things)[: len(MAILS) + 2] == [*MAILS, mail(1), mail(2)]
    assert codes(things) == ["truncated", "damaged"]
