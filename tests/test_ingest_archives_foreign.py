"""ingest.archives.foreign and ingest.unarchiver: 7z, RAR and their like, and all that can be wrong with them."""

import random
import signal
import subprocess
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ingest_archives_makers import codes, mail, mboxrd, only_unit, raws, read_bytes
from test_ingest_archives_packed import check_every_position

from ingest import archive_headers, pipeline, unarchiver
from ingest.archives import Problem, foreign, read, streams, zips
from ingest.archives import sniff as sniffing
from ingest.archives.packed import ARCHIVES, DEEPEST
from ingest.archives.sniff import sniff
from ingest.extraction import Answer, Job, Limits
from ingest.extraction.readers import read as read_attachment
from ingest.processes import command
from ingest.verifying import check
from search.engine import open_engine
from tests.archive_files import damaged, tarred, zipped
from tests.foreign_files import MAKERS, cabinet, lha, old_rar, rar, sevenzip, written

MAILS = [mail(number, b"From the start\n" + b"%d\n" % number * 30) for number in range(12)]
BOX = mboxrd(MAILS)
FEW = mboxrd(MAILS[:2])
needs_libarchive = pytest.mark.usefixtures("libarchive")


def instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Lets a few lines run before the process that unpacks begins."""
    *start, body = command("ingest.unarchiver")
    monkeypatch.setattr(foreign, "COMMAND", (*start, f"{code}\n{body}"))


def reasons(things: list[object]) -> list[str]:
    return [thing.reason for thing in things if isinstance(thing, Problem)]


@pytest.mark.parametrize(("data", "kind"), [
    (sevenzip({"a": b"x"}), "7z"), (rar({"a": b"x"}), "rar"), (b"Rar!\x1a\x07\0" + bytes(20), "rar"),
    (cabinet({"a": b"x"}), "cab"), (lha({"a": b"x"}), "lha"), (bytes(32768) + b"\1CD001\1" + bytes(100), "iso"),
])  # fmt: skip
def test_they_are_known_by_their_first_bytes(data: bytes, kind: str) -> None:
    assert sniff(data).kind == kind
    assert kind in ARCHIVES


@needs_libarchive
@pytest.mark.parametrize("maker", MAKERS)
def test_each_kind_gives_its_messages(maker: str, tmp_path: Path) -> None:
    files = {
        "mail/inbox": FEW, "single.eml": mail(100), "new/7:2,RS": mail(101), "more.zip": zipped({"x/box": FEW}),
        ".DS_Store": b"\0\0\0\1Bud1", "notes.csv": b"a,b\n", "empty": b"",
    }  # fmt: skip
    if maker == "iso":
        files = {name.replace(":2,", "_"): data for name, data in files.items()}
    (tmp_path / "x").write_bytes(MAKERS[maker](files))
    assert only_unit(tmp_path / "x").kind == maker[:3].strip()
    things = check_every_position(tmp_path / "x")
    assert sorted(raws(things)) == sorted([*MAILS[:2], *MAILS[:2], mail(100), mail(101)])
    assert codes(things) == ["not-mail"]
    assert {"mail/inbox", "single.eml", "more.zip!x/box", "notes.csv"} < {thing.member for thing in things}
    if maker != "iso":
        assert [thing.flags for thing in things if thing.member == "new/7:2,RS"] == ["RS"]  # type: ignore[union-attr]


@needs_libarchive
def test_they_lie_within_others_and_others_within_them(tmp_path: Path) -> None:
    inner = written({"box": FEW, "a.rar": rar({"in/b.eml": mail(50)})})
    (tmp_path / "x").write_bytes(zipped({"mails.7z": inner, "c.tar": tarred({"d.cab": cabinet({"e.eml": mail(51)})})}))
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [*MAILS[:2], mail(50), mail(51)]
    assert [thing.member for thing in things[-3:]] == ["mails.7z!box", "mails.7z!a.rar!in/b.eml", "c.tar!d.cab!e.eml"]


@needs_libarchive
def test_archives_within_archives_end_somewhere(tmp_path: Path) -> None:
    data = mail(1)
    for _ in range(DEEPEST):
        data = sevenzip({"in": data})
    things = read_bytes(tmp_path, sevenzip({"in": data, "other.eml": mail(2)}))
    assert codes(things) == ["too-deep"]
    assert raws(things) == [mail(2)]


@needs_libarchive
@pytest.mark.parametrize("make", [rar, old_rar, sevenzip])
def test_a_password_is_said_of_each_member(make: object, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(make({"open.eml": mail(1), "secret.eml": mail(2)}, {"secret.eml"}))  # type: ignore[operator]
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [mail(1)]
    assert [(thing.code, thing.member) for thing in things[1:]] == [("encrypted", "secret.eml")]  # type: ignore[union-attr]
    assert reasons(things)[0].startswith("It is protected with a password.")


@needs_libarchive
def test_what_follows_an_encrypted_member_is_read(tmp_path: Path) -> None:
    things = read_bytes(tmp_path, rar({"a.eml": mail(1), "b.eml": mail(2), "c.eml": mail(3)}, {"a.eml", "b.eml"}))
    assert codes(things) == ["encrypted", "encrypted"]
    assert raws(things) == [mail(3)]


@needs_libarchive
@pytest.mark.parametrize("make", [rar, old_rar, sevenzip])
def test_a_directory_behind_a_password_is_one_problem(make: object, tmp_path: Path) -> None:
    things = read_bytes(tmp_path, make({"a.eml": mail(1)}, sealed=True))  # type: ignore[operator]
    assert (codes(things), reasons(things)) == (["encrypted"], ["It is protected with a password."])


@needs_libarchive
@pytest.mark.parametrize("make", [rar, old_rar, sevenzip, lha])
def test_a_wrong_checksum_is_told_and_what_follows_read(make: object, tmp_path: Path) -> None:
    data = make({"a.eml": mail(1), "b.eml": mail(2)}).replace(b"Hello.", b"Jello.", 1)  # type: ignore[operator]
    (tmp_path / "x").write_bytes(data)
    things = check_every_position(tmp_path / "x")
    assert raws(things) == [mail(1).replace(b"Hello", b"Jello"), mail(2)]
    assert codes(things) == ["damaged"]


@needs_libarchive
def test_a_cut_rar_gives_what_is_left_of_it(tmp_path: Path) -> None:
    large = [mail(number, b"%d\n" % number * 20_000) for number in range(4)]  # what is stored is read by 64 KiB
    box = mboxrd(large)
    data = rar({"a.eml": mail(1), "box": box, "c.eml": mail(3)})
    (tmp_path / "x").write_bytes(data[: data.index(box) + 140_000])
    things = check_every_position(tmp_path / "x")
    assert raws(things)[:-1] == [mail(1), *large[:3]]
    assert large[3].startswith(raws(things)[-1])
    assert codes(things) == ["truncated"]
    assert things[-1].member == "box"


@needs_libarchive
@pytest.mark.parametrize("make", [rar, old_rar])
def test_what_goes_on_in_another_volume_is_said(make: object, tmp_path: Path) -> None:
    first = read_bytes(tmp_path, make({"a.eml": mail(1), "box": FEW}, volume=0), "x.part1.rar")  # type: ignore[operator]
    assert raws(first) == [mail(1), *MAILS[:2]]
    assert [thing.member for thing in first if isinstance(thing, Problem)] == ["box"]
    second = read_bytes(tmp_path, make({"box": b"the rest", "b.eml": mail(2)}, volume=1), "x.part2.rar")  # type: ignore[operator]
    assert mail(2) in raws(second)
    assert codes(first) == codes(second) == ["unsupported"]


@needs_libarchive
def test_a_cut_7z_says_how_much_is_missing(tmp_path: Path) -> None:
    things = read_bytes(tmp_path, written({"a.eml": mail(1)})[:-7])
    assert codes(things) == ["truncated"]
    assert "7 bytes of it are missing" in reasons(things)[0]


@needs_libarchive
def test_damage_within_what_is_packed_together(tmp_path: Path) -> None:
    noise = [mail(number, random.Random(number).randbytes(3000).hex().encode() + b"\n") for number in range(200)]
    data = bytearray(written({"first.eml": mail(1), "box": mboxrd(noise), "last.eml": mail(2)}))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "x").write_bytes(data)
    things = list(read(only_unit(tmp_path / "x")))
    assert raws(things)[:21] == [mail(1), *noise[:20]]
    assert codes(things) == ["damaged"]
    assert list(read(only_unit(tmp_path / "x"), things[9].position)) == things[10:]


@needs_libarchive
@pytest.mark.parametrize("data", [
    b"7z\xbc\xaf\x27\x1c" + bytes(100), b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\1\0" + bytes(100),
    b"Rar!\x1a\x07\0rubbish", b"MSCF" + bytes(60), b"ab-lh5-" + bytes(40), bytes(32768) + b"\1CD001\1" + bytes(5000),
])  # fmt: skip
def test_rubbish_behind_a_known_beginning_is_counted(data: bytes, tmp_path: Path) -> None:
    things = read_bytes(tmp_path, data)
    assert codes(things) in (["damaged"], ["truncated"])


@needs_libarchive
def test_a_7z_with_nothing_in_it_is_none_the_worse(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, written({})) == []


@needs_libarchive
@pytest.mark.parametrize("make", [rar, old_rar, cabinet, lha, sevenzip])
def test_links_and_ways_out_do_nothing(make: object, tmp_path: Path) -> None:
    names = ["../../up.eml", "/root.eml", "ümläut\n.eml", "l" * 200]
    files = {name: mail(1) for name in names}
    more = {"link": "/etc/passwd"} if make is rar else {}
    things = read_bytes(tmp_path, make(files, **more))  # type: ignore[operator]
    assert [thing.member for thing in things] == [name.replace("\n", "\ufffd") for name in names]
    assert raws(things) == [mail(1)] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


@needs_libarchive
@pytest.mark.parametrize(("make", "name"), [(rar, "\ufffd\ufffd\ufffd{.eml"), (lha, "日本.eml"), (cabinet, "file 0")])
def test_names_that_are_no_utf_8(make: object, name: str, tmp_path: Path) -> None:
    shift_jis = "日本.eml".encode("cp932").decode("utf-8", "surrogateescape")
    things = read_bytes(tmp_path, make({shift_jis: mail(1)}))  # type: ignore[operator]
    assert [thing.member for thing in things] == [name]
    assert raws(things) == [mail(1)]


@needs_libarchive
def test_a_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE", 4 << 20)
    monkeypatch.setattr(streams, "RATIO", 2)
    for name in ("box", ".passed over"):
        things = read_bytes(tmp_path, written({"a.eml": mail(1), name: mboxrd([mail(2)]) + bytes(12 << 20)}), "bomb")
        assert raws(things)[0] == mail(1)
        assert codes(things) == ["bomb"]
    nested = read_bytes(tmp_path, zipped({"a.eml": mail(1), "x.7z": written({"b": bytes(12 << 20)}), "c.eml": mail(2)}))
    assert (raws(nested), codes(nested)) == ([mail(1)], ["not-mail", "bomb"])


@needs_libarchive
def test_one_within_an_archive_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "SPOOLED", 1000)
    things = read_bytes(tmp_path, tarred({"big.7z": sevenzip({"box": bytes(5000)}), "b.eml": mail(2)}))
    assert (raws(things), codes(things)) == ([mail(2)], ["too-large"])


BROKEN = {
    "import os; os.abort()": "Abort",
    "import ctypes; ctypes.string_at(1)": "Segmentation fault",
    "while True: pass": "computed for 1 seconds",
    "raise RuntimeError": "status 1",
    "held = [bytes(1 << 20) for _ in range(1000)]": "more than 768 MiB of memory",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_breaks_the_process_costs_one_archive(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, f"""
import sys
sys.path.append({str(Path(__file__).parents[1])!r})
import ingest.unarchiver as it
it.SECONDS = 1
def frames(*_):
    yield it.Begin(0, b"a.eml")
    yield it.Piece({mail(1)!r})
    yield it.Done()
    yield it.Begin(1, b"b.eml")
    {what}
it.frames = frames
""")
    monkeypatch.setattr(foreign, "SECONDS", 1)
    things = read_bytes(tmp_path, zipped({"x.7z": sevenzip({"a": b""}), "c.eml": mail(3)}))
    assert raws(things) == [mail(1), mail(3)]
    (problem,) = (thing for thing in things if isinstance(thing, Problem))
    assert problem.code == ("too-large" if "held" in what else "damaged")
    assert BROKEN[what] in problem.reason


@pytest.mark.parametrize(("code", "said"), [
    ("import sys; sys.modules['libarchive'] = None", "pip install 'unsealed[libarchive]'"),
    ("import os; os.environ['LIBARCHIVE'] = '/nowhere.so'", "apt install libarchive13"),
])  # fmt: skip
def test_what_is_missing_is_said(code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "environ" in code and find_spec("libarchive") is None:
        pytest.skip("needs the package libarchive-c")
    instead(monkeypatch, code)
    things = read_bytes(tmp_path, zipped({"x.7z": sevenzip({"a.eml": mail(1)}), "b.eml": mail(2)}))
    assert (raws(things), codes(things)) == ([mail(2)], ["unsupported"])
    assert said in reasons(things)[0]
    assert "This is a 7z archive." in reasons(things)[0]


def test_an_attachment_waits_for_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def library() -> None:
        raise unarchiver.Missing("libarchive-c")

    monkeypatch.setattr(unarchiver, "library", library)
    answer = attachment(rar({"a.txt": b"fine"}))
    assert (answer.state, answer.code) == ("unread", "no-reader")
    assert "unsealed[libarchive]" in answer.reason


def attachment(data: bytes) -> Answer:
    """What is read of a file that a mail carries."""
    return read_attachment(Job(data, "a.bin", "application/octet-stream"), Limits())


@needs_libarchive
def test_attachments_give_the_text_of_their_members() -> None:
    files = {"a.txt": b"the sluice gate", "b.html": b"<p>is open", "c.bin": bytes(100)}
    text = "a.txt\nthe sluice gate\n\nb.html\nis open\n\nc.bin"
    for data in (written(files), rar(files)):
        assert (attachment(data).state, attachment(data).text) == ("text", text)
    assert attachment(zipped({"x.7z": written(files)})).text == f"x.7z\n{text}"
    assert attachment(rar(files, {"a.txt"})).text == "a.txt\n\nb.html\nis open\n\nc.bin"
    assert attachment(rar(files, files)).state == attachment(sevenzip(files, sealed=True)).state == "encrypted"
    assert attachment(written(files)[:-5]).code == attachment(b"Rar!\x1a\x07\0" + bytes(50)).code == "damaged"
    bomb = attachment(written({"a.txt": b"fine", "b": bytes(80 << 20), "c.txt": b"too"}))
    assert (bomb.code, bomb.text) == ("limits", "a.txt\nfine\n\nb\n\nc.txt\ntoo")


@needs_libarchive
def test_no_process_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *given: object, **more: object) -> None:
            super().__init__(*given, **more)  # type: ignore[call-overload]
            begun.append(self)

    begun: list[Noted] = []
    monkeypatch.setattr(subprocess, "Popen", Noted)
    (tmp_path / "x").write_bytes(zipped({"x.7z": written({"box": BOX, "y.rar": rar({"box": BOX * 500})})}))
    things = read(only_unit(tmp_path / "x"))
    for _ in range(len(MAILS) + 1):
        next(things)
    assert [process.returncode for process in begun] == [None, None]
    things.close()  # type: ignore[attr-defined]
    assert None not in [process.returncode for process in begun]


@needs_libarchive
def test_a_process_that_nobody_listens_to_ends(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(rar({"box": BOX * 2000}))
    with (tmp_path / "x").open("rb") as file:
        process = subprocess.Popen([*foreign.COMMAND, "rar", "0"], stdin=file, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(10)
    process.send_signal(signal.SIGINT)  # of a ^C its keeper decides
    time.sleep(0.1)
    assert process.poll() is None
    process.stdout.close()
    assert process.wait(10) == -signal.SIGPIPE


@needs_libarchive
def test_an_ingest_goes_on_is_verified_and_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "a.7z").write_bytes(written({"box": BOX, "b.eml": mail(50)}))
    (there / "c.rar").write_bytes(rar({"c.eml": mail(51), "d.eml": mail(52)}, {"d.eml"}))
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    with monkeypatch.context() as patch:
        instead(patch, "import sys; sys.modules['libarchive'] = None")
        lacking = pipeline.load(engine, [there], workers=1)
        assert (lacking.read, lacking.new, lacking.failed) == (2, 0, 2)
    retried = pipeline.retry(engine, list(engine.failures()))
    assert (retried.read, retried.new, retried.failed, retried.resolved) == (15, 14, 1, 2)
    assert [failure.code for _, failure in engine.failures()] == ["encrypted"]
    again = pipeline.load(engine, [there], workers=1)
    assert (again.read, again.unchanged) == (0, 2)
    assert all(one.holds for one in check(engine, [there]))
    engine.close()


@needs_libarchive
@pytest.mark.parametrize("beside", [False, True])
def test_one_that_was_a_folders_failure_is_retried(
    beside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "a.7z").write_bytes(written({"box": FEW}))
    if beside:
        (there / "b.eml").write_bytes(mail(50))
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    with monkeypatch.context() as patch:
        patch.setattr(sniffing, "_foreign", lambda head: "")
        before = pipeline.load(engine, [there], workers=1)
        assert (before.new, before.failed) == (beside, 1)
    retried = pipeline.retry(engine, list(engine.failures()))
    assert (retried.new, retried.failed, retried.resolved) == (2, 0, 1)
    assert list(engine.failures()) == []
    engine.close()


@needs_libarchive
def test_an_ingest_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CHUNK_MESSAGES", 1)
    (tmp_path / "a.7z").write_bytes(written({"box": BOX, "in.zip": zipped({"box": mboxrd([mail(60), mail(61)])})}))
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    new = 0
    for _ in range(len(MAILS) + 3):
        asked = count()
        outcome = pipeline.load(engine, [tmp_path / "a.7z"], workers=1, stop=lambda asked=asked: next(asked) > 0)
        new += outcome.new
        assert (outcome.already, outcome.failed) == (0, 0)
        if not outcome.interrupted:
            break
    assert new == len(MAILS) + 2
    engine.close()


SEEDS = [make({"a/box": mboxrd(MAILS[:3]), "b.eml": mail(1), "c.zip": zipped({"d": mail(2)})}) for make in
         (rar, old_rar, cabinet, lha, sevenzip)]  # fmt: skip


@needs_libarchive
@settings(max_examples=15, deadline=None)
@given(damaged(SEEDS))
def test_no_damage_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x"
    path.write_bytes(data)
    things = list(read(only_unit(path)))
    if things:
        middle = len(things) // 2
        assert list(read(only_unit(path), things[middle].position)) == things[middle + 1 :]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_headers_that_are_rubbish_say_nothing(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("headers") / "x"
    for start in (archive_headers.RAR4, archive_headers.RAR5, b""):
        path.write_bytes(start + data)
        with path.open("rb") as file:
            assert isinstance(archive_headers.entries(file.fileno()), list)
            assert isinstance(archive_headers.directory(file.fileno()), tuple)
