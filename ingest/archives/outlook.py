"""Outlook's files as they stand among archives: .msg and winmail.dat, a message each; PST and OST, many."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.archives.errors import ArchiveError, Damaged
from ingest.archives.items import END, Item, Problem
from ingest.archives.names import readable
from ingest.archives.streams import Budget, Source, whole
from ingest.archives.zips import Member, Seekable

if TYPE_CHECKING:
    from ingest.outlook.pst import DataFile

LARGEST = 256 << 20  # bytes of a .msg or winmail.dat, which is read into memory
SPOOLED = 100 << 30  # bytes of a PST inside an archive: copied to a temporary file


def single(source: Source, kind: str, member: str = "", flags: str = "") -> Iterator[Item | Problem]:
    """The message that an OLE file ("ole") or a TNEF container ("tnef") is. ArchiveError."""
    from ingest.outlook import mail, msg, tnef

    data = whole(source, LARGEST, f"It is larger than {LARGEST:,} bytes.")
    spent = mail.Spent()
    try:
        if kind == "tnef":
            item = tnef.read(data)
        else:
            opened = msg.read(data)
            if opened is None:
                reason = "This is an OLE file, such as an old Office document, and not mail."
                yield Problem("open", "not-mail", reason, member)
                return
            item, kind = opened, "msg"
        raw = mail.message(item, spent)
    except ArchiveError:
        raise
    except Exception as error:  # the last net: what a damaged file may lead to is beyond listing
        raise Damaged(f"It is damaged ({type(error).__name__}: {error}).") from error
    yield from _losses(spent.losses, member, "0")
    yield Item(raw, member, END, flags=flags or mail.flags(item.properties), made=kind)


def _losses(losses: list[str], member: str, position: str) -> Iterator[Problem]:
    for reason in dict.fromkeys(losses):
        yield Problem("split", "part-lost", reason, member, position=position)


def is_attached(name: str) -> bool:
    """Whether a member of an .olm is a file that a message there names, and is read with it."""
    return "com.microsoft.__Attachments/" in name


def mac(entry: Member, member: str, position: str) -> Iterator[Item | Problem] | None:
    """The items of an XML file in an .olm; None for any other member of a zip."""
    if entry.sibling is None or entry.source is None or not entry.name.endswith(".xml"):
        return None
    from ingest.outlook import olm

    if not olm.is_part(entry.name) or not olm.is_list(entry.source.peek(4096)):
        return None
    return olm.things(entry.source, olm.Place(entry.name, member, entry.sibling), position)


def data_file(source: Source, budget: Budget, member: str = "", position: str = "") -> Iterator[Item | Problem]:
    """The items of a PST or OST, folder by folder; a position is the number of items before it. ArchiveError.

    Each reading of a block counts against the budget, since any number of items may share the same bytes of the file.
    """
    from ingest.outlook.pst import DataFile

    start = int(position) if position.isdecimal() else 0
    with Seekable(source, SPOOLED) as file:
        size = file.seek(0, 2) if source.size < 0 else source.size
        data = DataFile(file, size, budget.charge)
        done = 0
        for folder in data.folders():
            name = readable("/".join(part.replace("/", "_") for part in folder.path))
            inside = f"{member}!{name}" if member else name
            for index, id in enumerate(folder.items, 1):
                done += 1
                if done > start:
                    yield from _item(data, id, f"{inside}#{index}", folder.path, str(done))
            missing = folder.said - len(folder.items)
            if missing > 0 and done >= start:
                reason = f"The folder says that it holds {folder.said:,} items; {missing:,} of them are not there."
                yield Problem("split", "missing", reason, inside, position=str(done))
        for reason in dict.fromkeys(map(str, data.problems)):
            yield Problem("split", "damaged", reason, member, position=str(done))
        if data.pages.cut:
            reason = f"{data.pages.cut}; what there is was read."
            yield Problem("split", "truncated", reason, member, position=str(done))


def _item(data: "DataFile", id: int, member: str, path: tuple[str, ...], position: str) -> Iterator[Item | Problem]:
    """One item, its losses before it."""
    from ingest.outlook import details, mail

    spent = mail.Spent()
    try:
        item = data.item(id)
        raw = mail.message(item, spent)
    except Exception as error:  # one damaged item must not end the file
        if isinstance(error, ArchiveError) and error.fatal:
            raise
        reason = str(error) if isinstance(error, ArchiveError) else f"The item is damaged ({type(error).__name__})."
        yield Problem("split", getattr(error, "code", "damaged"), reason, member, position=position)
        return
    kind = details.kind(item.properties)
    labels = tuple(filter(None, ("/".join(path[1:] or path), kind)))
    yield from _losses(spent.losses, member, str(int(position) - 1))
    yield Item(raw, member, position, flags=mail.flags(item.properties), labels=labels, made="pst")
