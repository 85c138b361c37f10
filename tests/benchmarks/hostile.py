"""Input made to hurt: each ingest has to end in time, within memory, with everything counted.

python -m tests.benchmarks.hostile [--engine http://127.0.0.1:9200/prefix] [--only NAME…]
"""

import argparse
import base64
import io
import random
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from msgspec import Struct, json

from tests.benchmarks import measure

MEMORY = 1536 << 20  # bytes, of the whole process tree
SECONDS = 120.0
MB = 1_000_000
_SEED = 7
_COUNTS = ("read", "new", "already", "failed", "partial")
_FROM = b"From ann@example.org Mon Sep  6 12:00:00 2021\n"


class Case(Struct, frozen=True):
    """An input, what its ingest has to count, and the failures and notes it has to leave, by their codes."""

    make: Callable[[Path], None]  # fills an empty folder
    read: int
    new: int
    failed: int = 0
    codes: tuple[str, ...] = ()
    unread: str = ""  # what must not stand in the corpus


def head(subject: str, *more: str) -> bytes:
    """A mail's header with its empty line."""
    lines = [
        "From: Ann <ann@example.org>", "To: bob@example.org", "Date: Mon, 6 Sep 2021 12:00:00 +0000",
        f"Message-ID: <{subject}@example.org>", f"Subject: {subject}", "MIME-Version: 1.0", *more, "", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()


def noise(count: int) -> bytes:
    """So many bytes that do not compress, the same each time."""
    return random.Random(_SEED).randbytes(count)


def prose(count: int) -> bytes:
    """About so many bytes of words."""
    chosen = random.Random(_SEED)
    words = [bytes(chosen.choices(range(97, 123), k=chosen.randint(2, 12))) for _ in range(5000)]
    lines = (b" ".join(chosen.choices(words, k=10)) for _ in range(count // 75))
    return b"\n".join(lines) + b"\n"


def large_attachment(folder: Path) -> None:
    """A mail with an attachment of 40 MB."""
    mail = head("large-attachment", 'Content-Type: multipart/mixed; boundary="b"')
    parts = (
        b"--b\nContent-Type: text/plain\n\nSee attached.\n--b\nContent-Type: application/octet-stream\n"
        b'Content-Disposition: attachment; filename="large.bin"\nContent-Transfer-Encoding: base64\n\n'
    )
    (folder / "large.eml").write_bytes(mail + parts + base64.encodebytes(noise(40 * MB)) + b"--b--\n")


def large_message(folder: Path) -> None:
    """An mbox of 200 MB in which one mail alone has 50 MB of text."""
    small = prose(10_000)
    with (folder / "large.mbox").open("wb") as box:
        for number in range(7_500):
            box.write(_FROM + head(f"small-{number}") + b"%d\n" % number + small[number % 9000 :][:4000] + b"\n")
            if number == 3_000:
                box.write(_FROM + head("huge") + prose(50 * MB) + b"\n")
        rest = 200 * MB - box.tell()
        for number in range(20):
            content = base64.encodebytes(noise(int(rest / 20 / 1.36)))
            box.write(_FROM + head(f"file-{number}", "Content-Type: application/octet-stream",
                                   "Content-Transfer-Encoding: base64") + content + b"\n")  # fmt: skip


def ideographs(folder: Path) -> None:
    """A mail of 60 MB in Chinese, whose every character begins a term."""
    chosen = random.Random(_SEED)
    line = "".join(map(chr, chosen.choices(range(0x4E00, 0x9FA5), k=40))).encode() + b"\n"
    mail = head("ideographs", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit")
    (folder / "ideographs.eml").write_bytes(mail + line * (60 * MB // len(line)))


def zip_bomb(folder: Path) -> None:
    """A zip of 10 MB whose one mailbox unpacks to 10 GB, beside whole mails in it and outside."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(_FROM + head("bomb")) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"0" * (8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    count = 10_000 * MB // (8 << 20)
    with zipfile.ZipFile(folder / "bomb.zip", "w") as box:
        box.writestr("first.eml", head("first") + b"Hello.\n")
        box.writestr("bomb.mbox", start + block * count + packer.flush())
        box.infolist()[-1].compress_type = zipfile.ZIP_DEFLATED  # what was stored is packed already
    (folder / "after.eml").write_bytes(head("after") + b"Hello.\n")


def nested_bomb(folder: Path) -> None:
    """Zips in zips, five levels of ten, each leaf 10 MB of zeros: 1 TB from a few kilobytes."""
    data = _zip({"zeros.mbox": _FROM + head("zeros") + bytes(10 * MB)})
    for _ in range(5):
        data = _zip({f"{number}.zip": data for number in range(10)})
    (folder / "nested.zip").write_bytes(data)


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in files.items():
            box.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def escaping_tar(folder: Path) -> None:
    """A tar whose members would leave its folder by `../`, by absolute names, by links hard and soft."""
    secret = folder.parent / "secret.eml"
    secret.write_bytes(head("secret") + b"Nobody gave this file.\n")
    with tarfile.open(folder / "escape.tar", "w") as box:
        for name in ("../../escape.eml", "/etc/escape.eml", "inside.eml"):
            data = head(name.replace("/", "-").replace("..", "up")) + b"Hello.\n"
            info = tarfile.TarInfo(name)
            info.size = len(data)
            box.addfile(info, io.BytesIO(data))
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE)):
            for target in (str(secret), "../secret.eml", "loop.eml"):
                info = tarfile.TarInfo(f"link-{number}.eml")
                info.type, info.linkname = kind, target
                box.addfile(info)


def cycle(folder: Path) -> None:
    """Archives in archives a hundred deep, and folders that hold themselves by links."""
    data = head("innermost") + b"Hello.\n"
    for number in range(100):
        data = _zip({"mail.eml": head(f"level-{number}") + b"Hello.\n", "inner.zip": data})
    (folder / "cycle.zip").write_bytes(data)
    inner = folder / "inner"
    inner.mkdir()
    (inner / "one.eml").write_bytes(head("one") + b"Hello.\n")
    for name in ("self", "self-again"):
        (inner / name).symlink_to(inner, target_is_directory=True)
    (inner / "up").symlink_to(folder, target_is_directory=True)


def deep_mails(folder: Path) -> None:
    """A mail in a mail in a mail, a thousand levels."""
    mail = head("level-0") + b"The innermost.\n"
    levels = [head(f"level-{number}", "Content-Type: message/rfc822") for number in range(1000, 0, -1)]
    (folder / "deep.eml").write_bytes(b"".join(levels) + mail)


def deep_parts(folder: Path) -> None:
    """Multiparts in multiparts, a thousand levels."""
    opened = [f'--b{number}\nContent-Type: multipart/mixed; boundary="b{number + 1}"\n\n' for number in range(1000)]
    closed = [f"--b{number}--\n" for number in range(1000, -1, -1)]
    mail = head("deep-parts", 'Content-Type: multipart/mixed; boundary="b0"') + "".join(opened).encode()
    (folder / "deep.eml").write_bytes(mail + b"--b1000\n\nThe innermost.\n" + "".join(closed).encode())


def many_parts(folder: Path) -> None:
    """A mail of 100,000 parts."""
    part = b'--b\nContent-Type: text/plain; name="%d.txt"\nContent-Disposition: attachment\n\nPart %d.\n'
    with (folder / "parts.eml").open("wb") as file:
        file.write(head("many-parts", 'Content-Type: multipart/mixed; boundary="b"'))
        file.writelines(part % (number, number) for number in range(100_000))
        file.write(b"--b--\n")


def large_header(folder: Path) -> None:
    """A field of 10 MB, one of as many recipients, one of as many references."""
    (folder / "field.eml").write_bytes(head("field", "X-Long: " + "long " * (2 * MB)) + b"Hello.\n")
    people = ", ".join(f"Person {number} <p{number}@example.org>" for number in range(280_000))
    (folder / "people.eml").write_bytes(head("people", "Cc: " + people) + b"Hello.\n")
    ids = " ".join(f"<{number}.{number}@example.org>" for number in range(400_000))
    (folder / "references.eml").write_bytes(head("references", "References: " + ids) + b"Hello.\n")


def many_fields(folder: Path) -> None:
    """A header of 10 MB in short fields."""
    fields = [f"X-Field-{number}: {number}" for number in range(450_000)]
    (folder / "fields.eml").write_bytes(head("fields", *fields) + b"Hello.\n")


CASES = {
    "attachment of 40 MB": Case(large_attachment, 1, 1),
    "200 MB mbox, one mail of 50": Case(large_message, 7_521, 7_521, codes=("text-cut",)),
    "60 MB of Chinese": Case(ideographs, 1, 1, codes=("text-cut",)),
    "zip bomb": Case(zip_bomb, 4, 2, 2, ("bomb", "too-large")),
    "zip bomb of zips": Case(nested_bomb, -1, -1, -1, ("bomb",)),
    "tar with ../ and links": Case(escaping_tar, 3, 3, unread="secret@example.org"),
    "cyclic nesting": Case(cycle, 10, 9, 1, ("too-deep",)),
    "mails 1,000 deep": Case(deep_mails, 21, 21, codes=("too-deep",)),
    "multiparts 1,000 deep": Case(deep_parts, 1, 1, codes=("too-deep",)),
    "100,000 parts": Case(many_parts, 1, 1, codes=("too-many-parts",)),
    "fields of 10 MB": Case(large_header, 3, 3, codes=("header-cut",)),
    "header of 450,000 fields": Case(many_fields, 1, 1),
}


def held(case: Case, folder: Path, engine: str) -> tuple[measure.Run, dict[str, Any], list[str]]:
    """The ingest of one input, its counts, and which promises it broke."""
    mails = folder / "mails"
    mails.mkdir()
    # in a process of its own: the kernel counts the memory of who starts a process as that one's
    maker = get_context("fork").Process(target=case.make, args=(mails,))
    maker.start()
    maker.join()
    command = [*measure.UNSEALED, "ingest", mails, "--engine", engine, "--json"]
    ended = measure.run(command, check=False)
    counts: dict[str, Any] = json.decode(ended.out) if ended.out else dict.fromkeys(_COUNTS, 0)
    codes = {failure["code"] for failure in _asked("failures", engine)["failures"]}
    wrong = [
        f"{name} {counts[name]:,} instead of {expected:,}"
        for name, expected in (("read", case.read), ("new", case.new), ("failed", case.failed))
        if counts[name] != expected >= 0
    ]  # fmt: skip
    if ended.status not in (0, 1):
        wrong.append(f"status {ended.status}: {ended.err[-500:]}")
    if counts["read"] != counts["new"] + counts["already"] + counts["failed"]:
        wrong.append("the counts do not add up")
    if ended.seconds > SECONDS:
        wrong.append(f"{ended.seconds:.0f} s")
    if ended.peak > MEMORY:
        wrong.append(f"{ended.peak >> 20:,} MiB")
    if codes != set(case.codes):
        wrong.append(f"the failures are {sorted(codes)} instead of {sorted(case.codes)}")
    found = _asked("search", engine, f"id:{case.unread}") if case.unread else {"result": {"total": 0}}
    if found["result"]["total"]:
        wrong.append(f"{case.unread} was read")
    bad = _asked("verify", engine)["bad"]
    return ended, counts, wrong + [f"{one['id'][:16]}: {one['reason']}" for one in bad]


def _asked(command: str, engine: str, *rest: str) -> Any:
    return json.decode(measure.run([*measure.UNSEALED, command, *rest, "--engine", engine, "--json"], check=False).out)


def main() -> None:
    """The command; it ends with status 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--engine", default="", help="a cluster's address; else a folder for each input")
    parser.add_argument("--only", nargs="*", default=list(CASES), metavar="NAME", choices=list(CASES))
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    rows, wrong = [], []
    for number, name in enumerate(options.only):
        with tempfile.TemporaryDirectory(prefix="unsealed-hostile-") as scratch:
            engine = f"{options.engine}-{number}" if options.engine else f"{scratch}/corpus"
            ended, counts, told = held(CASES[name], Path(scratch), engine)
        rows.append((name, counts["read"], counts["failed"], counts["partial"], ended.seconds, ended.peak >> 20))
        wrong += [f"{name}: {reason}" for reason in told]
        print(f"{name}: {ended.seconds:.1f} s, {ended.peak >> 20} MiB", flush=True)
    print(measure.table(("input", "read", "failed", "partial", "seconds", "MiB at the peak"), rows))
    measure.report({"rows": rows, "wrong": wrong}, options.json)
    print("\n".join(wrong) or "Every one ended in time, within memory, counted.")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
