"""The desk, whichever engine keeps the marks: the rules of `search.desk.Desk` above an engine's drawer."""

import copy
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Self

from mappings.desk import Anchor, Kind, Mark
from search import marking, opaque
from search.chunks import chunks
from search.desk import Act, Desked, Notes, NotesWanted, Tag
from search.drawer import Drawer, Sought
from search.errors import BadMark, NotFound, Overtaken, QueryError
from search.marking import Hand
from search.words import tokens

AT_ONCE = 1000  # marks that are changed in one go
COUNTED_TAGS, COUNTED_MARKS = 200, 50_000  # by which each result is counted


class DeskKeeper:
    """See `search.desk.Desk`. An engine gives its drawer, and tells which messages are copies of each other."""

    _shut = False  # those who ask may not see the desk
    _compiler: Any

    def _drawer(self) -> Drawer:
        raise NotImplementedError

    def _members(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By message the ids of it and its copies."""
        raise NotImplementedError

    def _new_compiler(self) -> Any:
        raise NotImplementedError

    def discreet(self) -> Self:
        """The same corpus for those who may not see the desk."""
        other = copy.copy(self)
        other._shut = True
        other._compiler = other._new_compiler()
        return other

    def _open(self) -> bool:
        return not self._shut and self._drawer().any()

    def _hand(self, by: str) -> Hand:
        if self._shut:
            raise BadMark("Nothing can be written here.")
        return Hand(marking.checked_by(by), int(time.time()), uuid.uuid4().hex)

    def marks(self, ids: Iterable[str]) -> dict[str, list[Mark]]:
        """By message the marks of it and of its copies, each tag once; messages without any are left out."""
        if not self._open():
            return {}
        members = self._members(ids)
        found: dict[str, list[Mark]] = {}
        everyone = dict.fromkeys(one for group in members.values() for one in group)
        for mark in self._drawer().find(Sought(messages=list(everyone))):
            found.setdefault(mark.message, []).append(mark)
        told = {id: [mark for one in group for mark in found.get(one, ())] for id, group in members.items()}
        return {id: marking.arranged(marks) for id, marks in told.items() if marks}

    def mark(self, id: str) -> Mark:
        """One mark, also one that is gone; NotFound."""
        found = self._drawer().get([id]) if self._open() else {}
        if id not in found:
            raise NotFound("There is no such mark.")
        return found[id]

    def history(self, message: str) -> list[Mark]:
        """All marks that a message and its copies ever had, the last changed first."""
        if not self._open():
            return []
        members = self._members([message]).get(message, (message,))
        found = self._drawer().find(Sought(messages=members, gone=None))
        return sorted(found, key=lambda mark: (-mark.changed, mark.id))

    def tags(self) -> list[Tag]:
        """The tags in use, by name."""
        return self._drawer().tags() if self._open() else []

    def authors(self) -> list[tuple[str, int]]:
        """Who wrote notes, and how many; by name."""
        return self._drawer().authors() if self._open() else []

    def desked(self) -> Desked:
        """How many marks there are."""
        return self._drawer().counts() if self._open() else Desked()

    def notes(self, wanted: NotesWanted, *, limit: int = 50, cursor: str = "") -> Notes:
        """One page of the notes, the newest first; CursorError."""
        after = opaque.read(cursor, tuple[int, str]) if cursor else None
        if not self._open():
            return Notes(total=0, notes=())
        messages = None
        if wanted.tag:
            tagged = self._drawer().messages(Sought(kind="tag", keys=(marking.key_of(wanted.tag),)))
            messages = list(dict.fromkeys(one for group in self._members(tagged).values() for one in group))
        sought = Sought(kind="note", by=wanted.by, messages=messages, words=tokens(wanted.words))
        total, found = self._drawer().page(sought, limit + 1, after)
        last = found[limit - 1] if len(found) > limit else None
        return Notes(total=total, notes=tuple(found[:limit]), next=opaque.write((last.at, last.id)) if last else "")

    def every_mark(self) -> Iterator[Mark]:
        """Every mark with its history, those that are gone, too, in the order of ids."""
        if self._open():
            yield from self._drawer().find(Sought(gone=None))

    def put_marks(self, marks: Iterable[Mark]) -> int:
        """Stores marks as another corpus has them; how many. Of one that is here, too, the longer history stays."""
        self._hand("")
        count = 0
        for part in chunks(marks, AT_ONCE):
            wanted = {mark.id: mark for mark in part}
            self._drawer().change(wanted, partial(_longer, wanted))
            count += len(wanted)
        return count

    def tag(self, ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = (), by: str = "") -> Act:
        """Puts tags on messages and takes tags off them and their copies; BadMark for what is no tag's name."""
        hand = self._hand(by)
        added, dropped = [marking.tag_name(name) for name in add], [marking.tag_name(name) for name in remove]
        members = self._members(ids)
        marks = [*self._put(members, "tag", added, hand), *self._take(members, "tag", dropped, hand)]
        return Act(hand.act, tuple(marks))

    def star(self, ids: Iterable[str], on: bool = True, *, by: str = "") -> Act:
        """Puts a star on messages, or takes it off."""
        hand = self._hand(by)
        act = self._put if on else self._take
        return Act(hand.act, tuple(act(self._members(ids), "star", [""], hand)))

    def _put(self, members: Mapping[str, tuple[str, ...]], kind: Kind, names: list[str], hand: Hand) -> list[Mark]:
        keys = {marking.key_of(name): name for name in names}
        have = {(mark.message, marking.key_of(mark.name)) for mark in self._on(members, kind, keys)}
        wanted: dict[str, tuple[str, str]] = {}
        for id, group in members.items():
            for key, name in keys.items():
                if not any((one, key) in have for one in group):
                    have.add((id, key))
                    wanted[marking.id_of(kind, id, key)] = id, name

        def put(found: Mapping[str, Mark], asked: Iterable[str]) -> Iterable[Mark | None]:
            return (marking.put(found.get(id), kind, *wanted[id], hand) for id in asked)

        return self._change(wanted, put)

    def _take(self, members: Mapping[str, tuple[str, ...]], kind: Kind, names: list[str], hand: Hand) -> list[Mark]:
        keys = [marking.key_of(name) for name in names]
        return self._remove([mark.id for mark in self._on(members, kind, keys)], hand)

    def _on(self, members: Mapping[str, tuple[str, ...]], kind: Kind, keys: Iterable[str]) -> list[Mark]:
        listed = list(keys)
        if not listed or not self._drawer().any():
            return []
        everyone = list(dict.fromkeys(one for group in members.values() for one in group))
        return list(self._drawer().find(Sought(kind=kind, keys=listed, messages=everyone)))

    def _change(
        self, ids: Iterable[str], how: Callable[[Mapping[str, Mark], Iterable[str]], Iterable[Mark | None]]
    ) -> list[Mark]:  # fmt: skip
        made: list[Mark] = []
        for part in chunks(ids, AT_ONCE):
            made += self._drawer().change(part, lambda found, part=part: filter(None, how(found, part)))  # type: ignore[misc]
        return made

    def _remove(self, ids: Iterable[str], hand: Hand) -> list[Mark]:
        return self._change(ids, lambda found, _: (marking.removed(mark, hand) for mark in found.values()))

    def note(self, message: str, text: str, *, anchor: Anchor | None = None, by: str = "") -> Act:
        """Writes a note; BadMark for an empty one."""
        hand = self._hand(by)
        mark = Mark(
            id=uuid.uuid4().hex, kind="note", message=message, by=hand.by, at=hand.at,
            text=marking.checked_text(text), anchor=marking.checked_anchor(anchor), history=(hand.did("added"),),
        )  # fmt: skip
        return Act(hand.act, tuple(self._drawer().change([mark.id], lambda _: [mark])))

    def edit_note(self, id: str, text: str, *, seen: int = 0, by: str = "") -> Act:
        """Writes a note anew; NotFound, Overtaken."""
        hand, kept = self._hand(by), marking.checked_text(text)

        def edited(found: Mapping[str, Mark]) -> Iterable[Mark]:
            mark = found.get(id)
            if mark is None or mark.gone or mark.kind != "note":
                raise NotFound("There is no such note.")
            if seen and seen != len(mark.history):
                raise Overtaken(f"{mark.history[-1].by or 'Somebody'} has changed this note since you began.")
            return [marking.changed(mark, hand.did("edited", mark.text), text=kept)] if kept != mark.text else []

        return Act(hand.act, tuple(self._drawer().change([id], edited)))

    def remove_marks(self, ids: Iterable[str], *, by: str = "") -> Act:
        """Removes marks, by their ids."""
        hand = self._hand(by)
        return Act(hand.act, tuple(self._remove(ids, hand)))

    def rename_tag(self, old: str, new: str, *, by: str = "") -> Act:
        """Gives a tag another name, on all messages; NotFound. If there is such a tag, the two become one."""
        hand, name = self._hand(by), marking.tag_name(new)
        key, target = marking.key_of(old), marking.key_of(name)
        marks = list(self._drawer().find(Sought(kind="tag", keys=(key,)))) if self._open() else []
        if not marks:
            raise NotFound(f"No message carries the tag “{old}”.")

        pairs = {mark.id: marking.id_of("tag", mark.message, target) for mark in marks}

        def moved(found: Mapping[str, Mark], asked: Iterable[str]) -> Iterable[Mark]:
            for id in asked:
                mark = found.get(id)
                if id in pairs and mark is not None and not mark.gone:
                    yield from marking.renamed(mark, found.get(pairs[id]), name, hand)

        # a tag and what it becomes are changed together
        return Act(hand.act, tuple(self._change((one for pair in pairs.items() for one in dict.fromkeys(pair)), moved)))

    def undo(self, act: str, *, only: str = "", by: str = "") -> Act:
        """Undoes an act, or what it did to `only` one mark; but for marks that were changed again since."""
        hand = self._hand(by)
        found = self._drawer().find(Sought(act=act, gone=None)) if act and self._open() else ()
        ids = [mark.id for mark in found if only in ("", mark.id)]

        def back(found: Mapping[str, Mark], _: Iterable[str]) -> Iterable[Mark]:
            return (marking.undone(mark, hand) for mark in found.values() if mark.history[-1].act == act)

        return Act(hand.act, tuple(self._change(ids, back)))

    def _counted_tags(self) -> list[str]:
        """The tags that a result is counted by: the most used ones, as far as that is quick; folded."""
        found: list[str] = []
        marks = 0
        for tag in sorted(self.tags(), key=lambda tag: (-tag.messages, tag.name))[:COUNTED_TAGS]:
            if marks + tag.messages <= COUNTED_MARKS:
                marks += tag.messages
                found.append(marking.key_of(tag.name))
        return found

    def _marked_ids(self, field: str, value: str) -> list[str]:
        """Ids of the messages that a term of a query asks for: tag:, note:, is:starred, has:note."""
        if self._shut:
            raise QueryError("Tags, stars and notes are not shown here", "", 0, 0)
        if not self._drawer().any():
            return []
        if field == "note":
            return self._noted(value)
        if field != "tag":
            return self._drawer().messages(Sought(kind="star" if value == "starred" else "note"))
        key = marking.key_of(value)
        if key.endswith("*"):
            return self._drawer().messages(Sought(kind="tag", beginning=key[:-1].rstrip()))
        return self._drawer().messages(Sought(kind="tag", keys=(key,)))

    def _noted(self, value: str) -> list[str]:
        """Ids of the messages with notes that hold these words in this order, the last perhaps but begun."""
        words = tokens(value)
        if not words:
            return []
        begun = value.endswith("*")
        whole, last = (words[:-1], words[-1]) if begun else (words, "")
        sought = Sought(kind="note", words=whole, prefix=last)
        if len(words) == 1:
            return self._drawer().messages(sought)
        phrase = f" {' '.join(words)}" + " " * (not begun)
        found = (mark for mark in self._drawer().find(sought) if phrase in f" {' '.join(marking.words_of(mark))} ")
        return list(dict.fromkeys(mark.message for mark in found))


def _longer(wanted: Mapping[str, Mark], found: Mapping[str, Mark]) -> Iterator[Mark]:
    """Of marks those that are not there, or there with a shorter history."""
    for id, mark in wanted.items():
        if id not in found or len(found[id].history) < len(mark.history):
            yield mark


