"""ingest.archives.units and folder: what lies on disk, and what of it is still to be read."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ingest_archives_makers import ENVELOPE, PACKERS, codes, everything, mail, mboxrd, only_unit, raws

from ingest.archives import Item, Problem, Unit, read, resume, units
from mappings.records import ArchiveState
from tests.archive_files import tarred, zipped


def plant(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def found(root: Path) -> list[tuple[str, str]]:
    return [
        (os.path.relpath(unit.path, root), unit.kind) if isinstance(unit, Unit) else (unit.code, "problem")
        for unit in units(root)
    ]


def line(unit: Unit, done: bool = True, position: str | None = None) -> ArchiveState:
    """The ledger's line after a unit was read, whole or up to a position."""
    things = list(read(unit))
    where = things[-1].position if position is None else position
    return ArchiveState(archive=str(unit.path), size=unit.size, modified=unit.modified, head=resume(unit, None)[1],
                        position=where, done=done, kind=unit.kind)  # fmt: skip


def test_a_tree_with_everything(tmp_path: Path) -> None:
    plant(tmp_path, {
        "a.eml": mail(1), "b": ENVELOPE + mail(2), "notes.csv": b"a,b\n", "inbox": mboxrd([mail(3), mail(4)]),
        "inbox.msf": b"// <!-- <mdb:mork:z v='1.4'/> -->", ".DS_Store": b"\0\0\0\1Bud1", ".git/config": b"[core]",
        "Trash": b"", "empty/x": b"", "z.zip": zipped({"x": mail(5)}), "sub/deeper/m": mail(6),
        "sub/t.tar": tarred({"x": mail(7)}), "md/cur/1:2,S": mail(8), "md/new/2": mail(9), "md/tmp/3": mail(10),
        "md/dovecot.index.log": b"\1\2\3", "md/.Sent/cur/4:2,RS": mail(11), "md/.Empty/cur/.keep": b"",
        "md/loose.eml": mail(12),
    })  # fmt: skip
    (tmp_path / "md/.Empty/new").mkdir()
    assert found(tmp_path) == [
        (".", "folder"), ("inbox", "mbox"), ("md", "maildir"), ("md/.Sent", "maildir"), ("sub/deeper", "folder"),
        ("sub/t.tar", "tar"), ("z.zip", "zip"),
    ]  # fmt: skip
    things = everything(tmp_path)
    assert sorted(raws(things)) == sorted(mail(number) for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12))
    assert [(thing.code, thing.member) for thing in things if isinstance(thing, Problem)] == [("not-mail", "notes.csv")]
    flags = {thing.member: thing.flags for thing in things if isinstance(thing, Item)}
    assert (flags["cur/1:2,S"], flags["cur/4:2,RS"], flags["loose.eml"]) == ("S", "RS", "")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(mail(1), "message"), (ENVELOPE + mail(1), "message"), (mboxrd([mail(1), mail(2)]), "mbox"), (b"no", "other"),
     (b"", "other"), (zipped({}), "zip"), *((pack(b"x"), kind) for kind, pack in PACKERS.items())],
)  # fmt: skip
def test_a_single_file_is_a_unit(data: bytes, kind: str, tmp_path: Path) -> None:
    unit = only_unit(plant(tmp_path, {"file": data}) / "file")
    assert (unit.kind, unit.size, unit.path, unit.root) == (kind, len(data), tmp_path / "file", tmp_path / "file")


def test_a_single_file_that_is_no_mail_or_empty_is_a_problem(tmp_path: Path) -> None:
    plant(tmp_path, {"a": b"prose", "b": b""})
    assert codes(everything(tmp_path / "a")) == ["not-mail"]
    assert codes(everything(tmp_path / "b")) == ["empty"]


def test_an_envelope_line_before_a_single_message_is_no_part_of_it(tmp_path: Path) -> None:
    plant(tmp_path, {"a": ENVELOPE + mail(1), "b": mail(2)})
    (unit,) = units(tmp_path)
    assert isinstance(unit, Unit)
    assert raws(list(read(unit))) == [mail(1), mail(2)]


def test_what_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "none/at/all"):
        (problem,) = units(path)
        assert isinstance(problem, Problem)
        assert (problem.code, problem.member) == ("missing", str(path))
    assert list(units(tmp_path)) == []


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert list(units(tmp_path)) == []
    assert codes(list(units(tmp_path / "pipe"))) == ["unreadable"]
    unit = only_unit(plant(tmp_path, {"x.eml": mail(1)}) / "x.eml")
    (tmp_path / "x.eml").unlink()
    os.mkfifo(tmp_path / "x.eml")
    assert codes(list(read(unit))) == ["unreadable"]


def test_links_do_not_loop_nor_lead_out_in_silence(tmp_path: Path) -> None:
    root = plant(tmp_path / "in", {"a.eml": mail(1), "sub/b.eml": mail(2)})
    plant(tmp_path / "out", {"c.eml": mail(3)})
    (root / "sub/up").symlink_to(root)
    (root / "sub/self").symlink_to("self")
    (root / "twice.eml").symlink_to("a.eml")
    (root / "away").symlink_to(tmp_path / "out")
    (root / "away.eml").symlink_to(tmp_path / "out/c.eml")
    things = everything(root)
    assert sorted(raws(things)) == [mail(1), mail(2)]
    links = [(thing.member, thing.code) for thing in things if isinstance(thing, Problem)]
    assert links == [("away", "link"), ("away.eml", "link"), ("self", "link")]
    assert raws(everything(root / "away")) == [mail(3)]
    assert raws(everything(root / "away.eml")) == [mail(3)]


def test_a_deep_tree(tmp_path: Path) -> None:
    depth = 300
    path = tmp_path
    for _ in range(depth):
        path = path / "d"
        path.mkdir()
    (path / "x.eml").write_bytes(mail(1))
    assert raws(everything(tmp_path)) == [mail(1)]


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [b"caf\xe9.eml", b"a;b%.eml", "ünï.eml".encode(), b"line\nend.eml"]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(mail(number))
    unit = only_unit(tmp_path)
    whole = list(read(unit))
    assert [thing.member for thing in whole] == ["a;b%.eml", "caf\ufffd.eml", "line\ufffdend.eml", "ünï.eml"]
    for number, thing in enumerate(whole):
        thing.position.encode()
        assert list(read(unit, thing.position)) == whole[number + 1 :]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["mail", "two", "gz", "csv", "truncated"]), min_size=1, max_size=8))
def test_a_maildir_from_every_position(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    root = tmp_path_factory.mktemp("md")
    made = {
        "mail": mail(1), "two": mboxrd([mail(2), mail(3)]), "gz": PACKERS["gzip"](mboxrd([mail(4), mail(5)])),
        "csv": b"a,b", "truncated": PACKERS["gzip"](mail(6))[:-3],
    }  # fmt: skip
    plant(root, {f"cur/{number}.{kind}:2,S": made[kind] for number, kind in enumerate(kinds)})
    unit = only_unit(root)
    assert unit.kind == "maildir"
    whole = list(read(unit))
    expected = {"mail": 1, "two": 2, "gz": 2, "csv": 1, "truncated": 2}
    assert len(whole) == sum(expected[kind] for kind in kinds)
    for number, thing in enumerate(whole):
        assert list(read(unit, thing.position)) == whole[number + 1 :]


def test_a_folder_called_new_or_with_folders_inside_cur_loses_nothing(tmp_path: Path) -> None:
    plant(tmp_path, {"new/a.eml": mail(1), "new/sub/b.eml": mail(2), "md/cur/c": mail(3), "md/cur/sub/d": mail(4)})
    assert found(tmp_path) == [("md", "maildir"), ("md/cur/sub", "folder"), ("new", "folder"), ("new/sub", "folder")]
    assert len(raws(everything(tmp_path))) == 4


def test_what_can_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a.eml": mail(1), "b.eml": mail(2), "shut/c.eml": mail(3)})
    real_open, real_scan = os.open, os.scandir

    def no_open(path: object, *rest: int) -> int:
        if str(path).endswith("a.eml"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)  # type: ignore[call-overload]

    def no_scan(path: object) -> object:
        if "shut" in str(path):
            raise PermissionError(13, "Permission denied")
        return real_scan(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", no_open)
    monkeypatch.setattr(os, "scandir", no_scan)
    things = everything(tmp_path)
    assert raws(things) == [mail(2)]
    problems = [thing for thing in things if isinstance(thing, Problem)]
    assert [one.member for one in problems] == ["a.eml", str(tmp_path / "shut")]
    assert {one.code for one in problems} == {"unreadable"}
    assert all("Permission denied" in one.reason for one in problems)


def test_what_has_gone_since_is_a_problem(tmp_path: Path) -> None:
    box = only_unit(plant(tmp_path, {"box": mboxrd([mail(1), mail(2)])}) / "box")
    (tmp_path / "box").unlink()
    assert codes(list(read(box))) == ["unreadable"]
    assert resume(box, None) == ("", "")
    folder = only_unit(plant(tmp_path / "f", {"a.eml": mail(1)}))
    (tmp_path / "f/a.eml").unlink()
    (tmp_path / "f").rmdir()
    assert codes(list(read(folder))) == ["unreadable"]


def test_an_unchanged_unit_is_skipped_and_an_unfinished_one_goes_on(tmp_path: Path) -> None:
    plant(tmp_path, {"box": mboxrd([mail(1), mail(2)]), "f/a.eml": mail(3), "z.zip": zipped({"x": mail(4)})})
    for unit in units(tmp_path):
        assert isinstance(unit, Unit)
        assert resume(unit, None)[0] == ""
        assert resume(unit, line(unit)) == (None, line(unit).head)
        assert resume(unit, line(unit, done=False, position="7"))[0] == "7"


def test_an_mbox_that_grew_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1), mail(2)])}) / "box"
    state = line(only_unit(path))
    with path.open("ab") as file:
        file.write(mboxrd([mail(3)]))
    unit = only_unit(path)
    position, head = resume(unit, state)
    assert position == state.position == str(state.size)
    assert head != state.head
    assert raws(list(read(unit, position))) == [mail(3)]
    assert resume(unit, line(unit))[0] is None


def test_a_large_mbox_that_grew(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(number, b"x\n" * 5000) for number in range(20)])}) / "box"
    state = line(only_unit(path))
    with path.open("ab") as file:
        file.write(mboxrd([mail(3)]))
    assert resume(only_unit(path), state)[0] == state.position
    data = bytearray(path.read_bytes())
    data[state.size - 100] ^= 1
    path.write_bytes(data)
    assert resume(only_unit(path), state)[0] == ""


def test_an_mbox_that_grew_after_its_last_message_was_cut_short_is_read_again(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1)]) + ENVELOPE + mail(2)[:60]}) / "box"
    state = line(only_unit(path))
    with path.open("ab") as file:
        file.write(mail(2)[60:] + b"\n" + mboxrd([mail(3)]))
    position, _ = resume(only_unit(path), state)
    assert position == ""
    assert raws(list(read(only_unit(path)))) == [mail(1), mail(2), mail(3)]


@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_the_blank_line_may_come_with_the_next_message(newline: bytes, tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1)]) + ENVELOPE + mail(2) + newline}) / "box"
    state = line(only_unit(path))
    with path.open("ab") as file:
        file.write(b"\n"[len(newline) :] + mboxrd([mail(3)]))
    unit = only_unit(path)
    position, _ = resume(unit, state)
    assert position == state.position
    assert raws(list(read(unit, position))) == [mail(3)]


def test_what_changed_otherwise_is_read_again(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1), mail(2)])}) / "box"
    state = line(only_unit(path))
    path.write_bytes(mboxrd([mail(1), mail(9)]))
    assert resume(only_unit(path), state)[0] == ""
    path.write_bytes(mboxrd([mail(1)]))
    assert resume(only_unit(path), state)[0] == ""
    path.write_bytes(mail(1))
    assert resume(only_unit(path), state)[0] == ""


def test_bytes_changed_in_place_behind_the_same_time_are_seen(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1), mail(2)])}) / "box"
    state = line(only_unit(path))
    path.write_bytes(mboxrd([mail(1), mail(3)]))
    os.utime(path, ns=(state.modified, state.modified))
    assert resume(only_unit(path), state)[0] == ""


@pytest.mark.parametrize("change", ["new", "gone", "renamed", "other"])
def test_a_folder_whose_listing_changed_is_read_again(change: str, tmp_path: Path) -> None:
    plant(tmp_path, {"md/cur/a:2,": mail(1), "md/cur/b:2,": mail(2), "md/box": mboxrd([mail(3), mail(4)])})
    unit, *_ = units(tmp_path)
    assert isinstance(unit, Unit)
    state = line(unit)
    match change:
        case "new":
            plant(tmp_path, {"md/new/c": mail(3)})
        case "gone":
            (tmp_path / "md/cur/b:2,").unlink()
        case "renamed":
            (tmp_path / "md/cur/b:2,").rename(tmp_path / "md/cur/b:2,S")
        case "other":
            plant(tmp_path, {"md/box": mboxrd([mail(3), mail(5), mail(6)])})
    now, *_ = units(tmp_path)
    assert isinstance(now, Unit)
    assert resume(now, state)[0] == (None if change == "other" else "")


def test_only_what_was_there_when_it_was_found_is_read(tmp_path: Path) -> None:
    path = plant(tmp_path, {"box": mboxrd([mail(1), mail(2)])}) / "box"
    unit = only_unit(path)
    with path.open("ab") as file:
        file.write(mboxrd([mail(3)]))
    assert raws(list(read(unit))) == [mail(1), mail(2)]
